/** How what is left over becomes questions: as few as can be answered with one word. */
import { createHash } from 'node:crypto';
import type { EdgeGroup } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import { groupEdges } from '#core/groups.ts';
import { addressKind } from '#core/peers.ts';
import { isUnitByAddress, outsideAddress, ownEnd } from './ends.ts';
import { groupBy } from './group-by.ts';
import type { Scene } from './scene.ts';
import { list, sortPorts } from './sketch.ts';

export type Question = { readonly group: EdgeGroup; readonly edges: readonly Edge[] };

/** So many workloads that do the same are one question. */
const ALIKE = 3;

const UNITS_BY_ADDRESS = 'processing units, by address';

/** As people see them, except that a scan never shares a question with those whom it hides among. */
export function questionsOf(scene: Scene, edges: readonly Edge[]): Question[] {
  const byId = new Map(edges.map((edge) => [edge.id, edge]));
  const edgesOf = (group: EdgeGroup) => group.edges.flatMap((id) => byId.get(id) ?? []);
  const scans = groupBy(
    edges.filter((edge) => scene.scans.has(edge)),
    (edge) => outsideAddress(edge) ?? '',
  ).map(([address, theirs]) => {
    const groups = groupEdges(theirs, scene.evidence);
    const where = list([...new Set(groups.map((group) => group.destination))].sort(), 3);
    return merged(`scan-${address}`, { source: address, destination: where }, groups);
  });
  const others = groupEdges(
    edges.filter((edge) => !scene.scans.has(edge) && !scene.suspicions.isStopped(edge)),
    scene.evidence,
  );
  // What looks wrong is never answered along with anything else, nor by an answer given before it did.
  const wrong = groupEdges(
    edges.filter((edge) => !scene.scans.has(edge) && scene.suspicions.isStopped(edge)),
    scene.evidence,
  ).map((group) => ({ ...group, id: `wrong-${group.id}` }));
  const alike = groupBy(others, (group) => likenessOf(scene, group, edgesOf(group)));
  const asked = alike.flatMap(([likeness, groups]) => together(scene, likeness, groups, edgesOf));
  return [...wrong, ...asked.sort(byWeight), ...scans].map((group) => ({ group, edges: edgesOf(group) }));
}

function byWeight(a: EdgeGroup, b: EdgeGroup): number {
  return b.count - a.count || b.lastSeen - a.lastSeen || (a.id < b.id ? -1 : 1);
}

/**
 * The same other end, the same ports, the same direction; nodes are one place, as pods move among them. What the public
 * may reach is asked for each workload.
 */
function likenessOf(scene: Scene, group: EdgeGroup, edges: readonly Edge[]): string {
  const directions = new Set(edges.map((edge) => ownEnd(edge, scene.evidence.namespace)?.direction));
  const outside = edges.map(outsideAddress);
  if (directions.size !== 1 || outside.some((address) => address === undefined)) return group.id;
  const [direction] = directions;
  const outgoing = direction === 'outgoing';
  // Their addresses change with every restart: one question for all that this workload does, not one for each address.
  if (edges.every((edge) => isUnitByAddress(edge, scene.podNetworks)))
    return JSON.stringify([UNITS_BY_ADDRESS, direction, outgoing ? group.source : group.destination, group.ports]);
  if (!outgoing && outside.some((address) => addressKind(address ?? '') === 'public')) return group.id;
  const nodes = outgoing && outside.every((address) => scene.nodes.has(address ?? ''));
  const place = nodes ? 'the nodes' : outgoing ? group.destination : group.source;
  return JSON.stringify([direction, place, group.ports]);
}

function together(
  scene: Scene,
  likeness: string,
  groups: readonly EdgeGroup[],
  edgesOf: (group: EdgeGroup) => readonly Edge[],
): EdgeGroup[] {
  const { namespace } = scene.evidence;
  const ends = groups.flatMap(edgesOf).flatMap((edge) => ownEnd(edge, namespace) ?? []);
  const workloads = [...new Set(ends.map((end) => end.workload))].sort();
  const [first] = groups;
  const byAddress = groups.flatMap(edgesOf).every((edge) => isUnitByAddress(edge, scene.podNetworks));
  if (!first || (!byAddress && (groups.length < 2 || workloads.length < ALIKE))) return [...groups];
  const outgoing = ends[0]?.direction === 'outgoing';
  const ours = byAddress ? (outgoing ? first.source : first.destination) : `${workloads.length} workloads`;
  const others = [...new Set(groups.map((group) => (outgoing ? group.destination : group.source)))].sort();
  const theirs = byAddress ? UNITS_BY_ADDRESS : list(others, 3);
  // The workloads belong to the id: what was answered for these was not answered for one that came later.
  const id = createHash('sha256')
    .update(JSON.stringify([likeness, workloads]))
    .digest('hex')
    .slice(0, 16);
  return [merged(id, outgoing ? { source: ours, destination: theirs } : { source: theirs, destination: ours }, groups)];
}

const ADDRESSES_MAX = 32;

function merged(id: string, ends: Pick<EdgeGroup, 'source' | 'destination'>, groups: readonly EdgeGroup[]): EdgeGroup {
  const all = (of: (group: EdgeGroup) => readonly string[]) => [...new Set(groups.flatMap(of))].sort();
  return {
    id,
    ...ends,
    ports: sortPorts(groups.flatMap((group) => group.ports)),
    names: all((group) => group.names),
    addresses: all((group) => group.addresses).slice(0, ADDRESSES_MAX),
    edges: all((group) => group.edges),
    count: groups.reduce((sum, group) => sum + group.count, 0),
    firstSeen: Math.min(...groups.map((group) => group.firstSeen)),
    lastSeen: Math.max(...groups.map((group) => group.lastSeen)),
    days: Math.max(...groups.map((group) => group.days)),
  };
}
