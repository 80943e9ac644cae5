/** Redis servers and sentinels that a test may kill, start again and set up as it likes. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, onTestFinished, vi } from 'vitest';
import { freePort } from '#sandbox/redis.ts';

const PROGRAM = 'redis-server';

export function isRedisInstalled(): boolean {
  try {
    execFileSync(PROGRAM, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export type RedisServer = Awaited<ReturnType<typeof aRedisServer>>;

/** With an append-only file that loses nothing; `settings` come last. */
export async function aRedisServer(settings: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-outage-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const usual = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'yes', appendfsync: 'always' };
  const words = Object.entries({ ...usual, ...settings }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  let child: ChildProcess;

  async function start(until: 'answers' | 'listens' = 'answers'): Promise<void> {
    child = spawn(PROGRAM, words, { stdio: 'ignore' });
    await vi.waitFor(
      async () => {
        const answer = await ask('PING').catch((error: Error) => error.message);
        expect(answer).toMatch(until === 'answers' ? /^PONG/ : /^PONG|LOADING/);
      },
      { timeout: 20_000, interval: 20 },
    );
  }
  /** One command over a connection of its own. */
  async function ask(...command: readonly [string, ...string[]]): Promise<string> {
    const redis = new Redis({ port, retryStrategy: () => null, maxRetriesPerRequest: 0, enableReadyCheck: false });
    redis.on('error', () => undefined);
    const [name, ...given] = command;
    return String(await redis.call(name, ...given).finally(() => redis.disconnect()));
  }
  const kill = () => gone(child, 'SIGKILL');

  await start();
  onTestFinished(async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  return { url, port, start, kill, ask };
}

/** Watches one server, and decides alone that it is down. */
export async function aSentinel(watched: string, server: RedisServer): Promise<{ port: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-sentinel-'));
  const port = await freePort();
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${watched} 127.0.0.1 ${server.port} 1`,
    `sentinel down-after-milliseconds ${watched} 500`,
    `sentinel failover-timeout ${watched} 5000`,
  ];
  const file = join(folder, 'sentinel.conf');
  writeFileSync(file, `${lines.join('\n')}\n`);
  const child = spawn(PROGRAM, [file, '--sentinel'], { stdio: 'ignore' });
  onTestFinished(async () => {
    await gone(child, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  return { port };
}

function gone(child: ChildProcess, signal: 'SIGKILL'): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}
