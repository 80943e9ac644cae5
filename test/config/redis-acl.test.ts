/** What each process may do in a real Redis that has loaded our ACL file. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { inbox } from '#redis/inbox.ts';
import { key, QUEUE_PREFIX } from '#redis/keys.ts';
import { FROM_SLACK } from '#src/jobs.ts';

const PROGRAM = 'redis-server';
const installed = isInstalled(PROGRAM);
const quiet = () => undefined;

describe.skipIf(!installed)('with config/redis.acl loaded', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-acl-'));
  let server: ChildProcess;
  let port = 0;
  const url = (user: string) => `redis://${user}:${user}-password@127.0.0.1:${port}`;
  const open: { disconnect(): void }[] = [];
  const as = (user: string): Redis => {
    const redis = new Redis(url(user), { maxRetriesPerRequest: 1 });
    redis.on('error', quiet);
    open.push(redis);
    return redis;
  };

  beforeAll(async () => {
    writeFileSync(join(folder, 'slack'), 'slack-password\n');
    writeFileSync(join(folder, 'worker'), 'worker-password\n');
    const script = ['config/redis-acl.sh', 'config/redis.acl', join(folder, 'slack'), join(folder, 'worker')];
    writeFileSync(join(folder, 'users.acl'), execFileSync('sh', script));
    port = await freePort();
    const words = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
    server = spawn(PROGRAM, [...words, '--aclfile', join(folder, 'users.acl')], { stdio: 'ignore' });
    await vi.waitFor(async () => expect(await as('worker').ping()).toBe('PONG'), { timeout: 10_000 });
  });

  afterAll(async () => {
    for (const redis of open) redis.disconnect();
    server.kill();
    await new Promise((resolve) => server.once('exit', resolve));
    rmSync(folder, { recursive: true });
  });

  test('nobody comes in without a name, or with a wrong password', async () => {
    const nameless = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 1 });
    nameless.on('error', quiet);
    open.push(nameless);
    await expect(nameless.get(key.open())).rejects.toThrow(/NOAUTH/);
    const wrong = new Redis(`redis://slack:guessed@127.0.0.1:${port}`, { maxRetriesPerRequest: 1 });
    wrong.on('error', quiet);
    open.push(wrong);
    await expect(wrong.get(key.open())).rejects.toThrow(/WRONGPASS|NOAUTH/);
  });

  test('the Slack process reads lockdowns and cannot change one, not even in a script', async () => {
    await as('worker').set(key.lockdown('l1'), '{}');
    const slack = as('slack');
    expect(await slack.get(key.lockdown('l1'))).toBe('{}');
    expect(await slack.hgetall(key.open())).toEqual({});
    await expect(slack.set(key.lockdown('l1'), 'x')).rejects.toThrow(/NOPERM/);
    await expect(slack.rpush(key.history('l1'), 'x')).rejects.toThrow(/NOPERM/);
    await expect(slack.hset(key.findings('l1'), 'a', 'b')).rejects.toThrow(/NOPERM/);
    await expect(slack.eval("return redis.call('SET', KEYS[1], 'x')", 1, key.lockdown('l1'))).rejects.toThrow(
      /NOPERM|ACL/,
    );
    expect(await as('worker').get(key.lockdown('l1'))).toBe('{}');
  });

  test('the Slack process finds a card and cannot say that it is elsewhere', async () => {
    await as('worker').multi().hset(key.cards('l1'), 'main', '{}').set(key.cardAt('C1', '1.2'), '{}').exec();
    const slack = as('slack');
    expect(await slack.hget(key.cards('l1'), 'main')).toBe('{}');
    expect(await slack.get(key.cardAt('C1', '1.2'))).toBe('{}');
    await expect(slack.hset(key.cards('l1'), 'main', 'x')).rejects.toThrow(/NOPERM/);
    await expect(slack.set(key.cardAt('C1', '1.3'), 'x')).rejects.toThrow(/NOPERM/);
  });

  test('the Slack process reads what a card should say and marks one that says something else, no more', async () => {
    await as('worker').lpush(key.texts('l1', 'main'), '["f1"]');
    const slack = as('slack');
    expect(await slack.lrange(key.texts('l1', 'main'), 0, -1)).toEqual(['["f1"]']);
    await expect(slack.lpush(key.texts('l1', 'main'), '["f2"]')).rejects.toThrow(/NOPERM/);
    expect(await slack.sadd(key.altered('l1'), 'main')).toBe(1);
    expect(await as('worker').sismember(key.altered('l1'), 'main')).toBe(1);
  });

  test('the Slack process leaves a job that a worker does', async () => {
    const done: string[] = [];
    for (const name of FROM_SLACK) {
      const queue = new Queue(name, { connection: { url: url('slack') }, prefix: QUEUE_PREFIX });
      await queue.add(name, { id: name }, { jobId: `${name}-one`, attempts: 3, removeOnComplete: { age: 60 } });
      const worker = new Worker(name, async (job) => done.push(String(job.id)), {
        connection: { url: url('worker'), maxRetriesPerRequest: null },
        prefix: QUEUE_PREFIX,
      });
      await expect.poll(() => done, { timeout: 10_000 }).toContain(`${name}-one`);
      await worker.close();
      await queue.close();
    }
  });

  test('the Slack process keeps a job that it left, and neither overwrites nor takes away what is kept', async () => {
    const job = { name: 'record-request', data: { wish: 'release' }, at: 1 } as const;
    await inbox(as('slack')).keep('r1', job);
    await inbox(as('slack')).keep('r1', { ...job, data: { wish: 'confirm' } });
    const slack = as('slack');
    for (const taking of [
      () => inbox(slack).drop('r1'),
      () => inbox(slack).done('r1', { name: 'record-request', data: { id: 'r1', at: 1 } }, 1),
      () => slack.hset(key.left(), 'r1', '{}'),
      () => slack.del(key.left()),
      () => slack.unlink(key.left()),
      () => slack.expire(key.left(), 1),
      () => slack.rename(key.left(), key.once('gone')),
      () => slack.eval("return redis.call('HDEL', KEYS[1], 'r1')", 1, key.left()),
    ])
      await expect(taking()).rejects.toThrow(/NOPERM|ACL/);
    expect(await inbox(as('worker')).waiting()).toEqual([{ id: 'r1', job }]);
  });

  test('the Slack process neither forgets what was heard, nor marks or asks what was', async () => {
    const wished = { name: 'record-request', data: { id: 'r2', at: Date.now() } } as const;
    await inbox(as('worker')).done('r2', wished, Date.now());
    const slack = as('slack');
    for (const reaching of [
      () => inbox(slack).wasHeard(wished),
      () => slack.zadd(key.heard(), 1, 'record-request r3'),
      () => slack.zrem(key.heard(), 'record-request r2'),
      () => slack.del(key.heard()),
      () => slack.zcard(key.heard()),
      () => slack.eval("return redis.call('ZADD', KEYS[1], 1, 'record-request r3')", 1, key.heard()),
    ])
      await expect(reaching()).rejects.toThrow(/NOPERM|ACL/);
    expect(await inbox(as('worker')).wasHeard(wished)).toBe(true);
    expect(await as('worker').zcard(key.heard())).toBe(1);
  });

  test('the Slack process cannot empty, shorten or remove a queue in which its jobs wait', async () => {
    const [name] = FROM_SLACK;
    const queue = new Queue(name, { connection: { url: url('slack') }, prefix: QUEUE_PREFIX });
    queue.on('error', quiet);
    const job = await queue.add(name, {}, { jobId: 'waiting-one' });
    for (const taking of [
      () => queue.obliterate({ force: true }),
      () => queue.drain(),
      () => job.remove(),
      () => as('slack').del(`${QUEUE_PREFIX}:${name}:wait`),
      () => as('slack').ltrim(`${QUEUE_PREFIX}:${name}:wait`, 1, 0),
      () => as('slack').lpop(`${QUEUE_PREFIX}:${name}:wait`),
      () => as('slack').set(`${QUEUE_PREFIX}:${name}:wait`, 'x'),
    ])
      await expect(taking()).rejects.toThrow(/NOPERM|ACL|can't run/);
    expect(await queue.getWaitingCount()).toBe(1);
    await queue.close();
  });

  test('the Slack process marks a request as seen, and forgets none that it saw', async () => {
    const slack = as('slack');
    expect(await slack.set(key.once('m1'), '1', 'EX', 900, 'NX')).toBe('OK');
    expect(await slack.set(key.once('m1'), '1', 'EX', 900, 'NX')).toBe(null);
    await expect(slack.del(key.once('m1'))).rejects.toThrow(/NOPERM/);
    await expect(slack.srem(key.altered('l1'), 'main')).rejects.toThrow(/NOPERM/);
  });

  test('the Slack process cannot leave a job for a step that writes to the console', async () => {
    const queue = new Queue('apply-stage', { connection: { url: url('slack') }, prefix: QUEUE_PREFIX });
    queue.on('error', quiet);
    await expect(queue.add('apply-stage', {}, { jobId: 'forged-one' })).rejects.toThrow(/NOPERM|ACL/);
    await queue.close().catch(quiet);
    expect(
      await as('worker')
        .keys('*')
        .catch((error: Error) => error.message),
    ).toMatch(/NOPERM/);
    expect(await as('worker').exists(`${QUEUE_PREFIX}:apply-stage:forged-one`)).toBe(0);
  });

  test('a worker schedules, and touches nothing that is not Lockstep’s', async () => {
    const queue = new Queue('remind', { connection: { url: url('worker') }, prefix: QUEUE_PREFIX });
    await queue.upsertJobScheduler('remind-l1', { pattern: '0 9 * * *', tz: 'Europe/Berlin' }, { name: 'remind' });
    expect((await queue.getJobSchedulers()).map(({ key }) => key)).toEqual(['remind-l1']);
    await queue.close();
    await expect(as('worker').set('somebody-elses', 'x')).rejects.toThrow(/NOPERM/);
  });

  test.each(['slack', 'worker'])('%s cannot watch, stop, empty or reconfigure the server', async (user) => {
    const redis = as(user);
    const commands = ['MONITOR', 'SHUTDOWN', 'FLUSHALL', 'KEYS *', 'CONFIG SET save x', 'ACL LIST'];
    for (const command of [...commands, 'FUNCTION LIST', 'SCRIPT FLUSH', 'CLIENT LIST', 'CONFIG GET dir']) {
      const [name = '', ...words] = command.split(' ');
      await expect(redis.call(name, ...words), command).rejects.toThrow(/NOPERM/);
    }
  });
});

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--version']);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
