/** How flow reports become edges, and how edges of two windows become one. */
import { createHash } from 'node:crypto';
import { type Edge, outsideNetworks, type Peer } from './edge.ts';
import { BY_DEFAULT, type Endpoint, type Flow, type FlowKind, SOMEWHERE } from './flow.ts';
import type { FlowLog } from './flow-log.ts';
import type { NameTable } from './names.ts';

const DAY = 86_400_000;
/** Bounds an edge that thousands of units share. The smallest ids and names are kept, so that merging in any order agrees. */
const UNITS_MAX = 32;
const NAMES_MAX = 64;
const UNKNOWN = 'unknown:';

/** The workload of a processing unit, where its tags are known. */
export type UnitToWorkload = (unitId: string) => { readonly key: string; readonly namespace: string } | undefined;

export type FoldContext = {
  readonly unitToWorkload: UnitToWorkload;
  readonly names: Pick<NameTable, 'spanFor' | 'spanElsewhere'>;
};

export type Folded = {
  /** Sorted by id. */
  readonly edges: Edge[];
  /** Processing units nobody knew the tags of; each is a peer of its own. Sorted. */
  readonly unknownUnits: string[];
};

/** Folds flows that come one by one. */
export function foldFlows(flows: Iterable<Flow>, { names, unitToWorkload }: FoldContext): Folded {
  const fold = new Fold(names);
  const kinds = new Map<string, FlowKind>();
  for (const { at, value, ...kind } of flows) {
    const key = JSON.stringify(kind);
    const known = kinds.get(key) ?? kind;
    kinds.set(key, known);
    fold.count(known, at, value);
  }
  return fold.edges(unitToWorkload);
}

/** Adds reports up as they come, keeping one tally for each kind; who the units are may be learned afterwards. */
export class Fold {
  private readonly names: FoldContext['names'];
  /** By the kind itself: one look-up by identity in place of one for each of fifteen fields. */
  private readonly byKind = new Map<FlowKind, Tally>();

  constructor(names: FoldContext['names']) {
    this.names = names;
  }

  add({ kinds, ats, values }: FlowLog): void {
    for (let index = 0; index < kinds.length; index++)
      this.count(kinds[index] as FlowKind, ats[index] as number, values[index] as number);
  }

  count(kind: FlowKind, at: number, value: number): void {
    let tally = this.byKind.get(kind);
    if (!tally) {
      tally = newTally(kind, at);
      this.byKind.set(kind, tally);
    }
    tally.count += value;
    tally.reports += 1;
    if (at < tally.firstSeen) tally.firstSeen = at;
    if (at > tally.lastSeen) tally.lastSeen = at;
    if (at < tally.dayStarts || at >= tally.dayStarts + DAY) nextDay(tally, at);
    if (tally.outgoing && (at < tally.namesFrom || at >= tally.namesUntil)) this.nextNames(tally, tally.outgoing, at);
  }

  /** What the reports were about, without those that say nothing about the policy. */
  kinds(): FlowKind[] {
    return [...this.byKind.keys()].filter((kind) => !isSelf(kind));
  }

  edges(unitToWorkload: UnitToWorkload): Folded {
    const edges = new Map<string, Edge>();
    const unknownUnits = new Set<string>();
    for (const [kind, tally] of this.byKind) {
      if (isSelf(kind)) continue;
      for (const unit of unitsOf(kind)) if (!unitToWorkload(unit)) unknownUnits.add(unit);
      const edge = edgeOf(kind, tally, unitToWorkload);
      const same = edges.get(edge.id);
      edges.set(edge.id, same ? mergeEdges(same, edge) : edge);
    }
    return { edges: sortedById(edges), unknownUnits: [...unknownUnits].sort() };
  }

  /** Names hold for a while, and are asked for again only when that is over. */
  private nextNames(tally: Tally, { unit, ip }: { unit: string; ip: string }, at: number): void {
    const own = this.names.spanFor(unit, ip, at);
    for (const name of own.names) tally.names.add(name);
    tally.namesFrom = own.from;
    tally.namesUntil = own.until;
    if (tally.names.size > 0) return;
    const elsewhere = this.names.spanElsewhere(ip, at);
    for (const name of elsewhere.names) tally.namesElsewhere.add(name);
    tally.namesFrom = Math.max(own.from, elsewhere.from);
    tally.namesUntil = Math.min(own.until, elsewhere.until);
  }
}

