/** The ends of an edge that are in this namespace: what the rules of each are asked, and what they decide. */
import type { Edge, Peer } from '../edge.ts';
import { TCP, UDP } from '../flow.ts';
import type { RuleAction } from '../network-ruleset.ts';
import type { DefaultActions, Policy } from '../policy.ts';
import type { Workload } from '../workload.ts';
import type { CompiledPolicy, Direction } from './compiled-policy.ts';
import { type Decision, decide, type Probe, probeOf } from './decide.ts';

export type Side = 'source' | 'destination';

export type End = {
  readonly side: Side;
  readonly direction: Direction;
  readonly workload: Workload;
  /** The workload at the other end, where it is known by identity and its tags could be read. */
  readonly peer: Workload | undefined;
  readonly probe: Probe;
  readonly decision: Decision;
};

/** Destination first: it is asked first, and it is the one that reports. */
export function endsOf(
  edge: Edge,
  compiled: CompiledPolicy,
  workloads: ReadonlyMap<string, Workload>,
  byDefault: DefaultActions<RuleAction>,
): End[] {
  const ends: End[] = [];
  for (const side of ['destination', 'source'] as const) {
    const [own, other] = side === 'source' ? [edge.source, edge.destination] : [edge.destination, edge.source];
    const workload = isHere(own, compiled.policy) ? workloads.get(own.workload) : undefined;
    if (!workload) continue;
    const direction = side === 'source' ? 'outgoing' : 'incoming';
    // Only TCP and UDP carry an identity; anything else between workloads is judged by addresses that the edge does not hold.
    const byIdentity = other.kind === 'workload' && (edge.protocol === TCP || edge.protocol === UDP);
    const peer = byIdentity ? workloads.get(other.workload) : undefined;
    const { protocol, port } = edge;
    const probe = byIdentity
      ? probeOf({ protocol, port, tags: peer ? compiled.bits(peer) : compiled.bitsOfUnknown(other.namespace) })
      : probeOf({ protocol, port, networks: compiled.networksOf(addressOf(other), namesOf(edge, direction)) });
    const decision = decide(compiled.unit(workload)[direction], byDefault[direction], probe);
    ends.push({ side, direction, workload, peer, probe, decision });
  }
  return ends;
}

export function isHere(peer: Peer, policy: Policy): peer is Extract<Peer, { kind: 'workload' }> {
  return peer.kind === 'workload' && peer.namespace === policy.namespace;
}

function addressOf(peer: Peer): string | undefined {
  return peer.kind === 'address' ? peer.address : undefined;
}

/** Names work for outgoing traffic only. */
function namesOf(edge: Edge, direction: Direction) {
  return direction === 'outgoing' ? { known: edge.names, elsewhere: edge.namesElsewhere } : undefined;
}
