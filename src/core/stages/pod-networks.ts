/** Where the processing units themselves have their addresses, read off the UDP between them, which shows nothing else. */
import ipaddr from 'ipaddr.js';
import type { Edge } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import { UDP } from '#core/flow.ts';
import { addressKind } from '#core/peers.ts';
import { servicesBehind, targetsOf } from '#core/services.ts';
import { ownEnd } from './ends.ts';
import type { Nodes } from './nodes.ts';

/** A range wider than this is a company's network, not a cluster's. */
const PREFIX_MIN = 16;
/** What a cluster gives to one node, usually. */
const NODE_PREFIX = 24;
const DNS_PORT = 53;

/**
 * Enforcers report UDP between processing units at both ends, each with an address at the other (console-api.md 4.4). Calls
 * out to a private address and calls in from one, on ports that belong together, are such a pair.
 */
export function podNetworksOf(evidence: Evidence, nodes: Nodes, edges: readonly Edge[]): string[] {
  const datagrams = edges.flatMap((edge) => datagramOf(edge, evidence, nodes) ?? []);
  const calls = datagrams.filter(({ direction }) => direction === 'outgoing');
  const answers = datagrams.filter(({ direction }) => direction === 'incoming');
  const belongs = evidence.kubernetes ? byPort(answers, evidence) : nearby;
  const answered = answers.filter((answer) => calls.some((call) => belongs(call, answer)));
  const called = calls.filter((call) => answered.some((answer) => belongs(call, answer)));
  const addresses = [...new Set([...called, ...answered].map(({ address }) => address))].sort();
  if (addresses.length < 2) return [];
  const strangers = [
    ...nodes.addresses,
    ...(evidence.kubernetes?.services ?? []).flatMap((service) => service.clusterIps),
    ...(evidence.kubernetes?.dnsAddresses ?? []),
  ];
  const together = rangeOf(addresses, PREFIX_MIN);
  if (together !== undefined && !strangers.some((address) => isIn(address, together))) return [together];
  return [...new Set(addresses.flatMap((address) => rangeOf([address], NODE_PREFIX, NODE_PREFIX) ?? []))].sort();
}

type Datagram = {
  readonly direction: 'outgoing' | 'incoming';
  readonly workload: string;
  readonly address: string;
  readonly port: number;
};

function datagramOf(edge: Edge, { namespace }: Evidence, nodes: Nodes): Datagram | undefined {
  const own = ownEnd(edge, namespace);
  const other = own?.direction === 'outgoing' ? edge.destination : edge.source;
  if (!own || other.kind !== 'address' || edge.protocol !== UDP || edge.port === undefined) return undefined;
  const { address } = other;
  if (edge.port === DNS_PORT || !ipaddr.IPv4.isValid(address) || addressKind(address) !== 'private') return undefined;
  if (nodes.has(address) || nodes.isBridge(address)) return undefined;
  return { ...own, address, port: edge.port };
}

type Belongs = (call: Datagram, answer: Datagram) => boolean;

function byPort(answers: readonly Datagram[], evidence: Evidence): Belongs {
  const dialled = new Map(answers.map((answer) => [answer, portsLeadingTo(answer, evidence)]));
  return (call, answer) => dialled.get(answer)?.has(call.port) ?? false;
}

/** Without a cluster to ask, a Service may have turned any port into any other: what lies close together is one network. */
const nearby: Belongs = (call, answer) => rangeOf([call.address, answer.address], PREFIX_MIN) !== undefined;

/** The port itself, and those of the Services that lead to it. */
function portsLeadingTo({ workload, port }: Datagram, evidence: Evidence): Set<number> {
  const known = evidence.workloads.get(workload);
  const ports = known ? servicesBehind(known, evidence).flatMap((service) => service.ports) : [];
  return new Set([port, ...ports.filter((one) => targetsOf(one).includes(port)).map((one) => one.port)]);
}

/** The smallest range that holds them all; nothing where that is wider than allowed. */
function rangeOf(addresses: readonly string[], prefixMin: number, prefixMax = 32): string | undefined {
  const bits = addresses.map(bitsOf);
  const [first = ''] = bits;
  let prefix = prefixMax;
  while (prefix >= prefixMin && !bits.every((one) => one.startsWith(first.slice(0, prefix)))) prefix -= 1;
  if (prefix < prefixMin) return undefined;
  return ipaddr.IPv4.networkAddressFromCIDR(`${addresses[0]}/${prefix}`).toString().concat(`/${prefix}`);
}

function bitsOf(address: string): string {
  return ipaddr.IPv4.parse(address)
    .toByteArray()
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
}

function isIn(address: string, range: string): boolean {
  return ipaddr.IPv4.isValid(address) && ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(range));
}
