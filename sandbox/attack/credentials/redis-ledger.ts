/** Who writes everything in Redis writes the history, too: whether `ledger verify` finds it, and says where. */
import { join } from 'node:path';
import { commitments } from '#core/commitment.ts';
import type { Event } from '#core/events.ts';
import { key } from '#redis/keys.ts';
import { type Entry, hashOf } from '#redis/lockdown-store.ts';
import { replay } from '#src/ledger/checks/replay.ts';
import { lockstep } from '#src/ledger/lockstep.ts';
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Scene } from '../scene.ts';

type Change = {
  readonly tried: string;
  /** What is done to the history, and from which entry on it is not what it was. */
  readonly to: (entries: readonly Entry[]) => { readonly entries: readonly Entry[]; readonly from: number };
  /** Hashes and state are written anew as well, so that only witnesses outside know; they need not know the very entry. */
  readonly fitted?: true;
  readonly exit: 1 | 2;
};

const CHANGES: readonly Change[] = [
  {
    tried: 'one entry of the history changed',
    to: (entries) => {
      const from = numberOf(entries, 'vote-cast');
      return {
        entries: entries.map((entry) => (entry.number === from ? { ...entry, at: entry.at - 1 } : entry)),
        from,
      };
    },
    exit: 1,
  },
  {
    tried: 'one entry taken out of the history',
    to: (entries) => {
      const from = numberOf(entries, 'vote-cast');
      return { entries: entries.filter(({ number }) => number !== from), from };
    },
    exit: 1,
  },
  {
    tried: 'two entries of the history in each other’s place',
    to: (entries) => {
      const from = numberOf(entries, 'vote-cast');
      const [one, other] = entries.slice(from - 1, from + 1);
      return { entries: one && other ? entries.toSpliced(from - 1, 2, other, one) : entries, from };
    },
    exit: 1,
  },
  {
    tried: 'the end of the history cut off, with a checkpoint in it, and the lockdown written as it was then',
    to: (entries) => {
      const from = numberOf(entries, 'applied');
      if (numberOf(entries, 'checkpoint-posted') < from) throw new Error('nobody vouched for what is cut off');
      return { entries: entries.slice(0, from - 1), from };
    },
    fitted: true,
    exit: 2,
  },
  {
    tried: 'an entry before a checkpoint written anew, with every hash after it',
    to: (entries) => {
      const from = numberOf(entries, 'reopened');
      const by = 'U0NOBODY001';
      return {
        entries: entries.map((entry) =>
          entry.number === from ? { ...entry, event: { ...entry.event, by } as Entry['event'] } : entry,
        ),
        from,
      };
    },
    fitted: true,
    exit: 1,
  },
  {
    tried: 'a checkpoint in the history exchanged for one of another entry, with every hash after it',
    to: (entries) => {
      const from = numberOf(entries, 'checkpoint-posted');
      const root = entries[0]?.hash;
      return {
        entries: entries.map((entry) =>
          entry.number === from ? { ...entry, event: { ...entry.event, size: 1, root } as Entry['event'] } : entry,
        ),
        from,
      };
    },
    fitted: true,
    exit: 1,
  },
];

export const redisLedger: readonly Attempt[] = CHANGES.map((change, at) => ({
  case: 'R-05',
  credential: 'Redis, writing everything',
  when: 'asked',
  tried: `${change.tried}; then ledger verify`,
  run: (scene) => verified(scene, change, at === 0),
}));

async function verified(scene: Scene, { to, fitted, exit }: Change, isFirst: boolean): Promise<string> {
  await scene.settled();
  const { id, salt } = await scene.lockdown();
  // Each of the others starts from what the one before has put back.
  const before = isFirst ? await verifyNow(scene, id) : undefined;
  if (before && before.exit !== 0)
    throw new Error(`the history is not whole before anybody wrote to it: ${before.last}`);
  const history = await scene.history();
  const changed = to(history);
  const entries = fitted ? rehashed(changed.entries, salt) : changed.entries;
  const [kept, state] = [await scene.redis.lrange(key.history(id), 0, -1), await scene.redis.get(key.lockdown(id))];
  try {
    await writeHistory(
      scene,
      id,
      entries.map((entry) => JSON.stringify(entry)),
    );
    const after = fitted && replay(salt, entries).lockdown;
    if (after) await scene.redis.set(key.lockdown(id), JSON.stringify(after));
    const found = await verifyNow(scene, id);
    if (found.exit === 0) throw new WentThrough(found.last);
    if (found.exit !== exit) throw new Error(`it ended with ${found.exit}: ${found.last}`);
    const [, named = ''] = /first wrong entry is (\d+)/.exec(found.last) ?? [];
    const isRight = fitted && exit === 1 ? Number(named) >= changed.from : Number(named) === changed.from;
    if (!isRight) throw new WentThrough(`entry ${changed.from} was written, and it said: ${found.last}`);
    return `exit ${found.exit}: ${found.last}`;
  } finally {
    await writeHistory(scene, id, kept);
    if (state !== null) await scene.redis.set(key.lockdown(id), state);
  }
}

/** As somebody runs it who has the configuration, with what Slack and the console’s objects know. */
async function verifyNow(scene: Scene, id: string): Promise<{ exit: number; last: string }> {
  let out = '';
  const say = (text: string) => {
    out += text;
  };
  const words = ['ledger', 'verify', '--lockdown', id, '--keys', join(scene.folder, 'lockstep.yaml')];
  const world = { env: scene.environments.worker, now: Date.now, out: say, err: say };
  const exit = await lockstep([...words, '--anchors', 'slack,console'], world);
  return { exit, last: out.trim().split('\n').at(-1) ?? '' };
}

async function writeHistory({ redis }: Scene, id: string, lines: readonly string[]): Promise<void> {
  await redis
    .multi()
    .del(key.history(id))
    .rpush(key.history(id), ...lines)
    .exec();
}

function rehashed(entries: readonly Entry[], salt: string): Entry[] {
  let previous = '0'.repeat(64);
  return entries.map((entry, at) => {
    const unhashed = { ...entry, number: at + 1, previous };
    previous = hashOf(unhashed, commitments(salt));
    return { ...unhashed, hash: previous };
  });
}

function numberOf(entries: readonly Entry[], type: Event['type']): number {
  const found = entries.find(({ event }) => event.type === type);
  if (!found) throw new Error(`${type} is not in the history`);
  return found.number;
}
