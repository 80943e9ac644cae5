/** A stage in shadow: its rules are on the console and only observed. What enforcers say of them, beside the replay. */
import type { Change } from './draft.ts';
import { type Edge, outsideNetworks } from './edge.ts';
import type { Disagreement, ShadowFinding } from './findings.ts';
import type { FlowKind } from './flow.ts';
import type { FlowLog } from './flow-log.ts';
import { Fold, type FoldContext, mergeEdges, sameTraffic } from './fold.ts';
import { groupInWords, sightingKeys } from './groups.ts';
import { groupsByWhatHurts } from './hurt.ts';
import type { NetworkRule } from './network-ruleset.ts';
import type { Words } from './places.ts';
import type { Judge, Verdict } from './verdict.ts';

/** The same changes with every rule only observed. What is no rule has no shadow: networks and prefixes reject nothing. */
export function inShadow(changes: readonly Change[]): Change[] {
  return withRules(changes, (rule) => ({ ...rule, observationEnabled: true }));
}

/** The same changes as they are once they are enforced. */
export function outOfShadow(changes: readonly Change[]): readonly Change[] {
  if (!changes.some(isObserved)) return changes;
  return withRules(changes, ({ observationEnabled: _shadow, ...rule }) => rule);
}

function isObserved(change: Change): boolean {
  if (change.kind !== 'create-ruleset') return false;
  const { incomingRules, outgoingRules } = change.ruleset;
  return [...incomingRules, ...outgoingRules].some((rule) => rule.observationEnabled !== undefined);
}

function withRules(changes: readonly Change[], made: (rule: NetworkRule) => NetworkRule): Change[] {
  return changes.map((change) => {
    if (change.kind !== 'create-ruleset') return change;
    const { incomingRules, outgoingRules } = change.ruleset;
    const rules = { incomingRules: incomingRules.map(made), outgoingRules: outgoingRules.map(made) };
    return { ...change, ruleset: { ...change.ruleset, ...rules } };
  });
}

/**
 * Where a report says what our rule would do is documented nowhere: in the observed fields, with the real verdict in its usual
 * place, or the other way round. Our rulesets' ids tell which; one that stands there without any observation really acts.
 */
export function howObserved(kind: FlowKind, ours: ReadonlySet<string>): 'apart' | 'in-place' | 'at-once' | undefined {
  if (kind.observed && ours.has(kind.observed.policyId)) return 'apart';
  if (!ours.has(kind.policyId)) return undefined;
  return kind.observed ? 'in-place' : 'at-once';
}

/** Newer flows, apart by whether our rules would accept them. */
export class ShadowFold {
  readonly accepted: Fold;
  readonly others: Fold;
  readonly told = { apart: 0, 'in-place': 0, 'at-once': 0 };
  flows = 0;
  private readonly ours: ReadonlySet<string>;

  constructor(names: FoldContext['names'], ours: ReadonlySet<string>) {
    this.accepted = new Fold(names);
    this.others = new Fold(names);
    this.ours = ours;
  }

  add({ kinds, ats, values }: FlowLog): void {
    for (const [index, kind] of kinds.entries()) {
      if (kind.policyId === 'local') continue;
      const how = howObserved(kind, this.ours);
      const fold = how !== undefined && saidOfOurs(kind, how) === 'Accept' ? this.accepted : this.others;
      fold.count(kind, ats[index] as number, values[index] as number);
      this.flows += values[index] as number;
      if (how !== undefined) this.told[how] += values[index] as number;
    }
  }
}

function saidOfOurs(kind: FlowKind, how: 'apart' | 'in-place' | 'at-once'): FlowKind['action'] | undefined {
  return how === 'apart' ? kind.observed?.action : kind.action;
}

export type Shadowed = {
  /** What the draft allows, as discovery saw it. */
  readonly expected: readonly Edge[];
  /** Folded only from flows after the rules came. */
  readonly accepted: readonly Edge[];
  readonly others: readonly Edge[];
  readonly told: ShadowFold['told'];
  readonly flows: number;
  /** Under the policy without our rules, and with them enforced; both with everything else rejected. */
  readonly without: Pick<Judge, 'judge'>;
  readonly enforced: Pick<Judge, 'judge'>;
  readonly words: Words;
};

