/** One edge at one moment: which ends, which address, which names are looked up first. */
import type { Connection, End } from '#sandbox/console/enforcer/connection.ts';
import { apiServerAddress } from '#sandbox/console/world/cluster.ts';
import { type Answer, addressesAt, addressesV6At, searched } from '#sandbox/console/world/names.ts';
import type { Pod } from '#sandbox/console/world/pods.ts';
import { podsAt, type World } from '#sandbox/console/world/world.ts';
import { type Edge, everyAddress } from './edges.ts';

/** Who talks to whom, once. */
export interface Pair {
  source: { pod?: Pod; address: string };
  destination: { pod?: Pod; address: string };
}

export interface Lookup extends Answer {
  record: 'A' | 'AAAA';
}

const visitorsAtOnce = 4;

/** Every replica with every replica and every address of a name; of the internet, a few. */
export function everyPair(world: World, edge: Edge, atMs: number): Pair[] {
  const pairs = sourcesOf(world, edge, atMs).flatMap((source) => destinationsOf(world, edge, source, atMs));
  const apart = pairs.filter(({ source, destination }) => source.pod === undefined || source.pod !== destination.pod);
  return apart.length > 0 ? apart : pairs;
}

/** The pairs somebody could use right now: of a name, only the addresses in the current answer. */
export function pairsAt(world: World, edge: Edge, atMs: number): Pair[] {
  const pairs = everyPair(world, edge, atMs);
  if (edge.place?.kind !== 'named') return pairs;
  const current = addressesAt(edge.to, atMs);
  return pairs.filter(({ destination }) => current.includes(destination.address));
}

export function connectionOf(edge: Edge, pair: Pair): Connection {
  return {
    protocol: edge.protocol,
    port: edge.port,
    dialledPort: edge.kind === 'edge' ? (edge.servicePort ?? edge.port) : edge.port,
    source: endOf(pair.source),
    destination: endOf(pair.destination),
  };
}

/** What the source asks its resolver first, in the order it asks. */
export function lookupsOf(world: World, edge: Edge, atMs: number): Lookup[] {
  if (edge.kind === 'edge') {
    const service = world.services.find(({ name }) => name === edge.service);
    const name = `${edge.service}.${world.kubernetesNamespace}.svc.cluster.local.`;
    return service ? both(name, [service.clusterIP], []) : [];
  }
  if (edge.kind !== 'external' || !isName(edge.to)) return [];
  const host = edge.to;
  if (edge.place?.kind === 'fixed' && edge.place.address === apiServerAddress)
    return inCluster(host, world.kubernetesNamespace);
  const nothing = searched(host, world.kubernetesNamespace).flatMap((name) => both(name));
  const addresses = edge.place?.kind === 'fixed' ? [edge.place.address] : addressesAt(host, atMs);
  const addressesV6 = edge.place?.kind === 'fixed' ? [] : addressesV6At(host, atMs);
  return [...nothing, ...both(`${host}.`, addresses, addressesV6)];
}

function sourcesOf(world: World, edge: Edge, atMs: number): Pair['source'][] {
  if (edge.from === 'internet') return visitors(world, atMs).map((address) => ({ address }));
  if (edge.kind === 'probe') return [{ address: 'the node of the pod' }];
  const pods = living(world, edge.from, atMs);
  return pods.length > 0 ? pods.map(atHome) : [{ address: edge.from }];
}

function destinationsOf(world: World, edge: Edge, source: Pair['source'], atMs: number): Pair[] {
  if (edge.kind === 'external')
    return everyAddress(edge, source.pod?.node.address ?? '').map((address) => ({ source, destination: { address } }));
  const pods = living(world, edge.to, atMs);
  if (edge.kind === 'probe')
    return pods.map((pod) => ({ source: { address: pod.node.address }, destination: atHome(pod) }));
  return pods.map((pod) => ({ source, destination: atHome(pod) }));
}

/** Others every few seconds. */
function visitors({ clients }: World, atMs: number): string[] {
  const first = Math.floor(atMs / 7000);
  return Array.from({ length: visitorsAtOnce }, (_, index) => clients[(first + index) % clients.length] ?? '');
}

/** Somebody who lives only now and then is represented by whoever was here last. */
function living(world: World, workload: string, atMs: number): Pod[] {
  const now = podsAt(world, workload, atMs);
  if (now.length > 0) return now;
  const before = world.pods.filter((pod) => pod.workload === workload && pod.bornMs <= atMs);
  return before.sort((a, b) => b.bornMs - a.bornMs).slice(0, 1);
}

function atHome(pod: Pod): Pair['source'] {
  return { pod, address: pod.address };
}

function endOf({ pod, address }: Pair['source']): End {
  return pod ? { unit: pod, address } : { address };
}

function isName(host: string): boolean {
  return /^[a-zA-Z0-9_.-]+$/.test(host) && host !== 'kube-dns' && !/^[\d.]+$/.test(host);
}

function both(name: string, addresses?: string[], addressesV6?: string[]): Lookup[] {
  return [
    { record: 'A', name, ...(addresses ? { addresses } : {}) },
    { record: 'AAAA', name, ...(addressesV6 ? { addresses: addressesV6 } : {}) },
  ];
}

/** A cluster name is found under one of the cluster's own endings. */
function inCluster(host: string, kubernetesNamespace: string): Lookup[] {
  const lookups: Lookup[] = [];
  for (const name of [...searched(host, kubernetesNamespace), `${host}.`]) {
    if (name === 'kubernetes.default.svc.cluster.local.') return [...lookups, ...both(name, [apiServerAddress], [])];
    lookups.push(...both(name));
  }
  return lookups;
}
