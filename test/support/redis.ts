/** A clean Redis database for one test file. */
import { Redis } from 'ioredis';
import { afterAll, beforeEach, inject } from 'vitest';

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
