/** What somebody who may write all of Lockstep's Redis can do with a copy of it: put it back as it was. */
import type { Redis } from 'ioredis';

/** Gives what puts back everything that is kept now, with the queues, in place of what is kept then. */
export async function copyOf(redis: Redis): Promise<() => Promise<void>> {
  const names = await redis.keys('{lockstep}:*');
  const kept = await Promise.all(names.map(async (name) => ({ name, value: await redis.dumpBuffer(name) })));
  return async () => {
    await redis.flushdb();
    for (const { name, value } of kept) if (value) await redis.restore(name, 0, value, 'REPLACE');
  };
}
