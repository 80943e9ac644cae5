/** A private Redis for a laptop: a redis-server or valkey-server if one is installed, else the embedded one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Redis } from 'ioredis';
import { createRedisMock } from 'js-redis-server';

export type PrivateRedis = {
  readonly url: string;
  /** For people: which server this is. */
  readonly name: string;
  /** Whether it survives being killed. */
  readonly durable: boolean;
  stop(): Promise<void>;
};

export type RedisOptions = {
  port?: number;
  embedded?: boolean;
  /** Users and what they may do; `as` (`user:password`) is the one who waits until it answers. Not for the embedded one. */
  users?: { aclFile: string; as: string };
};

export async function startRedis(options: RedisOptions = {}): Promise<PrivateRedis> {
  const program = options.embedded ? undefined : await installedServer();
  if (!program && options.users)
    throw new Error('A Redis with users takes a redis-server or valkey-server on the PATH.');
  const { port, users } = options;
  return program ? startInstalled(program, port ?? (await freePort()), users) : startEmbedded(port);
}

/** Where a server is installed; undefined where none is on the PATH. */
async function installedServer(): Promise<string | undefined> {
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(folder, name);
      const found = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (found) return path;
    }
  }
  return undefined;
}

async function startInstalled(program: string, port: number, users: RedisOptions['users']): Promise<PrivateRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-redis-'));
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    appendonly: 'yes',
    save: '',
    'maxmemory-policy': 'noeviction',
    ...(users && { aclfile: users.aclFile }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  // Of its own group, so that Ctrl-C stops the processes that use it first.
  const server = spawn(program, flags, { stdio: 'ignore', detached: true });
  // Whoever ends in an error leaves no server behind.
  const withUs = () => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', withUs);
  const stop = async () => {
    await ended(server);
    process.off('exit', withUs);
    await rm(folder, { recursive: true, force: true });
  };
  const url = `redis://${users ? `${users.as}@` : ''}127.0.0.1:${port}`;
  try {
    await untilItAnswers(url, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, name: `${program.split('/').at(-1)} (private, with AOF)`, durable: true, stop };
}

async function startEmbedded(port = 0): Promise<PrivateRedis> {
  const server = await createRedisMock(port === 0 ? {} : { port });
  return {
    url: `redis://${server.host}:${server.port}`,
    name: 'js-redis-server (embedded: in memory, for a laptop only)',
    durable: false,
    stop: () => server.close(),
  };
}

async function untilItAnswers(url: string, server: ChildProcess): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: null });
  // Refused connections are expected until the server listens; the loop below has its own limit.
  redis.on('error', () => undefined);
  try {
    const gone = new Promise<never>((_, reject) => {
      server.once('exit', (code) => reject(new Error(`the private Redis ended with code ${code}`)));
      server.once('error', reject);
    });
    await Promise.race([redis.ping(), gone]);
  } finally {
    redis.disconnect();
  }
}

function ended(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    // Without a number it never ran.
    if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return resolve();
    server.once('exit', () => resolve());
    server.kill('SIGTERM');
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
