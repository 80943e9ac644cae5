/** Which lost edges hurt most: the recent, the frequent, those at many units; for lists that people read from the top. */
import type { EdgeGroup } from './draft.ts';
import type { Edge } from './edge.ts';
import { groupEdges } from './groups.ts';
import type { Words } from './places.ts';

/**
 * Recent, frequent and at many units, each between 0 and 1 beside the other edges of the list, and each worth the same.
 * Counts and units go by their logarithm: ten times as much is one step more.
 */
export function byWhatHurts<Item>(items: readonly Item[], edgeOf: (item: Item) => Edge): Item[] {
  const edges = items.map(edgeOf);
  const hurts = new Float64Array(edges.length);
  addScaled(hurts, edges, (edge) => edge.lastSeen);
  addScaled(hurts, edges, (edge) => Math.log(1 + edge.count));
  addScaled(hurts, edges, (edge) => Math.log(1 + edge.units.length));
  const order = Uint32Array.from(edges.keys()).sort((a, b) => {
    const difference = (hurts[b] as number) - (hurts[a] as number);
    return difference !== 0 ? difference : (edges[a] as Edge).id < (edges[b] as Edge).id ? -1 : 1;
  });
  return Array.from(order, (nth) => items[nth] as Item);
}

function addScaled(hurts: Float64Array, edges: readonly Edge[], measure: (edge: Edge) => number): void {
  const measured = Float64Array.from(edges, measure);
  const least = measured.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = measured.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (most <= least) return;
  for (let nth = 0; nth < measured.length; nth++)
    hurts[nth] = (hurts[nth] as number) + ((measured[nth] as number) - least) / (most - least);
}

/** A group hurts as much as the worst of its edges. */
export function groupsByWhatHurts(edges: readonly Edge[], words: Words): EdgeGroup[] {
  const place = new Map(byWhatHurts(edges, (edge) => edge).map(({ id }, nth) => [id, nth]));
  const first = ({ edges: ids }: EdgeGroup) =>
    ids.reduce((least, id) => Math.min(least, place.get(id) ?? edges.length), edges.length);
  return groupEdges(edges, words)
    .map((group) => ({ group, first: first(group) }))
    .sort((a, b) => a.first - b.first)
    .map(({ group }) => group);
}
