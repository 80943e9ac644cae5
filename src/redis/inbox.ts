/** What people were told is recorded, kept beside the queues until it is done: a queue can be lost, a word that was given not. */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { FROM_SLACK } from '#src/jobs.ts';
import { key } from './keys.ts';

const LeftJob = z.strictObject({
  name: z.enum(FROM_SLACK),
  /** Parsed where it is queued again, as every job is. */
  data: z.unknown(),
  /** When it was left; milliseconds since the epoch. */
  at: z.number().int(),
});
type LeftJob = z.infer<typeof LeftJob>;

export type Inbox = ReturnType<typeof inbox>;

export function inbox(redis: Pick<Redis, 'hsetnx' | 'hdel' | 'hgetall'>) {
  return {
    /** The first of one id stays: what a redelivery brings is the same, and nobody overwrites what was recorded. */
    async keep(id: string, job: LeftJob): Promise<void> {
      await redis.hsetnx(key.left(), id, JSON.stringify(job));
    },

    /** Once it is recorded or refused, and so the queue may forget it. */
    async done(id: string): Promise<void> {
      await redis.hdel(key.left(), id);
    },

    /** Without its job where what is kept is none: whoever writes to Redis wrote it, and not this house. */
    async waiting(): Promise<{ readonly id: string; readonly job?: LeftJob | undefined }[]> {
      const kept = await redis.hgetall(key.left());
      return Object.entries(kept).map(([id, text]) => ({ id, job: readJob(text) }));
    },
  };
}

function readJob(text: string): LeftJob | undefined {
  try {
    return LeftJob.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
