/** A Redis with its append-only file in a folder of its own, that can be stopped, killed and started again where it was. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

export type DurableRedis = {
  readonly url: string;
  /** Down for a while: `SIGTERM` writes everything first, `SIGKILL` does not. */
  down(signal: 'SIGTERM' | 'SIGKILL', forMs: number): Promise<void>;
  /** One short conversation, by a client of its own. */
  ask<Answer>(question: (redis: Redis) => Promise<Answer>): Promise<Answer>;
  stop(): Promise<void>;
};

const SERVER = 'redis-server';
const ANSWERS_WITHIN_MS = 20_000;

export async function startDurableRedis(port: number, folder: string): Promise<DurableRedis> {
  const url = `redis://127.0.0.1:${port}`;
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes'];
  flags.push('--save', '', '--maxmemory-policy', 'noeviction');
  let server: ChildProcess | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const killed = () => void server?.kill('SIGKILL');
  process.once('exit', killed);

  async function start(): Promise<void> {
    server = spawn(SERVER, flags, { stdio: 'ignore', detached: true });
    const gone = new Promise<never>((_, reject) => {
      server?.once('error', reject);
    });
    await Promise.race([gone, ask(async (redis) => redis.ping())]);
  }

  async function ended(signal: NodeJS.Signals): Promise<void> {
    const running = server;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => running.once('exit', () => resolve()));
    running.kill(signal);
    await gone;
  }

  async function ask<Answer>(question: (redis: Redis) => Promise<Answer>): Promise<Answer> {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: null });
    // Refused connections are expected while it is down; the deadline below is the limit.
    redis.on('error', () => undefined);
    const late = new AbortController();
    try {
      const deadline = sleep(ANSWERS_WITHIN_MS, undefined, { signal: late.signal }).then(() => {
        throw new Error('Redis did not answer');
      });
      deadline.catch(() => undefined);
      return await Promise.race([question(redis), deadline]);
    } finally {
      late.abort();
      redis.disconnect();
    }
  }

  await start();
  return {
    url,
    ask,
    down(signal, forMs) {
      // One at a time: it cannot be stopped while it is down.
      turn = turn.then(async () => {
        await ended(signal);
        await sleep(forMs);
        await start();
      });
      return turn as Promise<void>;
    },
    async stop() {
      await turn;
      process.off('exit', killed);
      await ended('SIGTERM');
    },
  };
}
