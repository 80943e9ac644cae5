/** What people call either end of an edge: a workload, an external network, a host name, the internet, an address. */
import type { Edge, Peer } from './edge.ts';
import type { Evidence } from './evidence.ts';
import type { ExternalNetwork } from './external-network.ts';
import { unknownUnitOf } from './fold.ts';
import { addressKind } from './peers.ts';
import type { Workload } from './workload.ts';

export type Words = Pick<Evidence, 'workloads' | 'policy'>;

/** The key is what makes it the same place, whichever address it has today; the label is how it reads. */
export type Place = { readonly key: string; readonly label: string };

type WorkloadPeer = Peer & { kind: 'workload' };

/** An edge with its two ends named. */
export type Sighting = { readonly edge: Edge; readonly source: Place; readonly destination: Place };

/** A label depends on what else is seen: two workloads of one name are told apart by a tag. */
export function sightingsOf(edges: readonly Edge[], evidence: Words): Sighting[] {
  const networks = new Map(evidence.policy.externalNetworks.map((network) => [network.id, network]));
  const labels = workloadLabels(edges, evidence);
  return edges.map((edge) => ({
    edge,
    source: placeOf(edge, 'source', networks, labels),
    destination: placeOf(edge, 'destination', networks, labels),
  }));
}

/** An address without a name or a network: nobody can say what it is. */
export function isNameless(place: Place): boolean {
  return place.key.startsWith('address:');
}

function placeOf(
  edge: Edge,
  side: 'source' | 'destination',
  networks: ReadonlyMap<string, ExternalNetwork>,
  labels: ReadonlyMap<string, string>,
): Place {
  const peer = edge[side];
  if (peer.kind === 'workload') {
    const key = workloadPlace(peer);
    return { key, label: labels.get(key) ?? peer.workload };
  }
  const network = networks.get(peer.network);
  if (network && !isEverywhere(network)) return { key: `network:${network.id}`, label: network.name };
  const kind = addressKind(peer.address);
  if (kind === 'metadata') return { key: 'metadata', label: 'metadata service' };
  if (side === 'source' && kind === 'public') return { key: 'internet', label: 'internet' };
  // Only who is called has names. An address that several share counts for the first, so that it is in one group only.
  const [name] = edge.names;
  if (name !== undefined) return { key: `name:${name}`, label: name };
  return { key: `address:${peer.address}`, label: peer.address || 'unknown address' };
}

/** A network that holds every address says nothing about who is at the other end. */
function isEverywhere(network: ExternalNetwork): boolean {
  return network.entries.some((entry) => /^[^!].*\/0$/.test(entry));
}

function workloadPlace(peer: WorkloadPeer): string {
  return JSON.stringify(['workload', peer.workload, peer.namespace]);
}

/** By place: the workload's name, its namespace where that is another one, a telling tag where two would read the same. */
function workloadLabels(edges: readonly Edge[], { workloads, policy }: Words): Map<string, string> {
  const peers = new Map<string, WorkloadPeer>();
  for (const { source, destination } of edges) {
    for (const peer of [source, destination]) if (peer.kind === 'workload') peers.set(workloadPlace(peer), peer);
  }
  const sameName = new Map<string, string[]>();
  for (const [key, peer] of peers) {
    const name = nameOf(peer, workloads, policy.namespace);
    const keys = sameName.get(name);
    if (keys) keys.push(key);
    else sameName.set(name, [key]);
  }
  const tagsAt = (key: string) => workloads.get(peers.get(key)?.workload ?? '')?.tags ?? [];
  const labels = new Map<string, string>();
  for (const [name, keys] of sameName) {
    const carriers = new Map<string, number>();
    for (const tag of keys.flatMap(tagsAt)) carriers.set(tag, (carriers.get(tag) ?? 0) + 1);
    for (const key of keys) {
      const telling = tagsAt(key).find((tag) => carriers.get(tag) === 1);
      labels.set(key, keys.length > 1 && telling ? `${name} [${telling}]` : name);
    }
  }
  return labels;
}

function nameOf({ workload, namespace }: WorkloadPeer, workloads: ReadonlyMap<string, Workload>, home: string): string {
  const unknown = unknownUnitOf(workload);
  const name = unknown === undefined ? (workloads.get(workload)?.name ?? workload) : `unknown unit ${unknown}`;
  return namespace === home || namespace === '' ? name : `${name} (${namespace})`;
}
