/** How flow reports become edges, and how edges of two windows become one. */
import { createHash } from 'node:crypto';
import { type Edge, outsideNetworks, type Peer } from './edge.ts';
import { BY_DEFAULT, type Endpoint, type Flow, SOMEWHERE } from './flow.ts';
import type { NameTable } from './names.ts';

const DAY = 86_400_000;
/** Bounds an edge that thousands of units share. The smallest ids and names are kept, so that merging in any order agrees. */
const UNITS_MAX = 32;
const NAMES_MAX = 64;
const UNKNOWN = 'unknown:';

export type FoldContext = {
  readonly unitToWorkload: (unitId: string) => { readonly key: string; readonly namespace: string } | undefined;
  readonly names: Pick<NameTable, 'namesFor' | 'namesElsewhere'>;
};

export type Folded = {
  /** Sorted by id. */
  readonly edges: Edge[];
  /** Processing units nobody knew the tags of; each is a peer of its own. Sorted. */
  readonly unknownUnits: string[];
};

/** Folds one window of reports. */
export function foldFlows(flows: Iterable<Flow>, context: FoldContext): Folded {
  const root: Branch = new Map();
  const tallies: Tally[] = [];
  for (const flow of flows) {
    if (isSelf(flow)) continue;
    const leaf = leafOf(root, flow);
    let tally = leaf.tally;
    if (!tally) {
      tally = newTally(flow, context);
      leaf.tally = tally;
      tallies.push(tally);
    }
    count(tally, flow, context);
  }
  const edges = new Map<string, Edge>();
  for (const tally of tallies) {
    const edge = edgeOf(tally);
    const same = edges.get(edge.id);
    edges.set(edge.id, same ? mergeEdges(same, edge) : edge);
  }
  return {
    edges: [...edges.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    unknownUnits: [...new Set(tallies.flatMap((tally) => tally.unknownUnits))].sort(),
  };
}

/** Two windows' view of the same edge. Order does not matter, nor which two of many are merged first. */
export function mergeEdges(a: Edge, b: Edge): Edge {
  if (a.id !== b.id) throw new Error(`only views of the same edge can be merged, not ${a.id} and ${b.id}`);
  const names = union(a.names, b.names, NAMES_MAX);
  return {
    ...a,
    names,
    namesElsewhere: names.length > 0 ? [] : union(a.namesElsewhere, b.namesElsewhere, NAMES_MAX),
    count: a.count + b.count,
    reports: a.reports + b.reports,
    firstSeen: Math.min(a.firstSeen, b.firstSeen),
    lastSeen: Math.max(a.lastSeen, b.lastSeen),
    days: union(a.days, b.days),
    units: union(a.units, b.units, UNITS_MAX),
  };
}

/**
 * What people count as one: accepted traffic between the same ends, under whichever ruleset and external network it was
 * reported. Rejects stay apart, because by whom something was rejected matters. Sorted by id.
 */
export function sameTraffic(edges: Iterable<Edge>): Edge[] {
  const merged = new Map<string, Edge>();
  for (const edge of edges) {
    const plain = edge.action === 'Accept' ? underNoRule(edge) : edge;
    const same = merged.get(plain.id);
    merged.set(plain.id, same ? mergeEdges(same, plain) : plain);
  }
  return [...merged.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The same for the same ends and port, whatever was done about it and by whom. */
export function trafficKey(edge: Edge): string {
  return underNoRule({ ...edge, action: 'Accept' }).id;
}

function underNoRule(edge: Edge): Edge {
  const { remotePolicyId: _remote, ruleName: _rule, dropReason: _reason, ...rest } = outsideNetworks(edge);
  const plain = { ...rest, policyId: BY_DEFAULT };
  return { ...plain, id: edgeId(plain) };
}

export type EdgeIdentity = Pick<
  Edge,
  'source' | 'destination' | 'protocol' | 'port' | 'action' | 'policyId' | 'remotePolicyId' | 'ruleName' | 'dropReason'
>;

/** Everything about an edge that merging does not change. */
export function edgeId(edge: EdgeIdentity): string {
  const { source, destination, protocol, port, action, policyId, remotePolicyId, ruleName, dropReason } = edge;
  const identity = [
    ...identityOf(source),
    ...identityOf(destination),
    protocol,
    port ?? null,
    action,
    policyId,
    remotePolicyId ?? null,
    ruleName ?? null,
    dropReason ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 24);
}

/** The key that stands for a processing unit whose tags nobody knows. */
function unknownWorkloadKey(unitId: string): string {
  return `${UNKNOWN}${unitId}`;
}

/** The processing unit's id when a key stands for an unknown one. */
export function unknownUnitOf(workloadKey: string): string | undefined {
  return workloadKey.startsWith(UNKNOWN) ? workloadKey.slice(UNKNOWN.length) : undefined;
}

/** A processing unit that talks to itself is allowed whatever the policy says, so it says nothing about the policy. */
function isSelf({ policyId, source, destination }: Flow): boolean {
  return policyId === 'local' || (isUnit(source) && isUnit(destination) && source.id === destination.id);
}

function isUnit(endpoint: Endpoint): boolean {
  return endpoint.type === 'ProcessingUnit';
}

/** What reports that differ only in time, count and name add up to; still by processing unit, not by workload. */
type Tally = {
  readonly identity: EdgeIdentity;
  readonly units: readonly string[];
  readonly unknownUnits: readonly string[];
  /** The unit that chose to connect and the address outside it chose; only such addresses have names. */
  readonly outgoing: { readonly unit: string; readonly ip: string } | undefined;
  readonly names: Set<string>;
  readonly namesElsewhere: Set<string>;
  readonly days: Set<number>;
  count: number;
  reports: number;
  firstSeen: number;
  lastSeen: number;
};

function count(tally: Tally, flow: Flow, { names }: FoldContext): void {
  tally.count += flow.value;
  tally.reports += 1;
  if (flow.at < tally.firstSeen) tally.firstSeen = flow.at;
  if (flow.at > tally.lastSeen) tally.lastSeen = flow.at;
  tally.days.add(Math.floor(flow.at / DAY));
  if (!tally.outgoing) return;
  const { unit, ip } = tally.outgoing;
  if (flow.destinationName) tally.names.add(flow.destinationName);
  for (const name of names.namesFor(unit, ip, flow.at)) tally.names.add(name);
  if (tally.names.size > 0) return;
  for (const name of names.namesElsewhere(ip, flow.at)) tally.namesElsewhere.add(name);
}

function newTally(flow: Flow, context: FoldContext): Tally {
  const source = peerOf(flow, 'source', context);
  const destination = peerOf(flow, 'destination', context);
  const units = [flow.source, flow.destination].filter(isUnit).map((endpoint) => endpoint.id);
  const { ip } = flow.destination;
  return {
    identity: {
      source,
      destination,
      protocol: flow.protocol,
      ...(flow.port !== undefined && { port: flow.port }),
      action: flow.action,
      policyId: flow.policyId,
      ...(flow.remotePolicyId !== undefined && { remotePolicyId: flow.remotePolicyId }),
      ...(flow.ruleName !== undefined && { ruleName: flow.ruleName }),
      ...(flow.dropReason !== undefined && { dropReason: flow.dropReason }),
    },
    units,
    unknownUnits: units.filter((unit) => !context.unitToWorkload(unit)),
    outgoing: isUnit(flow.source) && !isUnit(flow.destination) && ip ? { unit: flow.source.id, ip } : undefined,
    names: new Set(),
    namesElsewhere: new Set(),
    days: new Set(),
    count: 0,
    reports: 0,
    firstSeen: flow.at,
    lastSeen: flow.at,
  };
}

function peerOf(flow: Flow, side: 'source' | 'destination', context: FoldContext): Peer {
  const endpoint = flow[side];
  if (!isUnit(endpoint)) {
    // A client known by its claims only is no external network either.
    const network = endpoint.type === 'ExternalNetwork' ? endpoint.id : SOMEWHERE;
    return { kind: 'address', address: endpoint.ip ?? '', network };
  }
  const known = context.unitToWorkload(endpoint.id);
  if (known) return { kind: 'workload', workload: known.key, namespace: known.namespace };
  return { kind: 'workload', workload: unknownWorkloadKey(endpoint.id), namespace: namespaceOf(flow, side, context) };
}

/** Of an unknown unit, from who reported the flow; empty where the report leaves it open (console-api.md 4.7). */
function namespaceOf(flow: Flow, side: 'source' | 'destination', { unitToWorkload }: FoldContext): string {
  const other = side === 'source' ? flow.destination : flow.source;
  if (!isUnit(other)) return flow.namespace;
  const remote = flow.remoteNamespace ?? '';
  if (flow.action === 'Accept') return side === 'destination' ? flow.namespace : remote;
  if (remote === flow.namespace) return remote;
  const otherNamespace = unitToWorkload(other.id)?.namespace;
  if (otherNamespace === undefined) return '';
  return otherNamespace === flow.namespace ? remote : flow.namespace;
}

function edgeOf(tally: Tally): Edge {
  return {
    id: edgeId(tally.identity),
    ...tally.identity,
    names: union([...tally.names], [], NAMES_MAX),
    namesElsewhere: tally.names.size > 0 ? [] : union([...tally.namesElsewhere], [], NAMES_MAX),
    count: tally.count,
    reports: tally.reports,
    firstSeen: tally.firstSeen,
    lastSeen: tally.lastSeen,
    days: [...tally.days].sort((a, b) => a - b).map((day) => new Date(day * DAY).toISOString().slice(0, 10)),
    units: union(tally.units, [], UNITS_MAX),
  };
}

type Leaf = { tally?: Tally };
type Branch = Map<string | number | undefined, Branch & Leaf>;

/**
 * A map of maps on the fields as they are: no separator to choose that a rule's name could contain, and three times as
 * fast as one map on a joined string.
 */
function leafOf(root: Branch, flow: Flow): Leaf {
  const { source, destination } = flow;
  let at = into(root, source.id);
  at = into(at, source.type);
  if (!isUnit(source)) at = into(at, source.ip);
  at = into(at, destination.id);
  at = into(at, destination.type);
  if (!isUnit(destination)) at = into(at, destination.ip);
  at = into(at, flow.port);
  at = into(at, flow.protocol);
  at = into(at, flow.action);
  at = into(at, flow.policyId);
  at = into(at, flow.remotePolicyId);
  at = into(at, flow.ruleName);
  at = into(at, flow.dropReason);
  at = into(at, flow.namespace);
  return into(at, flow.remoteNamespace);
}

function into(branch: Branch, field: string | number | undefined): Branch & Leaf {
  let next = branch.get(field);
  if (!next) {
    next = new Map();
    branch.set(field, next);
  }
  return next;
}

function identityOf(peer: Peer): readonly string[] {
  return peer.kind === 'workload'
    ? ['workload', peer.workload, peer.namespace]
    : ['address', peer.address, peer.network];
}

function union(a: readonly string[], b: readonly string[], most = Number.POSITIVE_INFINITY): string[] {
  return [...new Set([...a, ...b])].sort().slice(0, most);
}
