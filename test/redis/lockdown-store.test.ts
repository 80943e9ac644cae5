/** Lockdowns in Redis: nobody overwrites anybody, and the history can be checked by whoever doubts it. */
import { describe, expect, test } from 'vitest';
import type { Event } from '#core/events.ts';
import { advance } from '#core/lockdown.ts';
import { type Lockdown, newLockdown, startOf } from '#core/lockdown-state.ts';
import { cardStore } from '#redis/card-store.ts';
import { type Entry, firstBrokenEntry, lockdownStore } from '#redis/lockdown-store.ts';
import { redisForTests } from '#test/support/redis.ts';
import { record } from '#workers/recording.ts';

const { redis } = redisForTests(4);
const store = lockdownStore(redis);
const SALT = 'the salt of shop-1';
const SHOP = '/acme/aws-dev/k8s/hipster-shop';

const facts = (cause: string) => ({ at: 1000, cause, config: 'c0ffee' });

function shop(id: string, namespace = SHOP): Lockdown {
  return newLockdown({
    id,
    salt: `the salt of ${id}`,
    namespace,
    team: 'T0ACME0001',
    channel: 'C0LOCKDOWN1',
    requestedBy: 'U0ALICE001',
    startedAt: 1000,
    days: 7,
  });
}

async function opened(id: string, namespace = SHOP): Promise<Lockdown> {
  const lockdown = shop(id, namespace);
  const started = { event: startOf(lockdown), from: '', to: 'discovering', steps: [] };
  const saved = await store.save(lockdown, [started], facts(`open-${id}`));
  if ('lost' in saved) throw new Error(saved.lost);
  return kept(id);
}

async function kept(id: string): Promise<Lockdown> {
  const lockdown = await store.read(id);
  if (!lockdown) throw new Error(`${id} is not kept`);
  return lockdown;
}

function save(before: Lockdown, event: Event, cause = event.type) {
  const next = advance(before, event, 2000);
  if (!next) throw new Error(`${event.type} changes nothing`);
  return store.save(next.lockdown, next.transitions, facts(cause));
}

const paused: Event = { type: 'paused', by: 'U0ALICE001' };
const cancelled: Event = { type: 'cancelled', by: 'U0ALICE001', written: 'nothing' };

describe('two who save at once', () => {
  test('the faster one is kept, and the slower one hears of it', async () => {
    const before = await opened('shop-1');
    const results = await Promise.all([
      save(before, paused),
      save(before, { type: 'started-early', by: 'U0BORIS001' }),
    ]);
    expect(results.filter((result) => 'kept' in result)).toHaveLength(1);
    expect(results.filter((result) => 'lost' in result)).toEqual([{ lost: 'to somebody faster' }]);
    const { length, paused: isPaused, phase } = await kept('shop-1');
    expect(await store.history('shop-1')).toHaveLength(length);
    expect(isPaused).toBe(phase === 'discovering');
  });

  test('the slower one decides again on what the faster one left, so neither is lost', async () => {
    await opened('shop-1');
    const quiet = { happened: () => undefined, changedNothing: () => undefined };
    const deps = {
      lockdowns: store,
      queues: { add: async () => undefined },
      journal: quiet,
      configHash: 'c',
      now: () => 2000,
    };
    await Promise.all([
      record(deps, 'shop-1', paused, 'job-1'),
      record(deps, 'shop-1', { type: 'started-early', by: 'U0BORIS001' }, 'job-2'),
    ]);
    expect(await kept('shop-1')).toMatchObject({ paused: true, phase: 'securing' });
    expect(firstBrokenEntry(await store.history('shop-1'), SALT)).toBeUndefined();
  });
});

test('what one job brings is in the history once, although a worker that was taken for dead does it too', async () => {
  await opened('shop-1');
  const quiet = { happened: () => undefined, changedNothing: () => undefined };
  const queues = { add: async () => undefined };
  const deps = { lockdowns: store, queues, journal: quiet, configHash: 'c', now: () => 2000 };
  // Of all facts the one that is kept however often it comes: no row of the table hides a second one.
  const posted: Event = { type: 'checkpoint-posted', size: 1, root: 'r', key: 'k', signature: 's', ts: '1.0' };
  await Promise.all([record(deps, 'shop-1', posted, 'job-1'), record(deps, 'shop-1', posted, 'job-1')]);
  expect((await store.history('shop-1')).filter(({ event }) => event.type === 'checkpoint-posted')).toHaveLength(1);
});

