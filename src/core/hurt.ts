/** Which lost edges hurt most: the recent, the frequent, those at many units; for lists that people read from the top. */
import { type Columns, columnsOf } from './columns.ts';
import type { EdgeGroup } from './draft.ts';
import type { Edge } from './edge.ts';
import { groupEdges } from './groups.ts';
import type { Words } from './places.ts';

/**
 * Where they stand among the edges, what hurts most first: recent, frequent and at many units, each between 0 and 1 beside the
 * others of the list, and each worth the same. Counts and units go by their logarithm: ten times as much is one step more.
 */
export function byWhatHurts(edges: readonly Edge[], places: Places): Places {
  const scales = scalesOf(columnsOf(edges), places);
  const all = orderOfAll(edges);
  if (!isSame(scales, all.scales)) return ordered(edges, places, scales);
  // What nearly all stages would cut lies between the same extremes: ordered once, a tenth of the time of all drafts.
  const isListed = new Uint8Array(edges.length);
  for (const place of places) isListed[place] = 1;
  return all.order.filter((place) => isListed[place] === 1);
}

type Places = Uint32Array;

type Order = { readonly scales: readonly Scale[]; readonly order: Places };

const orders = new WeakMap<readonly Edge[], Order>();

function orderOfAll(edges: readonly Edge[]): Order {
  let known = orders.get(edges);
  if (!known) {
    const all = Uint32Array.from(edges.keys());
    const scales = scalesOf(columnsOf(edges), all);
    known = { scales, order: ordered(edges, all, scales) };
    orders.set(edges, known);
  }
  return known;
}

function ordered(edges: readonly Edge[], places: Places, scales: readonly Scale[]): Places {
  const hurts = new Float64Array(edges.length);
  for (const { measured, least, most } of scales) {
    if (most <= least) continue;
    for (const place of places)
      hurts[place] = (hurts[place] as number) + ((measured[place] as number) - least) / (most - least);
  }
  return places.toSorted((a, b) => {
    const difference = (hurts[b] as number) - (hurts[a] as number);
    return difference !== 0 ? difference : (edges[a] as Edge).id < (edges[b] as Edge).id ? -1 : 1;
  });
}

type Scale = { readonly measured: Float64Array; readonly least: number; readonly most: number };

function scalesOf({ lastSeen, countSteps, unitSteps }: Columns, places: Places): Scale[] {
  return [lastSeen, countSteps, unitSteps].map((measured) => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const place of places) {
      least = Math.min(least, measured[place] as number);
      most = Math.max(most, measured[place] as number);
    }
    return { measured, least, most };
  });
}

function isSame(scales: readonly Scale[], others: readonly Scale[]): boolean {
  return scales.every(({ least, most }, nth) => least === others[nth]?.least && most === others[nth]?.most);
}

/** A group hurts as much as the worst of its edges. */
export function groupsByWhatHurts(edges: readonly Edge[], words: Words): EdgeGroup[] {
  const place = new Map<string, number>();
  for (const at of orderOfAll(edges).order) place.set((edges[at] as Edge).id, place.size);
  const first = ({ edges: ids }: EdgeGroup) =>
    ids.reduce((least, id) => Math.min(least, place.get(id) ?? edges.length), edges.length);
  return groupEdges(edges, words)
    .map((group) => ({ group, first: first(group) }))
    .sort((a, b) => a.first - b.first)
    .map(({ group }) => group);
}