/** Two windows' view of the same edge. Order does not matter, nor which two of many are merged first. */
export function mergeEdges(a: Edge, b: Edge): Edge {
  if (a.id !== b.id) throw new Error(`only views of the same edge can be merged, not ${a.id} and ${b.id}`);
  const names = union(a.names, b.names, NAMES_MAX);
  const unnamed = (a.unnamed ?? 0) + (b.unnamed ?? 0);
  return {
    ...a,
    ...(unnamed > 0 && { unnamed }),
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
  return sortedById(merged);
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
function isSelf({ policyId, source, destination }: FlowKind): boolean {
  return policyId === 'local' || (isUnit(source) && isUnit(destination) && source.id === destination.id);
}

function isUnit(endpoint: Endpoint): boolean {
  return endpoint.type === 'ProcessingUnit';
}

function unitsOf({ source, destination }: FlowKind): string[] {
  return [source, destination].filter(isUnit).map((endpoint) => endpoint.id);
}

/** What reports of one kind add up to. */
type Tally = {
  /** The unit that chose to connect and the address outside it chose; only such addresses have names. */
  readonly outgoing: { readonly unit: string; readonly ip: string } | undefined;
  readonly names: Set<string>;
  readonly namesElsewhere: Set<string>;
  readonly days: Set<number>;
  /** Of the newest report: the day it fell on, and how long the names stay the same. */
  dayStarts: number;
  namesFrom: number;
  namesUntil: number;
  count: number;
  reports: number;
  firstSeen: number;
  lastSeen: number;
};

function newTally({ source, destination, destinationName }: FlowKind, at: number): Tally {
  const { ip } = destination;
  const outgoing = isUnit(source) && !isUnit(destination) && ip ? { unit: source.id, ip } : undefined;
  return {
    outgoing,
    names: new Set(outgoing && destinationName ? [destinationName] : []),
    namesElsewhere: new Set(),
    days: new Set(),
    dayStarts: Number.POSITIVE_INFINITY,
    namesFrom: Number.POSITIVE_INFINITY,
    namesUntil: Number.POSITIVE_INFINITY,
    count: 0,
    reports: 0,
    firstSeen: at,
    lastSeen: at,
  };
}

function nextDay(tally: Tally, at: number): void {
  tally.dayStarts = Math.floor(at / DAY) * DAY;
  tally.days.add(tally.dayStarts);
}

function identityOfKind(kind: FlowKind, unitToWorkload: UnitToWorkload): EdgeIdentity {
  return {
    source: peerOf(kind, 'source', unitToWorkload),
    destination: peerOf(kind, 'destination', unitToWorkload),
    protocol: kind.protocol,
    ...(kind.port !== undefined && { port: kind.port }),
    action: kind.action,
    policyId: kind.policyId,
    ...(kind.remotePolicyId !== undefined && { remotePolicyId: kind.remotePolicyId }),
    ...(kind.ruleName !== undefined && { ruleName: kind.ruleName }),
    ...(kind.dropReason !== undefined && { dropReason: kind.dropReason }),
  };
}

function peerOf(flow: FlowKind, side: 'source' | 'destination', unitToWorkload: UnitToWorkload): Peer {
  const endpoint = flow[side];
  if (!isUnit(endpoint)) {
    // A client known by its claims only is no external network either.
    const network = endpoint.type === 'ExternalNetwork' ? endpoint.id : SOMEWHERE;
    return { kind: 'address', address: endpoint.ip ?? '', network };
  }
  const known = unitToWorkload(endpoint.id);
  if (known) return { kind: 'workload', workload: known.key, namespace: known.namespace };
  return {
    kind: 'workload',
    workload: unknownWorkloadKey(endpoint.id),
    namespace: namespaceOf(flow, side, unitToWorkload),
  };
}

/** Of an unknown unit, from who reported the flow; empty where the report leaves it open (console-api.md 4.7). */
function namespaceOf(flow: FlowKind, side: 'source' | 'destination', unitToWorkload: UnitToWorkload): string {
  const other = side === 'source' ? flow.destination : flow.source;
  if (!isUnit(other)) return flow.namespace;
  const remote = flow.remoteNamespace ?? '';
  if (flow.action === 'Accept') return side === 'destination' ? flow.namespace : remote;
  if (remote === flow.namespace) return remote;
  const otherNamespace = unitToWorkload(other.id)?.namespace;
  if (otherNamespace === undefined) return '';
  return otherNamespace === flow.namespace ? remote : flow.namespace;
}

function edgeOf(kind: FlowKind, tally: Tally, unitToWorkload: UnitToWorkload): Edge {
  const identity = identityOfKind(kind, unitToWorkload);
  return {
    id: edgeId(identity),
    ...identity,
    names: union([...tally.names], [], NAMES_MAX),
    namesElsewhere: tally.names.size > 0 ? [] : union([...tally.namesElsewhere], [], NAMES_MAX),
    count: tally.count,
    ...(tally.outgoing && tally.names.size === 0 && { unnamed: tally.count }),
    reports: tally.reports,
    firstSeen: tally.firstSeen,
    lastSeen: tally.lastSeen,
    days: [...tally.days].sort((a, b) => a - b).map((day) => new Date(day).toISOString().slice(0, 10)),
    units: union(unitsOf(kind), [], UNITS_MAX),
  };
}

function identityOf(peer: Peer): readonly string[] {
  return peer.kind === 'workload'
    ? ['workload', peer.workload, peer.namespace]
    : ['address', peer.address, peer.network];
}

function sortedById(edges: ReadonlyMap<string, Edge>): Edge[] {
  return [...edges.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function union(a: readonly string[], b: readonly string[], most = Number.POSITIVE_INFINITY): string[] {
  return [...new Set([...a, ...b])].sort().slice(0, most);
}
