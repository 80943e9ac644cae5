/** When the console was last searched for lockdowns that nobody here knows, and which were found and are not settled. */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { key } from './keys.ts';

/** What it says is a hint where to look: what is done about it is decided by what the console says then. */
export const Orphan = z.strictObject({ namespace: z.string(), lockdown: z.string() });
export type Orphan = z.infer<typeof Orphan>;

export type OrphanStore = ReturnType<typeof orphanStore>;

/** A Redis that was emptied has lost this, too, and so is searched for again at once. */
const SEARCHED_FOR_SECONDS = 3600;

export function orphanStore(redis: Redis) {
  return {
    searchedLately: async (): Promise<boolean> => (await redis.exists(key.searched())) === 1,

    async keepSearched(): Promise<void> {
      await redis.set(key.searched(), '1', 'EX', SEARCHED_FOR_SECONDS);
    },

    async all(): Promise<Orphan[]> {
      return (await redis.hvals(key.orphans())).map((text) => Orphan.parse(JSON.parse(text)));
    },

    async keep(orphan: Orphan): Promise<void> {
      await redis.hset(key.orphans(), orphan.namespace, JSON.stringify(orphan));
    },

    async drop(namespace: string): Promise<void> {
      await redis.hdel(key.orphans(), namespace);
    },
  };
}
