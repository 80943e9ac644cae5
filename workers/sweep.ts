/** Asks every minute of each open lockdown: which step should be under way, and is it? */

import type { Settings } from '#config/schema.ts';
import type { Event } from '#core/events.ts';
import { dueSteps, type StepName } from '#core/lockdown.ts';
import { currentStage, type Lockdown } from '#core/lockdown-state.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { Queues } from '#redis/queue.ts';
import type { Journal } from '#src/journal.ts';
import { startStep } from './recording.ts';
import { startSchedules } from './schedules.ts';

export type SweepDeps = {
  readonly lockdowns: Pick<LockdownStore, 'open' | 'endedBefore' | 'forget'>;
  readonly queues: Pick<Queues, 'add' | 'schedule' | 'unschedule' | 'underWay'>;
  readonly settings: Settings;
  readonly journal: Pick<Journal, 'repaired' | 'forgot'>;
  readonly now: () => number;
};

/** A step that was just started may not be in its queue yet. */
const GRACE_MS = 10_000;
const DAY = 24 * 3_600_000;

export function sweep(deps: SweepDeps) {
  return async (): Promise<void> => {
    const minute = Math.floor(deps.now() / 60_000);
    const open = await deps.lockdowns.open();
    const busy = open.length > 0 ? await underWay(deps) : new Set<string>();
    for (const lockdown of open) {
      const fact = deadline(lockdown, deps.now());
      if (fact)
        await deps.queues.add(
          'record-event',
          { lockdown: lockdown.id, event: fact.event },
          `${lockdown.id}-${fact.id}`,
        );
      if (lockdown.phase !== 'locked') await startSchedules(deps, lockdown.id);
      for (const step of dueSteps(lockdown)) {
        if (busy.has(placeOf(step.step, lockdown.id, step.stage)) || deps.now() - lockdown.phaseSince < GRACE_MS)
          continue;
        deps.journal.repaired({ lockdown: lockdown.id, step: step.step });
        await startStep(deps, lockdown.id, step, `sweep${minute}`);
      }
      if (lockdown.phase === 'securing')
        await deps.queues.add('remind', { lockdown: lockdown.id }, `${lockdown.id}-remind${Math.floor(minute / 10)}`);
      // The cards show the truth within a minute, whatever was lost on the way.
      await deps.queues.add('announce', { lockdown: lockdown.id }, `${lockdown.id}-sweep${minute}-announce`);
    }
    for (const id of await deps.lockdowns.endedBefore(deps.now() - deps.settings.retentionDays * DAY)) {
      await deps.lockdowns.forget(id);
      deps.journal.forgot({ lockdown: id });
    }
  };
}

/** What time alone brings about. The ids make each happen once. */
function deadline(lockdown: Lockdown, now: number): { event: Event; id: string } | undefined {
  if (lockdown.phase === 'discovering' && !lockdown.paused && now >= lockdown.discoveryEndsAt)
    return { event: { type: 'discovery-ended' }, id: 'discovery-ended' };
  const stage = currentStage(lockdown);
  const ask = stage && lockdown.stages[stage].ask;
  if (stage && ask && lockdown.stages[stage].phase === 'asking' && now >= ask.expiresAt)
    return { event: { type: 'expired', stage, nonce: ask.nonce }, id: `${stage}-${ask.nonce}-expired` };
  return undefined;
}

const WATCHED = [
  'draft-stage',
  'ask-approval',
  'apply-stage',
  'verify-stage',
  'undo-stage',
  'watch-lockdown',
  'release-lockdown',
] as const satisfies StepName[];

async function underWay(deps: SweepDeps): Promise<Set<string>> {
  const places = new Set<string>();
  for (const step of WATCHED) {
    for (const data of await deps.queues.underWay(step))
      places.add(placeOf(step, data.lockdown, 'stage' in data ? data.stage : undefined));
  }
  return places;
}

function placeOf(step: string, lockdown: string, stage: string | undefined): string {
  return `${step} ${lockdown} ${stage ?? ''}`;
}
