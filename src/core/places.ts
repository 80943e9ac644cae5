/** What people call either end of an edge: a workload, an external network, a host name, the internet, an address. */
import type { Edge, Peer } from './edge.ts';
import type { Evidence } from './evidence.ts';
import type { ExternalNetwork } from './external-network.ts';
import { unknownUnitOf } from './fold.ts';
import { type AddressKind, addressKind } from './peers.ts';
import type { Workload } from './workload.ts';

export type Words = Pick<Evidence, 'workloads' | 'policy'>;

/** The key is what makes it the same place, whichever address it has today; the label is how it reads. */
export type Place = { readonly key: string; readonly label: string };

type WorkloadPeer = Peer & { kind: 'workload' };
type AddressPeer = Peer & { kind: 'address' };

/** An edge with its two ends named. */
export type Sighting = { readonly edge: Edge; readonly source: Place; readonly destination: Place };

/** A label depends on what else is seen: two workloads of one name are told apart by a tag. */
export function sightingsOf(edges: readonly Edge[], evidence: Words): Sighting[] {
  const workloads = workloadPlaces(edges, evidence);
  const addresses = addressPlaces(evidence);
  const placeOf = (edge: Edge, side: 'source' | 'destination'): Place => {
    const peer = edge[side];
    if (peer.kind === 'address') return addresses(peer, side, edge.names);
    return workloads.get(peer.namespace)?.get(peer.workload) as Place;
  };
  return edges.map((edge) => ({ edge, source: placeOf(edge, 'source'), destination: placeOf(edge, 'destination') }));
}

/** An address without a name or a network: nobody can say what it is. */
export function isNameless(place: Place): boolean {
  return place.key.startsWith('address:');
}

/** Each address is read once, however many edges it is at the end of. */
function addressPlaces({ policy }: Words) {
  const networks = new Map(
    policy.externalNetworks
      .filter((network) => !isEverywhere(network))
      .map(({ id, name }): [string, Place] => [id, { key: `network:${id}`, label: name }]),
  );
  const kinds = new Map<string, AddressKind>();
  return ({ address, network }: AddressPeer, side: 'source' | 'destination', names: readonly string[]): Place => {
    const known = networks.get(network);
    if (known) return known;
    const kind = kinds.get(address) ?? addressKind(address);
    kinds.set(address, kind);
    if (kind === 'metadata') return METADATA;
    if (side === 'source' && kind === 'public') return INTERNET;
    // Only who is called has names. An address that several share counts for the first, so that it is in one group only.
    const [name] = names;
    if (name !== undefined) return { key: `name:${name}`, label: name };
    return { key: `address:${address}`, label: address || 'unknown address' };
  };
}

const METADATA: Place = { key: 'metadata', label: 'metadata service' };
const INTERNET: Place = { key: 'internet', label: 'internet' };

/** A network that holds every address says nothing about who is at the other end. */
function isEverywhere(network: ExternalNetwork): boolean {
  return network.entries.some((entry) => /^[^!].*\/0$/.test(entry));
}

/** By namespace and workload: its name, its namespace where that is another one, a telling tag where two would read the same. */
function workloadPlaces(edges: readonly Edge[], words: Words): Map<string, Map<string, Place>> {
  const places = new Map<string, Map<string, Place>>();
  const sameName = new Map<string, WorkloadPeer[]>();
  for (const { source, destination } of edges) {
    for (const peer of [source, destination]) {
      if (peer.kind !== 'workload' || places.get(peer.namespace)?.has(peer.workload)) continue;
      const name = nameOf(peer, words.workloads, words.policy.namespace);
      const inNamespace = places.get(peer.namespace) ?? new Map<string, Place>();
      places.set(peer.namespace, inNamespace);
      const key = JSON.stringify(['workload', peer.workload, peer.namespace]);
      inNamespace.set(peer.workload, { key, label: name });
      const peers = sameName.get(name);
      if (peers) peers.push(peer);
      else sameName.set(name, [peer]);
    }
  }
  const tagsOf = ({ workload }: WorkloadPeer) => words.workloads.get(workload)?.tags ?? [];
  for (const [name, peers] of sameName) {
    if (peers.length === 1) continue;
    const carriers = new Map<string, number>();
    for (const tag of peers.flatMap(tagsOf)) carriers.set(tag, (carriers.get(tag) ?? 0) + 1);
    for (const peer of peers) {
      const telling = tagsOf(peer).find((tag) => carriers.get(tag) === 1);
      const place = places.get(peer.namespace)?.get(peer.workload);
      if (place && telling) places.get(peer.namespace)?.set(peer.workload, { ...place, label: `${name} [${telling}]` });
    }
  }
  return places;
}

function nameOf({ workload, namespace }: WorkloadPeer, workloads: ReadonlyMap<string, Workload>, home: string): string {
  const unknown = unknownUnitOf(workload);
  const name = unknown === undefined ? (workloads.get(workload)?.name ?? workload) : `unknown unit ${unknown}`;
  return namespace === home || namespace === '' ? name : `${name} (${namespace})`;
}
