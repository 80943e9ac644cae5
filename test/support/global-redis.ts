/** One Redis for the whole run, real where one can be had; says first which one it is. */
import type { TestProject } from 'vitest/node';
import { startRedis } from '#sandbox/redis.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.REDIS_URL;
  if (given) {
    process.stdout.write(`Redis: the one at REDIS_URL\n`);
    project.provide('redisUrl', given);
    return async () => undefined;
  }
  const redis = await startRedis();
  process.stdout.write(`Redis: ${redis.name}\n`);
  project.provide('redisUrl', redis.url);
  return () => redis.stop();
}

declare module 'vitest' {
  export interface ProvidedContext {
    redisUrl: string;
  }
}
