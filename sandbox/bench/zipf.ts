/** Who is drawn how often, where a few are most of it: of 2,000 the first ten are drawn 45 times of a hundred. */
import { createChance } from '#sandbox/console/world/chance.ts';

const EXPONENT = 1.1;

/** Draws ranks from zero; the same ones in the same order for the same seed. */
export function byRank(ranks: number, seed: string): () => number {
  const chance = createChance(seed);
  const upTo = new Float64Array(ranks);
  let sum = 0;
  for (let rank = 0; rank < ranks; rank++) {
    sum += 1 / (rank + 1) ** EXPONENT;
    upTo[rank] = sum;
  }
  return () => {
    const drawn = chance.next() * sum;
    let [low, high] = [0, ranks - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((upTo[middle] as number) > drawn) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