describe('one namespace', () => {
  test('has one open lockdown', async () => {
    await opened('shop-1');
    const second = await store.save(shop('shop-2'), [], facts('open-2'));
    expect(second).toEqual({ lost: 'another lockdown is open' });
    expect((await store.openOf(SHOP))?.id).toBe('shop-1');
    expect(await store.read('shop-2')).toBeUndefined();
  });

  test('can have the next one when the first has ended, and both are found again', async () => {
    await save(await opened('shop-1'), cancelled);
    await opened('shop-2');
    expect((await store.openOf(SHOP))?.id).toBe('shop-2');
    expect((await store.recent()).map(({ id }) => id)).toEqual(['shop-1']);
    expect((await store.open()).map(({ id }) => id)).toEqual(['shop-2']);
  });

  test('keeps its open lockdown when something late is written into an ended one', async () => {
    await save(await opened('shop-1'), cancelled);
    await opened('shop-2');
    const late = await store.save(await kept('shop-1'), [], facts('late'));
    expect(late).toEqual({ kept: [] });
    expect((await store.openOf(SHOP))?.id).toBe('shop-2');
  });

  test('is no obstacle for another one', async () => {
    await opened('shop-1');
    await opened('bank-1', '/acme/aws-dev/k8s/bank');
    expect((await store.open()).map(({ id }) => id).sort()).toEqual(['bank-1', 'shop-1']);
  });
});

describe('the history', () => {
  async function threeEntries(): Promise<Entry[]> {
    await save(await opened('shop-1'), paused);
    await save(await kept('shop-1'), { type: 'resumed', by: 'U0ALICE001' });
    return store.history('shop-1');
  }

  test('of an honest lockdown is whole', async () => {
    expect(firstBrokenEntry(await threeEntries(), SALT)).toBeUndefined();
  });

  test('shows who was written into it afterwards', async () => {
    const [first, second, third] = (await threeEntries()) as [Entry, Entry, Entry];
    const forged = { ...second, event: { ...second.event, by: 'U0BORIS001' } } as Entry;
    expect(firstBrokenEntry([first, forged, third], SALT)).toBe(2);
  });

  test('shows what was taken out of it, and what was put in another order', async () => {
    const [first, second, third] = (await threeEntries()) as [Entry, Entry, Entry];
    expect(firstBrokenEntry([first, third], SALT)).toBe(2);
    expect(firstBrokenEntry([second, first, third], SALT)).toBe(1);
    expect(firstBrokenEntry([second, third], SALT)).toBe(1);
  });
});

describe('a process that dies', () => {
  test('between keeping what happened and starting the steps: the retry starts them, once more and only them', async () => {
    await opened('shop-1');
    const quiet = { happened: () => undefined, changedNothing: () => undefined };
    const started: string[] = [];
    let crash = true;
    const queues = {
      async add(step: string, _data: unknown, id: string) {
        if (crash) throw new Error('the process died');
        started.push(`${step} ${id}`);
      },
    };
    const deps = { lockdowns: store, queues, journal: quiet, configHash: 'c', now: () => 2000 };
    const early: Event = { type: 'started-early', by: 'U0ALICE001' };
    await expect(record(deps, 'shop-1', early, 'job-1')).rejects.toThrow('the process died');
    crash = false;
    expect(await record(deps, 'shop-1', early, 'job-1')).toBe('recorded');
    expect(started).toContain('draft-stage shop-1-dns-e3-draft-stage');
    expect((await store.history('shop-1')).filter(({ event }) => event.type === 'started-early')).toHaveLength(1);
  });
});

describe('when retention is over', () => {
  test('nothing of the lockdown is left, not even where its cards were', async () => {
    await save(await opened('shop-1'), cancelled);
    await cardStore(redis).put('shop-1', 'lockdown', { channel: 'C0LOCKDOWN1', ts: '1.2' });
    expect(await store.endedBefore(1500)).toEqual(['shop-1']);
    const tombstone = { id: 'shop-1', namespace: SHOP, phase: 'cancelled', entries: 2, root: 'abc' };
    await store.forget('shop-1', { ...tombstone, startedAt: 1000, forgottenAt: 3000 });
    expect(await redis.keys('*')).toEqual(['{lockstep}:forgotten']);
    expect(await store.forgotten()).toEqual([{ ...tombstone, startedAt: 1000, forgottenAt: 3000 }]);
  });
});
