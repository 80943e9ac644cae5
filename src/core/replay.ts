/** What recorded edges would have met under a policy nobody has enforced yet. */
import { columnsOf } from './columns.ts';
import type { Change } from './draft.ts';
import type { Edge } from './edge.ts';
import type { ExternalNetwork, NewExternalNetwork } from './external-network.ts';
import type { Tally } from './findings.ts';
import { byWhatHurts } from './hurt.ts';
import type { NetworkRuleset, NewNetworkRuleset, RuleAction } from './network-ruleset.ts';
import type { DefaultActions, OwnAction, Policy } from './policy.ts';
import type { Judge, Verdict } from './verdict.ts';

/** `flows`: the sum of the reports' counts. */
type JudgedEdge = { readonly edge: Edge; readonly verdict: Verdict };

export type Replay = {
  readonly kept: Tally;
  readonly cut: Tally;
  readonly uncertain: Tally;
  /** What hurts most comes first. */
  readonly cutEdges: readonly JudgedEdge[];
  readonly uncertainEdges: readonly JudgedEdge[];
};

/** Edges that were rejected when they were recorded work no more than before, and are in none of the three. */
export function replay(edges: readonly Edge[], judge: Pick<Judge, 'judgeAll'>): Replay {
  const verdicts = judge.judgeAll(edges);
  const { count, rejected } = columnsOf(edges);
  const places: Record<Verdict['outcome'], number[]> = { accept: [], reject: [], uncertain: [] };
  for (const [place, verdict] of verdicts.entries()) if (rejected[place] !== 1) places[verdict.outcome].push(place);
  const tally = (some: readonly number[]): Tally => ({
    edges: some.length,
    flows: some.reduce((flows, place) => flows + (count[place] as number), 0),
  });
  const listed = (some: readonly number[]): JudgedEdge[] =>
    Array.from(byWhatHurts(edges, Uint32Array.from(some)), (place) => ({
      edge: edges[place] as Edge,
      verdict: verdicts[place] as Verdict,
    }));
  return {
    kept: tally(places.accept),
    cut: tally(places.reject),
    uncertain: tally(places.uncertain),
    cutEdges: listed(places.reject),
    uncertainEdges: listed(places.uncertain),
  };
}

/**
 * What a policy would be with some changes made to it. `parent`: the effective actions of the parent namespace, for `Inherit`;
 * where they are not known, `Inherit` is taken to give what is effective now.
 */
export function withChanges(
  policy: Policy,
  changes: readonly Change[],
  parent: DefaultActions<RuleAction> = policy.effective,
): Policy {
  const networks = changes.flatMap((change) => (change.kind === 'create-external-network' ? [change.network] : []));
  const rulesets = changes.flatMap((change) => (change.kind === 'create-ruleset' ? [change.ruleset] : []));
  const prefixes = changes.flatMap((change) => (change.kind === 'add-tag-prefixes' ? change.prefixes : []));
  const actions = changes.findLast((change) => change.kind === 'set-default-actions')?.actions;
  const { local, effective } = policy.prefixes;
  return {
    ...policy,
    prefixes: { local: union(local, prefixes), effective: union(effective, prefixes) },
    rulesets: [...policy.rulesets, ...rulesets.map((ruleset) => draftedRuleset(ruleset, policy.namespace))],
    externalNetworks: [...policy.externalNetworks, ...networks.map((one) => draftedNetwork(one, policy.namespace))],
    ...(actions ? { own: actions, effective: effectiveOf(actions, parent) } : {}),
  };
}

function effectiveOf(own: DefaultActions<OwnAction>, parent: DefaultActions<RuleAction>): DefaultActions<RuleAction> {
  return { incoming: resolved(own.incoming, parent.incoming), outgoing: resolved(own.outgoing, parent.outgoing) };
}

function resolved(action: OwnAction, inherited: RuleAction): RuleAction {
  return action === 'Inherit' ? inherited : action;
}

/** With the tags that the console gives it by itself. */
function draftedNetwork({ name, entries, associatedTags }: NewExternalNetwork, namespace: string): ExternalNetwork {
  const given = ['$identity=externalnetwork', `$namespace=${namespace}`, `$name=${name}`, '$type=Subnet'];
  return {
    id: `draft:${name}`,
    name,
    namespace,
    entries,
    tags: union(associatedTags, given),
    propagate: false,
    annotations: {},
  };
}

function draftedRuleset(ruleset: NewNetworkRuleset, namespace: string): NetworkRuleset {
  return {
    ...ruleset,
    id: `draft:${ruleset.name}`,
    namespace,
    propagate: false,
    disabled: false,
    fallback: false,
    annotations: {},
    updatedAt: 0,
  };
}

function union(some: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...some, ...more])];
}
