/** What discovery has seen: edges, processing units, and how far the reports were read. */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Edge } from '#core/edge.ts';
import type { ProcessingUnit } from '#core/workload.ts';
import { key } from './keys.ts';

const Gap = z.strictObject({ from: z.number(), to: z.number(), because: z.string() });
export type Gap = z.infer<typeof Gap>;

export type Collected = {
  /** Milliseconds since the epoch: everything before was read, nothing after. */
  readonly readUpTo: number;
  readonly from: number;
  readonly reports: number;
  readonly gaps: readonly Gap[];
  /** What names.ts remembers between windows. */
  readonly names: unknown;
  /** Why the last try to read failed, in a sentence; absent when it did not. */
  readonly trouble?: string;
};

export type EdgeStore = ReturnType<typeof edgeStore>;

/**
 * KEYS collected, edges, units. ARGV mark expected, mark new, from, reports in this window, gaps JSON, names JSON,
 * number of edges, then edge id and JSON in turn, then unit id and JSON in turn.
 * Answers 1 when kept, 0 when the window had been counted before: a window is never counted twice.
 */
const KEEP_WINDOW = `
local mark = redis.call('HGET', KEYS[1], 'readUpTo')
if mark and mark ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'readUpTo', ARGV[2], 'gaps', ARGV[5], 'names', ARGV[6])
redis.call('HSETNX', KEYS[1], 'from', ARGV[3])
redis.call('HDEL', KEYS[1], 'trouble')
redis.call('HINCRBY', KEYS[1], 'reports', ARGV[4])
local edges = tonumber(ARGV[7])
for i = 8, 7 + edges * 2, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
for i = 8 + edges * 2, #ARGV, 2 do redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1]) end
return 1`;

export function edgeStore(redis: Redis) {
  return {
    async collected(id: string): Promise<Collected | undefined> {
      const fields = await redis.hgetall(key.collected(id));
      if (fields.readUpTo === undefined) return undefined;
      return {
        readUpTo: Number(fields.readUpTo),
        from: Number(fields.from),
        reports: Number(fields.reports ?? 0),
        gaps: z.array(Gap).parse(JSON.parse(fields.gaps ?? '[]')),
        names: JSON.parse(fields.names ?? 'null'),
        ...(fields.trouble === undefined ? {} : { trouble: fields.trouble }),
      };
    },

    async keepTrouble(id: string, trouble: string): Promise<void> {
      await redis.hset(key.collected(id), 'trouble', trouble);
    },

    async trouble(id: string): Promise<string | undefined> {
      return (await redis.hget(key.collected(id), 'trouble')) ?? undefined;
    },

    async edges(id: string): Promise<Edge[]> {
      return (await redis.hvals(key.edges(id))).map((text) => JSON.parse(text) as Edge);
    },

    async edgesById(id: string, edgeIds: readonly string[]): Promise<Edge[]> {
      if (edgeIds.length === 0) return [];
      const texts = await redis.hmget(key.edges(id), ...edgeIds);
      return texts.flatMap((text) => (text ? [JSON.parse(text) as Edge] : []));
    },

    async units(id: string): Promise<ProcessingUnit[]> {
      return (await redis.hvals(key.units(id))).map((text) => JSON.parse(text) as ProcessingUnit);
    },

    /** Counts one window, once. `edges` are already merged with what was kept. */
    async keepWindow(
      id: string,
      window: { from: number; to: number; reports: number; gaps: readonly Gap[]; names: unknown },
      edges: readonly Edge[],
      units: readonly ProcessingUnit[],
    ): Promise<boolean> {
      const answer = await redis.eval(
        KEEP_WINDOW,
        3,
        key.collected(id),
        key.edges(id),
        key.units(id),
        window.from,
        window.to,
        window.from,
        window.reports,
        JSON.stringify(window.gaps),
        JSON.stringify(window.names ?? null),
        edges.length,
        ...edges.flatMap((edge) => [edge.id, JSON.stringify(edge)]),
        ...units.flatMap((unit) => [unit.id, JSON.stringify(unit)]),
      );
      return answer === 1;
    },
  };
}
