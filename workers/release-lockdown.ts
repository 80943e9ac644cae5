/** Gives a namespace back: exactly the default actions that it had before. */
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { JobFacts } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import { type Reporting, report } from './reporting.ts';
import { type CutDeps, type GivingBackDeps, giveBack, givenBackBefore } from './taking-back.ts';

export type ReleaseDeps = Reporting & GivingBackDeps & CutDeps & { readonly lockdowns: Pick<LockdownStore, 'read'> };

export function releaseLockdown(deps: ReleaseDeps) {
  return async ({ lockdown: id }: JobData<'release-lockdown'>, job: JobFacts): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    if (lockdown?.phase !== 'releasing') return;
    const given = (await givenBackBefore(deps, lockdown)) ?? (await giveBack(deps, lockdown));
    await report(deps, id, { type: 'released', ...given }, job.id);
  };
}
