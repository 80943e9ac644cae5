/** Takes a stage back from the console, because somebody asked for it or cancelled the lockdown. */
import { type Lockdown, mayBeCut } from '#core/lockdown-state.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import { type JobFacts, WillNotPass } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import { type Reporting, report } from './reporting.ts';
import { type TakingBackDeps, takeBack } from './taking-back.ts';

export type UndoDeps = Reporting & TakingBackDeps & { readonly lockdowns: Pick<LockdownStore, 'read'> };

export function undoStage(deps: UndoDeps) {
  return async ({ lockdown: id, stage }: JobData<'undo-stage'>, job: JobFacts): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    if (lockdown?.stages[stage].phase !== 'undoing') return;
    if (stage !== 'disable-discovery') await refuseWhileCut(deps, lockdown);
    const left = await takeBack(deps, lockdown, stage);
    await report(deps, id, { type: 'undone', stage, ...(left.length > 0 ? { left } : {}) }, job.id);
  };
}

/** The tables never ask for it; whoever writes to Redis could, and would cut what the rules allow. */
async function refuseWhileCut(deps: Pick<UndoDeps, 'consoleApi'>, lockdown: Lockdown): Promise<void> {
  const { own } = (await deps.consoleApi.readPolicy(lockdown.namespace)).policy;
  if (own.incoming !== 'Reject' || own.outgoing !== 'Reject') return;
  const because =
    'Discovery mode is off, so taking these rules away would cut what they allow. Release the namespace first.';
  // The last stage is being taken back at the same time, and gives the namespace back.
  throw mayBeCut(lockdown) ? new Error(because) : new WillNotPass(because);
}
