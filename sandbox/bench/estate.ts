/** A large policy and the flows under it: 400 workloads, 200 rulesets with 597 rules, 200 external networks, 2,000 edges. */
import type { Edge, Peer } from '#core/edge.ts';
import type { ExternalNetwork } from '#core/external-network.ts';
import { edgeId } from '#core/fold.ts';
import type { NetworkRule, NetworkRuleset } from '#core/network-ruleset.ts';
import type { Policy } from '#core/policy.ts';
import type { Workload } from '#core/workload.ts';
import { type Chance, createChance } from '#sandbox/console/world/chance.ts';

const NAMESPACE = '/acme/aws-dev/k8s/hipster-shop';
const UNITS = 400;
const RULESETS = 200;
const NETWORKS = 200;
const EDGES = 2_000;
const PORTS = [53, 443, 5432, 6379, 7070, 8080, 9092];

/** A rule as any engine can take it; `networks` are indexes. */
export type PlainRule = {
  readonly id: string;
  readonly direction: 'incoming' | 'outgoing';
  readonly action: 'Allow' | 'Reject';
  readonly subject: readonly string[];
  readonly tags: readonly string[];
  readonly networks: readonly number[];
  readonly protocol: number;
  readonly ports: readonly [from: number, to: number];
};

/** One end of an edge: what is asked of the rules of one unit. */
export type PlainQuestion = {
  readonly tags: readonly string[];
  readonly direction: 'incoming' | 'outgoing';
  readonly peer: { readonly tags: readonly string[] } | { readonly address: string; readonly name: string };
  readonly protocol: number;
  readonly port: number;
};

export type Estate = {
  readonly policy: Policy;
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly edges: readonly Edge[];
  readonly networks: readonly { readonly cidrs: readonly string[]; readonly names: readonly string[] }[];
  readonly rules: readonly PlainRule[];
  /** Everything that has to be allowed for the edge to be. */
  questions(edge: Edge): readonly PlainQuestion[];
};

export function estate(): Estate {
  const chance = createChance('estate');
  const workloads = Array.from({ length: UNITS }, (_, nth) => workloadOf(nth));
  const networks = Array.from({ length: NETWORKS }, (_, nth) => networkOf(nth, chance));
  const rules = Array.from({ length: RULESETS * 3 - 3 }, (_, nth) => ruleOf(nth, chance));
  const byKey = new Map(workloads.map((workload) => [workload.key, workload]));
  return {
    policy: {
      namespace: NAMESPACE,
      prefixes: { local: [], effective: ['k8s:', 'net:'] },
      own: { incoming: 'Reject', outgoing: 'Reject' },
      effective: { incoming: 'Reject', outgoing: 'Reject' },
      rulesets: Array.from({ length: RULESETS }, (_, nth) => rulesetOf(nth, rules)),
      externalNetworks: networks.map(asExternalNetwork),
    },
    workloads: byKey,
    edges: Array.from({ length: EDGES }, (_, rank) => edgeOf(rank, workloads, networks, chance)),
    networks,
    rules,
    questions: (edge) => questionsOf(edge, byKey),
  };
}

function workloadOf(nth: number): Workload {
  const tags = [
    `k8s:app=service-${nth}`,
    `k8s:tier=${['front', 'middle', 'back'][nth % 3]}`,
    `k8s:team=team-${nth % 20}`,
    `k8s:zone=${nth % 4}`,
    ...Array.from({ length: 7 }, (_, label) => `k8s:label-${label}=${(nth * (label + 3)) % 40}`),
  ].sort();
  const key = JSON.stringify([NAMESPACE, ...tags]);
  return {
    key,
    name: `service-${nth}`,
    namespace: NAMESPACE,
    tags,
    owners: [`service-${nth}`],
    units: [`unit-${nth}`],
  };
}

/** 709 ranges that overlap, and 77 names, one in five of them a wildcard. */
function networkOf(nth: number, chance: Chance) {
  const cidrs = Array.from({ length: nth < 109 ? 4 : 3 }, () => {
    const bits = chance.between(12, 30);
    const address = (chance.between(0, 0xffff) * 0x10000 + chance.between(0, 0xffff)) >>> 0;
    const first = (address & (0xffffffff << (32 - bits))) >>> 0;
    return `${dotted(first)}/${bits}`;
  });
  return { cidrs, names: nth < 77 ? [`${nth % 5 === 0 ? '*' : 'api'}.service-${nth}.example.com`] : [] };
}

