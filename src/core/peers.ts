/** What an address at the other end is: metadata service, node, bridge, private, public and so on. */
import ipaddr from 'ipaddr.js';
import type { Edge } from './edge.ts';

export type AddressKind =
  | 'metadata'
  | 'loopback'
  | 'unspecified'
  | 'multicast'
  | 'link-local'
  | 'private'
  | 'public'
  | 'not-an-address';

/** Where clouds answer instances about themselves: the common one, AWS over IPv6, Google over IPv6. */
const METADATA = new Set(['169.254.169.254', 'fd00:ec2:0:0:0:0:0:254', 'fd20:ce:0:0:0:0:0:254']);

/** Ranges that lead nowhere on the internet and are used inside (RFC 1918, 4193, 6598, 2544). */
const INSIDE: readonly (readonly [ipaddr.IPv4 | ipaddr.IPv6, number])[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '198.18.0.0/15',
  'fc00::/7',
].map((cidr) => ipaddr.parseCIDR(cidr));

/** Nearly every address is four plain numbers. The library reads these three times over: half of asking for a kind. */
const PLAIN = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

/** IPv4 written as IPv6 counts as IPv4; nothing when it is no address at all. */
function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bytes = PLAIN.exec(address)?.slice(1).map(Number);
  if (bytes?.every((byte) => byte <= 255)) return new ipaddr.IPv4(bytes);
  return ipaddr.isValid(address) ? ipaddr.process(address) : undefined;
}

export function addressKind(address: string): AddressKind {
  const parsed = parse(address);
  if (!parsed) return 'not-an-address';
  if (METADATA.has(parsed.toNormalizedString())) return 'metadata';
  const range = parsed.range();
  if (range === 'loopback') return 'loopback';
  if (range === 'unspecified') return 'unspecified';
  if (range === 'multicast' || range === 'broadcast') return 'multicast';
  if (range === 'linkLocal') return 'link-local';
  return INSIDE.some((cidr) => contains(cidr, parsed)) ? 'private' : 'public';
}

function contains(cidr: readonly [ipaddr.IPv4 | ipaddr.IPv6, number], address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return cidr[0].kind() === address.kind() && address.match([cidr[0], cidr[1]]);
}

/** `ranges` are CIDRs or single addresses; what is neither contains nothing. */
export function isWithin(address: string, ranges: readonly string[]): boolean {
  const parsed = parse(address);
  if (!parsed) return false;
  return ranges.some((range) => {
    if (ipaddr.isValidCIDR(range)) return contains(ipaddr.parseCIDR(range), parsed);
    return parse(range)?.toNormalizedString() === parsed.toNormalizedString();
  });
}

/** A container bridge takes the first address of its range and lends it to probes and to masqueraded traffic alike. */
export function looksLikeBridge(address: string): boolean {
  const parsed = parse(address);
  return parsed?.kind() === 'ipv4' && addressKind(address) === 'private' && parsed.toByteArray()[3] === 1;
}

/** As an external network's entry: the console takes bare IPv4 but IPv6 only with its mask (console-api.md 5.3). */
export function asEntry(address: string): string {
  const parsed = parse(address);
  return parsed?.kind() === 'ipv6' ? `${parsed.toString()}/128` : (parsed?.toString() ?? address);
}

/** `kubernetes.default.svc.cluster.local` and what the search domains leave of it. */
export function isApiServerName(name: string): boolean {
  return /^kubernetes(\.default(\.svc(\..+)?)?)?$/.test(name);
}

/** Names that only this cluster or this network resolves: no external service. */
export function isInsideName(name: string): boolean {
  return (
    !name.includes('.') ||
    /(^|\.)(svc|local|internal|localhost|localdomain|home\.arpa|in-addr\.arpa)$/.test(name) ||
    /\.svc\./.test(name)
  );
}

/** Periods people give to probes, in seconds. */
const PROBE_PERIODS = [5, 10, 15, 20, 30, 60];

/** Whether the connections came, on average, as a kubelet's probes do; with several pods, each at its own beat. */
export function atProbeRhythm(edge: Pick<Edge, 'count' | 'firstSeen' | 'lastSeen' | 'units'>): boolean {
  if (edge.count < 10) return false;
  const mean = (edge.lastSeen - edge.firstSeen) / 1000 / (edge.count - 1);
  return [1, Math.max(1, edge.units.length)].some((units) =>
    PROBE_PERIODS.some((period) => Math.abs(mean * units - period) <= period * 0.1),
  );
}
