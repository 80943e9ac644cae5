/** Where a lockdown stands, in a line. */
import { outcome } from '#core/approval.ts';
import { currentStage, isClosed, type Lockdown } from '#core/lockdown-state.ts';
import { STAGES } from '#core/stage.ts';
import { count, number, utc } from './build.ts';
import { STAGE_PHASE_WORDS } from './words.ts';

export function inOneLine(lockdown: Lockdown): string {
  if (lockdown.phase === 'discovering') return `Discovery ends ${utc(lockdown.discoveryEndsAt)}.`;
  const closed = STAGES.filter((stage) => isClosed(lockdown.stages[stage].phase)).length;
  const stages = `${number(closed)} of ${number(STAGES.length)} stages closed`;
  const stage = currentStage(lockdown);
  if (!stage) return `${stages}.`;
  const { phase, ask, votes } = lockdown.stages[stage];
  if (phase !== 'asking' || !ask) return `${stages}; ${stage}: ${STAGE_PHASE_WORDS[phase][1]}.`;
  if (ask.undecided > 0) return `${stages}; ${stage} needs answers for ${count(ask.undecided, 'edge')}.`;
  const { approving, needed } = outcome(votes, ask);
  return `${stages}; ${stage} has ${number(approving.length)} of ${number(needed)} approvals.`;
}