function ruleOf(nth: number, chance: Chance): PlainRule {
  const direction = nth % 2 === 0 ? 'incoming' : 'outgoing';
  const ruleset = Math.floor(nth / 3);
  const toTags = nth % 5 < 3;
  const port = chance.pick(PORTS);
  return {
    id: `rule-${nth}`,
    direction,
    action: nth % 17 === 16 ? 'Reject' : 'Allow',
    subject: subjectOf(ruleset),
    tags: toTags ? [nth % 2 === 0 ? `k8s:team=team-${chance.between(0, 19)}` : `k8s:zone=${chance.between(0, 3)}`] : [],
    networks: toTags ? [] : Array.from({ length: 4 }, () => chance.between(0, NETWORKS - 1)),
    protocol: port === 53 ? 17 : 6,
    ports: nth % 3 === 0 ? [1, 10_000] : [port, port],
  };
}

function subjectOf(ruleset: number): string[] {
  const nth = ruleset % 40;
  return ruleset % 4 === 0
    ? [`k8s:label-${ruleset % 7}=${nth}`]
    : [`k8s:team=team-${nth % 20}`, `k8s:zone=${ruleset % 4}`];
}

function rulesetOf(nth: number, rules: readonly PlainRule[]): NetworkRuleset {
  const own = rules.slice(nth * 3, nth * 3 + 3);
  const inDirection = (direction: PlainRule['direction']) =>
    own.filter((rule) => rule.direction === direction).map(asRule);
  return {
    id: `ruleset-${nth}`,
    name: `ruleset ${nth}`,
    namespace: NAMESPACE,
    subject: [subjectOf(nth)],
    incomingRules: inDirection('incoming'),
    outgoingRules: inDirection('outgoing'),
    propagate: false,
    disabled: false,
    fallback: false,
    annotations: {},
    updatedAt: 0,
  };
}

function asRule({ action, tags, networks, protocol, ports: [from, to] }: PlainRule): NetworkRule {
  return {
    action,
    object: networks.length > 0 ? networks.map((network) => [`net:id=${network}`]) : [tags],
    protocolPorts: [`${protocol === 17 ? 'udp' : 'tcp'}/${from === to ? from : `${from}:${to}`}`],
  };
}

function asExternalNetwork({ cidrs, names }: Estate['networks'][number], nth: number): ExternalNetwork {
  return {
    id: `network-${nth}`,
    name: `network ${nth}`,
    namespace: NAMESPACE,
    entries: [...cidrs, ...names],
    tags: [`net:id=${nth}`],
    propagate: false,
    annotations: {},
  };
}

/** Half inside, half of the others out; every second address outside lies in a network, and every name but a few is known. */
function edgeOf(rank: number, workloads: readonly Workload[], networks: Estate['networks'], chance: Chance): Edge {
  const inside = (): Peer => ({ kind: 'workload', workload: chance.pick(workloads).key, namespace: NAMESPACE });
  const somewhere = chance.between(0, 0x7fffffff) * 2;
  const address = chance.next() < 0.5 ? dotted(somewhere >>> 0) : firstOf(chance.pick(networks).cidrs);
  const outside: Peer = { kind: 'address', address, network: 'default' };
  const source = rank % 4 === 3 ? outside : inside();
  const destination = rank % 4 === 2 ? outside : inside();
  const port = chance.pick(PORTS);
  const identity = {
    source,
    destination,
    protocol: port === 53 ? 17 : 6,
    port,
    action: 'Accept',
    policyId: 'default',
  } as const;
  return {
    ...identity,
    id: edgeId(identity),
    names: rank % 4 === 2 ? [`api.service-${chance.between(0, 99)}.example.com`] : [],
    namesElsewhere: [],
    count: 1,
    reports: 1,
    firstSeen: 0,
    lastSeen: 0,
    days: ['2026-11-16'],
    units: [],
  };
}

function questionsOf(edge: Edge, workloads: ReadonlyMap<string, Workload>): PlainQuestion[] {
  return (['destination', 'source'] as const).flatMap((side) => {
    const [own, other] = side === 'source' ? [edge.source, edge.destination] : [edge.destination, edge.source];
    if (own.kind !== 'workload') return [];
    const tagsOf = (key: string) => workloads.get(key)?.tags ?? [];
    const name = side === 'source' ? (edge.names[0] ?? '') : '';
    return {
      tags: tagsOf(own.workload),
      direction: side === 'source' ? 'outgoing' : 'incoming',
      peer: other.kind === 'workload' ? { tags: tagsOf(other.workload) } : { address: other.address, name },
      protocol: edge.protocol,
      port: edge.port ?? 0,
    };
  });
}

export function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

function firstOf(cidrs: readonly string[]): string {
  return (cidrs[0] as string).replace(/\/.*/, '');
}
