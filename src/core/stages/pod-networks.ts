/** Where the processing units themselves have their addresses, read off the UDP and ICMP between them, which show nothing else. */
import ipaddr from 'ipaddr.js';
import type { Edge } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import { ICMP, UDP } from '#core/flow.ts';
import { addressKind } from '#core/peers.ts';
import { servicesBehind, targetsOf } from '#core/services.ts';
import { asksOnDnsPort, DNS_PORT, ownEnd } from './ends.ts';
import type { Nodes } from './nodes.ts';
import type { Resolvers } from './resolvers.ts';

/** A range wider than this is a company's network, not a cluster's. */
const PREFIX_MIN = 16;
/** What a cluster gives to one node, usually. */
const NODE_PREFIX = 24;

export type PodNetworks = {
  /** Ranges in which processing units were seen to have their addresses. */
  readonly ranges: readonly string[];
  /** Whether what is sent there on the port of DNS goes to a workload of the namespace that listens on it. */
  isListener(address: string): boolean;
};

type Ground = { readonly evidence: Evidence; readonly nodes: Nodes; readonly resolvers: Resolvers };

/**
 * Enforcers report UDP and ICMP between processing units at both ends, each with an address at the other (console-api.md 4.4). Calls
 * out to a private address and calls in from one, on ports that belong together, are such a pair.
 */
export function podNetworksOf(ground: Ground, edges: readonly Edge[]): PodNetworks {
  const { evidence } = ground;
  const datagrams = edges.flatMap((edge) => datagramOf(edge, ground) ?? []);
  const calls = datagrams.filter(({ direction }) => direction === 'outgoing');
  const answers = datagrams.filter(({ direction }) => direction === 'incoming');
  const belongs = belonging(answers, evidence);
  const answered = answers.filter((answer) => calls.some((call) => belongs(call, answer)));
  const called = calls.filter((call) => answered.some((answer) => belongs(call, answer)));
  const addresses = [...new Set([...called, ...answered].map(({ address }) => address))].sort();
  const onDnsPort = called.filter(({ port }) => port === DNS_PORT).map(({ address }) => address);
  const listening = new Set([...onDnsPort, ...ownServicesOnDnsPort(ground)]);
  return { ranges: rangesOf(addresses, ground), isListener: (address) => listening.has(address) };
}

function rangesOf(addresses: readonly string[], { evidence, nodes }: Ground): string[] {
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
  /** Absent for ICMP. */
  readonly port: number | undefined;
};

function datagramOf(edge: Edge, { evidence, nodes, resolvers }: Ground): Datagram | undefined {
  const own = ownEnd(edge, evidence.namespace);
  const other = own?.direction === 'outgoing' ? edge.destination : edge.source;
  if (!own || other.kind !== 'address' || !(edge.protocol === UDP || edge.protocol === ICMP)) return undefined;
  const { address } = other;
  if (asksOnDnsPort(edge) && resolvers.isTrusted(address)) return undefined;
  if (!ipaddr.IPv4.isValid(address) || addressKind(address) !== 'private') return undefined;
  if (nodes.has(address) || nodes.isBridge(address)) return undefined;
  return { ...own, address, port: edge.port };
}

type Belongs = (call: Datagram, answer: Datagram) => boolean;

/** A stranger's resolver must not pass for one of them: on the port of DNS both the port and the place have to agree. */
function belonging(answers: readonly Datagram[], evidence: Evidence): Belongs {
  const atPort = byPort(answers, evidence);
  const usually = evidence.kubernetes ? atPort : nearby;
  return (call, answer) => {
    if (call.port === undefined || answer.port === undefined) return call.port === answer.port && nearby(call, answer);
    return call.port === DNS_PORT ? atPort(call, answer) && nearby(call, answer) : usually(call, answer);
  };
}

/** Where a Service's own address is reported in place of a unit's. */
function ownServicesOnDnsPort({ evidence, resolvers }: Ground): string[] {
  const led = new Set(
    [...evidence.workloads.values()]
      .filter(({ namespace }) => namespace === evidence.namespace)
      .flatMap((workload) => servicesBehind(workload, evidence)),
  );
  return [...led]
    .filter(({ ports }) => ports.some(({ port, protocol }) => port === DNS_PORT && protocol === 'UDP'))
    .flatMap(({ clusterIps }) => clusterIps)
    .filter((address) => !resolvers.isTrusted(address));
}

function byPort(answers: readonly Datagram[], evidence: Evidence): Belongs {
  const dialled = new Map(answers.map((answer) => [answer, portsLeadingTo(answer, evidence)]));
  return (call, answer) => call.port !== undefined && (dialled.get(answer)?.has(call.port) ?? false);
}

/** Without a cluster to ask, a Service may have turned any port into any other: what lies close together is one network. */
const nearby: Belongs = (call, answer) => rangeOf([call.address, answer.address], PREFIX_MIN) !== undefined;

/** The port itself, and those of the Services that lead to it. */
function portsLeadingTo({ workload, port }: Datagram, evidence: Evidence): Set<number> {
  if (port === undefined) return new Set();
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
