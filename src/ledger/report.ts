/** What a verification can find, and what that means for whoever waits for its exit code. */

export type Finding = {
  /** `broken`: not what happened; `missing`: shorter than a checkpoint says; `unchecked`: nobody can know from what is here. */
  readonly verdict: 'broken' | 'missing' | 'unchecked';
  /** The entry where it shows. */
  readonly entry?: number;
  readonly because: string;
};

export type Report = {
  readonly lockdown?: string;
  readonly namespace?: string;
  readonly phase?: string;
  readonly entries: number;
  /** Hash of the last entry. */
  readonly root?: string;
  readonly votes: number;
  /** What was written to the console, and under which digest. */
  readonly applied: readonly { readonly entry: number; readonly stage: string; readonly digest: string }[];
  /** At how many different lengths of the history a signed checkpoint holds, however often each is kept. */
  readonly checkpoints: number;
  /** How many objects on the console carry what the history says. */
  readonly objects: number;
  /** The first entry that is not as it was, in words. */
  readonly first?: string;
  readonly findings: readonly Finding[];
  /** What is worth a look and proves nothing. */
  readonly remarks: readonly string[];
};

export const EXIT = {
  whole: 0,
  broken: 1,
  missing: 2,
  unchecked: 3,
  usage: 64,
  config: 78,
} as const;

/** The worst of what was found. */
export function exitOf({ findings }: Pick<Report, 'findings'>): 0 | 1 | 2 | 3 {
  const worst = (['broken', 'missing', 'unchecked'] as const).find((each) =>
    findings.some(({ verdict }) => verdict === each),
  );
  return worst ? EXIT[worst] : EXIT.whole;
}

export function broken(entry: number, because: string): Finding {
  return { verdict: 'broken', entry, because };
}
