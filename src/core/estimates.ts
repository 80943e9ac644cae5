/** How much has not been seen, estimated from how much was seen only once or twice. */

/** `low` and `high` hold the true value 19 times in 20, where the estimate's assumptions hold. */
export type Estimate = { readonly value: number; readonly low: number; readonly high: number };

const Z = 1.96;

/**
 * Good and Turing: the chance that the next flow is on an edge seen before. Interval after Esty. Jobs that come on a
 * schedule deceive it, because they arrive many flows at a time and leave nothing that was seen once.
 */
export function byVolume(counts: readonly number[]): Estimate | undefined {
  const flows = counts.reduce((sum, count) => sum + count, 0);
  if (flows === 0) return undefined;
  const once = counts.filter((count) => count === 1).length;
  const twice = counts.filter((count) => count === 2).length;
  const value = 1 - once / flows;
  // Nothing seen once still leaves room for what comes less often than every third of the flows counted.
  if (once === 0) return { value, low: Math.max(0, 1 - 3 / flows), high: 1 };
  const spread = Z * Math.sqrt(((once / flows) * (1 - once / flows) + (2 * twice) / flows) / flows);
  return { value, low: Math.max(0, value - spread), high: Math.min(1, value + spread) };
}

/**
 * Chao2: the share of all edges that was seen, from how many were seen on one day and how many on two. As a count it can
 * be far off; as an alarm for what comes weekly it is good.
 */
export function byDays(daysSeen: readonly number[], days: number): (Estimate & { edges: Estimate }) | undefined {
  const seen = daysSeen.length;
  if (days < 2 || seen === 0) return undefined;
  const once = daysSeen.filter((count) => count === 1).length;
  const twice = daysSeen.filter((count) => count === 2).length;
  const weight = (days - 1) / days;
  const unseen = twice > 0 ? (weight * once ** 2) / (2 * twice) : (weight * once * (once - 1)) / 2;
  const edges =
    unseen === 0
      ? { value: seen, low: seen, high: seen + weight * roomFor(once) }
      : interval(seen, unseen, variance({ once, twice, weight, total: seen + unseen }));
  return { value: seen / edges.value, low: seen / edges.high, high: seen / edges.low, edges };
}

function variance({ once, twice, weight, total }: Record<'once' | 'twice' | 'weight' | 'total', number>): number {
  if (twice > 0) {
    const ratio = once / twice;
    return twice * ((weight / 2) * ratio ** 2 + weight ** 2 * ratio ** 3 + (weight ** 2 / 4) * ratio ** 4);
  }
  return (
    (weight * once * (once - 1)) / 2 +
    (weight ** 2 * once * (2 * once - 1) ** 2) / 4 -
    (weight ** 2 * once ** 4) / (4 * total)
  );
}

/**
 * Where hardly anything was seen on one day only, the estimate of the unseen is nothing, which is not certain: it is what it
 * would be if as many had been expected as could still have come to none, or to one, once in twenty times.
 */
function roomFor(once: number): number {
  const expected = once === 0 ? 3 : 4.74;
  return (expected * (expected - 1)) / 2;
}

/** What is unseen is log-normal, so that the interval never goes below what was seen. */
function interval(seen: number, unseen: number, spread: number): Estimate {
  const factor = Math.exp(Z * Math.sqrt(Math.log(1 + spread / unseen ** 2)));
  return { value: seen + unseen, low: seen + unseen / factor, high: seen + unseen * factor };
}
