/** Whether a job that only the Slack process may leave was left by it: whoever writes to Redis can leave one, too. */
import type { Inbox } from '#redis/inbox.ts';
import { WillNotPass } from '#redis/queue.ts';
import type { FROM_SLACK, JobData } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';

export type FromSlack = (typeof FROM_SLACK)[number];

export type HearingDeps = {
  readonly inbox: Pick<Inbox, 'done'>;
  readonly jobReceiptIsValid: (name: FromSlack, data: JobData<FromSlack>) => boolean;
  readonly journal: Pick<Journal, 'forgedJob'>;
  readonly now: () => number;
};

/** As long as a finished job keeps its id taken; what is older could be an old wish that somebody puts there once more. */
const HEARD_WITHIN_MS = 7 * 24 * 3_600_000;

/** Throws where the job is not the Slack process’s, is another’s copy, or is too old to be meant still. */
export async function heard(
  deps: HearingDeps,
  name: FromSlack,
  data: JobData<FromSlack>,
  job: { readonly id: string },
): Promise<void> {
  const because = whyNot(deps, name, data, job);
  if (because === undefined) return;
  deps.journal.forgedJob({ step: name, job: job.id, because });
  // Otherwise the sweep would find it there, and put it into the queue again.
  await deps.inbox.done(job.id);
  throw new WillNotPass(because);
}

function whyNot(
  { jobReceiptIsValid, now }: HearingDeps,
  name: FromSlack,
  data: JobData<FromSlack>,
  job: { readonly id: string },
): string | undefined {
  if (!jobReceiptIsValid(name, data)) return 'it carries no valid receipt of the Slack process';
  // Its own id is what makes a request count once.
  if ('wish' in data && data.id !== job.id) return 'it is the copy of another job';
  return now() - data.at > HEARD_WITHIN_MS ? 'it is more than a week old' : undefined;
}
