/** Chance that comes out the same for the same seed. */
export interface Chance {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, both ends included. */
  between(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
  word(length: number): string;
  /** A source of its own, so that what one asks does not change what another gets. */
  fork(name: string): Chance;
}

// The letters Kubernetes uses for generated names: no vowels, nothing that looks like another.
const letters = 'bcdfghjklmnpqrstvwxz2456789';

export function createChance(seed: string): Chance {
  let state = hash(seed);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    pick(list) {
      const picked = list[between(0, list.length - 1)];
      if (picked === undefined) throw new Error('Nothing to pick from.');
      return picked;
    },
    word: (length) => Array.from({ length }, () => letters[between(0, letters.length - 1)]).join(''),
    fork: (name) => createChance(`${seed}/${name}`),
  };
}

export function hash(text: string): number {
  let value = 2166136261;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 16777619);
  return value >>> 0;
}
