/** Takes a stage back from the console, because somebody asked for it or cancelled the lockdown. */
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { JobFacts } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import { type Reporting, report } from './reporting.ts';
import { type TakingBackDeps, takeBack } from './taking-back.ts';

export type UndoDeps = Reporting & TakingBackDeps & { readonly lockdowns: Pick<LockdownStore, 'read'> };

export function undoStage(deps: UndoDeps) {
  return async ({ lockdown: id, stage }: JobData<'undo-stage'>, job: JobFacts): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    if (lockdown?.stages[stage].phase !== 'undoing') return;
    const left = await takeBack(deps, lockdown, stage);
    await report(deps, id, { type: 'undone', stage, ...(left.length > 0 ? { left } : {}) }, job.id);
  };
}
