/** Asks every minute of each open lockdown: which step should be under way, and is it? */
import type { Settings } from '#config/schema.ts';
import type { Event } from '#core/events.ts';
import { dueSteps, STEPS_THAT_STOP_A_LOCKDOWN, stepsTriedByThemselves } from '#core/lockdown.ts';
import { currentStage, type Lockdown, mayBeCut } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import type { GroupAges } from '#redis/group-ages.ts';
import type { Inbox } from '#redis/inbox.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { Queues } from '#redis/queue.ts';
import { cardNames } from '#slack/card-names.ts';
import { JOBS } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';
import { type ConfigurationDeps, tellConfiguration } from './configuration-told.ts';
import { type DailyDeps, keepDailyCheckpoints } from './daily-checkpoints.ts';
import { type ForgettingDeps, forget } from './forgetting.ts';
import { inTurn, isBehind, type LookingDeps, lookForCards } from './looking-for-cards.ts';
import { lookAfterOrphans, type OrphanDeps } from './orphans.ts';
import { startStep } from './recording.ts';
import { keepingSchedules } from './schedules.ts';

export type SweepDeps = ForgettingDeps &
  DailyDeps &
  LookingDeps &
  ConfigurationDeps &
  OrphanDeps & {
    readonly lockdowns: Pick<LockdownStore, 'open' | 'recent' | 'endedBefore'> &
      ForgettingDeps['lockdowns'] &
      OrphanDeps['lockdowns'];
    readonly inbox: Pick<Inbox, 'waiting' | 'drop'>;
    readonly queues: Pick<Queues, 'add' | 'addAgain' | 'schedule' | 'scheduled' | 'unschedule' | 'underWay' | 'freed'>;
    readonly evidence: Pick<EvidenceStore, 'former'> & ForgettingDeps['evidence'];
    readonly directory: { members(group: string): Promise<readonly string[]> };
    readonly groupAges: GroupAges;
    readonly settings: Settings;
    readonly journal: Pick<Journal, 'repaired' | 'forgot'> & OrphanDeps['journal'];
    readonly clockTrouble: () => Promise<string | undefined>;
    readonly now: () => number;
  };

/** A step that was just started may not be in its queue yet. */
const GRACE_MS = 10_000;
/** What fails for longer than its own tries take. */
const TRIED_AGAIN_MINUTES = 10;
const DAY = 24 * 3_600_000;
/** An ended lockdown no longer changes, so its cards are looked at only for so long. */
const SHOWN_AGAIN_MS = 3_600_000;

export function sweep(deps: SweepDeps) {
  const keepSchedules = keepingSchedules(deps);
  return async (): Promise<void> => {
    const minute = Math.floor(deps.now() / 60_000);
    await freeQueues(deps);
    await takeUpAgain(deps);
    const clockTrouble = await deps.clockTrouble();
    if (clockTrouble !== undefined) deps.journal.warned({ because: clockTrouble });
    const open = await deps.lockdowns.open();
    const ended = await deps.lockdowns.recent();
    const leftOver = ended.filter((lockdown) => dueSteps(lockdown).length > 0);
    const busy = open.length + leftOver.length > 0 ? await underWay(deps) : new Set<string>();
    for (const lockdown of leftOver) await repair(deps, lockdown, busy, minute);
    await keepSchedules(open.filter(({ phase }) => phase !== 'locked').map(({ id }) => id));
    const turn = new Set(inTurn(open, minute).map(({ id }) => id));
    for (const lockdown of open) {
      await tellConfiguration(deps, lockdown);
      // A clock that jumped must neither give a namespace back early nor end a question.
      const fact =
        clockTrouble === undefined && deadline(lockdown, await cutSince(deps, lockdown), deps.settings, deps.now());
      if (fact)
        await deps.queues.add(
          'record-event',
          { lockdown: lockdown.id, event: fact.event },
          `${lockdown.id}-${fact.id}`,
        );
      await repair(deps, lockdown, busy, minute);
      if (lockdown.phase === 'securing')
        await deps.queues.add('remind', { lockdown: lockdown.id }, `${lockdown.id}-remind${Math.floor(minute / 10)}`);
      if (lockdown.phase !== 'discovering' && lockdown.phase !== 'releasing') {
        const night = Math.floor(deps.now() / DAY);
        await deps.queues.add('check-drift', { lockdown: lockdown.id }, `${lockdown.id}-night${night}-drift`);
      }
      // The cards show the truth within a minute, whatever was lost on the way; drawing those that do is not for free.
      if (turn.has(lockdown.id) || (await isBehind(deps, lockdown))) await showAgain(deps, lockdown, minute);
    }
    // How it ended has to be seen as well, although the queue was lost in that moment.
    for (const lockdown of ended)
      if (deps.now() - lockdown.phaseSince < SHOWN_AGAIN_MS) await showAgain(deps, lockdown, minute);
    if (clockTrouble === undefined) {
      for (const id of await deps.lockdowns.endedBefore(deps.now() - deps.settings.retentionDays * DAY))
        await forget(deps, id);
      await keepDailyCheckpoints(deps, open);
      await lookAfterOrphans(deps);
    }
    // Last, because a Slack that does not answer must hold up nothing else.
    await lookForCards(deps, open, minute);
    if (clockTrouble === undefined && minute % 10 === 0) await noteMembers(deps);
  };
}

