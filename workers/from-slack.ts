/** Whether a job that only the Slack process may leave was left by it: whoever writes to Redis can leave one, too. */
import type { Inbox } from '#redis/inbox.ts';
import { WillNotPass } from '#redis/queue.ts';
import type { FROM_SLACK, JobData } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';
import type { AllSteps } from './all-steps.ts';
import { type TellingDeps, tellAlone } from './telling.ts';

export type FromSlack = (typeof FROM_SLACK)[number];

export type HearingDeps = TellingDeps & {
  readonly inbox: Pick<Inbox, 'done'>;
  readonly jobReceiptIsValid: (name: FromSlack, data: JobData<FromSlack>) => boolean;
  readonly journal: Pick<Journal, 'forgedJob' | 'refused'>;
  readonly now: () => number;
};

/** As long as a finished job keeps its id taken; what is older could be an old wish that somebody puts there once more. */
const HEARD_WITHIN_MS = 7 * 24 * 3_600_000;

/** The steps, of which those that the Slack process starts do nothing that it did not leave. */
export function hearing(deps: HearingDeps, steps: AllSteps): AllSteps {
  return {
    ...steps,
    'open-lockdown': async (data, job) => {
      if (await heard(deps, 'open-lockdown', data, job)) await steps['open-lockdown'](data, job);
    },
    'record-request': async (data, job) => {
      if (await heard(deps, 'record-request', data, job)) await steps['record-request'](data, job);
    },
  };
}

/** Throws where the job is not the Slack process’s or is another’s copy; whoever wished too long ago is told so. */
export async function heard(
  deps: HearingDeps,
  name: FromSlack,
  data: JobData<FromSlack>,
  job: { readonly id: string },
): Promise<boolean> {
  const because = whyForged(deps, name, data, job);
  if (because !== undefined) {
    deps.journal.forgedJob({ step: name, job: job.id, because });
    // Otherwise the sweep would find it there, and put it into the queue again.
    await deps.inbox.done(job.id);
    throw new WillNotPass(because);
  }
  if (!isTooOld(data, deps.now())) return true;
  await tellTooLate(deps, data);
  await deps.inbox.done(job.id);
  return false;
}

function whyForged(
  { jobReceiptIsValid }: HearingDeps,
  name: FromSlack,
  data: JobData<FromSlack>,
  job: { readonly id: string },
): string | undefined {
  if (!jobReceiptIsValid(name, data)) return 'it carries no valid receipt of the Slack process';
  // Its own id is what makes a request count once.
  return 'wish' in data && data.id !== job.id ? 'it is the copy of another job' : undefined;
}

/** What names the question it is about ends with that question, however long people and workers took. */
function isTooOld(data: JobData<FromSlack>, now: number): boolean {
  if ('wish' in data && (data.wish.verb === 'vote' || data.wish.verb === 'withdraw-vote')) return false;
  return now - data.at > HEARD_WITHIN_MS;
}

async function tellTooLate(deps: HearingDeps, data: JobData<FromSlack>): Promise<void> {
  const verb = 'wish' in data ? data.wish.verb : 'start';
  const when = new Date(data.at).toISOString().slice(0, 16).replace('T', ' ');
  const because = `What you asked for on ${when} UTC (${verb}) was not done: it waited for more than a week. Ask again if you still want it.`;
  const lockdown = 'wish' in data ? data.lockdown : data.id;
  deps.journal.refused({ lockdown, user: data.user, verb, because });
  await tellAlone(deps, data, because);
}
