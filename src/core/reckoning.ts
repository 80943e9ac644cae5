/** What the approvers of the last stage were told would happen, beside what the enforcers really did. */
import { z } from 'zod';
import type { EdgeGroup } from './draft.ts';
import { type Edge, isRejectedByPolicy, outsideNetworks } from './edge.ts';
import { sameTraffic, trafficKey } from './fold.ts';
import { groupInWords, sightingKeys } from './groups.ts';
import { groupsByWhatHurts } from './hurt.ts';
import type { Words } from './places.ts';
import { groupBy } from './stages/group-by.ts';

const PREDICTIONS = ['kept', 'cut', 'uncertain'] as const;
type Predicted = (typeof PREDICTIONS)[number];

/** Edges as people count them. What was neither accepted nor rejected since was not tried again. */
const Reckoned = z.strictObject({ predicted: z.int(), accepted: z.int(), rejected: z.int() });
type Reckoned = z.infer<typeof Reckoned>;

export const Reckoning = z.strictObject({
  /** The stretch that was looked at; milliseconds since the epoch. */
  since: z.int(),
  readUpTo: z.int(),
  kept: Reckoned,
  cut: Reckoned,
  uncertain: Reckoned,
  /** Rejected edges that nobody had ever seen, and about which nothing was predicted. */
  unforeseen: z.int(),
  /** Otherwise than predicted, what hurts most first; the names are as people read them. */
  surprises: z.array(z.strictObject({ edge: z.string(), predicted: z.enum(['kept', 'cut']) })),
  surprisesLeftOut: z.int(),
});
export type Reckoning = z.infer<typeof Reckoning>;

/** The history keeps every one of them, so they cannot be without number. */
const SURPRISES_MAX = 20;

export type ReckoningFrom = {
  /** The replay of the last stage, as it was on its card. */
  readonly prediction: {
    readonly cutGroups: readonly EdgeGroup[];
    readonly uncertainGroups: readonly { readonly group: EdgeGroup }[];
  };
  readonly edges: readonly Edge[];
  /** When both default actions became Reject, by the console's clock. */
  readonly since: number;
  /** Enforcers hear of it later: what was accepted before that says nothing. */
  readonly settledAt: number;
  readonly readUpTo: number;
  readonly words: Words;
};

export function reckon({ prediction, edges, since, settledAt, readUpTo, words }: ReckoningFrom): Reckoning {
  const plain = sameTraffic(edges).map(outsideNetworks);
  const keys = sightingKeys(plain, words);
  // The same traffic may be known by another name once it is rejected, so its ends count as well.
  const places = (edge: Edge) => [keys.get(edge.id) ?? trafficKey(edge), trafficKey(edge)];
  const placesOf = (some: readonly Edge[]) => new Set(some.flatMap(places));
  const rejectedSince = plain.filter((edge) => isRejectedByPolicy(edge) && edge.lastSeen > since);
  const rejected = placesOf(rejectedSince);
  const accepted = placesOf(plain.filter((edge) => edge.action === 'Accept' && edge.lastSeen > settledAt));
  const recorded = plain.filter((edge) => edge.firstSeen <= since);
  const sightings = groupBy(
    recorded.filter((edge) => edge.action === 'Accept'),
    (edge) => places(edge)[0] as string,
  );
  const foretold = foretoldBy(prediction);

  const tallies: Record<Predicted, Reckoned> = { kept: nothing(), cut: nothing(), uncertain: nothing() };
  const surprising: Record<'kept' | 'cut', Edge[]> = { kept: [], cut: [] };
  for (const [, same] of sightings) {
    const predicted = same.map(({ id }) => foretold.get(id) ?? 'kept').sort(byCaution)[0] as Predicted;
    const own = [...placesOf(same)];
    const real = own.some((place) => rejected.has(place))
      ? 'rejected'
      : own.some((place) => accepted.has(place))
        ? 'accepted'
        : undefined;
    tallies[predicted].predicted += 1;
    if (real) tallies[predicted][real] += 1;
    if (predicted === 'kept' && real === 'rejected') surprising.kept.push(...same);
    if (predicted === 'cut' && real === 'accepted') surprising.cut.push(...same);
  }

  const known = placesOf(recorded);
  const strangers = rejectedSince.filter((edge) => !places(edge).some((place) => known.has(place)));
  const surprises = (['kept', 'cut'] as const).flatMap((predicted) =>
    groupsByWhatHurts(surprising[predicted], words).map((group) => ({ edge: groupInWords(group), predicted })),
  );
  return {
    since,
    readUpTo,
    ...tallies,
    unforeseen: new Set(strangers.map((edge) => places(edge)[0])).size,
    surprises: surprises.slice(0, SURPRISES_MAX),
    surprisesLeftOut: Math.max(0, surprises.length - SURPRISES_MAX),
  };
}

/** By edge: what was not named as cut or uncertain was predicted to be kept. */
function foretoldBy({ cutGroups, uncertainGroups }: ReckoningFrom['prediction']): Map<string, Predicted> {
  return new Map([
    ...uncertainGroups.flatMap(({ group }) => group.edges.map((id) => [id, 'uncertain'] as const)),
    ...cutGroups.flatMap((group) => group.edges.map((id) => [id, 'cut'] as const)),
  ]);
}

/** Several addresses behind one name are one edge to people: it was announced as the worst of what was said of them. */
function byCaution(a: Predicted, b: Predicted): number {
  return CAUTION.indexOf(a) - CAUTION.indexOf(b);
}
const CAUTION: readonly Predicted[] = ['cut', 'uncertain', 'kept'];

function nothing(): Reckoned {
  return { predicted: 0, accepted: 0, rejected: 0 };
}
