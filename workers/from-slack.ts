/** Whether a job that only the Slack process may leave was left by it: whoever writes to Redis can leave one, too. */
import { type Inbox, REMEMBERED_MS } from '#redis/inbox.ts';
import { WillNotPass } from '#redis/queue.ts';
import { type FROM_SLACK, JOBS, type JobData } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';
import type { AllSteps } from './all-steps.ts';
import { type TellingDeps, tellAlone } from './telling.ts';

export type FromSlack = (typeof FROM_SLACK)[number];

export type HearingDeps = TellingDeps & {
  readonly inbox: Pick<Inbox, 'drop' | 'kept' | 'wasHeard'>;
  readonly jobReceiptIsValid: (name: FromSlack, data: JobData<FromSlack>) => boolean;
  readonly journal: Pick<Journal, 'forgedJob' | 'heardBefore' | 'refused'>;
  readonly now: () => number;
};

/** What is older could be an old wish that somebody puts there once more, and nobody counts on it any more. */
const HEARD_WITHIN_MS = 7 * 24 * 3_600_000;

/** The steps, of which those that the Slack process starts do nothing that it did not leave, and nothing twice. */
export function hearing(deps: HearingDeps, steps: AllSteps): AllSteps {
  return {
    ...steps,
    'open-lockdown': async (data, job) => {
      const wished = await heard(deps, 'open-lockdown', data, job);
      if (wished) await steps['open-lockdown'](wished, job);
    },
    'record-request': async (data, job) => {
      const wished = await heard(deps, 'record-request', data, job);
      if (wished) await steps['record-request'](wished, job);
    },
  };
}

/** What is to be done: as the Slack process left it. Throws where it left no such thing; whoever wished too long ago is told. */
export async function heard<Name extends FromSlack>(
  deps: HearingDeps,
  name: Name,
  queued: JobData<Name>,
  job: { readonly id: string },
): Promise<JobData<Name> | undefined> {
  const data = await asItWasLeft(deps, name, queued, job);
  if (await deps.inbox.wasHeard({ name, data })) {
    deps.journal.heardBefore({ step: name, job: job.id });
    await deps.inbox.drop(job.id);
    return undefined;
  }
  if (!isTooOld(data, deps.now())) return data;
  await tellTooLate(deps, data);
  await deps.inbox.drop(job.id);
  return undefined;
}

/** Whoever may leave jobs may overwrite one that waits, but not the copy of it that is kept beside the queue. */
async function asItWasLeft<Name extends FromSlack>(
  deps: HearingDeps,
  name: Name,
  queued: JobData<Name>,
  job: { readonly id: string },
): Promise<JobData<Name>> {
  const because = whyForged(deps, name, queued, job);
  if (because === undefined) return queued;
  const kept = await deps.inbox.kept(job.id);
  const { success, data } = JOBS[name].safeParse(kept?.name === name ? kept.data : undefined);
  const left = success ? (data as JobData<Name>) : undefined;
  const isKept = left && whyForged(deps, name, left, job) === undefined;
  const instead = isKept ? '; what was left under its id is done instead' : '';
  deps.journal.forgedJob({ step: name, job: job.id, because: `${because}${instead}` });
  if (isKept) return left;
  // Otherwise the sweep would find it there, and put it into the queue again.
  await deps.inbox.drop(job.id);
  throw new WillNotPass(because);
}

function whyForged(
  { jobReceiptIsValid, now }: HearingDeps,
  name: FromSlack,
  data: JobData<FromSlack>,
  job: { readonly id: string },
): string | undefined {
  if (!jobReceiptIsValid(name, data)) return 'it carries no valid receipt of the Slack process';
  if (now() - data.at > REMEMBERED_MS) return 'nobody remembers any more whether it was heard';
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
