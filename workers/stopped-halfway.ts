/** What people and other workers did while a stage was being written, and what is taken back because of it. */
import { type Lockdown, mayBeCut } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import { giveBack, isCut, type TakingBackDeps, takeBack } from './taking-back.ts';

type StoppedDeps = TakingBackDeps & { readonly lockdowns: Pick<LockdownStore, 'read'> };

/** Whether the stage has left its phase meanwhile; what was written after it was taken back is taken back, too. */
export async function stoppedHalfway(deps: StoppedDeps, lockdown: Lockdown, stage: Stage): Promise<boolean> {
  const now = await deps.lockdowns.read(lockdown.id);
  const phase = now?.stages[stage].phase;
  if (phase === 'undoing' || phase === 'waiting') await takeBack(deps, lockdown, stage);
  const givenBack = now?.phase === 'releasing' || now?.phase === 'released';
  // Another worker found the votes void: nobody would watch what this one has cut.
  const unwatched = now && phase !== 'allowed' && !mayBeCut(now);
  if ((givenBack || unwatched) && stage === 'disable-discovery' && (await isCut(deps, lockdown)))
    await giveBack(deps, lockdown);
  const askedAnew = now?.stages[stage].ask?.nonce !== lockdown.stages[stage].ask?.nonce;
  return phase !== 'applying' || now?.phase !== 'securing' || askedAnew;
}
