/** Which edges of the true graph were seen, and under which of the product's edges each of them is known. */
import { type Edge as FoldedEdge, outsideNetworks } from '#core/edge.ts';
import { workloadKey } from '#core/workload.ts';
import { judge } from '#sandbox/console/enforcer/connection.ts';
import type { Policy } from '#sandbox/console/objects.ts';
import { connectionOf } from '#sandbox/console/traffic/attempts.ts';
import type { Edge } from '#sandbox/console/traffic/edges.ts';
import { type Occurrence, weekOf } from '#sandbox/console/traffic/recorded-week.ts';
import { type Pod, processingUnit } from '#sandbox/console/world/pods.ts';
import type { World } from '#sandbox/console/world/world.ts';

const PROTOCOL_NUMBERS = { icmp: 1, tcp: 6, udp: 17 };
const DAY = 24 * 3_600_000;

export type Sighted = { readonly edge: Edge; readonly foldedAs: ReadonlySet<string> };

/** By the true edge's id; `discovery` is the policy under which it all was reported. */
export function seenInWindow(
  world: World,
  edges: readonly Edge[],
  windowDays: number,
  discovery: Policy,
): Map<string, Sighted> {
  const pods = new Map(world.pods.map((pod) => [pod.ID, pod]));
  const from = world.startMs - windowDays * DAY;
  const seen = new Map<string, { edge: Edge; foldedAs: Set<string> }>();
  for (const occurrence of weekOf(world, edges)) {
    const { edge, atMs } = occurrence;
    if (atMs < from || isToItself(occurrence)) continue;
    const known = seen.get(edge.id) ?? { edge, foldedAs: new Set() };
    for (const key of keysOf(occurrence, discovery, pods)) known.foldedAs.add(key);
    seen.set(edge.id, known);
  }
  return seen;
}

/** The same as `keysOf` gives it for the traffic that was folded into the edge. */
export function keyOf(edge: FoldedEdge): string {
  const { source, destination, protocol, port } = outsideNetworks(edge);
  const end = (peer: FoldedEdge['source']) => (peer.kind === 'workload' ? peer.workload : peer.address);
  return JSON.stringify([end(source), end(destination), protocol, port ?? null]);
}

/** A pod that calls itself says nothing about any policy. */
export function isToItself({ pair }: Pick<Occurrence, 'pair'>): boolean {
  return pair.source.pod !== undefined && pair.source.pod === pair.destination.pod;
}

export function workloadKeyOf(pod: Pod): string {
  return workloadKey({ namespace: pod.namespace, tags: processingUnit(pod).normalizedTags });
}

function keysOf({ edge, pair }: Occurrence, policy: Policy, pods: ReadonlyMap<string, Pod>): string[] {
  const connection = connectionOf(edge, pair);
  const workload = (ID: string) => {
    const pod = pods.get(ID);
    if (!pod) throw new Error(`nobody has the id ${ID}`);
    return workloadKeyOf(pod);
  };
  return judge(policy, connection).findings.map((finding) => {
    const { sourceType, sourceID, destinationType, destinationID, port } = finding;
    const source = sourceType === 'ProcessingUnit' ? workload(sourceID) : connection.source.address;
    const destination = destinationType === 'ProcessingUnit' ? workload(destinationID) : connection.destination.address;
    return JSON.stringify([source, destination, PROTOCOL_NUMBERS[connection.protocol], port ?? null]);
  });
}
