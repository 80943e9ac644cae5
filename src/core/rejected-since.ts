/** What is rejected since discovery mode was disabled, and how much of it is reason enough to give a namespace back. */
import type { Edge } from './edge.ts';
import { outsideNetworks } from './edge.ts';
import type { DraftFinding, WatchFinding } from './findings.ts';
import { sameTraffic, trafficKey } from './fold.ts';
import { groupEdges, sightingKeys } from './groups.ts';
import type { Words } from './places.ts';
import { groupBy } from './stages/group-by.ts';
import type { Workload } from './workload.ts';

export type RejectedFrom = {
  readonly edges: readonly Edge[];
  /** When both default actions became Reject, by the console's clock. */
  readonly since: number;
  /** The draft that was approved; absent where it is not kept any more. */
  readonly finding:
    | { readonly draft: Pick<DraftFinding['draft'], 'residual'>; readonly basis: Pick<DraftFinding['basis'], 'to'> }
    | undefined;
  readonly words: Words;
};

type RejectedSince = {
  /** Grouped; beside each whether it had worked before, and whether somebody accepted its loss. */
  readonly rejected: WatchFinding['rejected'];
  /** Seen before people were asked, and not accepted by anybody. */
  readonly hurt: readonly Edge[];
};

export function rejectedSince({ edges, since, finding, words }: RejectedFrom): RejectedSince {
  const plain = sameTraffic(edges).map(outsideNetworks);
  const keys = sightingKeys(plain, words);
  /** By what people count as the same, and by its ends: a scan is a sighting of nothing. */
  const placesOf = (chosen: readonly Edge[]) =>
    new Set(chosen.flatMap((edge) => [keys.get(edge.id) ?? [], trafficKey(edge)].flat()));
  const isAmong = (edge: Edge, places: ReadonlySet<string>) =>
    places.has(keys.get(edge.id) ?? '') || places.has(trafficKey(edge));
  const accepting = plain.filter((edge) => edge.action === 'Accept');
  const worked = placesOf(accepting);
  const askedAt = finding?.basis.to ?? since;
  const workedWhenAsked = placesOf(accepting.filter(({ firstSeen }) => firstSeen <= askedAt));
  const blocked = new Set(
    (finding?.draft.residual ?? []).flatMap(({ decision, group }) => (decision?.answer === 'block' ? group.edges : [])),
  );
  const accepted = placesOf(plain.filter((edge) => blocked.has(edge.id)));
  const cut = plain.filter(
    (edge) =>
      edge.action === 'Reject' &&
      edge.lastSeen > since &&
      (edge.dropReason === undefined || edge.dropReason === 'policy'),
  );
  const rejected = groupEdges(cut, words).map((group) => {
    const own = plain.filter((edge) => group.edges.includes(edge.id));
    return {
      group,
      known: own.some((edge) => isAmong(edge, worked)),
      acknowledged: own.every((edge) => isAmong(edge, accepted)),
    };
  });
  return { rejected, hurt: cut.filter((edge) => isAmong(edge, workedWhenAsked) && !isAmong(edge, accepted)) };
}

/**
 * How many of these edges count towards giving the namespace back. What a single pod of several tells does not, and one
 * workload counts for no more than the limit, so that nobody who holds one opens the namespace with it.
 */
export function countedForRelease(
  hurt: readonly Edge[],
  workloads: ReadonlyMap<string, Workload>,
  limit: number,
): number {
  const told = hurt.filter((edge) => isToldByEnough(edge, workloads));
  const byWorkload = groupBy(told, (edge) => whoTells(edge, workloads)?.key ?? '');
  return [...byWorkload].reduce((sum, [, own]) => sum + Math.min(new Set(own.map(trafficKey)).size, limit), 0);
}

function isToldByEnough(edge: Edge, workloads: ReadonlyMap<string, Workload>): boolean {
  const teller = whoTells(edge, workloads);
  if (!teller) return false;
  if (teller.units.length === 1) return true;
  // Where pods of one workload talk to each other, the one that is asked is told of as well.
  const { source, destination } = edge;
  const amongThemselves =
    source.kind === 'workload' && destination.kind === 'workload' && source.workload === destination.workload;
  return edge.units.filter((unit) => teller.units.includes(unit)).length >= (amongThemselves ? 3 : 2);
}

/** Who asks; or, where that is outside, who is asked. */
function whoTells({ source, destination }: Edge, workloads: ReadonlyMap<string, Workload>): Workload | undefined {
  for (const peer of [source, destination]) {
    const known = peer.kind === 'workload' ? workloads.get(peer.workload) : undefined;
    if (known) return known;
  }
  return undefined;
}
