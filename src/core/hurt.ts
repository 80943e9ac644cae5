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
  const scale = (measure: (edge: Edge) => number): Float64Array => {
    const measured = Float64Array.from(edges, measure);
    const least = measured.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const most = measured.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    return measured.map((value) => (most > least ? (value - least) / (most - least) : 0));
  };
  const recent = scale((edge) => edge.lastSeen);
  const frequent = scale((edge) => Math.log(1 + edge.count));
  const wide = scale((edge) => Math.log(1 + edge.units.length));
  const hurts = (nth: number) => (recent[nth] as number) + (frequent[nth] as number) + (wide[nth] as number);
  return items
    .map((item, nth) => ({ item, id: (edges[nth] as Edge).id, hurts: hurts(nth) }))
    .sort((a, b) => b.hurts - a.hurts || (a.id < b.id ? -1 : 1))
    .map(({ item }) => item);
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
