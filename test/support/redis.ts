/** A clean Redis database for one test file, or a whole Redis where the numbers have run out. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, inject } from 'vitest';
import { type PrivateRedis, startRedis } from '#sandbox/redis.ts';

/** Each file has a database of its own, by number, and finds it empty before each test. */
export function redisForTests(database: number): { redis: Redis; url: string } {
  const url = `${inject('redisUrl')}/${database}`;
  const redis = new Redis(url);
  beforeEach(async () => {
    await redis.flushdb();
  });
  afterAll(() => redis.quit());
  return { redis, url };
}

/** A server of the file's own, empty before each test; there once the first test begins. */
export function ownRedisForTests(): () => { redis: Redis; url: string } {
  let own: { server: PrivateRedis; redis: Redis; url: string };
  beforeAll(async () => {
    const server = await startRedis();
    own = { server, redis: new Redis(server.url), url: server.url };
  });
  beforeEach(async () => {
    await own.redis.flushdb();
  });
  afterAll(async () => {
    await own.redis.quit();
    await own.server.stop();
  });
  return () => own;
}
