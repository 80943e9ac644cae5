/** Whether each entry is as it was recorded and follows from the one before: nothing changed, missing, added or reordered. */
import type { Commit } from '#core/commitment.ts';
import { type Entry, hashOf } from '#redis/lockdown-store.ts';
import { broken, type Finding } from '../report.ts';

/** What the first entry holds for the hash of one before it. */
const NONE_BEFORE = '0'.repeat(64);

/** Each changed entry, and the first place where the order is not the recorded one; what follows from that is not repeated. */
export function checkChain(entries: readonly Entry[], commit: Commit): Finding[] {
  const changed = entries.flatMap((entry, index) =>
    hashOf(entry, commit) === entry.hash
      ? []
      : [broken(index + 1, `was changed after it was recorded: its hash is not that of what it says`)],
  );
  const order = firstOutOfOrder(entries);
  return [...changed, ...(order && !changed.some(({ entry }) => entry === order.entry) ? [order] : [])];
}

function firstOutOfOrder(entries: readonly Entry[]): Finding | undefined {
  let previous = NONE_BEFORE;
  for (const [index, entry] of entries.entries()) {
    const number = index + 1;
    if (entry.number !== number) return broken(number, whyOtherNumber(entries, number, entry.number));
    if (entry.previous !== previous)
      return broken(
        number,
        number === 1
          ? 'is not a first entry: it holds the hash of one before it'
          : `does not follow from entry ${number - 1}, which is another one than it was recorded after`,
      );
    previous = entry.hash;
  }
  return undefined;
}

function whyOtherNumber(entries: readonly Entry[], number: number, stands: number): string {
  if (stands < number) return `is not there: entry ${stands} stands in its place, added or moved`;
  const later = entries.some((entry) => entry.number === number);
  return later
    ? `is not where it belongs: entry ${stands} stands in its place`
    : `is missing: entry ${stands} stands in its place`;
}
