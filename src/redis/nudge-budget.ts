/** How often each person was nudged on a day, about all lockdowns together. */
import type { Redis } from 'ioredis';
import { key } from './keys.ts';

export type NudgeBudget = ReturnType<typeof nudgeBudget>;

/** Longer than any day is somewhere on earth. */
const KEPT_SECONDS = 3 * 24 * 3600;

export function nudgeBudget(redis: Redis) {
  return {
    /** Takes one nudge out of a person's day; `false` when none is left. `day`: any number that is the same all day. */
    async take(person: string, day: number, nudgesMax: number): Promise<boolean> {
      const [[, taken] = []] =
        (await redis.multi().hincrby(key.nudged(day), person, 1).expire(key.nudged(day), KEPT_SECONDS).exec()) ?? [];
      return Number(taken) <= nudgesMax;
    },
  };
}
