/** What the product gets to see of a world's connections: the enforcers' findings as edges. */
import type { Edge, Peer } from '#core/edge.ts';
import { ICMP, ICMP6, TCP, UDP } from '#core/flow.ts';
import type { Connection, Finding } from '#sandbox/console/enforcer/connection.ts';
import { decide } from '#sandbox/console/enforcer/decide.ts';
import { keyOf } from './world-policy.ts';
import { PUBLIC_ADDRESS } from './world-words.ts';
import type { World } from './worlds.ts';

export const NUMBERS: Readonly<Record<string, number>> = {
  ...{ icmp: ICMP, igmp: 2, tcp: TCP, udp: UDP, gre: 47, esp: 50, ah: 51, icmp6: ICMP6, sctp: 132 },
};

export function edgeOf(finding: Finding, { source, destination, protocol, names = [] }: Connection): Edge {
  const { decision, remote, port } = finding;
  const peer = (type: Finding['sourceType'], end: Connection['source'], network: string): Peer =>
    type === 'ProcessingUnit' && end.unit
      ? { kind: 'workload', workload: keyOf(end.unit), namespace: end.unit.namespace }
      : { kind: 'address', address: end.address, network };
  return {
    id: 'edge',
    source: peer(finding.sourceType, source, finding.sourceID),
    destination: peer(finding.destinationType, destination, finding.destinationID),
    protocol: NUMBERS[protocol] as number,
    ...(port === undefined ? {} : { port }),
    action: decision.action,
    policyId: decision.policyID,
    ...(remote ? { remotePolicyId: remote.policyID } : {}),
    ...(decision.action === 'Reject' ? { dropReason: 'policy' } : {}),
    names,
    namesElsewhere: [],
    count: 1,
    reports: 1,
    firstSeen: 0,
    lastSeen: 0,
    days: ['1970-01-01'],
    units: [finding.reporter.ID],
  };
}

type Side = 'source' | 'destination';

/** The units that a connection has at its ends. */
export function unitsIn(connection: Connection): Side[] {
  return (['source', 'destination'] as const).filter((side) => connection[side].unit !== undefined);
}

/** The ends that were asked, of those that are units. */
export function endsIn(findings: readonly Finding[]): Side[] {
  const asked = (side: Side) => findings.some((finding) => finding[`${side}Type`] === 'ProcessingUnit');
  return (['source', 'destination'] as const).filter(asked);
}

/** Two units do where they speak TCP and both are at private addresses; else each sees an address at the other end. */
export function knowEachOther(connection: Connection): boolean {
  const { protocol, source, destination } = connection;
  const addresses = [source.address, destination.address];
  return protocol === 'tcp' && unitsIn(connection).length === 2 && !addresses.includes(PUBLIC_ADDRESS);
}

/** What each end would decide if it knew the other by identity. */
export function decisionsOf({ policy }: World, connection: Connection) {
  const { source, destination, protocol, port, dialledPort = port } = connection;
  if (!source.unit || !destination.unit) throw new Error('only two units know each other by identity');
  return {
    destination: decide({
      ...{ policy, protocol, port },
      ...{ unit: destination.unit, direction: 'incoming', peer: { unit: source.unit } },
    }),
    source: decide({
      ...{ policy, protocol, port: dialledPort },
      ...{ unit: source.unit, direction: 'outgoing', peer: { unit: destination.unit } },
    }),
  };
}

/** Where a console is told to, UDP carries identity as well; it is then decided and reported as TCP is. */
export function udpByIdentity(world: World, connection: Connection): Finding | undefined {
  const { protocol, port } = connection;
  const [source, destination] = [connection.source.unit, connection.destination.unit];
  if (protocol !== 'udp' || !source || !destination || source.ID === destination.ID) return undefined;
  const decisions = decisionsOf(world, connection);
  const side =
    decisions.destination.action === 'Accept' && decisions.source.action === 'Reject' ? 'source' : 'destination';
  return {
    reporter: side === 'source' ? source : destination,
    decision: decisions[side],
    sourceType: 'ProcessingUnit',
    sourceID: source.ID,
    destinationType: 'ProcessingUnit',
    destinationID: destination.ID,
    port,
  };
}
