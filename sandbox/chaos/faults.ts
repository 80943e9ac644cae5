/** What can go wrong in a run, and with which figures: drawn before the run, so that it can be replayed. */
import type { Chance } from '#sandbox/console/world/chance.ts';

/** When and how one thing goes wrong. The figures mean what the kind makes of them. */
export type Planned = {
  readonly atMs: number;
  readonly kind: FaultKind;
  /** Which of several: a worker, a namespace, a card. Whoever injects takes it modulo what there is. */
  readonly which: number;
  /** How long it goes on. */
  readonly forMs?: number;
  readonly status?: number;
  readonly retryAfter?: number;
  /** How many requests it hits. */
  readonly count?: number;
};

type Figures = Omit<Planned, 'atMs' | 'kind' | 'which'>;
type Draw = (chance: Chance, runMs: number) => Figures;

const none: Draw = () => ({});
const lasting =
  (shortMs: number, longMs: number): Draw =>
  (chance) => ({ forMs: chance.between(shortMs, longMs) });
const hits =
  (low: number, high: number): Draw =>
  (chance) => ({ count: chance.between(low, high) });
const LOCK_MS = 30_000;

/** How often each comes round beside the others, and its figures. */
const KINDS = {
  'slack process killed': [3, none],
  'worker killed': [4, none],
  'both workers killed': [1, none],
  'workers killed between commit and answer': [3, none],
  'slack process asked to stop': [1, none],
  'worker asked to stop': [2, none],
  // Longer than a job's lock where the run is long enough for somebody to notice.
  'worker frozen': [
    1,
    (chance, runMs) => ({ forMs: runMs >= 4 * LOCK_MS ? LOCK_MS + chance.between(3000, 10_000) : 3000 }),
  ],
  'slack process frozen': [1, lasting(1000, 5000)],
  'redis stopped': [2, lasting(500, 6000)],
  'redis killed': [1, lasting(500, 4000)],
  'redis connections cut': [3, none],
  'queue wiped': [1, none],
  'redis full': [1, lasting(1000, 5000)],
  'console 429': [2, (chance) => ({ status: 429, count: chance.between(2, 12) })],
  'console 429 with Retry-After': [
    1,
    (chance) => ({ status: 429, count: chance.between(2, 8), retryAfter: chance.between(1, 3) }),
  ],
  'console 4xx or 5xx that passes': [
    4,
    (chance) => ({ status: chance.pick([423, 500, 502, 503, 504]), count: chance.between(1, 10) }),
  ],
  'console too slow': [1, (chance) => ({ forMs: 7000, count: chance.between(1, 4) })],
  'console answer cut off after commit': [4, hits(1, 3)],
  'console tokens expired': [2, none],
  'console out': [1, (chance, runMs) => ({ forMs: Math.min(runMs / 10, chance.between(4000, 20_000)) })],
  'object of somebody else created': [3, none],
  'object of somebody else changed': [2, none],
  'object of somebody else deleted': [2, none],
  'slack 500 after accepting': [3, hits(1, 4)],
  'slack 500': [2, hits(1, 6)],
  'slack 429': [2, (chance) => ({ count: chance.between(1, 4), retryAfter: chance.between(1, 3) })],
  'slack slow': [1, (chance) => ({ count: chance.between(1, 5), forMs: chance.between(500, 4000) })],
  'socket recycled': [2, none],
  'socket dropped': [1, none],
  'socket half open': [1, none],
  'event delivered again': [3, none],
  'card deleted': [2, none],
  'app token revoked': [1, lasting(1000, 4000)],
  'channel archived': [1, lasting(1000, 4000)],
} as const satisfies Record<string, readonly [number, Draw]>;

export type FaultKind = keyof typeof KINDS;
export const FAULT_KINDS = Object.keys(KINDS) as FaultKind[];

/** Every kind comes before the first comes again as often as its weight says. */
export function drawFaults(chance: Chance, runMs: number, everyMs: number): Planned[] {
  const planned: Planned[] = [];
  let bag: FaultKind[] = [];
  // People need a beginning, and what begins at the end would not end.
  for (let atMs = runMs * 0.08; atMs < runMs * 0.92; atMs += everyMs * (0.4 + 1.2 * chance.next())) {
    if (bag.length === 0) bag = shuffled(chance, planned.length === 0 ? FAULT_KINDS : weighted());
    const kind = bag.pop();
    if (!kind) continue;
    const [, draw]: readonly [number, Draw] = KINDS[kind];
    planned.push({ atMs: Math.round(atMs), kind, which: chance.between(0, 1_000_000), ...draw(chance, runMs) });
  }
  return planned;
}

function weighted(): FaultKind[] {
  return FAULT_KINDS.flatMap((kind) => Array.from({ length: KINDS[kind][0] }, () => kind));
}

function shuffled<T>(chance: Chance, list: readonly T[]): T[] {
  return list
    .map((each) => ({ each, at: chance.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
}
