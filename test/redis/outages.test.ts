/** A Redis that stops, loads, is full or is replaced: what was called recorded is done, and what is lost was never called so. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { newLockdown, startOf } from '#core/lockdown-state.ts';
import { connectRedis } from '#redis/connection.ts';
import { leaving } from '#redis/leaving.ts';
import { firstBrokenEntry, lockdownStore } from '#redis/lockdown-store.ts';
import { openQueues, work } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import { aLockdown } from '#test/support/lockdowns.ts';
import { aRedisServer, aSentinel, isRedisInstalled } from '#test/support/redis-servers.ts';

const LONG = { timeout: 25_000, interval: 50 };
const request = (id: string): JobData<'record-request'> => ({
  id,
  lockdown: 'hipster-shop-1',
  team: 'T0ACME0001',
  user: 'U0BORIS001',
  person: 'U0BORIS001',
  channel: 'C0LOCKDOWN1',
  at: 1,
  wish: { verb: 'pause' },
});

/** The Slack process and a worker, as far as Redis is concerned. */
function product(url: string) {
  const troubles: string[] = [];
  const trouble = (error: Error) => void troubles.push(error.message);
  const redis = connectRedis(url, trouble);
  const queues = openQueues(url, ['record-request'], trouble);
  const done: string[] = [];
  const store = lockdownStore(redis);
  const start = () => {
    const worker = work(url, 'record-request', async ({ id }) => void done.push(id), {
      error: trouble,
      gaveUp: (_, id) => void done.push(`gave up ${id}`),
    });
    onTestFinished(() => worker.close(true));
  };
  onTestFinished(() => {
    redis.disconnect();
    // Closing waits for a server; where there is none, the sockets end with the test.
    return Promise.race([queues.close(), new Promise<void>((resolve) => setTimeout(resolve, 500))]);
  });
  const leaveJob = leaving({ redis, queues, onError: trouble, now: () => 1 });
  const leave = (id: string) => leaveJob('record-request', request(id), id);
  const open = async () => {
    const lockdown = newLockdown({ ...aLockdown() });
    const started = { event: startOf(lockdown), from: '', to: 'discovering', steps: [] };
    return store.save(lockdown, [started], { at: 1, cause: 'open', config: 'c' });
  };
  return { start, leave, open, store, done, troubles, redis };
}

