/** Looks every night whether what was approved is still what the console has, and means the same. */
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { JobFacts } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import { type DriftDeps, tellDrift } from './drift.ts';

export type CheckDriftDeps = DriftDeps & { readonly lockdowns: Pick<LockdownStore, 'read'> };

export function checkDrift(deps: CheckDriftDeps) {
  return async ({ lockdown: id }: JobData<'check-drift'>, job: JobFacts): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    if (!lockdown || !['securing', 'watching', 'locked'].includes(lockdown.phase)) return;
    await tellDrift(deps, lockdown, job.id);
  };
}
