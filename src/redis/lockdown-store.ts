/** Lockdowns and their histories: one entry a fact, each holding the hash of the one before. */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type Commit, commitments } from '#core/commitment.ts';
import { digestOf } from '#core/digest.ts';
import { Event } from '#core/events.ts';
import { STEPS, type Transition } from '#core/lockdown.ts';
import { isOpen, Lockdown, Started } from '#core/lockdown-state.ts';
import { STAGES } from '#core/stage.ts';
import { Place } from './card-store.ts';
import { key, keysOf } from './keys.ts';

export const Entry = z.strictObject({
  /** Counts from 1. */
  number: z.number().int(),
  at: z.number().int(),
  /** The job that brought it: a retry of that job finds its own entry and starts the steps again. */
  cause: z.string(),
  event: z.union([Event, Started]),
  from: z.string(),
  to: z.string(),
  steps: z.array(z.strictObject({ step: z.enum(STEPS), stage: z.enum(STAGES).optional() })),
  /** Which configuration it was decided under. */
  config: z.string(),
  previous: z.string(),
  hash: z.string(),
});
export type Entry = z.infer<typeof Entry>;

/** What is left of a lockdown whose retention is over: enough to know a file for its ledger, or a gap for one. */
export const Tombstone = z.strictObject({
  id: z.string(),
  namespace: z.string(),
  phase: z.string(),
  entries: z.number().int(),
  /** Hash of the last entry. */
  root: z.string(),
  startedAt: z.number().int(),
  forgottenAt: z.number().int(),
  /** Where its ledger was exported to before. */
  file: z.string().optional(),
});
export type Tombstone = z.infer<typeof Tombstone>;

const FIRST_PREVIOUS = '0'.repeat(64);

export type LockdownStore = ReturnType<typeof lockdownStore>;

/**
 * KEYS lockdown, history, open, ended.
 * ARGV length expected, lockdown JSON, namespace, id, '1' while open, now, then the new entries.
 * Answers 1 when kept; 0 when somebody else was faster; -1 when the namespace has another open lockdown.
 */
const SAVE = `
if redis.call('LLEN', KEYS[2]) ~= tonumber(ARGV[1]) then return 0 end
local other = redis.call('HGET', KEYS[3], ARGV[3])
if ARGV[5] == '1' and other and other ~= ARGV[4] then return -1 end
redis.call('SET', KEYS[1], ARGV[2])
for i = 7, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[i]) end
if ARGV[5] == '1' then
  redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
  redis.call('ZREM', KEYS[4], ARGV[4])
else
  if other == ARGV[4] then redis.call('HDEL', KEYS[3], ARGV[3]) end
  redis.call('ZADD', KEYS[4], ARGV[6], ARGV[4])
end
return 1`;