/** The id makes it one a minute, whoever sweeps. */
function showAgain({ queues }: Pick<SweepDeps, 'queues'>, { id }: Lockdown, minute: number): Promise<unknown> {
  return queues.add('announce', { lockdown: id }, `${id}-sweep${minute}-announce`);
}

/** What waits in a queue that is held up is lost to whoever waits for it, and nothing else would say so. */
async function freeQueues({ queues, journal }: Pick<SweepDeps, 'queues' | 'journal'>): Promise<void> {
  for (const name of await queues.freed())
    journal.warned({
      because: `The queue ${name} was paused or throttled, so its jobs were not done; it goes on now. Lockstep pauses no queue: somebody who may write to Redis did.`,
    });
}

/** What somebody was told is recorded, and the queue has lost. */
async function takeUpAgain({ inbox, queues, journal, now }: SweepDeps): Promise<void> {
  for (const { id, job } of await inbox.waiting()) {
    const data = job && JOBS[job.name].safeParse(job.data).data;
    if (!job || !data) {
      journal.warned({ because: `what was kept as the job ${id} is none, so it was dropped` });
      await inbox.drop(id);
    } else if (now() - job.at >= GRACE_MS && (await queues.addAgain(job.name, data, id)))
      journal.repaired({ lockdown: 'lockdown' in data ? data.lockdown : data.id, step: job.name });
  }
}

/** So that who was added is known of long before the next question, or wish. */
async function noteMembers({ directory, groupAges, settings, now }: SweepDeps): Promise<void> {
  const groups = settings.namespaces.flatMap((each) => [
    ...each.requesters.groups,
    ...each.approval.groups,
    ...Object.values(each.stages).flatMap((stage) => stage?.groups ?? []),
  ]);
  for (const group of new Set(groups)) await groupAges.newcomers(group, await directory.members(group), now(), 0);
}

/** Starts again what should be under way and is not. */
async function repair(deps: SweepDeps, lockdown: Lockdown, busy: ReadonlySet<string>, minute: number): Promise<void> {
  if (deps.now() - lockdown.phaseSince < GRACE_MS) return;
  for (const { step, stage } of dueSteps(lockdown)) {
    if (busy.has(placeOf(step, lockdown.id, stage))) continue;
    // A question that was put is under way as long as it is there for people to answer.
    if (stage && step === 'ask-approval' && (await isPosted(deps, lockdown, stage))) continue;
    deps.journal.repaired({ lockdown: lockdown.id, step });
    await startStep(deps, lockdown.id, { step, stage }, `sweep${minute}`);
  }
  const again = Math.floor(minute / TRIED_AGAIN_MINUTES);
  for (const { step, stage } of stepsTriedByThemselves(lockdown)) {
    if (!busy.has(placeOf(step, lockdown.id, stage)))
      await startStep(deps, lockdown.id, { step, stage }, `again${again}`);
  }
}

async function isPosted({ cards }: Pick<SweepDeps, 'cards'>, { id, stages }: Lockdown, stage: Stage): Promise<boolean> {
  return (await cards.get(id, cardNames.approval(stage, stages[stage].revision))) !== undefined;
}

/** Since when the namespace is, or may be, cut and nobody has confirmed it; also when the report of it never came. */
async function cutSince({ evidence }: SweepDeps, lockdown: Lockdown): Promise<number | undefined> {
  if (lockdown.phase === 'watching') return lockdown.phaseSince;
  if (lockdown.phase !== 'securing' || !mayBeCut(lockdown)) return undefined;
  return (await evidence.former(lockdown.id))?.at;
}

/** What time alone brings about. The ids make each happen once. */
function deadline(
  lockdown: Lockdown,
  cutSince: number | undefined,
  settings: Settings,
  now: number,
): { event: Event; id: string } | undefined {
  if (lockdown.phase === 'discovering' && !lockdown.paused && now >= lockdown.discoveryEndsAt)
    return { event: { type: 'discovery-ended' }, id: 'discovery-ended' };
  // Also when watching itself has failed: nobody may be left cut off because the console does not answer.
  const confirmMs = settings.watch.confirmMinutes * 60_000;
  if (cutSince !== undefined && confirmMs > 0 && now > cutSince + confirmMs)
    return { event: { type: 'not-confirmed-in-time' }, id: `not-confirmed-${cutSince}` };
  const stage = currentStage(lockdown);
  const ask = stage && lockdown.stages[stage].ask;
  if (lockdown.paused) return undefined;
  if (stage && ask && lockdown.stages[stage].phase === 'asking' && now >= ask.expiresAt)
    return { event: { type: 'expired', stage, nonce: ask.nonce }, id: `${stage}-${ask.nonce}-expired` };
  return undefined;
}

async function underWay(deps: SweepDeps): Promise<Set<string>> {
  const places = new Set<string>();
  for (const step of STEPS_THAT_STOP_A_LOCKDOWN) {
    for (const data of await deps.queues.underWay(step))
      places.add(placeOf(step, data.lockdown, 'stage' in data ? data.stage : undefined));
  }
  return places;
}

function placeOf(step: string, lockdown: string, stage: string | undefined): string {
  return `${step} ${lockdown} ${stage ?? ''}`;
}
