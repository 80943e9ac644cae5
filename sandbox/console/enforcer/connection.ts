/** What becomes of one connection: who is asked, who reports, and what is reported. */
import type { Policy } from '#sandbox/console/objects.ts';
import { isManaged } from './address.ts';
import { type Decision, decide, type Unit } from './decide.ts';

export interface End {
  address: string;
  unit?: Unit | undefined;
}

export interface Connection {
  protocol: 'tcp' | 'udp' | 'icmp';
  source: End;
  destination: End;
  /** The port at the destination; absent for ICMP. */
  port?: number;
  /** The port the client dialled, where a service translates it. */
  dialledPort?: number;
  icmpType?: number;
  icmpCode?: number;
  /** Names by which the source looked up the destination's address and still knows it. */
  names?: readonly string[];
}

/** One report, before it has a time and a number. */
export interface Finding {
  reporter: Unit;
  decision: Decision;
  /** What the other end decided, where both were asked about the same packets. */
  remote?: Decision;
  sourceType: 'ProcessingUnit' | 'ExternalNetwork';
  sourceID: string;
  destinationType: 'ProcessingUnit' | 'ExternalNetwork';
  destinationID: string;
  port?: number | undefined;
}

export interface Judgement {
  action: 'Accept' | 'Reject';
  findings: Finding[];
}

export function judge(policy: Policy, connection: Connection): Judgement {
  const source = connection.source.unit;
  const destination = connection.destination.unit;
  if (source && destination && source.ID === destination.ID) return toItself(source, connection);
  if (source && destination && knowsIdentity(connection)) return byIdentity(policy, connection, source, destination);
  return byAddress(policy, connection);
}

/** Only TCP inside the managed networks carries identity: never ICMP, and UDP only where somebody asked for it. */
function knowsIdentity({ protocol, source, destination }: Connection): boolean {
  return protocol === 'tcp' && isManaged(source.address) && isManaged(destination.address);
}

/** Both ends are asked; the destination answers first, and it reports what was accepted. */
function byIdentity(policy: Policy, connection: Connection, source: Unit, destination: Unit): Judgement {
  const { protocol, port, dialledPort = port } = connection;
  const incoming = decide({ policy, unit: destination, direction: 'incoming', peer: { unit: source }, protocol, port });
  const outgoing = decide({
    policy,
    unit: source,
    direction: 'outgoing',
    peer: { unit: destination },
    protocol,
    port: dialledPort,
  });
  const between = {
    sourceType: 'ProcessingUnit',
    sourceID: source.ID,
    destinationType: 'ProcessingUnit',
    destinationID: destination.ID,
  } as const;
  if (incoming.action === 'Reject')
    return { action: 'Reject', findings: [{ ...between, reporter: destination, decision: incoming, port }] };
  if (outgoing.action === 'Reject')
    return { action: 'Reject', findings: [{ ...between, reporter: source, decision: outgoing, port: dialledPort }] };
  return {
    action: 'Accept',
    findings: [{ ...between, reporter: destination, decision: incoming, remote: outgoing, port }],
  };
}

/** Each end that is a unit sees an address at the other; what the source rejects never arrives. */
function byAddress(policy: Policy, connection: Connection): Judgement {
  const findings: Finding[] = [];
  const { source, destination, dialledPort = connection.port } = connection;
  if (source.unit) {
    const peer = { address: destination.address, names: connection.names ?? [] };
    const decision = decide({
      ...connection,
      policy,
      unit: source.unit,
      direction: 'outgoing',
      peer,
      port: dialledPort,
    });
    findings.push({
      reporter: source.unit,
      decision,
      sourceType: 'ProcessingUnit',
      sourceID: source.unit.ID,
      destinationType: 'ExternalNetwork',
      destinationID: decision.networkID ?? 'default',
      port: dialledPort,
    });
    if (decision.action === 'Reject') return { action: 'Reject', findings };
  }
  if (destination.unit) {
    const peer = { address: source.address };
    const decision = decide({ ...connection, policy, unit: destination.unit, direction: 'incoming', peer });
    findings.push({
      reporter: destination.unit,
      decision,
      sourceType: 'ExternalNetwork',
      sourceID: decision.networkID ?? 'default',
      destinationType: 'ProcessingUnit',
      destinationID: destination.unit.ID,
      port: connection.port,
    });
    if (decision.action === 'Reject') return { action: 'Reject', findings };
  }
  return { action: 'Accept', findings };
}

function toItself(unit: Unit, { port }: Connection): Judgement {
  const decision: Decision = {
    action: 'Accept',
    policyID: 'local',
    policyName: 'local',
    policyNamespace: unit.namespace,
    matching: [],
    silent: false,
  };
  return {
    action: 'Accept',
    findings: [
      {
        reporter: unit,
        decision,
        sourceType: 'ProcessingUnit',
        sourceID: unit.ID,
        destinationType: 'ProcessingUnit',
        destinationID: unit.ID,
        port,
      },
    ],
  };
}
