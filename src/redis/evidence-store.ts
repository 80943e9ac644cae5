/** What steps found, for the next step, the cards and the auditor; and what each stage created, one object at a time. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { EdgeGroup } from '#core/draft.ts';
import type { DiscoveryFinding, DraftFinding, ShadowFinding, VerifyFinding, WatchFinding } from '#core/findings.ts';
import type { Stage } from '#core/stage.ts';
import { key } from './keys.ts';

/** One thing a stage did to the console, and what undoes it. */
export const Written = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('external-network'), id: z.string(), name: z.string(), at: z.number().int() }),
  z.strictObject({ kind: z.literal('ruleset'), id: z.string(), name: z.string(), at: z.number().int() }),
  z.strictObject({ kind: z.literal('tag-prefixes'), added: z.array(z.string()), at: z.number().int() }),
]);
export type Written = z.infer<typeof Written>;

const OwnAction = z.enum(['Allow', 'Reject', 'Inherit']);
/** What release gives back, exactly. */
export const FormerActions = z.strictObject({
  incoming: OwnAction,
  outgoing: OwnAction,
  digest: z.string(),
  /** When it was first about to be changed; milliseconds since the epoch. */
  at: z.number().int(),
});
export type FormerActions = z.infer<typeof FormerActions>;

/** KEYS objects. ARGV one of them. The time is not what makes it another one. */
const KEEP_WRITTEN = `
local function nameOf(object)
  return table.concat({ object.kind, object.id or '', object.name or '', table.concat(object.added or {}, ' ') }, '|')
end
local name = nameOf(cjson.decode(ARGV[1]))
for _, text in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if nameOf(cjson.decode(text)) == name then return end
end
redis.call('RPUSH', KEYS[1], ARGV[1])`;

export type EvidenceStore = ReturnType<typeof evidenceStore>;

export function evidenceStore(redis: Redis) {
  async function get<Finding>(id: string, name: string): Promise<Finding | undefined> {
    const text = await redis.hget(key.findings(id), name);
    return text ? (JSON.parse(text) as Finding) : undefined;
  }
  async function keep(id: string, name: string, finding: unknown): Promise<void> {
    await redis.hset(key.findings(id), name, JSON.stringify(finding));
  }

  return {
    /** The newest draft of a stage; or exactly the one of a digest, whatever was drafted since. */
    draft: (id: string, stage: Stage, digest?: string) =>
      get<DraftFinding>(id, digest === undefined ? `draft:${stage}` : `draft:${stage}:${digest}`),
    verify: (id: string, stage: Stage) => get<VerifyFinding>(id, `verify:${stage}`),
    shadow: (id: string, stage: Stage) => get<ShadowFinding>(id, `shadow:${stage}`),
    watch: (id: string) => get<WatchFinding>(id, 'watch'),
    discovery: (id: string) => get<DiscoveryFinding>(id, 'discovery'),

    async keepDraft(id: string, finding: DraftFinding): Promise<void> {
      const { stage } = finding.draft;
      const text = JSON.stringify(finding);
      await redis.hset(key.findings(id), `draft:${stage}`, text, `draft:${stage}:${finding.digest}`, text);
    },

    /** The edges that the newest question of a lockdown is about, frozen: one stage asks at a time. */
    async frozen(id: string): Promise<string | undefined> {
      const kept = await redis.hgetBuffer(key.findings(id), 'frozen');
      return kept ? gunzipSync(kept).toString() : undefined;
    },
    async keepFrozen(id: string, text: string): Promise<void> {
      await redis.hset(key.findings(id), 'frozen', gzipSync(text));
    },

    /** What was first seen after the question of this digest was put. */
    later: (id: string, digest: string) => get<readonly EdgeGroup[]>(id, `later:${digest}`),
    keepLater: (id: string, digest: string, groups: readonly EdgeGroup[]) => keep(id, `later:${digest}`, groups),

    /** The configuration that a lockdown has known last, without secrets. */
    configuration: (id: string) => get<{ hash: string; settings: unknown }>(id, 'configuration'),
    keepConfiguration: (id: string, known: { hash: string; settings: unknown }) => keep(id, 'configuration', known),

    /** Names first asked for after the rules were approved. */
    async newNames(id: string): Promise<string[]> {
      return (await get<string[]>(id, 'new-names')) ?? [];
    },
    keepNewNames: (id: string, names: readonly string[]) => keep(id, 'new-names', names),

    keepVerify: (id: string, stage: Stage, finding: VerifyFinding) => keep(id, `verify:${stage}`, finding),
    keepShadow: (id: string, stage: Stage, finding: ShadowFinding) => keep(id, `shadow:${stage}`, finding),
    keepWatch: (id: string, finding: WatchFinding) => keep(id, 'watch', finding),
    keepDiscovery: (id: string, finding: DiscoveryFinding) => keep(id, 'discovery', finding),

    /** When each person was nudged about one question; milliseconds since the epoch. */
    async nudges(id: string, nonce: string): Promise<Record<string, number[]>> {
      return (await get<Record<string, number[]>>(id, `nudges:${nonce}`)) ?? {};
    },

    keepNudges: (id: string, nonce: string, nudges: Record<string, number[]>) => keep(id, `nudges:${nonce}`, nudges),

    async former(id: string): Promise<FormerActions | undefined> {
      const text = await redis.hget(key.findings(id), 'former');
      return text ? FormerActions.parse(JSON.parse(text)) : undefined;
    },

    /**
     * Kept before the namespace is touched: a second try must not mistake Reject for what was before. Otherwise the newest
     * try counts: what it was approved to give back, and its time, from which on somebody has to confirm.
     */
    async keepFormer(id: string, former: FormerActions): Promise<void> {
      const text = JSON.stringify(former);
      if (former.incoming === 'Reject' && former.outgoing === 'Reject')
        await redis.hsetnx(key.findings(id), 'former', text);
      else await redis.hset(key.findings(id), 'former', text);
    },

    async written(id: string, stage: Stage): Promise<Written[]> {
      return (await redis.lrange(key.objects(id, stage), 0, -1)).map((text) => Written.parse(JSON.parse(text)));
    },

    /** Each once, although two workers that both believe the step to be theirs find the same object. */
    async keepWritten(id: string, stage: Stage, object: Written): Promise<void> {
      await redis.eval(KEEP_WRITTEN, 1, key.objects(id, stage), JSON.stringify(object));
    },

    /** One of them, once it is taken back. */
    async forgetOne(id: string, stage: Stage, object: Written): Promise<void> {
      await redis.lrem(key.objects(id, stage), 0, JSON.stringify(object));
    },

    /** Once it is taken back. What comes after the last stage was taken back is another cut, with other former actions. */
    async forgetWritten(id: string, stage: Stage): Promise<void> {
      const forgetting = redis.multi().del(key.objects(id, stage));
      if (stage === 'disable-discovery') forgetting.hdel(key.findings(id), 'former');
      await forgetting.exec();
    },
  };
}
