/** What a rule's `protocolPorts` say, and how a protocol and port are written for people (console-api.md 4.5). */
import { ICMP, ICMP6, TCP, UDP } from './flow.ts';

/**
 * The protocol names the console accepts, in upper case; a name's place is its number, `-` where there is none. Six names that
 * its table spells with small letters can never match, because it asks in capitals, and are left out.
 */
const NAMES = `
  HOPOPT ICMP IGMP GGP IPIP ST TCP CBT EGP IGP BBN-RCC-MON NVP-II PUP ARGUS EMCON XNET CHAOS UDP MUX DCN-MEAS HMP PRM
  XNS-IDP TRUNK-1 TRUNK-2 LEAF-1 LEAF-2 RDP IRTP ISO-TP4 NETBLT MFE-NSP MERIT-INP DCCP 3PC IDPR XTP DDP IDPR-CMTP TP++
  IL - SDRP - - IDRP RSVP GRE DSR BNA ESP AH I-NLSP SWIPE NARP MOBILE TLSP SKIP IPV6-ICMP - - ANYLOCALHOST CFTP
  ANYLOCALNETWORK SAT-EXPAK KRYPTOLAN RVD IPPC - SAT-MON VISA IPCU CPNX CPHB WSN PVP BR-SAT-MON SUN-ND WB-MON WB-EXPAK
  ISO-IP VMTP SECURE-VMTP VINES TTP NSFNET-IGP DGP TCF EIGRP OSPF - LARP MTP AX.25 OS MICP SCC-SP ETHERIP ENCAP
  PRIVATEENCRYPTION GMTP IFMP PNNI PIM ARIS SCPS QNX - IPCOMP SNP COMPAQ-PEER IPX-IN-IP VRRP PGM - L2TP DDX IATP STP
  SRP UTI SMP SM PTP ISIS FIRE CRTP CRUDP SSCOPMCE IPLT SPS PIPE SCTP FC RSVP-E2E-IGNORE MOBILITY-HEADER UDPLITE
  MPLS-IN-IP MANET HIP SHIM6 WESP ROHC ICMP6
`
  .trim()
  .split(/\s+/);

const NUMBERS = new Map(NAMES.flatMap((name, number) => (name === '-' ? [] : [[name, number] as const])));

/** `icmp6` has a number of its own inside the console; on the network, and in reports, it is 58. */
const ICMP6_NAME = 143;

export const NO = 0;
/** Covers some of what the question leaves open: an ICMP type, where a report says none. */
export const SOME = 1;
export const ALL = 2;
export type Coverage = typeof NO | typeof SOME | typeof ALL;

export type PortMatcher = {
  /** Whether it covers all of this; what is left open (a port, an ICMP type) must be covered whatever it is. */
  matches(protocol: number, port?: number, icmpType?: number, icmpCode?: number): boolean;
  coverage(protocol: number, port?: number, icmpType?: number, icmpCode?: number): Coverage;
  /** Whether it covers every port of TCP or UDP, or any. */
  coverageOfEveryPort(protocol: number): Coverage;
  /** Where what it covers begins, and where it has just ended: between two of these nothing changes. */
  turns(protocol: number): readonly number[];
};

/** The console's number for an upper-case protocol name. */
export function protocolNumber(name: string): number | undefined {
  return NUMBERS.get(name);
}

/** `tcp/443`, `udp/53`, `icmp`, `icmp6`, `gre`; `protocol-200` where there is no name. */
export function portLabel(protocol: number, port?: number): string {
  const name = protocol === ICMP6 ? 'icmp6' : (NAMES[protocol] ?? '-').toLowerCase();
  if (protocol === TCP || protocol === UDP) return `${name}/${port ?? 0}`;
  return name === '-' ? `protocol-${protocol}` : name;
}

