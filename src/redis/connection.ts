/** How Lockstep connects to Redis, and what it asks of the server before it starts. */
import { Redis } from 'ioredis';

/** Commands fail after a few seconds instead of waiting for ever: somebody in Slack waits for the answer. */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: 2, commandTimeout: 5000, connectTimeout: 5000 });
  redis.on('error', onError);
  return redis;
}

/** Says why this server must not be used; nothing when it may. A server that hides its settings is believed. */
export async function whyNotThisRedis(redis: Redis): Promise<string | undefined> {
  const info = await redis.info('server');
  const version = /redis_version:(\d+)\.(\d+)/.exec(info);
  if (version && Number(version[1]) * 100 + Number(version[2]) < 602)
    return `Redis ${version[1]}.${version[2]} is too old: 6.2 is the oldest that will do.`;
  const policy = await setting(redis, 'maxmemory-policy');
  if (policy && policy !== 'noeviction')
    return `Redis evicts keys when its memory is full (maxmemory-policy is ${policy}). Set it to noeviction: what is evicted here is an approval.`;
  return undefined;
}

/** Whether what is written survives a crash of Redis; undefined where the server does not tell. */
export async function keepsWhatIsWritten(redis: Redis): Promise<boolean | undefined> {
  const appendonly = await setting(redis, 'appendonly');
  return appendonly === undefined ? undefined : appendonly === 'yes';
}

async function setting(redis: Redis, name: string): Promise<string | undefined> {
  try {
    const answer = (await redis.config('GET', name)) as string[] | Record<string, string>;
    return Array.isArray(answer) ? answer[1] : answer[name];
  } catch (error) {
    // Managed servers and ACL users may not read the configuration.
    if (error instanceof Error && /NOPERM|unknown command|not allowed/i.test(error.message)) return undefined;
    throw error;
  }
}
