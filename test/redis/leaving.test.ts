/** What somebody is told when their click is left for the workers, and what becomes of it when Redis or its queues are lost. */
import { createServer, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectRedis } from '#redis/connection.ts';
import { inbox } from '#redis/inbox.ts';
import { leaving } from '#redis/leaving.ts';
import { openQueues } from '#redis/queue.ts';
import { freePort, startRedis } from '#sandbox/redis.ts';
import { FROM_SLACK } from '#src/jobs.ts';
import { redisForTests } from '#test/support/redis.ts';

const { url, redis } = redisForTests(6);
const silent = () => undefined;
const NOW = Date.UTC(2026, 10, 22, 12);
const request = {
  id: 'r1',
  lockdown: 'shop-1',
  team: 'T1',
  user: 'U1',
  person: 'U1',
  channel: 'C1',
  at: 1,
  wish: { verb: 'pause' as const },
};

/** As the Slack process has it: one connection for what is kept, and its two queues. */
function slackProcess(at = url) {
  const connection = connectRedis(at, silent);
  const queues = openQueues(at, FROM_SLACK, silent);
  // Closing waits for a server; where there is none, the sockets end with the test.
  onTestFinished(async () => {
    connection.disconnect();
    await Promise.race([queues.close(), new Promise<void>((resolve) => setTimeout(resolve, 500))]);
  });
  return { queues, leave: leaving({ redis: connection, queues, onError: silent, now: () => NOW }) };
}

async function told(leave: ReturnType<typeof slackProcess>['leave'], id = 'r1') {
  const begun = performance.now();
  const answer = await leave('record-request', request, id);
  return { answer, tookMs: performance.now() - begun };
}

describe('when Redis is gone', () => {
  test('somebody who pressed a button hears within two seconds that nothing was recorded', async () => {
    const { answer, tookMs } = await told(slackProcess(`redis://127.0.0.1:${await freePort()}`).leave);
    expect(answer).toBe('not recorded');
    expect(tookMs).toBeLessThan(2000);
  });

  test('also when it was there before and has stopped', async ({ skip }) => {
    const own = await startRedis();
    if (!own.durable) {
      await own.stop();
      skip('the embedded Redis stops only after its clients');
    }
    const { leave } = slackProcess(own.url);
    expect((await told(leave)).answer).toBe('left');
    await own.stop();
    const { answer, tookMs } = await told(leave, 'r2');
    expect(answer).toBe('not recorded');
    expect(tookMs).toBeLessThan(2000);
  });

  test('what was answered “not recorded” is not recorded later either, when Redis answers again', async () => {
    const between = await aWire();
    const { leave, queues } = slackProcess(between.url);
    expect((await told(leave, 'before')).answer).toBe('left');
    between.pause();
    expect((await told(leave, 'during')).answer).toBe('not recorded');
    between.resume();
    expect((await told(leave, 'after')).answer).toBe('left');
    expect((await inbox(redis).waiting()).map(({ id }) => id).sort()).toEqual(['after', 'before']);
    expect(await queues.underWay('record-request')).toHaveLength(2);
  });

  test('whoever clicks at the very moment it falls silent is told that nobody can know', async () => {
    const between = await aWire();
    const { leave } = slackProcess(between.url);
    expect((await told(leave, 'before')).answer).toBe('left');
    between.pauseAfter('PONG');
    expect((await told(leave, 'during')).answer).toBe('uncertain');
  });
});

test('what Redis itself refuses, being full, was not recorded', async () => {
  const own = await startRedis();
  onTestFinished(own.stop);
  const { leave } = slackProcess(own.url);
  expect((await told(leave)).answer).toBe('left');
  const operator = new Redis(own.url);
  onTestFinished(() => operator.disconnect());
  await operator.config('SET', 'maxmemory', '1mb');
  expect((await told(leave, 'r2')).answer).toBe('not recorded');
});

describe('what was left', () => {
  test('is there for whoever works later', async () => {
    const { leave, queues } = slackProcess();
    expect((await told(leave)).answer).toBe('left');
    expect(await queues.underWay('record-request')).toEqual([request]);
    expect(await redis.exists('{lockstep}:queue:record-request:r1')).toBe(1);
  });

  test('is queued again when the queue has lost it, once, and not while it is there', async () => {
    const { leave, queues } = slackProcess();
    await told(leave);
    expect(await queues.addAgain('record-request', request, 'r1')).toBe(false);
    for (const lost of await redis.keys('*queue*')) await redis.del(lost);
    expect(await inbox(redis).waiting()).toEqual([
      { id: 'r1', job: { name: 'record-request', data: request, at: NOW } },
    ]);
    expect(await queues.addAgain('record-request', request, 'r1')).toBe(true);
    expect(await queues.underWay('record-request')).toEqual([request]);
  });

  test('is queued by the sweep where somebody wrote a record beforehand, for which the queue takes it as known', async () => {
    const { leave, queues } = slackProcess();
    await redis.hset('{lockstep}:queue:record-request:r1', { data: 'no vote', opts: '{}', name: 'x' });
    expect((await told(leave)).answer).toBe('left');
    expect(await queues.underWay('record-request')).toEqual([]);
    expect(await queues.addAgain('record-request', request, 'r1')).toBe(true);
    expect(await queues.underWay('record-request')).toEqual([request]);
  });
});

/** A wire to the Redis of the tests that can be held: nothing goes through, and nothing is closed. */
async function aWire() {
  const target = new URL(url);
  const pairs: { readonly near: Socket; readonly far: Socket }[] = [];
  const { connect } = await import('node:net');
  let stopAt: string | undefined;
  const pause = () => {
    for (const { near, far } of pairs) {
      near.pause();
      far.pause();
    }
  };
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    pairs.push({ near, far });
    near.on('data', (data) => far.write(data));
    far.on('data', (data) => {
      near.write(data);
      if (stopAt !== undefined && data.includes(stopAt)) pause();
    });
    for (const socket of [near, far]) socket.on('error', silent);
    near.on('close', () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const { near, far } of pairs) for (const socket of [near, far]) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  return {
    url: `redis://127.0.0.1:${port}${target.pathname}`,
    pause,
    pauseAfter(words: string) {
      stopAt = words;
    },
    resume() {
      for (const { near, far } of pairs) {
        near.resume();
        far.resume();
      }
    },
  };
}
