/** What was first seen after a question was put: no part of what people vote on, and yet theirs to know. */
import type { EdgeGroup } from './draft.ts';
import type { Edge } from './edge.ts';
import { BY_DEFAULT } from './flow.ts';
import { groupEdges, sightingKeys } from './groups.ts';
import type { Words } from './places.ts';

/** Let through by the default action only, and no sighting of anything known before; scans are sightings of nothing. */
export function unallowedSince(edges: readonly Edge[], since: number, words: Words): EdgeGroup[] {
  const accepted = edges.filter((edge) => edge.action === 'Accept');
  const keys = sightingKeys(accepted, words);
  const known = new Set(accepted.filter((edge) => edge.firstSeen <= since).map((edge) => keys.get(edge.id)));
  const later = accepted.filter((edge) => {
    const key = keys.get(edge.id);
    return edge.policyId === BY_DEFAULT && key !== undefined && !known.has(key);
  });
  return groupEdges(later, words);
}
