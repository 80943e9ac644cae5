/** What an edge is: many flows merged into who talks to whom, and by which ruleset. */

/**
 * `network`: the external network's id as reported, or SOMEWHERE. `address`: empty where the report had none. A processing
 * unit whose tags nobody knows is a workload of its own (`unknownUnitOf`), its `namespace` empty where no report told it.
 */
export type Peer =
  | { readonly kind: 'workload'; readonly workload: string; readonly namespace: string }
  | { readonly kind: 'address'; readonly address: string; readonly network: string };

/** Times are milliseconds since the epoch. */
export type Edge = {
  /** The same for the same peers, port, verdict and ruleset. */
  readonly id: string;
  readonly source: Peer;
  readonly destination: Peer;
  readonly protocol: number;
  /** Destination port; absent for ICMP. */
  readonly port?: number;
  readonly action: 'Accept' | 'Reject';
  /** A ruleset's id or BY_DEFAULT. */
  readonly policyId: string;
  readonly remotePolicyId?: string;
  readonly ruleName?: string;
  readonly dropReason?: string;
  /** Names under which the source's own lookups had found the destination's address; sorted, at most 64 kept. */
  readonly names: readonly string[];
  /** Names only another processing unit had looked up for that address: a hint, never a reason; empty once `names` has one. */
  readonly namesElsewhere: readonly string[];
  /** Sum of the reports' `value`. */
  readonly count: number;
  /** Of these, from units that had found no name for the address themselves; absent where there are none. */
  readonly unnamed?: number;
  readonly reports: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** UTC days it was seen on, `2026-11-22`, sorted. */
  readonly days: readonly string[];
  /** Ids of the processing units it was seen at, at the workload's end or ends; at most 32 kept. */
  readonly units: readonly string[];
};

/**
 * With every outside peer in Somewhere. The same traffic is reported under an external network once there is one, so before
 * and after are compared by address.
 */
export function outsideNetworks(edge: Edge): Edge {
  const plain = (peer: Peer): Peer => (peer.kind === 'address' ? { ...peer, network: 'default' } : peer);
  return { ...edge, source: plain(edge.source), destination: plain(edge.destination) };
}

/**
 * Whether a rule by its names surely lets all of it through: each unit's enforcer knows the names that unit asked for, so one
 * silent unit is enough to be cut (console-api.md 4.6).
 */
export function isFoundByName({ names, unnamed = 0 }: Pick<Edge, 'names' | 'unnamed'>): boolean {
  return names.length > 0 && unnamed === 0;
}

/** A handshake that failed, over an identity say, is no verdict of a policy (console-api.md 4.7). */
export function isRejectedByPolicy({ action, dropReason }: Edge): boolean {
  return action === 'Reject' && (dropReason === undefined || dropReason === 'policy');
}
