/** What one enforcer decides for one direction at one processing unit. */
import type { NetworkRule, Policy, RuleAction, Ruleset } from '#sandbox/console/objects.ts';
import { matches, wireTags } from './expressions.ts';
import { attributed, type Covering, coveringByAddress, coveringByName } from './external-networks.ts';
import { type Direction, effectiveAction, visibleFrom } from './hierarchy.ts';
import { coversTraffic, type Traffic } from './protocol-ports.ts';

export interface Unit {
  ID: string;
  namespace: string;
  tags: readonly string[];
}

/** A unit is recognised by its tags; an address only by the networks and looked-up names that cover it. */
export type Peer = { unit: Unit } | { address: string; names?: readonly string[] };

export interface Question extends Traffic {
  policy: Policy;
  unit: Unit;
  direction: Direction;
  peer: Peer;
}

interface Hit {
  ruleset: Ruleset;
  rule: NetworkRule;
  coverings: Covering[];
}

interface Verdict {
  action: 'Accept' | 'Reject';
  policyID: string;
  policyName: string;
  policyNamespace: string;
  ruleName?: string;
}

export interface Decision extends Verdict {
  /** The external network the peer is reported as; absent for Somewhere and for units. */
  networkID?: string;
  /** Every rule that matched, whether it decided or not. */
  matching: Hit[];
  /** What rules in observation mode would have said. */
  observed?: Verdict;
  silent: boolean;
}

/** Reject beats allow, allow beats the default action; nothing else has an order. */
export function decide(question: Question): Decision {
  const { policy, unit, direction, peer } = question;
  const coverings = 'unit' in peer ? [] : coveringsOf(question, peer);
  const hits = rulesFor(policy, unit, direction).flatMap(({ ruleset, rule }) =>
    hitOf(question, coverings, ruleset, rule),
  );
  const deciding = strongest(hits.filter(({ rule }) => !rule.observationEnabled));
  const observing = strongest(hits.filter(({ rule }) => rule.observationEnabled));
  const network = attributed(deciding.length > 0 ? deciding.flatMap((hit) => hit.coverings) : coverings);
  const first = named(deciding, network?.ID);
  const observed = observing[0];
  return {
    ...(first ? verdictOf(first) : defaultVerdict(effectiveAction(policy, unit.namespace, direction), unit)),
    ...(network ? { networkID: network.ID } : {}),
    ...(observed ? { observed: verdictOf(observed) } : {}),
    matching: hits,
    silent: first?.rule.logsDisabled ?? false,
  };
}

/** The rulesets meant for a unit. Fallbacks count only where nothing else was found. */
export function rulesetsFor(policy: Policy, unit: Unit): Ruleset[] {
  const tags = wireTags(policy, unit.namespace, unit.tags);
  const meant = policy.rulesets.filter(
    (ruleset) => !ruleset.disabled && visibleFrom(unit.namespace, ruleset) && matches(ruleset.subject, tags),
  );
  const normal = meant.filter(({ fallback }) => !fallback);
  return normal.length > 0 ? normal : meant;
}

function rulesFor(policy: Policy, unit: Unit, direction: Direction): { ruleset: Ruleset; rule: NetworkRule }[] {
  return rulesetsFor(policy, unit).flatMap((ruleset) =>
    (direction === 'incoming' ? ruleset.incomingRules : ruleset.outgoingRules).map((rule) => ({ ruleset, rule })),
  );
}

/** Names help only the side that looked them up: outgoing traffic. */
function coveringsOf(question: Question, peer: { address: string; names?: readonly string[] }): Covering[] {
  const { policy, unit, direction } = question;
  const names = direction === 'outgoing' ? (peer.names ?? []) : [];
  return policy.externalNetworks
    .filter((network) => visibleFrom(unit.namespace, network))
    .flatMap((network) => coveringByAddress(network, peer.address) ?? coveringByName(network, names) ?? []);
}

function hitOf(question: Question, coverings: readonly Covering[], ruleset: Ruleset, rule: NetworkRule): Hit[] {
  const { policy, unit, peer } = question;
  if (!coversTraffic(rule.protocolPorts, question)) return [];
  if ('unit' in peer) {
    const tags = wireTags(policy, peer.unit.namespace, peer.unit.tags);
    return matches(rule.object, tags) ? [{ ruleset, rule, coverings: [] }] : [];
  }
  const hit = coverings.filter(({ network }) =>
    matches(rule.object, wireTags(policy, unit.namespace, network.normalizedTags)),
  );
  return hit.length > 0 ? [{ ruleset, rule, coverings: hit }] : [];
}

function strongest(hits: readonly Hit[]): Hit[] {
  const rejecting = hits.filter(({ rule }) => rule.action === 'Reject');
  return rejecting.length > 0 ? rejecting : [...hits];
}

function named(hits: readonly Hit[], networkID: string | undefined): Hit | undefined {
  return hits.find(({ coverings }) => coverings.some(({ network }) => network.ID === networkID)) ?? hits[0];
}

function verdictOf({ ruleset, rule }: Hit): Verdict {
  return {
    action: rule.action === 'Reject' ? 'Reject' : 'Accept',
    policyID: ruleset.ID,
    policyName: ruleset.name,
    policyNamespace: ruleset.namespace,
    ...(rule.name ? { ruleName: rule.name } : {}),
  };
}

function defaultVerdict(action: RuleAction, unit: Unit): Verdict {
  return {
    action: action === 'Reject' ? 'Reject' : 'Accept',
    policyID: 'default',
    policyName: 'default',
    policyNamespace: unit.namespace,
  };
}
