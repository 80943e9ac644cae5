/** Small hand-made evidences: a namespace in discovery mode, its workloads, and edges that say who talked to whom. */
import { DEFAULT_PREFIXES } from '#core/default-prefixes.ts';
import type { Answers, DraftSettings } from '#core/draft.ts';
import type { Edge, Peer } from '#core/edge.ts';
import type { Evidence, KubernetesFacts } from '#core/evidence.ts';
import type { ExternalNetwork } from '#core/external-network.ts';
import { SOMEWHERE, TCP, UDP } from '#core/flow.ts';
import type { NetworkRuleset } from '#core/network-ruleset.ts';
import type { Policy } from '#core/policy.ts';
import { type ProcessingUnit, type Workload, workloadsOf } from '#core/workload.ts';

export const SHOP = '/acme/aws-dev/k8s/hipster-shop';
export const MONDAY = Date.UTC(2026, 10, 16);
const DAY = 86_400_000;
const FRIDAY = MONDAY + 4 * DAY;

export const NO_ANSWERS: Answers = { residual: {} };
export const SETTINGS: DraftSettings = {
  podsMode: 'namespace',
  wildcards: false,
  trustedResolvers: [],
  nodeCidrs: ['10.128.0.0/16'],
};

export function unit(name: string, tags: readonly string[], namespace = SHOP): ProcessingUnit {
  return {
    id: `id-of-${namespace}-${name}`,
    name,
    namespace,
    tags: ['$identity=processingunit', `$namespace=${namespace}`, `$name=${name}`, `$id=id-of-${name}`, ...tags],
  };
}

export function workload(name: string, tags: readonly string[] = [`app=${name}`], namespace = SHOP): Workload {
  const [only] = workloadsOf([unit(name, tags, namespace)]).values();
  if (!only) throw new Error('one unit makes one workload');
  return only;
}

type End = Workload | string;

function peer(end: End): Peer {
  return typeof end === 'string'
    ? { kind: 'address', address: end, network: SOMEWHERE }
    : { kind: 'workload', workload: end.key, namespace: end.namespace };
}

/** Accepted by default, a thousand times over five days, unless something else is said. */
export function edge(source: End, destination: End, port: string, more: Partial<Edge> = {}): Edge {
  const [name, number] = port.split('/');
  const protocol = name === 'tcp' ? TCP : name === 'udp' ? UDP : Number(name);
  const units = [source, destination].flatMap((end) => (typeof end === 'string' ? [] : end.units));
  const words = [source, destination].map((end) => (typeof end === 'string' ? end : end.key));
  return {
    id: JSON.stringify([...words, port, more.policyId ?? 'default', more.action ?? 'Accept']),
    source: peer(source),
    destination: peer(destination),
    protocol,
    ...(number === undefined ? {} : { port: Number(number) }),
    action: 'Accept',
    policyId: 'default',
    names: [],
    namesElsewhere: [],
    count: 1000,
    reports: 100,
    firstSeen: MONDAY,
    lastSeen: FRIDAY,
    days: ['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20'],
    units: [...new Set(units)].sort(),
    ...more,
  };
}

/** Seen on one day only, so many times within so many minutes. */
export function brief(count: number, minutes: number): Partial<Edge> {
  return {
    count,
    reports: Math.min(count, 3),
    firstSeen: FRIDAY,
    lastSeen: FRIDAY + minutes * 60_000,
    days: ['2026-11-20'],
  };
}

export function policy(more: Partial<Policy> = {}): Policy {
  return {
    namespace: SHOP,
    prefixes: { local: [], effective: DEFAULT_PREFIXES },
    own: { incoming: 'Inherit', outgoing: 'Inherit' },
    effective: { incoming: 'Allow', outgoing: 'Allow' },
    rulesets: [],
    externalNetworks: [],
    ...more,
  };
}

export function withPrefixes(...prefixes: string[]): Policy {
  return policy({ prefixes: { local: prefixes, effective: [...DEFAULT_PREFIXES, ...prefixes] } });
}

export function evidence(
  workloads: readonly Workload[],
  edges: readonly Edge[],
  more: Partial<Evidence> = {},
): Evidence {
  return {
    namespace: SHOP,
    edges,
    workloads: new Map(workloads.map((one) => [one.key, one])),
    policy: policy(),
    from: MONDAY,
    to: MONDAY + 7 * DAY,
    gaps: [],
    ...more,
  };
}

export function kubernetes(more: Partial<KubernetesFacts> = {}): KubernetesFacts {
  return {
    dnsAddresses: ['10.75.240.10'],
    nodes: [
      { name: 'node-a', addresses: ['10.128.0.2'] },
      { name: 'node-b', addresses: ['10.128.0.3'] },
    ],
    services: [],
    ...more,
  };
}

export function network(name: string, tag: string, entries: readonly string[], namespace = SHOP): ExternalNetwork {
  return {
    id: `network-${namespace}-${name}`,
    name,
    namespace,
    entries,
    tags: ['$identity=externalnetwork', `$namespace=${namespace}`, `$name=${name}`, '$type=Subnet', tag],
    propagate: namespace !== SHOP,
    annotations: {},
  };
}

export function ruleset(name: string, more: Partial<NetworkRuleset>): NetworkRuleset {
  const namespace = more.namespace ?? SHOP;
  return {
    id: `ruleset-${namespace}-${name}`,
    name,
    namespace,
    propagate: namespace !== SHOP,
    disabled: false,
    fallback: false,
    annotations: {},
    updatedAt: MONDAY,
    subject: [['$identity=processingunit', `$namespace=${SHOP}`]],
    incomingRules: [],
    outgoingRules: [],
    ...more,
  };
}
