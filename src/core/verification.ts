/** Whether traffic is really carried by the rules that were created: what newer flows say, and what they do not say. */
import { calledPorts } from './called-ports.ts';
import type { EdgeGroup } from './draft.ts';
import { type Edge, isRejectedByPolicy, outsideNetworks } from './edge.ts';
import type { Evidence } from './evidence.ts';
import type { VerifyFinding } from './findings.ts';
import { BY_DEFAULT } from './flow.ts';
import { groupEdges, sightingKeys } from './groups.ts';
import { compile, type Judge } from './verdict.ts';

type State = VerifyFinding['groups'][number]['state'];

/** A group is as good as its worst sighting. */
const WORST_FIRST: readonly State[] = ['rejected', 'by-default', 'dropped', 'not-seen', 'one-end', 'carried'];

/**
 * `expected`: the edges that the draft allows, as discovery saw them. `newer`: edges folded only from flows after the
 * change. `ours`: ids of the rulesets that the stage created. `now`: the policy with them. No newer flow is `not-seen`, never
 * green (console-api.md 4.9).
 */
export function verification(
  expected: readonly Edge[],
  newer: readonly Edge[],
  ours: ReadonlySet<string>,
  now: Pick<Evidence, 'namespace' | 'workloads' | 'policy' | 'kubernetes'>,
): VerifyFinding['groups'] {
  const { policy, workloads } = now;
  const judge = compile(policy, workloads, { assume: REJECT, called: calledPorts(now) });
  const before = expected.map(outsideNetworks);
  const after = newer.map(outsideNetworks);
  const expectedKeys = sightingKeys(before, now);
  const newerByKey = new Map<string, Edge[]>();
  const newerKeys = sightingKeys(after, now);
  for (const edge of after) {
    const key = newerKeys.get(edge.id);
    if (key) newerByKey.set(key, [...(newerByKey.get(key) ?? []), edge]);
  }
  return groupEdges(before, now).map((group) => {
    const keys = new Set(group.edges.map((id) => expectedKeys.get(id) ?? ''));
    const states = [...keys].map((key) => stateOf(newerByKey.get(key) ?? [], ours, judge));
    const newest = Math.max(...[...keys].flatMap((key) => (newerByKey.get(key) ?? []).map((edge) => edge.lastSeen)));
    return {
      group,
      state: WORST_FIRST.find((state) => states.includes(state)) ?? 'not-seen',
      ...(Number.isFinite(newest) ? { newest } : {}),
    };
  });
}

function stateOf(seen: readonly Edge[], ours: ReadonlySet<string>, judge: Pick<Judge, 'judge'>): State {
  if (seen.some(isRejectedByPolicy)) return 'rejected';
  // No rule was asked about the others, so they speak neither for ours nor against it.
  const edges = seen.filter(({ action }) => action === 'Accept');
  if (edges.length === 0 && seen.length > 0) return 'dropped';
  if (edges.some((edge) => edge.policyId === BY_DEFAULT || edge.remotePolicyId === BY_DEFAULT)) return 'by-default';
  const carried = edges.filter(
    (edge) => ours.has(edge.policyId) || (edge.remotePolicyId !== undefined && ours.has(edge.remotePolicyId)),
  );
  // Carried by somebody else's ruleset is no proof of ours, and no contradiction either.
  if (carried.length === 0) return 'not-seen';
  return carried.every((edge) => isCarriedAtBothEnds(edge, judge)) ? 'carried' : 'one-end';
}

/**
 * Between two units only the destination reports what was accepted, and older consoles leave out what decided at the source:
 * it may have been the default action still. There the policy on the console is asked what it would do without that.
 */
function isCarriedAtBothEnds(edge: Edge, judge: Pick<Judge, 'judge'>): boolean {
  const isBetweenUnits = edge.source.kind === 'workload' && edge.destination.kind === 'workload';
  return !isBetweenUnits || edge.remotePolicyId !== undefined || judge.judge(edge).outcome === 'accept';
}

const REJECT = { incoming: 'Reject', outgoing: 'Reject' } as const;

export function isProven(groups: VerifyFinding['groups']): boolean {
  return groups.length > 0 && groups.every(({ state }) => state === 'carried');
}

/** One sentence: how many of the expected groups were seen again, and which were not. */
export function proofOf(groups: VerifyFinding['groups'], describe: (group: EdgeGroup) => string): string {
  const carried = groups.filter(({ state }) => state === 'carried').length;
  const open = groups.filter(({ state }) => state !== 'carried');
  const first = open.slice(0, 3).map(({ group, state }) => `${describe(group)} (${WORDS[state]})`);
  const more = open.length > first.length ? ` and ${open.length - first.length} more` : '';
  const rest = open.length === 0 ? '' : `; not proven: ${first.join(', ')}${more}`;
  return `${carried} of ${groups.length} carried by the new rules${rest}`;
}

const WORDS: Record<State, string> = {
  carried: 'carried',
  'by-default': 'still let through by the default action',
  rejected: 'rejected',
  dropped: 'dropped for another reason than policy',
  'one-end': 'carried at the destination, and no rule is known to allow it at the source',
  'not-seen': 'no newer flow',
};