describe.skipIf(!isRedisInstalled())('a Redis', () => {
  test('that was killed and started again has every vote that was called recorded, and each is done once', async () => {
    const server = await aRedisServer();
    const { leave, open, store, done, start } = product(server.url);
    await open();
    expect(await leave('before')).toBe('left');
    await server.kill();
    expect(await leave('meanwhile')).toBe('not recorded');
    await server.start();
    await vi.waitFor(async () => expect(await leave('after')).toBe('left'), LONG);
    start();
    await vi.waitFor(() => expect(done).toEqual(expect.arrayContaining(['before', 'after'])), LONG);
    expect([...done].sort()).toEqual(['after', 'before']);
    const lockdown = await store.read('hipster-shop-1');
    expect(firstBrokenEntry(await store.history('hipster-shop-1'), lockdown?.salt ?? '')).toBeUndefined();
    expect(lockdown?.length).toBe(1);
  });

  test('that is killed under a waiting worker is gone on with by that worker, and nobody has to start it again', async () => {
    const server = await aRedisServer();
    const { leave, done, start } = product(server.url);
    start();
    await leave('one');
    await vi.waitFor(() => expect(done).toEqual(['one']), LONG);
    await server.kill();
    await server.start();
    await vi.waitFor(async () => expect(await leave('two')).toBe('left'), LONG);
    await vi.waitFor(() => expect(done).toEqual(['one', 'two']), LONG);
  });

  test('that cuts every connection loses nothing', async () => {
    const server = await aRedisServer();
    const { leave, open, store, done, start } = product(server.url);
    start();
    await open();
    for (const id of ['one', 'two', 'three']) {
      await server.ask('CLIENT', 'KILL', 'TYPE', 'normal');
      await vi.waitFor(async () => expect(await leave(id)).toBe('left'), LONG);
      expect((await store.read('hipster-shop-1'))?.length).toBe(1);
    }
    await vi.waitFor(() => expect([...done].sort()).toEqual(['one', 'three', 'two']), LONG);
  });

  test('that is still loading records nothing and says so; once it has loaded, it does', async () => {
    // Microseconds for each key, so that loading takes a while; and it answers in between.
    const slow = {
      'key-load-delay': '20000',
      'loading-process-events-interval-bytes': '1024',
      appendonly: 'no',
      rdbcompression: 'no',
    };
    const server = await aRedisServer(slow);
    await server.ask('EVAL', "for i = 1, 200 do redis.call('SET', 'key' .. i, ('x'):rep(99)) end", '0');
    const { leave } = product(server.url);
    expect(await leave('before')).toBe('left');
    await server.ask('SAVE');
    await server.kill();
    await server.start('listens');
    await expect(server.ask('GET', 'key1')).rejects.toThrow('LOADING');
    expect(await leave('meanwhile')).toBe('not recorded');
    await vi.waitFor(async () => expect(await leave('after')).toBe('left'), LONG);
  });

  test('whose memory is full keeps nothing, and both the person and the operator hear of it', async () => {
    const server = await aRedisServer();
    const { leave, open, store, troubles } = product(server.url);
    expect(await leave('before')).toBe('left');
    await server.ask('CONFIG', 'SET', 'maxmemory', '1');
    expect(await leave('meanwhile')).toBe('not recorded');
    expect(troubles.join()).toContain('OOM');
    await expect(open()).rejects.toThrow('OOM');
    expect(await store.read('hipster-shop-1')).toBeUndefined();
    await server.ask('CONFIG', 'SET', 'maxmemory', '0');
    expect(await leave('after')).toBe('left');
    expect(await open()).toHaveProperty('kept');
  });

  test('that has become a replica is left for its successor, without anybody losing a vote', async () => {
    const [server, other] = [await aRedisServer(), await aRedisServer()];
    const { open, store } = product(server.url);
    await server.ask('REPLICAOF', '127.0.0.1', String(other.port));
    setTimeout(() => void server.ask('REPLICAOF', 'NO', 'ONE'), 200);
    await vi.waitFor(async () => expect(await open()).toHaveProperty('kept'), LONG);
    expect((await store.read('hipster-shop-1'))?.length).toBe(1);
  });

  test('that dies and has sentinels is replaced by its replica, and everything goes on there', {
    timeout: 60_000,
  }, async () => {
    const first = await aRedisServer();
    const second = await aRedisServer({ replicaof: `127.0.0.1 ${first.port}` });
    await vi.waitFor(async () => expect(await first.ask('INFO', 'replication')).toMatch(/slave0:.*state=online/), LONG);
    const sentinel = await aSentinel('lockstep', first);
    await vi.waitFor(async () => expect(await known(sentinel.port)).toBe('1'), LONG);
    const { leave, open, store, done, start } = product(`redis+sentinel://127.0.0.1:${sentinel.port}/lockstep`);
    start();
    await open();
    expect(await leave('one')).toBe('left');
    await vi.waitFor(() => expect(done).toEqual(['one']), LONG);
    await first.ask('WAIT', '1', '2000');
    await first.kill();
    await vi.waitFor(async () => expect(await leave('two')).toBe('left'), LONG);
    await vi.waitFor(() => expect(done).toEqual(['one', 'two']), LONG);
    expect(await second.ask('ROLE')).toMatch(/^master/);
    expect((await store.read('hipster-shop-1'))?.length).toBe(1);
  });
});

/** How many replicas a sentinel knows of. */
async function known(port: number): Promise<string | undefined> {
  const redis = connectRedis(`redis://127.0.0.1:${port}`, () => undefined);
  try {
    const facts = (await redis.call('SENTINEL', 'MASTER', 'lockstep')) as string[] | Record<string, string>;
    return Array.isArray(facts) ? facts[facts.indexOf('num-slaves') + 1] : facts['num-slaves'];
  } finally {
    redis.disconnect();
  }
}
