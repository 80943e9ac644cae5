/** What a policy would say of the evidence if some changes were made and discovery mode were off, worked out once. */
import { type CalledPorts, calledPorts } from './called-ports.ts';
import type { Change } from './draft.ts';
import type { Evidence } from './evidence.ts';
import { withChanges } from './replay.ts';
import { compile, type Judge } from './verdict.ts';

type Foreseen = {
  readonly called: CalledPorts;
  /** Under the policy of now. */
  readonly unchanged: Judge;
  readonly changed: WeakMap<readonly Change[], Judge>;
};

const REJECT = { incoming: 'Reject', outgoing: 'Reject' } as const;

/** A stage's draft and its replay ask about all edges under the same changes: half of all verdicts are had for nothing. */
export function judgeAfter(evidence: Evidence, changes: readonly Change[]): Judge {
  const { called, unchanged, changed } = foreseenFrom(evidence);
  // Judged as if both defaults were Reject, so that default actions change nothing.
  if (changes.every((change) => change.kind === 'set-default-actions')) return unchanged;
  let judge = changed.get(changes);
  if (!judge) {
    judge = compile(withChanges(evidence.policy, changes), evidence.workloads, { assume: REJECT, called });
    changed.set(changes, judge);
  }
  return judge;
}

/** On which ports the workloads of the evidence may be dialled. */
export function calledPortsIn(evidence: Evidence): CalledPorts {
  return foreseenFrom(evidence).called;
}

const foreseen = new WeakMap<Evidence, Foreseen>();

function foreseenFrom(evidence: Evidence): Foreseen {
  let known = foreseen.get(evidence);
  if (!known) {
    const called = calledPorts(evidence);
    const unchanged = compile(evidence.policy, evidence.workloads, { assume: REJECT, called });
    known = { called, unchanged, changed: new WeakMap() };
    foreseen.set(evidence, known);
  }
  return known;
}