export function lockdownStore(redis: Redis) {
  async function read(id: string): Promise<Lockdown | undefined> {
    const text = await redis.get(key.lockdown(id));
    return text ? Lockdown.parse(JSON.parse(text)) : undefined;
  }

  async function readAll(ids: readonly string[]): Promise<Lockdown[]> {
    if (ids.length === 0) return [];
    const texts = await redis.mget(ids.map(key.lockdown));
    return texts.flatMap((text) => (text ? [Lockdown.parse(JSON.parse(text))] : []));
  }

  async function history(id: string, from = 0): Promise<Entry[]> {
    return (await redis.lrange(key.history(id), from, -1)).map((text) => Entry.parse(JSON.parse(text)));
  }

  return {
    read,
    history,

    async openOf(namespace: string): Promise<Lockdown | undefined> {
      const id = await redis.hget(key.open(), namespace);
      return id ? read(id) : undefined;
    },

    async open(): Promise<Lockdown[]> {
      return readAll(await redis.hvals(key.open()));
    },

    /** The ones that ended last. */
    async recent(most = 20): Promise<Lockdown[]> {
      return readAll(await redis.zrevrange(key.ended(), 0, most - 1));
    },

    /** The ones that have ended since a time; milliseconds since the epoch. */
    async endedSince(time: number): Promise<Lockdown[]> {
      return readAll(await redis.zrangebyscore(key.ended(), time, '+inf'));
    },

    /** Ids of lockdowns that ended before a time; milliseconds since the epoch. */
    async endedBefore(time: number): Promise<string[]> {
      return redis.zrangebyscore(key.ended(), '-inf', time);
    },

    /** Everything kept of an ended lockdown goes, history included; that it was there, and how it ended, stays. */
    async forget(id: string, tombstone: Tombstone): Promise<void> {
      const cards = await redis.hgetall(key.cards(id));
      const places = Object.values(cards).map((text) => Place.parse(JSON.parse(text)));
      const texts = Object.keys(cards).map((card) => key.texts(id, card));
      await redis
        .multi()
        .del(...keysOf(id, STAGES), ...texts, ...places.map(({ channel, ts }) => key.cardAt(channel, ts)))
        .zrem(key.ended(), id)
        .rpush(key.forgotten(), JSON.stringify(Tombstone.parse(tombstone)))
        .exec();
    },

    async forgotten(): Promise<Tombstone[]> {
      return (await redis.lrange(key.forgotten(), 0, -1)).map((text) => Tombstone.parse(JSON.parse(text)));
    },

    /** The entry that a job left, when it was here before. */
    async entryOf(id: string, cause: string): Promise<Entry[]> {
      const recent = await history(id, -200);
      return recent.filter((entry) => entry.cause === cause);
    },

    /** Keeps a lockdown and what happened to it in one step; the entries' numbers follow on the history's length. */
    async save(
      lockdown: Lockdown,
      happened: readonly (Transition | (Omit<Transition, 'event'> & { readonly event: Started }))[],
      facts: { at: number; cause: string; config: string },
    ): Promise<{ kept: readonly Entry[] } | { lost: 'to somebody faster' | 'another lockdown is open' }> {
      const length = lockdown.length;
      const last = length > 0 ? (await history(lockdown.id, -1))[0] : undefined;
      if (length > 0 && last?.number !== length) return { lost: 'to somebody faster' };
      const commit = commitments(lockdown.salt);
      const entries: Entry[] = [];
      for (const { event, from, to, steps } of happened) {
        const before = entries.at(-1) ?? last;
        const body = {
          number: length + entries.length + 1,
          ...facts,
          event,
          from,
          to,
          steps: [...steps],
          previous: before?.hash ?? FIRST_PREVIOUS,
        };
        const plain = JSON.parse(JSON.stringify(body)) as typeof body;
        entries.push(Entry.parse({ ...plain, hash: digestOf('entry', plain, commit) }));
      }
      const after: Lockdown = { ...lockdown, length: length + entries.length };
      const answer = await redis.eval(
        SAVE,
        4,
        key.lockdown(lockdown.id),
        key.history(lockdown.id),
        key.open(),
        key.ended(),
        length,
        JSON.stringify(after),
        lockdown.namespace,
        lockdown.id,
        isOpen(lockdown) ? '1' : '0',
        facts.at,
        ...entries.map((entry) => JSON.stringify(entry)),
      );
      if (answer === 1) return { kept: entries };
      return { lost: answer === -1 ? 'another lockdown is open' : 'to somebody faster' };
    },
  };
}

/** Over the commitments of all that an entry says, the hash of the one before it included. */
export function hashOf({ hash: _, ...body }: Entry, commit: Commit): string {
  return digestOf('entry', body, commit);
}

/** The number of the first entry that does not follow from the one before; nothing when the chain is whole. */
export function firstBrokenEntry(entries: readonly Entry[], salt: string): number | undefined {
  const commit = commitments(salt);
  let previous = FIRST_PREVIOUS;
  for (const [index, entry] of entries.entries()) {
    const whole = entry.number === index + 1 && entry.previous === previous && hashOf(entry, commit) === entry.hash;
    if (!whole) return index + 1;
    previous = entry.hash;
  }
  return undefined;
}
