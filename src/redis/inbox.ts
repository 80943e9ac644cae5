/** What people were told is recorded, kept beside the queues until it is done and remembered then: it is never lost, and never done twice. */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { FROM_SLACK, type JobData } from '#src/jobs.ts';
import { key } from './keys.ts';

const LeftJob = z.strictObject({
  name: z.enum(FROM_SLACK),
  /** Parsed where it is queued again, as every job is. */
  data: z.unknown(),
  /** When it was left; milliseconds since the epoch. */
  at: z.number().int(),
});
type LeftJob = z.infer<typeof LeftJob>;

type FromSlack = (typeof FROM_SLACK)[number];
/** A wish by what is signed of it, whatever id its job has. */
export type Wished = { readonly name: FromSlack; readonly data: Pick<JobData<FromSlack>, 'id' | 'at'> };

export type Inbox = ReturnType<typeof inbox>;

const DAY_MS = 24 * 3_600_000;
/** After so long nobody can tell any more whether a wish was heard, so it must not be heard then. */
export const REMEMBERED_MS = 366 * DAY_MS;
/** By how much the clocks of two processes may differ. */
const MARGIN_MS = DAY_MS;

/**
 * KEYS left, heard. ARGV id of the job, what is heard, until when that is remembered, now.
 * In one step, and remembered first: what is no longer kept was heard, and what was not heard is still kept.
 */
const DONE = `
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[4])
return 1`;

export function inbox(redis: Pick<Redis, 'hsetnx' | 'hdel' | 'hget' | 'hgetall' | 'zscore' | 'eval'>) {
  return {
    /** The first of one id stays: what a redelivery brings is the same, and nobody overwrites what was recorded. */
    async keep(id: string, job: LeftJob): Promise<void> {
      await redis.hsetnx(key.left(), id, JSON.stringify(job));
    },

    /** Once it is recorded or refused: the queue may forget it, and it is not heard again. */
    async done(id: string, wished: Wished, now: number): Promise<void> {
      const until = wished.data.at + REMEMBERED_MS + MARGIN_MS;
      await redis.eval(DONE, 2, key.left(), key.heard(), id, wordsOf(wished), until, now);
    },

    async wasHeard(wished: Wished): Promise<boolean> {
      return (await redis.zscore(key.heard(), wordsOf(wished))) !== null;
    },

    /** What was left under this id, where that is still kept. */
    async kept(id: string): Promise<LeftJob | undefined> {
      const text = await redis.hget(key.left(), id);
      return text === null ? undefined : readJob(text);
    },

    /** What nobody wished for, or was heard before: whoever may wish for it under this id is heard all the same. */
    async drop(id: string): Promise<void> {
      await redis.hdel(key.left(), id);
    },

    /** Without its job where what is kept is none: whoever writes to Redis wrote it, and not this house. */
    async waiting(): Promise<{ readonly id: string; readonly job?: LeftJob | undefined }[]> {
      const kept = await redis.hgetall(key.left());
      return Object.entries(kept).map(([id, text]) => ({ id, job: readJob(text) }));
    },
  };
}

function wordsOf({ name, data }: Wished): string {
  return `${name} ${data.id}`;
}

function readJob(text: string): LeftJob | undefined {
  try {
    return LeftJob.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
