/** A laptop without a Redis server still runs the whole product: the embedded one carries what it needs. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Transition } from '#core/lockdown.ts';
import { startOf } from '#core/lockdown-state.ts';
import { firstBrokenEntry, lockdownStore } from '#redis/lockdown-store.ts';
import { openQueues, work } from '#redis/queue.ts';
import { type PrivateRedis, startRedis } from '#sandbox/redis.ts';
import { aLockdown } from '#test/support/lockdowns.ts';

let server: PrivateRedis;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis({ embedded: true });
  redis = new Redis(server.url);
});

afterAll(async () => {
  await redis.quit();
  await server.stop();
});

const trouble = (error: Error) => {
  throw error;
};

test('a lockdown is kept with its history, and somebody slower does not overwrite it', async () => {
  const store = lockdownStore(redis);
  const facts = { at: 1, cause: 'job-1', config: 'hash' };
  const started = { event: startOf(aLockdown()), from: '', to: 'discovering', steps: [] };
  expect(await store.save(aLockdown(), [started], facts)).toHaveProperty('kept');
  const early: Transition = {
    event: { type: 'started-early', by: 'U0ALICE001' },
    from: 'discovering',
    to: 'securing',
    steps: [],
  };
  const kept = await store.read(aLockdown().id);
  expect(await store.save(kept ?? aLockdown(), [early], { ...facts, cause: 'job-2' })).toHaveProperty('kept');
  expect(await store.save(kept ?? aLockdown(), [early], { ...facts, cause: 'job-3' })).toEqual({
    lost: 'to somebody faster',
  });
  expect(firstBrokenEntry(await store.history(aLockdown().id), aLockdown().salt)).toBeUndefined();
});

test('a job is done once, and a schedule comes again and again', async () => {
  const queues = openQueues(server.url, ['announce', 'sweep'], trouble);
  const done: string[] = [];
  const told = new Promise<void>((resolve) => {
    const look = () => (done.filter((name) => name === 'sweep').length >= 2 ? resolve() : setTimeout(look, 50));
    look();
  });
  const on = { error: trouble, gaveUp: (_: string, __: string, error: Error) => trouble(error) };
  const workers = [
    work(server.url, 'announce', async ({ lockdown }) => void done.push(lockdown), on),
    work(server.url, 'sweep', async () => void done.push('sweep'), on),
  ];
  await queues.add('announce', { lockdown: 'ld-1' }, 'ld-1-e1-announce');
  await queues.add('announce', { lockdown: 'ld-1' }, 'ld-1-e1-announce');
  await queues.schedule('sweep', 'sweep', { everyMs: 200 }, {});
  await told;
  expect(done.filter((name) => name === 'ld-1')).toEqual(['ld-1']);
  await Promise.all(workers.map((worker) => worker.close()));
  await queues.close();
});
