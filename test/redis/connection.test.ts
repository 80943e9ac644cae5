/** Which Redis is refused, and what somebody reads then: against real servers, one of them with the shipped ACL. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type NoRedis, type OpenRedis, openRedis } from '#redis/connection.ts';
import { freePort } from '#sandbox/redis.ts';

const PROGRAM = 'redis-server';
const installed = isInstalled(PROGRAM);
const trouble = (error: Error) => {
  throw error;
};

function refused(answer: OpenRedis | NoRedis): NoRedis {
  if ('sentence' in answer) return answer;
  answer.redis.disconnect();
  throw new Error('this Redis was accepted');
}

test('a Redis that keeps everything is accepted', async () => {
  const answer = await openRedis(inject('redisUrl'), trouble);
  if ('sentence' in answer) throw new Error(answer.sentence);
  expect(await answer.redis.ping()).toBe('PONG');
  await answer.redis.quit();
});

test('a Redis that is not there is told in one sentence with its place and without the password, and tried again', async () => {
  const port = await freePort();
  const { sentence, passes } = refused(await openRedis(`redis://worker:verysecret@127.0.0.1:${port}/2`, trouble));
  expect(sentence).toBe(
    `Redis cannot be reached at 127.0.0.1:${port} (REDIS_URL): connect ECONNREFUSED 127.0.0.1:${port}. Start it there, or correct REDIS_URL.`,
  );
  expect(passes).toBe(true);
});

describe.skipIf(!installed)('under the shipped ACL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-connection-'));
  let server: ChildProcess;
  let port = 0;
  const url = (user: string, password = `${user}-password`) => `redis://${user}:${password}@127.0.0.1:${port}`;

  beforeAll(async () => {
    for (const user of ['slack', 'worker', 'operator']) writeFileSync(join(folder, user), `${user}-password\n`);
    const script = ['config/redis-acl.sh', 'config/redis.acl', join(folder, 'slack'), join(folder, 'worker')];
    const operator = 'user operator on >operator-password ~* &* +@all\n';
    writeFileSync(join(folder, 'users.acl'), `${execFileSync('sh', script)}${operator}`);
    port = await freePort();
    const words = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
    const wrong = ['--maxmemory-policy', 'allkeys-lru', '--aclfile', join(folder, 'users.acl')];
    server = spawn(PROGRAM, [...words, ...wrong], { stdio: 'ignore' });
    await vi.waitFor(async () => expect((await setting('maxmemory-policy')).join()).toContain('allkeys-lru'), 10_000);
  });

  afterAll(async () => {
    // Asked politely, it would wait for the append-only file it has just begun.
    server.kill('SIGKILL');
    await new Promise((resolve) => server.once('exit', resolve));
    rmSync(folder, { recursive: true });
  });

  async function setting(name: string, value?: string): Promise<string[]> {
    const redis = new Redis(url('operator'), { maxRetriesPerRequest: 0, retryStrategy: () => null });
    redis.on('error', () => undefined);
    try {
      if (value === undefined) return (await redis.config('GET', name)) as string[];
      return [String(await redis.config('SET', name, value))];
    } finally {
      redis.disconnect();
    }
  }

  test.each(['slack', 'worker'])('a Redis that evicts approvals is refused as the user %s, too', async (user) => {
    const { sentence, passes } = refused(await openRedis(url(user), trouble));
    expect(sentence).toContain('maxmemory-policy is allkeys-lru');
    expect(passes).toBe(false);
  });

  test('a wrong password is told as such, and not repeated', async () => {
    const { sentence } = refused(await openRedis(url('worker', 'verysecret'), trouble));
    expect(sentence).toMatch(/^Redis at 127\.0\.0\.1:\d+ \(REDIS_URL\) does not let us in: WRONGPASS/);
    expect(sentence).not.toContain('verysecret');
  });

  test('a Redis that forgets its last seconds is accepted, and known to', async () => {
    await setting('maxmemory-policy', 'noeviction');
    const before = await openRedis(url('worker'), trouble);
    await setting('appendonly', 'yes');
    const after = await openRedis(url('slack'), trouble);
    for (const answer of [before, after]) if ('redis' in answer) answer.redis.disconnect();
    expect([before, after]).toEqual([
      expect.objectContaining({ keepsWhatIsWritten: false }),
      expect.objectContaining({ keepsWhatIsWritten: true }),
    ]);
  });
});

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
