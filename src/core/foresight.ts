/** What a policy would say of the evidence if some changes were made and discovery mode were off, worked out once. */
import { type CalledPorts, calledPorts } from './called-ports.ts';
import type { Change } from './draft.ts';
import type { Edge, Peer } from './edge.ts';
import type { Evidence } from './evidence.ts';
import { withChanges } from './replay.ts';
import { sayTheSame } from './verdict/changed-rules.ts';
import type { AppliedRule } from './verdict/compiled-policy.ts';
import { compile, type Judge, type Verdict } from './verdict.ts';
import type { Workload } from './workload.ts';

type Foreseen = {
  readonly called: CalledPorts;
  /** Under the policy of now. */
  readonly unchanged: Judge;
  readonly changed: WeakMap<readonly Change[], Judge>;
  readonly ends: OwnEnds;
};

const REJECT = { incoming: 'Reject', outgoing: 'Reject' } as const;

/** A stage's draft and its replay ask about all edges under the same changes: half of all verdicts are had for nothing. */
export function judgeAfter(evidence: Evidence, changes: readonly Change[]): Judge {
  const { unchanged, changed } = foreseenFrom(evidence);
  // Judged as if both defaults were Reject, so that default actions change nothing.
  if (changes.every((change) => change.kind === 'set-default-actions')) return unchanged;
  let judge = changed.get(changes);
  if (!judge) {
    judge = judgeOf(evidence, changes);
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
    const judge = compile(evidence.policy, evidence.workloads, { assume: REJECT, called });
    const unchanged = remembering(judge, evidence.edges, () => evidence.edges.map(judge.judge));
    known = { called, unchanged, changed: new WeakMap(), ends: ownEnds(evidence) };
    foreseen.set(evidence, known);
  }
  return known;
}

/**
 * A stage concerns some workloads in one direction: at all others every verdict stays what it is, which spares half of the
 * judging.
 */
function judgeOf(evidence: Evidence, changes: readonly Change[]): Judge {
  const { policy, workloads, edges } = evidence;
  const { called, unchanged, ends } = foreseenFrom(evidence);
  const judge = compile(withChanges(policy, changes), workloads, { assume: REJECT, called });
  // A prefix may wake any rule, at either end.
  const wakes = changes.some((change) => change.kind === 'add-tag-prefixes');
  const differ = (before: readonly AppliedRule[], after: readonly AppliedRule[]) =>
    wakes ? before.length > 0 || after.length > 0 : !sayTheSame(before, after);
  return remembering(judge, edges, () => {
    const rules = ends.workloads.map((own) => ({ before: unchanged.rulesOf(own), after: judge.rulesOf(own) }));
    const sends = [...rules.map(({ before, after }) => differ(before.outgoing, after.outgoing)), false];
    const takes = [...rules.map(({ before, after }) => differ(before.incoming, after.incoming)), false];
    const isConcerned = (place: number) =>
      sends[ends.source[place] as number] || takes[ends.destination[place] as number];
    const concerned = [...edges.keys()].filter(isConcerned);
    const anew = judge.judgeAll(concerned.map((place) => edges[place] as Edge));
    const verdicts = [...unchanged.judgeAll(edges)];
    for (const [nth, place] of concerned.entries()) verdicts[place] = anew[nth] as Verdict;
    return verdicts;
  });
}

/** All edges of the evidence are judged at most once. */
function remembering(judge: Judge, edges: readonly Edge[], judgeThem: () => readonly Verdict[]): Judge {
  let verdicts: readonly Verdict[] | undefined;
  return {
    ...judge,
    judgeAll(some) {
      if (some !== edges) return judge.judgeAll(some);
      verdicts ??= judgeThem();
      return verdicts;
    },
  };
}

/** Which workload of the namespace each edge has at either end, by its place in the list; past the list where it has none. */
type OwnEnds = {
  readonly workloads: readonly Workload[];
  readonly source: Uint32Array;
  readonly destination: Uint32Array;
};

function ownEnds({ policy, workloads, edges }: Evidence): OwnEnds {
  const own = [...workloads.values()].filter(({ namespace }) => namespace === policy.namespace);
  const places = new Map(own.map(({ key }, place) => [key, place]));
  const placeOf = (peer: Peer) => (peer.kind === 'workload' ? places.get(peer.workload) : undefined) ?? own.length;
  return {
    workloads: own,
    source: Uint32Array.from(edges, ({ source }) => placeOf(source)),
    destination: Uint32Array.from(edges, ({ destination }) => placeOf(destination)),
  };
}