/** A whole number as the console reads one: decimal digits, a sign before them or not, at most 64 bits. */
export function wholeNumber(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

type Range = readonly [from: number, to: number];

/** What the console would refuse (console-api.md 5.4) matches nothing, and neither does an empty list. */
export function parseProtocolPorts(protocolPorts: readonly string[]): PortMatcher {
  return new Compiled(protocolPorts);
}

/** Ports as pairs in a typed array, other protocols as a table of 256: asked for every rule of every edge. */
class Compiled implements PortMatcher {
  private readonly any: boolean;
  private readonly tcp: Uint16Array;
  private readonly udp: Uint16Array;
  private readonly whole = new Uint8Array(256);
  private readonly icmp: readonly IcmpType[];

  constructor(protocolPorts: readonly string[]) {
    const parts = protocolPorts.map((text) => text.split('/'));
    const named = (...names: readonly string[]) =>
      parts.filter(([name = '']) => names.includes(name.toUpperCase())).map(([, ...rest]) => rest.join('/'));
    this.any = protocolPorts.some((text) => text.toUpperCase() === 'ANY');
    this.tcp = portPairs(named('TCP'));
    this.udp = portPairs(named('UDP'));
    this.icmp = [
      ...named('ICMP').flatMap((rest) => icmpType(ICMP, rest)),
      ...named('ICMP6', 'IPV6-ICMP').flatMap((rest) => icmpType(ICMP6, rest)),
    ];
    for (const text of protocolPorts) {
      const number = protocolNumber(text.toUpperCase());
      if (number !== undefined && number !== TCP && number !== UDP)
        this.whole[number === ICMP6_NAME ? ICMP6 : number] = 1;
    }
  }

  matches(protocol: number, port?: number, icmpType?: number, icmpCode?: number): boolean {
    return this.coverage(protocol, port, icmpType, icmpCode) === ALL;
  }

  coverageOfEveryPort(protocol: number): Coverage {
    if (this.any) return ALL;
    const pairs = protocol === TCP ? this.tcp : protocol === UDP ? this.udp : [];
    for (let at = 0; at < pairs.length; at += 2) if ((pairs[at] as number) <= 1 && pairs[at + 1] === 65_535) return ALL;
    return pairs.length > 0 ? SOME : NO;
  }

  turns(protocol: number): readonly number[] {
    const pairs = protocol === TCP ? this.tcp : protocol === UDP ? this.udp : [];
    return Array.from(pairs, (port, at) => (at % 2 === 0 ? port : port + 1)).filter((port) => port <= 65_535);
  }

  coverage(protocol: number, port = 0, type?: number, code?: number): Coverage {
    if (this.any) return ALL;
    if (protocol === TCP) return within(this.tcp, port);
    if (protocol === UDP) return within(this.udp, port);
    if (this.whole[protocol] === 1) return ALL;
    let best: Coverage = NO;
    for (const entry of this.icmp) {
      if (entry.protocol !== protocol || (type !== undefined && entry.type !== type)) continue;
      if (type !== undefined && (!entry.codes || (code !== undefined && inRanges(entry.codes, code)))) return ALL;
      if (type === undefined || code === undefined) best = SOME;
    }
    return best;
  }
}

/** Every code where `codes` is absent. */
type IcmpType = { readonly protocol: number; readonly type: number; readonly codes?: readonly Range[] };

function icmpType(protocol: number, rest: string): IcmpType[] {
  const [typeText = '', ...codeText] = rest.split('/');
  const type = range(typeText, 255)?.[0];
  if (type === undefined || typeText.includes(':')) return [];
  if (codeText.length === 0) return [{ protocol, type }];
  const codes = codeText
    .join('/')
    .split(',')
    .flatMap((text) => {
      const codes = range(text, 255);
      return codes ? [codes] : [];
    });
  return [{ protocol, type, codes }];
}

function portPairs(texts: readonly string[]): Uint16Array {
  return Uint16Array.from(texts.flatMap((text) => range(text, 65535) ?? []));
}

/** `80`, `1:1024`. */
function range(text: string, max: number): Range | undefined {
  const [from, to = from, ...more] = text.split(':').map((part) => (/^[+-]?[0-9]+$/.test(part) ? Number(part) : -1));
  if (from === undefined || to === undefined || more.length > 0) return undefined;
  return from >= 0 && from <= to && to <= max ? [from, to] : undefined;
}

function within(pairs: Uint16Array, port: number): Coverage {
  for (let at = 0; at < pairs.length; at += 2) {
    if (port >= (pairs[at] as number) && port <= (pairs[at + 1] as number)) return ALL;
  }
  return NO;
}

function inRanges(ranges: readonly Range[], value: number): boolean {
  return ranges.some(([from, to]) => value >= from && value <= to);
}
