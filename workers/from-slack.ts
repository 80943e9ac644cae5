/** Whether a job that only the Slack process may leave was left by it: whoever writes to Redis can leave one, too. */
import { WillNotPass } from '#redis/queue.ts';
import type { FROM_SLACK, JobData } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';

export type FromSlack = (typeof FROM_SLACK)[number];

export type HearingDeps = {
  readonly jobReceiptIsValid: (name: FromSlack, data: JobData<FromSlack>) => boolean;
  readonly journal: Pick<Journal, 'forgedJob'>;
  readonly now: () => number;
};

/** Longer than workers are away for; what is older could be an old wish that somebody puts there once more. */
const HEARD_WITHIN_MS = 24 * 3_600_000;

/** Throws where the job is not the Slack process’s, is another’s copy, or is too old to be meant still. */
export function heard(
  deps: HearingDeps,
  name: FromSlack,
  data: JobData<FromSlack>,
  job: { readonly id: string },
): void {
  const because = whyNot(deps, name, data, job);
  if (because === undefined) return;
  deps.journal.forgedJob({ step: name, job: job.id, because });
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
  return now() - data.at > HEARD_WITHIN_MS ? 'it is more than a day old' : undefined;
}
