/** All stages one after the other without people: every draft taken, every question answered as advised. */
import { calledPorts } from '#core/called-ports.ts';
import type { Answers, Draft, DraftSettings } from '#core/draft.ts';
import type { Evidence } from '#core/evidence.ts';
import { withChanges } from '#core/replay.ts';
import { STAGES } from '#core/stage.ts';
import { draftStage } from '#core/stages/draft-stage.ts';
import { compile, type Judge } from '#core/verdict.ts';

const NOBODY: Answers = { residual: {} };
/** An answer can bring a new question. */
const ROUNDS = 4;

export type LockedDown = { readonly drafts: readonly Draft[]; readonly judge: Pick<Judge, 'judge'> };

export function lockedDown(evidence: Evidence, settings: DraftSettings): LockedDown {
  let policy = evidence.policy;
  const drafts: Draft[] = [];
  for (const stage of STAGES) {
    let draft = draftStage(stage, { ...evidence, policy }, settings, NOBODY);
    for (let round = 0; draft.residual.some(({ decision }) => !decision); round += 1) {
      if (round === ROUNDS) throw new Error('the questions do not end');
      const residual = Object.fromEntries(
        draft.residual.map((one) => [one.group.id, { answer: one.advice, by: 'U0ADVISED01' }]),
      );
      draft = draftStage(stage, { ...evidence, policy }, settings, { residual });
    }
    drafts.push(draft);
    policy = withChanges(policy, draft.changes);
  }
  return { drafts, judge: compile(policy, evidence.workloads, { called: calledPorts(evidence) }) };
}
