/** Everything a run does, drawn from its seed before it begins: who wants what of which namespace, and what goes wrong when. */
import { createHash } from 'node:crypto';
import { STAGES, type Stage } from '#core/stage.ts';
import { type Chance, createChance } from '#sandbox/console/world/chance.ts';
import { drawFaults, type Planned } from './faults.ts';

/** What people mean to do with one namespace. */
export type Plan = {
  readonly namespace: string;
  readonly startAtMs: number;
  /** Where they want to arrive. */
  readonly end: 'locked' | 'released' | 'cancelled';
  /** Stages whose first draft somebody denies. */
  readonly denies: readonly Stage[];
  /** A stage that is taken back once it is applied. */
  readonly undoes?: Stage;
  /** After which they cancel with everything taken back. */
  readonly cancelsAfter?: Stage;
  readonly pausesForMs?: number;
  /** How the votes of each card are given. */
  readonly votes: Readonly<Record<Stage, Voting>>;
};

type Voting = {
  readonly first: string;
  readonly second: string;
  readonly atOnce: boolean;
  readonly how: 'buttons' | 'double clicks' | 'reactions';
};

export type Schedule = { readonly plans: readonly Plan[]; readonly faults: readonly Planned[]; readonly hash: string };

const FAULT_EVERY_MS = 2500;
/** Who together may approve, beside the one who answers for the residual. */
const PAIRS = [
  ['boris', 'diego'],
  ['chitra', 'diego'],
  ['erin', 'boris'],
  ['chitra', 'erin'],
] as const;

export function scheduleFor(asked: {
  readonly seed: number;
  readonly runMs: number;
  readonly namespaces: readonly string[];
}): Schedule {
  const { seed, runMs, namespaces } = asked;
  const chance = createChance(`chaos/${seed}`);
  const plans = namespaces.map((namespace, index) =>
    planFor(namespace, chance.fork(`plan/${index}`), (runMs * 0.6 * index) / namespaces.length),
  );
  const faults = drawFaults(chance.fork('faults'), runMs, FAULT_EVERY_MS);
  const hash = createHash('sha256').update(JSON.stringify({ plans, faults })).digest('hex').slice(0, 16);
  return { plans, faults, hash };
}

function planFor(namespace: string, chance: Chance, startAtMs: number): Plan {
  const early = chance.pick(['dns', 'pods'] as const);
  const fate = chance.next();
  return {
    namespace,
    startAtMs: Math.round(startAtMs + chance.between(0, 1500)),
    end: fate < 0.25 ? 'released' : fate < 0.4 ? 'cancelled' : 'locked',
    denies: chance.next() < 0.25 ? [chance.pick(['dns', 'pods', 'disable-discovery'] as const)] : [],
    ...(chance.next() < 0.2 ? { undoes: early } : {}),
    ...(fate >= 0.25 && fate < 0.4 ? { cancelsAfter: early } : {}),
    ...(chance.next() < 0.1 ? { pausesForMs: chance.between(2000, 10_000) } : {}),
    votes: Object.fromEntries(STAGES.map((stage) => [stage, votingOn(stage, chance)])) as Plan['votes'],
  };
}

function votingOn(stage: Stage, chance: Chance): Voting {
  const [first, second] = stage === 'disable-discovery' ? (['boris', 'erin'] as const) : chance.pick(PAIRS);
  const how = chance.pick(['buttons', 'double clicks', 'reactions'] as const);
  return { first, second, atOnce: chance.next() < 0.5, how };
}
