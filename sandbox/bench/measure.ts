/** How a piece of work is measured: its time, again and again, and the memory it took at most. */

export type Measured = {
  /** Median of the runs, of processor time. */
  readonly ms: number;
  readonly runs: number;
  /** How many reports, flows, look-ups one run works through. */
  readonly count: number;
};

export type Case =
  | {
      readonly name: string;
      /** What `count` counts. */
      readonly of: string;
      /** Runs in a process of its own, whose peak memory is the case's. */
      readonly run: () => Measured | Promise<Measured>;
      /** What it should reach, in words and as a check; `first` is the first case of the group. */
      readonly target?: Target;
    }
  | { readonly name: string; readonly leftOut: string };

export type Target = {
  readonly words: string;
  readonly met: (own: Result, first: Result) => boolean;
};

export type Result = Measured & { readonly perSecond: number; readonly peakMb: number };

/** Cases that do the same work, the first of which the others are compared with. */
export type Group = { readonly title: string; readonly cases: readonly Case[] };

/** However slow the machine is, all cases together end in minutes: a slow one is repeated less often. */
const BUDGET_MS = 10_000;

/** The median of several runs of work that is the same each time, after some to warm up; of one at least. */
export function repeated(most: number, count: number, work: () => unknown, warmUps = 1): Measured {
  const times: number[] = [];
  const hasTime = budget();
  while (times.length < warmUps + most && hasTime()) times.push(timed(() => keep(work())));
  const measured = times.slice(Math.min(warmUps, times.length - 1));
  return { ms: median(measured), runs: measured.length, count };
}

/** Asked before each run: whether there is time for one more as long as the longest so far. */
export function budget(): () => boolean {
  const begun = performance.now();
  let [last, longestMs] = [begun, 0];
  let runs = 0;
  return () => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
    return runs++ === 0 || now - begun + longestMs <= BUDGET_MS;
  };
}

export function timed(work: () => unknown): number {
  const start = cpuMs();
  work();
  return cpuMs() - start;
}

/** Processor time of the whole process, collecting and compiling included: what neighbours on the machine disturb least. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

export function median(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted[sorted.length >> 1];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}

/** Results are kept until the next one, so that no work is left out because nobody looks at it. */
export function keep(result: unknown): void {
  kept[0] = result;
}

const kept: unknown[] = [];