export function compareShadow(shadowed: Shadowed): Omit<ShadowFinding, 'since' | 'readAt' | 'minutes'> {
  const { expected, told, flows, without, enforced, words } = shadowed;
  const accepted = byId(shadowed.accepted);
  const others = byId(shadowed.others);
  const newer = [...new Map([...others, ...accepted])].map(([id, edge]) => {
    const twin = accepted.get(id) === edge ? others.get(id) : accepted.get(id);
    return twin ? mergeEdges(edge, twin) : edge;
  });
  const judged = newer.map((edge) => ({ edge, verdict: enforced.judge(edge) }));
  // What somebody else's rule accepts as well hangs on none of ours.
  const ours = judged.filter(
    ({ edge, verdict }) => verdict.outcome === 'reject' || without.judge(edge).outcome !== 'accept',
  );
  const of = (outcome: Verdict['outcome'], here: boolean, there: boolean) =>
    ours.filter(
      ({ edge, verdict }) =>
        verdict.outcome === outcome && accepted.has(edge.id) === here && others.has(edge.id) === there,
    );
  const keys = sightingKeys([...newer, ...expected.map(outsideNetworks)], words);
  const count = (edges: readonly { readonly edge: Edge }[]) =>
    new Set(edges.map(({ edge }) => keys.get(edge.id) ?? edge.id)).size;

  const seen = new Set(newer.map(({ id }) => keys.get(id)));
  const unused = expected.filter(({ id }) => !seen.has(keys.get(id)));
  const disagreements = [
    ...explained(of('reject', true, false).concat(of('reject', true, true)), 'accepted', words),
    ...explained(of('accept', false, true), 'unmatched', words),
    ...explained(of('accept', true, true), 'partly', words),
  ];
  return {
    told: flows === 0 ? 'no-flows' : told['at-once'] > 0 ? 'at-once' : howTold(told),
    agreed: count(of('accept', true, false)),
    disagreements,
    uncertain: {
      accepted: count(of('uncertain', true, false).concat(of('uncertain', true, true))),
      unmatched: count(of('uncertain', false, true)),
    },
    unused: groupsByWhatHurts(unused.map(outsideNetworks), words),
  };
}

function howTold(told: ShadowFold['told']): ShadowFinding['told'] {
  if (told.apart > 0) return 'apart';
  return told['in-place'] > 0 ? 'in-place' : 'never';
}

/** By traffic, whichever ruleset was the real reason; a flow that was really rejected is no matter of rules that allow. */
function byId(edges: readonly Edge[]): Map<string, Edge> {
  const accepted = edges.filter(({ action }) => action === 'Accept');
  return new Map(sameTraffic(accepted).map((edge) => [edge.id, outsideNetworks(edge)]));
}

function explained(
  judged: readonly { readonly edge: Edge; readonly verdict: Verdict }[],
  kind: Disagreement['kind'],
  words: Words,
): Disagreement[] {
  const byEdge = new Map(judged.map((one) => [one.edge.id, one]));
  const groups = groupsByWhatHurts(
    judged.map(({ edge }) => edge),
    words,
  );
  return groups.map((group) => {
    const first = byEdge.get(group.edges[0] ?? '');
    if (!first) throw new Error('a group has at least one edge');
    return { group, kind, because: `${first.verdict.because} ${WHY[kind](first.edge)}` };
  });
}

/** What is known to make the two differ; which of it is true here, a person finds out. */
const WHY: Readonly<Record<Disagreement['kind'], (edge: Edge) => string>> = {
  accepted: ({ source, destination }) =>
    source.kind === 'workload' && destination.kind === 'workload'
      ? 'The destination would accept it, and only the destination reports such a connection: the source may still refuse it.'
      : 'The enforcers would accept it: the rule covers more than the replay takes it to.',
  unmatched: ({ names }) =>
    names.length > 0
      ? 'A rule by name matches only after the pod has looked the name up again and connected anew.'
      : 'The connection may be older than the rule, else a tag or an address is not what the rule names.',
  partly: () =>
    'Some newer flows matched and some did not: connections that are older than the rule stay as they began.',
};

/** The figures in a sentence, for the history and the thread. */
export function shadowInWords({ told, agreed, disagreements, uncertain, unused }: Compared): string {
  if (told === 'no-flows') return 'No newer flow came, so nothing was compared.';
  if (told === 'never') return NEVER_TOLD;
  const compared = agreed + disagreements.length;
  const first = disagreements.slice(0, 3).map(({ group }) => groupInWords(group));
  const more = disagreements.length > first.length ? ` and ${disagreements.length - first.length} more` : '';
  const doubtful = uncertain.accepted + uncertain.unmatched;
  return [
    ...(told === 'at-once' ? [AT_ONCE] : []),
    `${agreed} of ${compared} came out as predicted${first.length > 0 ? `; otherwise: ${first.join(', ')}${more}` : ''}.`,
    ...(doubtful > 0 ? [`${doubtful} were uncertain: ${uncertain.accepted} would be accepted.`] : []),
    ...(unused.length > 0 ? [`${unused.length} kinds of traffic did not come.`] : []),
  ].join(' ');
}
type Compared = Pick<ShadowFinding, 'told' | 'agreed' | 'disagreements' | 'uncertain' | 'unused'>;

export const NEVER_TOLD =
  'The reports carry no observation at all: this console or its enforcers do not say what observed rules would do, so nothing was compared.';
export const AT_ONCE = 'The console lets these rules act at once, although they are marked as only observed.';
