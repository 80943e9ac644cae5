/** How Lockstep connects to Redis, and what it asks of the server before it starts. */
import { Redis } from 'ioredis';
import { redisAddress, whereItIs } from '#core/redis-address.ts';
import { doubtAbout } from './server-version.ts';

/** Commands fail after a few seconds instead of waiting for ever: somebody in Slack waits for the answer. */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  const patience = { maxRetriesPerRequest: 2, commandTimeout: 5000, connectTimeout: 5000 };
  const redis = new Redis({ ...connectionTo(url), ...patience });
  redis.on('error', onError);
  return redis;
}

/** How every connection is made: ours, and those of the queues. */
export function connectionTo(url: string) {
  const address = redisAddress(url);
  const [first] = address?.hosts ?? [];
  if (!address || !first) throw new Error('the address of Redis was not checked');
  const { tls, username, password, database: db, hosts, watched } = address;
  const who = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
  const common = { ...who, db, reconnectOnError, retryStrategy, ...(tls ? { tls: {} } : {}) };
  if (watched === undefined) return { ...common, ...first };
  // No failoverDetector: one that hears of the successor while it connects gives the connection up for good.
  const safely = tls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {};
  return { ...common, ...safely, sentinels: [...hosts], name: watched };
}

/** Once a second at least: somebody who pressed a button tries again, and is to be heard as soon as Redis is back. */
function retryStrategy(times: number): number {
  return Math.min(times * 100, 1000);
}

/** A server that takes no writes any more has been replaced: connected again, the command goes to its successor. */
function reconnectOnError({ message }: Error): 2 | false {
  return message.includes('READONLY') ? 2 : false;
}

/** Why there is no connection to work with; what passes with time may be tried again, the rest is a wrong setting. */
export type NoRedis = { readonly sentence: string; readonly passes: boolean };
export type OpenRedis = {
  readonly redis: Redis;
  /** Whether what is written survives a crash of Redis; undefined where the server does not tell. */
  readonly keepsWhatIsWritten: boolean | undefined;
  /** What somebody should know about this server, who may use it all the same. */
  readonly warning?: string;
};

/** Connects and looks at the server: one that cannot be reached or would lose approvals is told in one sentence. */
export async function openRedis(url: string, onError: (error: Error) => void): Promise<OpenRedis | NoRedis> {
  let opened = false;
  let reason: Error | undefined;
  const redis = connectRedis(url, (error) => {
    if (opened) onError(error);
    else reason = error;
  });
  let info: string;
  try {
    info = await redis.info();
  } catch (error) {
    redis.disconnect();
    if (!(error instanceof Error)) throw error;
    return unreachable(url, reason ?? error);
  }
  const sentence = whyNotThisRedis(info);
  if (sentence !== undefined) {
    redis.disconnect();
    return { sentence, passes: false };
  }
  opened = true;
  const doubt = doubtAbout(info);
  const warning = doubt && 'warn' in doubt ? { warning: doubt.warn } : {};
  return { redis, keepsWhatIsWritten: keepsWhatIsWritten(info), ...warning };
}

/** Where Redis should be, without the user and password that the address may hold. */
function unreachable(url: string, { message }: Error): NoRedis {
  const address = redisAddress(url);
  const where = address ? whereItIs(address) : 'an unknown place';
  if (/WRONGPASS|NOAUTH|NOPERM/.test(message))
    return {
      sentence: `Redis at ${where} (REDIS_URL) does not let us in: ${message}. Correct the user and password in REDIS_URL, or make the ACL file again.`,
      passes: true,
    };
  return {
    sentence: `Redis cannot be reached at ${where} (REDIS_URL): ${message || 'no answer'}. Start it there, or correct REDIS_URL.`,
    passes: true,
  };
}

/**
 * Read from INFO, which our ACL users may ask for; CONFIG they may not. A server that hides its settings is believed.
 */
function whyNotThisRedis(info: string): string | undefined {
  const doubt = doubtAbout(info);
  if (doubt && 'refuse' in doubt) return doubt.refuse;
  const [, policy] = /^maxmemory_policy:([\w-]+)/m.exec(info) ?? [];
  if (policy !== undefined && policy !== 'noeviction')
    return `Redis evicts keys when its memory is full (maxmemory-policy is ${policy}). Set it to noeviction: what is evicted here is an approval.`;
  return undefined;
}

function keepsWhatIsWritten(info: string): boolean | undefined {
  const [, enabled] = /^aof_enabled:([01])/m.exec(info) ?? [];
  return enabled === undefined ? undefined : enabled === '1';
}
