/** What the enforcers would decide right now for everything that talks: the answer a prediction is held against. */
import { type Judgement, judge } from '#sandbox/console/enforcer/connection.ts';
import { isAskedFor } from '#sandbox/console/enforcer/dns-cache.ts';
import { plainName } from '#sandbox/console/enforcer/external-networks.ts';
import { effectiveAction, ownAction } from '#sandbox/console/enforcer/hierarchy.ts';
import type { DefaultAction, Policy, RuleAction } from '#sandbox/console/objects.ts';
import type { World } from '#sandbox/console/world/world.ts';
import { connectionOf, everyPair, lookupsOf, type Pair } from './attempts.ts';
import type { Edge } from './edges.ts';
import { mayAsk } from './resolver.ts';

interface EdgeTruth {
  id: string;
  kind: Edge['kind'];
  from: string;
  to: string;
  protocol: string;
  port: number;
  servicePort?: number;
  /** False for planted noise; `noise` says which. */
  true: boolean;
  noise?: string;
  seenInWeek: boolean;
  verdict: 'Accept' | 'Reject';
  decidedBy: string;
  policyID: string;
  /** What the source's own enforcer decided, where both ends are asked. */
  remoteDecidedBy?: string;
  remotePolicyID?: string;
}

export interface Truth {
  namespace: string;
  defaults: { incoming: DefaultAction; outgoing: DefaultAction };
  effective: { incoming: RuleAction; outgoing: RuleAction };
  edges: EdgeTruth[];
}

export function truthOf(
  world: World,
  edges: readonly Edge[],
  policy: Policy,
  seen: ReadonlySet<string>,
  nowMs: number,
): Truth {
  const { namespace } = world;
  return {
    namespace,
    defaults: {
      incoming: ownAction(policy, namespace, 'incoming'),
      outgoing: ownAction(policy, namespace, 'outgoing'),
    },
    effective: {
      incoming: effectiveAction(policy, namespace, 'incoming'),
      outgoing: effectiveAction(policy, namespace, 'outgoing'),
    },
    edges: edges.map((edge) => ({
      id: edge.id,
      kind: edge.kind,
      from: edge.from,
      to: edge.to,
      protocol: edge.protocol,
      port: edge.port,
      ...(edge.servicePort ? { servicePort: edge.servicePort } : {}),
      true: !edge.noise,
      ...(edge.noise ? { noise: edge.noise } : {}),
      seenInWeek: seen.has(edge.id),
      ...verdictOn(world, edge, policy, nowMs),
    })),
  };
}

/** Every replica with every replica and every address; rejected where any of them is. */
function verdictOn(world: World, edge: Edge, policy: Policy, nowMs: number) {
  const judgements = everyPair(world, edge, nowMs).map((pair) => judgePair(world, edge, pair, policy, nowMs));
  const telling = judgements.find(({ action }) => action === 'Reject') ?? judgements[0];
  const rejecting = telling?.findings.find(({ decision }) => decision.action === 'Reject');
  const finding = rejecting ?? telling?.findings.at(-1);
  if (!telling || !finding) throw new Error(`Nobody lives at the ends of ${edge.id}.`);
  // Where both ends saw an address, the source's own report comes first.
  const source = finding.remote ?? (rejecting ? undefined : telling.findings.slice(0, -1)[0]?.decision);
  return {
    verdict: telling.action,
    decidedBy: finding.decision.policyName,
    policyID: finding.decision.policyID,
    ...(source ? { remoteDecidedBy: source.policyName, remotePolicyID: source.policyID } : {}),
  };
}

/** As after a fresh lookup, where the lookup itself is allowed. */
function judgePair(world: World, edge: Edge, pair: Pair, policy: Policy, nowMs: number): Judgement {
  const { pod } = pair.source;
  const names =
    pod && mayAsk(policy, pod)
      ? lookupsOf(world, edge, nowMs)
          .filter(({ addresses }) => addresses !== undefined && addresses.length > 0)
          .map(({ name }) => plainName(name))
          .filter((name) => isAskedFor(policy, pod, name))
      : [];
  return judge(policy, { ...connectionOf(edge, pair), names });
}
