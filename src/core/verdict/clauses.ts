/** Clauses and tags as numbers: whether a unit's tags satisfy a clause, and which clauses are worth asking. */
import { ALL, type Coverage, NO, SOME } from '../protocol-ports.ts';

/** The numbers of the tags it needs, all of them. */
export type Clause = readonly number[];

/** `certain`: certainly sent by the unit; `perhaps`: tags that change with a restart, or whose prefix may not be effective. */
export type TagBits = { readonly certain: Uint32Array; readonly perhaps: Uint32Array };

/** The OR of ANDs, three-valued. */
export function matchClauses(clauses: readonly Clause[], { certain, perhaps }: TagBits): Coverage {
  let best: Coverage = NO;
  for (const clause of clauses) {
    let match: Coverage = ALL;
    for (const number of clause) {
      if (has(certain, number)) continue;
      match = has(perhaps, number) ? SOME : NO;
      if (match === NO) break;
    }
    if (match === ALL) return ALL;
    if (match === SOME) best = SOME;
  }
  return best;
}

export function has(bits: Uint32Array, number: number): boolean {
  return ((bits[number >>> 5] as number) & (1 << (number & 31))) !== 0;
}

/**
 * Finds the subjects that may select a unit by the rarest tag of each clause, so that a ruleset for every workload does not
 * mean asking every ruleset about every workload.
 */
export class ClauseIndex {
  private readonly byRarestTag = new Map<number, number[]>();
  /** Those with a clause that only needs tags which any unit may have. */
  private readonly always: number[] = [];

  constructor(subjects: readonly (readonly Clause[])[], anyMayHave: (tag: number) => boolean) {
    const uses = new Map<number, number>();
    for (const tag of subjects.flat(2)) uses.set(tag, (uses.get(tag) ?? 0) + 1);
    for (const [index, clauses] of subjects.entries()) {
      for (const clause of clauses) {
        const [rarest] = clause
          .filter((tag) => !anyMayHave(tag))
          .sort((a, b) => (uses.get(a) as number) - (uses.get(b) as number));
        const list = rarest === undefined ? this.always : this.byRarestTag.get(rarest);
        if (list) list.push(index);
        else if (rarest !== undefined) this.byRarestTag.set(rarest, [index]);
      }
    }
  }

  /** Indexes of subjects, ascending, each once. */
  candidates(tags: readonly number[]): number[] {
    const found = new Set(this.always);
    for (const tag of tags) for (const index of this.byRarestTag.get(tag) ?? []) found.add(index);
    return [...found].sort((a, b) => a - b);
  }
}
