/** Every step by its name, and what people are told when one of them does not succeed. */

import { isFailure } from '#core/failure.ts';
import { STEPS_THAT_STOP_A_LOCKDOWN } from '#core/lockdown.ts';
import type { Inbox } from '#redis/inbox.ts';
import { type JobFacts, WillNotPass } from '#redis/queue.ts';
import { FROM_SLACK, type JobData, type JobName } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';
import { type AnnounceDeps, announce } from './announce.ts';
import { type ApplyDeps, applyStage } from './apply-stage.ts';
import { type AskDeps, askApproval } from './ask-approval.ts';
import { type CheckDriftDeps, checkDrift } from './check-drift.ts';
import { collectFlows } from './collect-flows.ts';
import { type DraftStageDeps, draftStageStep } from './draft-stage.ts';
import { type OpenDeps, openLockdown } from './open-lockdown.ts';
import { recordEvent } from './record-event.ts';
import { type RequestDeps, recordRequest } from './record-request.ts';
import { type ReleaseDeps, releaseLockdown } from './release-lockdown.ts';
import { type RemindDeps, remind } from './remind.ts';
import { type Reporting, report } from './reporting.ts';
import { type ShadowDeps, shadowStage } from './shadow-stage.ts';
import { type SweepDeps, sweep } from './sweep.ts';
import { type UndoDeps, undoStage } from './undo-stage.ts';
import { type VerifyDeps, verifyStage } from './verify-stage.ts';
import { type WatchDeps, watchLockdown } from './watch-lockdown.ts';

type LeftDeps = { readonly inbox: Pick<Inbox, 'done'>; readonly now: () => number };

export type AllDeps = LeftDeps &
  AnnounceDeps &
  ApplyDeps &
  AskDeps &
  CheckDriftDeps &
  DraftStageDeps &
  OpenDeps &
  ReleaseDeps &
  RemindDeps &
  RequestDeps &
  ShadowDeps &
  SweepDeps &
  UndoDeps &
  VerifyDeps &
  WatchDeps & { readonly journal: Journal };

export type Todo<Name extends JobName> = (data: JobData<Name>, job: JobFacts) => Promise<void>;
export type AllSteps = { readonly [Name in JobName]: Todo<Name> };

export function allSteps(deps: AllDeps): AllSteps {
  const steps: AllSteps = {
    'open-lockdown': openLockdown(deps),
    'record-request': recordRequest(deps),
    'record-event': recordEvent(deps),
    'collect-flows': collectFlows(deps),
    remind: remind(deps),
    'draft-stage': draftStageStep(deps),
    'ask-approval': askApproval(deps),
    'apply-stage': applyStage(deps),
    'shadow-stage': shadowStage(deps),
    'verify-stage': verifyStage(deps),
    'undo-stage': undoStage(deps),
    'watch-lockdown': watchLockdown(deps),
    'release-lockdown': releaseLockdown(deps),
    'check-drift': checkDrift(deps),
    announce: announce(deps),
    sweep: sweep(deps),
  };
  const tried = (name: JobName) => {
    const todo: Todo<never> = steps[name];
    return (data: never, job: JobFacts) => tryOnce(deps, name, data, job, () => todo(data, job));
  };
  return Object.fromEntries((Object.keys(steps) as JobName[]).map((name) => [name, tried(name)])) as AllSteps;
}

/** What does not pass with time, and the last try of what might, is told to the people in Slack. */
async function tryOnce(
  deps: Reporting & LeftDeps & { readonly journal: Pick<Journal, 'stepFailed'> },
  name: JobName,
  data: JobData<JobName>,
  job: JobFacts,
  todo: () => Promise<void>,
): Promise<void> {
  try {
    await todo();
    await doneWith(deps, name, data, job);
  } catch (error) {
    const passing = !(error instanceof WillNotPass) && (!isFailure(error) || error.passing);
    const because = error instanceof Error ? error.message : String(error);
    deps.journal.stepFailed({ step: name, job: job.id, because, attempt: job.attempt, passing });
    if (passing && !job.lastAttempt) throw error;
    await tellThatItFailed(deps, name, data, job, because);
    if (passing) throw error;
    await doneWith(deps, name, data, job);
    throw new WillNotPass(because);
  }
}

/** Only now: until then it is kept, what may still pass too, and the sweep queues it again. */
async function doneWith({ inbox, now }: LeftDeps, name: JobName, data: JobData<JobName>, job: JobFacts): Promise<void> {
  const left = FROM_SLACK.find((each) => each === name);
  // The data is of the job's name, which the compiler cannot follow through a name that it learns here.
  if (left) await inbox.done(job.id, { name: left, data: data as JobData<typeof left> }, now());
}

async function tellThatItFailed(
  deps: Reporting,
  name: JobName,
  data: JobData<JobName>,
  job: JobFacts,
  because: string,
): Promise<void> {
  if (!STOPPING.has(name) || !('lockdown' in data)) return;
  const stage = 'stage' in data ? data.stage : undefined;
  const event = { type: 'step-failed' as const, step: name, because, ...(stage === undefined ? {} : { stage }) };
  await report(deps, data.lockdown, event, job.id);
}

const STOPPING: ReadonlySet<JobName> = new Set(STEPS_THAT_STOP_A_LOCKDOWN);
