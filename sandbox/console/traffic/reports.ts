/** What enforcers have told the console: flow reports and DNS lookup reports, in the console's own form. */
import type { Connection, Finding } from '#sandbox/console/enforcer/connection.ts';
import type { NewId } from '#sandbox/console/world/ids.ts';
import { enforcerId, type Pod } from '#sandbox/console/world/pods.ts';
import type { Lookup } from './attempts.ts';

export interface FlowReport {
  ID: string;
  timestamp: string;
  value: number;
  namespace: string;
  action: 'Accept' | 'Reject';
  policyID: string;
  policyNamespace: string;
  ruleName?: string;
  remotePolicyID?: string;
  remoteNamespace?: string;
  dropReason?: string;
  sourceType: string;
  sourceID: string;
  sourceIP: string;
  destinationType: string;
  destinationID: string;
  destinationIP: string;
  destinationPort?: number;
  protocol: number;
  serviceType: string;
  observed?: boolean;
  observedAction: string;
  observedPolicyID?: string;
  observedPolicyNamespace?: string;
  enforcerID?: string;
}

export interface DnsLookupReport {
  ID: string;
  timestamp: string;
  value: number;
  namespace: string;
  action: 'Resolve' | 'Fail' | 'Reject';
  resolvedName: string;
  resolvedIPs?: string[];
  reason?: string;
  sourceIP: string;
  processingUnitID: string;
  enforcerID: string;
  enforcerNamespace: string;
}

/** A window of ISO times, its beginning and not its end, and the namespaces whose reports are wanted. */
interface Wanted {
  from: string;
  until: string;
  of(namespace: string): boolean;
}

export interface Reports {
  /** All of them, or those that are wanted; in the order of their times. */
  flows(wanted?: Wanted): readonly FlowReport[];
  lookups(wanted?: Wanted): readonly DnsLookupReport[];
  addFlow(flow: FlowReport): void;
  addLookup(lookup: DnsLookupReport): void;
}

/** Beyond this the oldest of a namespace go. */
const kept = 200_000;

/**
 * How enforcers tell what an observed rule would do: apart from what was really done, in its place with the real verdict
 * where the observed one is told otherwise, or not at all.
 */
export type ObservationTold = 'apart' | 'in-place' | 'never';

export function createReports(observation: ObservationTold = 'apart'): Reports {
  const flows = createShelf<FlowReport>();
  const lookups = createShelf<DnsLookupReport>();
  return {
    flows: flows.found,
    lookups: lookups.found,
    addFlow: (flow) => flows.add(toldAs(observation, flow)),
    addLookup: lookups.add,
  };
}

/** Apart for each namespace, because hundreds of them may be asked about one after the other. */
function createShelf<T extends { timestamp: string; namespace: string }>() {
  const lists = new Map<string, T[]>();
  return {
    add(report: T): void {
      const list = lists.get(report.namespace) ?? [];
      lists.set(report.namespace, list);
      insert(list, report);
    },
    found(wanted?: Wanted): T[] {
      const parts = [...lists]
        .filter(([namespace]) => wanted?.of(namespace) ?? true)
        .map(([, list]) => (wanted ? list.slice(placeOf(list, wanted.from), placeOf(list, wanted.until)) : list));
      if (parts.length === 1) return parts[0] ?? [];
      return parts.flat().sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0));
    },
  };
}

/** Of the first report that is not before a time. */
function placeOf(list: readonly { timestamp: string }[], time: string): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.timestamp ?? '') < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function toldAs(observation: ObservationTold, flow: FlowReport): FlowReport {
  const { observed, observedAction, observedPolicyID, observedPolicyNamespace, ...real } = flow;
  if (!observed || observation === 'apart') return flow;
  if (observation === 'never') return { ...real, observedAction: 'NotApplicable' };
  return {
    ...real,
    action: observedAction === 'Reject' ? 'Reject' : 'Accept',
    policyID: observedPolicyID ?? '',
    policyNamespace: observedPolicyNamespace ?? '',
    observed,
    observedAction: real.action,
    observedPolicyID: real.policyID,
    observedPolicyNamespace: real.policyNamespace,
  };
}

/** In the order of their times; what arrives late finds its place. */
function insert<T extends { timestamp: string }>(list: T[], report: T): void {
  let place = list.length;
  while (place > 0 && (list[place - 1]?.timestamp ?? '') > report.timestamp) place -= 1;
  list.splice(place, 0, report);
  if (list.length > kept) list.shift();
}

const protocolNumbers = { icmp: 1, tcp: 6, udp: 17 };

export function flowReport(
  finding: Finding,
  connection: Connection,
  { atMs, value, newId }: { atMs: number; value: number; newId: NewId },
): FlowReport {
  const { decision, remote, reporter } = finding;
  const { observed } = decision;
  const enforcerID = reporter.tags.find((tag) => tag.startsWith('$enforcerid='))?.slice('$enforcerid='.length);
  const there = finding.sourceID === reporter.ID ? connection.destination.unit : connection.source.unit;
  return {
    ID: newId(atMs),
    timestamp: new Date(atMs).toISOString(),
    value,
    namespace: reporter.namespace,
    action: decision.action,
    policyID: decision.policyID,
    policyNamespace: decision.policyNamespace,
    ...(decision.ruleName ? { ruleName: decision.ruleName } : {}),
    ...(remote ? { remotePolicyID: remote.policyID } : {}),
    ...(remote && there ? { remoteNamespace: there.namespace } : {}),
    ...(decision.action === 'Reject' ? { dropReason: 'policy' } : {}),
    sourceType: finding.sourceType,
    sourceID: finding.sourceID,
    sourceIP: connection.source.address,
    destinationType: finding.destinationType,
    destinationID: finding.destinationID,
    destinationIP: connection.destination.address,
    ...(connection.protocol !== 'icmp' && finding.port !== undefined ? { destinationPort: finding.port } : {}),
    protocol: protocolNumbers[connection.protocol],
    serviceType: 'L3',
    observedAction: observed ? observed.action : 'NotApplicable',
    ...(observed
      ? { observed: true, observedPolicyID: observed.policyID, observedPolicyNamespace: observed.policyNamespace }
      : {}),
    ...(enforcerID ? { enforcerID } : {}),
  };
}

export function lookupReport(
  pod: Pod,
  lookup: Lookup,
  { atMs, value, newId, accepted }: { atMs: number; value: number; newId: NewId; accepted: boolean },
): DnsLookupReport {
  const found = lookup.addresses !== undefined;
  return {
    ID: newId(atMs),
    timestamp: new Date(atMs).toISOString(),
    value,
    namespace: pod.namespace,
    action: accepted ? (found ? 'Resolve' : 'Fail') : 'Reject',
    resolvedName: lookup.name,
    ...(accepted && lookup.addresses && lookup.addresses.length > 0 ? { resolvedIPs: lookup.addresses } : {}),
    ...(accepted && !found ? { reason: 'NXDOMAIN' } : {}),
    sourceIP: pod.address,
    processingUnitID: pod.ID,
    enforcerID: enforcerId(pod.node),
    enforcerNamespace: pod.namespace.split('/').slice(0, 4).join('/'),
  };
}
