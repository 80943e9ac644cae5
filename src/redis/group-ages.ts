/** Since when each member of a user group has been seen in it: Slack does not say when somebody was added. */
import type { Redis } from 'ioredis';
import { key } from './keys.ts';

export type GroupAges = ReturnType<typeof groupAges>;

export function groupAges(redis: Redis) {
  return {
    /**
     * Notes who is in a group now, and gives those who have been for less than `ageMsMin`. Whoever is there at the first
     * look has been for long, as far as anybody knows; who leaves and comes back is new. A group that is empty, or is not
     * shown to us for a while, tells nothing: else whoever fills it again would be taken for those of the first look.
     */
    async newcomers(group: string, members: readonly string[], now: number, ageMsMin: number): Promise<string[]> {
      if (members.length === 0) return [];
      const known = await redis.hgetall(key.groupSeen(group));
      const isFirstLook = Object.keys(known).length === 0;
      const fresh = members.filter((member) => known[member] === undefined);
      const gone = Object.keys(known).filter((member) => !members.includes(member));
      const noting = redis.multi();
      for (const member of fresh) noting.hsetnx(key.groupSeen(group), member, isFirstLook ? 0 : now);
      if (gone.length > 0) noting.hdel(key.groupSeen(group), ...gone);
      await noting.exec();
      const since = (member: string) => Number(known[member] ?? (isFirstLook ? 0 : now));
      return members.filter((member) => now - since(member) < ageMsMin);
    },
  };
}
