/** A small namespace of Acme's to ask questions about: its workloads, and policies and edges as short as can be written. */
import type { Edge, Peer } from '#core/edge.ts';
import type { ExternalNetwork } from '#core/external-network.ts';
import { BY_DEFAULT, SOMEWHERE, TCP } from '#core/flow.ts';
import type { NetworkRule, NetworkRuleset } from '#core/network-ruleset.ts';
import type { Policy } from '#core/policy.ts';
import { type Workload, workloadsOf } from '#core/workload.ts';

export const SHOP = '/acme/dev/k8s/shop';
export const CLUSTER = '/acme/dev/k8s';
export const BANK = '/acme/dev/k8s/bank';
const ELSEWHERE = '/other/prod/app';

export function workloadIn(namespace: string, app: string, ...tags: string[]): Workload {
  const unit = {
    id: `${namespace}/${app}`,
    name: `${app}-0`,
    namespace,
    tags: ['$identity=processingunit', `$namespace=${namespace}`, `app=${app}`, ...tags],
  };
  const [workload] = workloadsOf([unit]).values();
  if (!workload) throw new Error('one unit makes one workload');
  return workload;
}

export const frontend = workloadIn(SHOP, 'frontend');
export const cart = workloadIn(SHOP, 'cart', 'role=store');
export const ledger = workloadIn(BANK, 'ledger', 'team=money');
export const far = workloadIn(ELSEWHERE, 'far');
export const workloads = new Map([frontend, cart, ledger, far].map((workload) => [workload.key, workload]));

/** Both directions rejected by default; `app=` is the namespace's own prefix. */
export function policy(parts: Partial<Policy> = {}): Policy {
  return {
    namespace: SHOP,
    prefixes: { local: ['app='], effective: ['$identity=', '$namespace=', '$name=', 'externalnetwork:name=', 'app='] },
    own: { incoming: 'Reject', outgoing: 'Reject' },
    effective: { incoming: 'Reject', outgoing: 'Reject' },
    rulesets: [],
    externalNetworks: [],
    ...parts,
  };
}

export const ALLOW_ALL = { incoming: 'Allow', outgoing: 'Allow' } as const;

type RulesetParts = Partial<Omit<NetworkRuleset, 'incomingRules' | 'outgoingRules'>> & {
  incoming?: NetworkRule[];
  outgoing?: NetworkRule[];
};

/** Of this namespace and for every unit of it, unless said otherwise. */
export function ruleset(name: string, { incoming = [], outgoing = [], ...parts }: RulesetParts): NetworkRuleset {
  return {
    id: `id-of-${name}`,
    name,
    namespace: SHOP,
    subject: [['$identity=processingunit', `$namespace=${SHOP}`]],
    incomingRules: incoming,
    outgoingRules: outgoing,
    propagate: false,
    disabled: false,
    fallback: false,
    annotations: {},
    updatedAt: 0,
    ...parts,
  };
}

export function allow(object: string | string[][], ...protocolPorts: string[]): NetworkRule {
  return { action: 'Allow', object: typeof object === 'string' ? [[object]] : object, protocolPorts };
}

export function reject(object: string | string[][], ...protocolPorts: string[]): NetworkRule {
  return { ...allow(object, ...protocolPorts), action: 'Reject' };
}

/** Rules name it by `externalnetwork:name=<name>`. */
export function network(name: string, entries: string[], parts: Partial<ExternalNetwork> = {}): ExternalNetwork {
  return {
    id: `id-of-${name}`,
    name,
    namespace: SHOP,
    entries,
    tags: ['$identity=externalnetwork', `$namespace=${SHOP}`, `externalnetwork:name=${name}`],
    propagate: false,
    annotations: {},
    ...parts,
  };
}

export function net(name: string): string {
  return `externalnetwork:name=${name}`;
}

function at(workload: Workload): Peer {
  return { kind: 'workload', workload: workload.key, namespace: workload.namespace };
}

/** An accepted connection on tcp/443 that only discovery mode allowed, unless said otherwise. */
export function edge(source: Workload | string, destination: Workload | string, parts: Partial<Edge> = {}): Edge {
  const peer = (end: Workload | string): Peer =>
    typeof end === 'string' ? { kind: 'address', address: end, network: SOMEWHERE } : at(end);
  return {
    id: 'edge',
    source: peer(source),
    destination: peer(destination),
    protocol: TCP,
    port: 443,
    action: 'Accept',
    policyId: BY_DEFAULT,
    names: [],
    namesElsewhere: [],
    count: 1,
    reports: 1,
    firstSeen: 0,
    lastSeen: 0,
    days: ['1970-01-01'],
    units: ['unit'],
    ...parts,
  };
}
