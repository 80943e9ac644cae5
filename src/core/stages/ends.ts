/** What the two ends of an edge are, seen from the namespace. */
import type { Edge } from '#core/edge.ts';
import { ICMP, ICMP6, TCP, UDP } from '#core/flow.ts';
import { isInsideName, isWithin } from '#core/peers.ts';

export const DNS_PORT = 53;

/** Only TCP and UDP can be judged by who it is; everything else is by address (console-api.md 4.4). */
export function carriesIdentity(edge: Pick<Edge, 'protocol'>): boolean {
  return edge.protocol === TCP || edge.protocol === UDP;
}

export function isIcmp(edge: Pick<Edge, 'protocol'>): boolean {
  return edge.protocol === ICMP || edge.protocol === ICMP6;
}

/** The end that is a workload of the namespace, and the other one; for two own ends, the source. */
export function ownEnd(
  edge: Edge,
  namespace: string,
): { workload: string; direction: 'outgoing' | 'incoming' } | undefined {
  const { source, destination } = edge;
  if (source.kind === 'workload' && source.namespace === namespace) {
    return { workload: source.workload, direction: 'outgoing' };
  }
  if (destination.kind === 'workload' && destination.namespace === namespace) {
    return { workload: destination.workload, direction: 'incoming' };
  }
  return undefined;
}

/** The address at the other end, where it is one. */
export function outsideAddress(edge: Edge): string | undefined {
  if (edge.source.kind === 'address') return edge.source.address;
  return edge.destination.kind === 'address' ? edge.destination.address : undefined;
}

/** Names under which an outside service could be allowed. */
export function outsideNames(edge: Edge): string[] {
  return edge.names.filter((name) => !isInsideName(name));
}

/** Only the address tells whether it is a question for a name: a workload may listen on that port for something else. */
export function asksOnDnsPort(edge: Edge): boolean {
  const { source, destination, port } = edge;
  return source.kind === 'workload' && destination.kind === 'address' && port === DNS_PORT && carriesIdentity(edge);
}

/** UDP and ICMP between processing units, of which each end sees only an address at the other. */
export function isUnitByAddress(edge: Edge, podNetworks: readonly string[]): boolean {
  if (podNetworks.length === 0 || !(edge.protocol === UDP || isIcmp(edge))) return false;
  const address = outsideAddress(edge);
  return address !== undefined && isWithin(address, podNetworks);
}
