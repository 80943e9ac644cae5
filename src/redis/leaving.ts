/** How the Slack process leaves a job for the workers while somebody waits for the answer: told truly, and within two seconds. */
import { type Redis, ReplyError } from 'ioredis';
import type { FROM_SLACK, JobData } from '#src/jobs.ts';
import { inbox } from './inbox.ts';
import type { Queues } from './queue.ts';

/** `uncertain`: Redis fell silent in the middle, and nobody can know until it is back. */
export type Left = 'left' | 'not recorded' | 'uncertain';

/** Together with reading what the answer depends on it has to stay below Slack's three seconds. */
const LEAVE_WITHIN_MS = 1500;

export type LeavingDeps = {
  readonly redis: Redis;
  readonly queues: Pick<Queues, 'add'>;
  readonly onError: (error: Error) => void;
  readonly now: () => number;
};

/**
 * Asked first whether Redis answers, which changes nothing however late it is answered: so "not recorded" is true. Kept
 * before it is queued: so "recorded" stays true although the queue is lost, and the sweep queues it again.
 */
export function leaving({ redis, queues, onError, now }: LeavingDeps) {
  const kept = inbox(redis);
  return async function leave<Name extends (typeof FROM_SLACK)[number]>(
    name: Name,
    data: JobData<Name>,
    id: string,
  ): Promise<Left> {
    const inTime = before(LEAVE_WITHIN_MS, onError);
    if ('failed' in (await inTime(redis.ping()))) return 'not recorded';
    const keeping = await inTime(kept.keep(id, { name, data, at: now() }));
    if ('failed' in keeping) return keeping.failed === 'refused' ? 'not recorded' : 'uncertain';
    await inTime(queues.add(name, data, id));
    return 'left';
  };
}

type Outcome = { readonly done: true } | { readonly failed: 'refused' | 'silent' };

/** One deadline for all that is tried; `refused` where Redis itself said no. */
function before(withinMs: number, onError: (error: Error) => void) {
  const late = new Promise<Outcome>((resolve) => {
    setTimeout(resolve, withinMs, { failed: 'silent' }).unref();
  });
  return (work: Promise<unknown>): Promise<Outcome> => {
    const outcome = work.then(
      (): Outcome => ({ done: true }),
      (error: Error): Outcome => {
        onError(error);
        return { failed: error instanceof ReplyError ? 'refused' : 'silent' };
      },
    );
    return Promise.race([outcome, late]);
  };
}
