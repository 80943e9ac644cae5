/** How many edges, as people count them, a replay keeps, cuts and leaves uncertain. */
import type { Edge } from './edge.ts';
import type { Tally } from './findings.ts';
import { trafficKey } from './fold.ts';
import { sightingKeys } from './groups.ts';
import type { Words } from './places.ts';
import type { Replay } from './replay.ts';

type Fate = 'kept' | 'cut' | 'uncertain';

/** Several addresses behind one name are one edge to people: it counts as the worst of what becomes of them. */
export function talliesOf(
  edges: readonly Edge[],
  replayed: Pick<Replay, 'cutEdges' | 'uncertainEdges'>,
  words: Words,
): Record<Fate, Tally> {
  const cut = new Set(replayed.cutEdges.map(({ edge }) => edge.id));
  const uncertain = new Set(replayed.uncertainEdges.map(({ edge }) => edge.id));
  const accepted = edges.filter(({ action }) => action === 'Accept');
  const keys = sightingKeys(accepted, words);
  const fates: Record<Fate, Set<string>> = { kept: new Set(), cut: new Set(), uncertain: new Set() };
  const flows: Record<Fate, number> = { kept: 0, cut: 0, uncertain: 0 };
  for (const edge of accepted) {
    const fate = cut.has(edge.id) ? 'cut' : uncertain.has(edge.id) ? 'uncertain' : 'kept';
    fates[fate].add(keys.get(edge.id) ?? trafficKey(edge));
    flows[fate] += edge.count;
  }
  const worse = [...fates.cut, ...fates.uncertain];
  const without = (all: ReadonlySet<string>, some: Iterable<string>) => {
    const others = new Set(some);
    return [...all].filter((key) => !others.has(key)).length;
  };
  return {
    cut: { edges: fates.cut.size, flows: flows.cut },
    uncertain: { edges: without(fates.uncertain, fates.cut), flows: flows.uncertain },
    kept: { edges: without(fates.kept, worse), flows: flows.kept },
  };
}
