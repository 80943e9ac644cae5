/** Where a lockdown stands, in a line. */
import { outcome } from '#core/approval.ts';
import { currentStage, isClosed, type Lockdown } from '#core/lockdown-state.ts';
import { STAGES } from '#core/stage.ts';
import { number, utc } from './build.ts';
import { kinds, stageWords } from './words.ts';

/** `confirmBy`: by when somebody has to confirm, while it is watching. */
export function inOneLine(lockdown: Lockdown, confirmBy?: number): string {
  if (lockdown.phase === 'discovering') return `Discovery ends ${utc(lockdown.discoveryEndsAt)}.`;
  if (lockdown.phase === 'watching')
    return confirmBy === undefined
      ? 'Nobody has to confirm; it stays until somebody releases it.'
      : `Somebody has to confirm by ${utc(confirmBy)}; otherwise the former default actions come back.`;
  const closed = STAGES.filter((stage) => isClosed(lockdown.stages[stage].phase)).length;
  const stages = `${number(closed)} of ${number(STAGES.length)} stages closed`;
  const stage = currentStage(lockdown);
  if (!stage) return `${stages}.`;
  const { phase, ask, votes } = lockdown.stages[stage];
  if (phase !== 'asking' || !ask) return `${stages}; ${stage}: ${stageWords(lockdown, stage)[1]}.`;
  if (ask.undecided > 0) return `${stages}; ${stage} needs answers for ${kinds(ask.undecided)}.`;
  const { approving, needed } = outcome(votes, ask);
  return `${stages}; ${stage} has ${number(approving.length)} of ${number(needed)} approvals.`;
}
