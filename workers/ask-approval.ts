/** Posts the card that asks the approvers, in the lockdown's thread. */
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { JobData } from '#src/jobs.ts';
import { type ShowingDeps, showApproval, showLockdown } from './showing.ts';

export type AskDeps = ShowingDeps & { readonly lockdowns: Pick<LockdownStore, 'read'> };

export function askApproval(deps: AskDeps) {
  return async ({ lockdown: id, stage }: JobData<'ask-approval'>): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    if (lockdown?.phase !== 'securing' || lockdown.stages[stage].phase !== 'asking') return;
    const card = await showLockdown(deps, lockdown);
    await showApproval(deps, lockdown, stage, card.ts);
  };
}
