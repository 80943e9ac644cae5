/** What is kept of a lockdown: its phase, its stages, and the questions one can ask of them. */
import { z } from 'zod';
import { Ask, Vote } from './approval.ts';
import { Reckoning } from './reckoning.ts';
import { STAGES, type Stage } from './stage.ts';

export const LOCKDOWN_PHASES = [
  'discovering',
  'securing',
  'watching',
  'locked',
  'releasing',
  'released',
  'cancelled',
] as const;
export type LockdownPhase = (typeof LOCKDOWN_PHASES)[number];

export const STAGE_PHASES = [
  'waiting',
  'drafting',
  'asking',
  'applying',
  'shadowing',
  'verifying',
  'allowed',
  'skipped',
  'denied',
  'expired',
  'undoing',
  'failed',
] as const;
export type StagePhase = (typeof STAGE_PHASES)[number];

export const StageState = z.strictObject({
  phase: z.enum(STAGE_PHASES),
  /** Counts drafts: every draft of this stage has its own number. */
  revision: z.number().int(),
  ask: Ask.optional(),
  votes: z.array(Vote),
  /** What people answered for the residual, by EdgeGroup.id. */
  answers: z.record(z.string(), z.strictObject({ answer: z.enum(['allow', 'block']), by: z.string() })),
  /** Who answers for what was stopped, by EdgeGroup.id. */
  sponsored: z.record(z.string(), z.strictObject({ by: z.string(), because: z.string() })).optional(),
  /** Persons who shaped the draft beside the requester. */
  shapedBy: z.array(z.string()),
  /** Whether the next draft is about the same edges as the one before, because only an answer has changed. */
  frozen: z.boolean().optional(),
  /** How often approvals or answers came to nothing because the draft had changed. */
  voids: z.number().int().optional(),
  /** Whether it may have left something on the console: from the approval on, until that is taken back. */
  wrote: z.boolean().optional(),
  /** When somebody last took a reaction back; a vote by reaction that was given before that does not count. */
  withdrawn: z.record(z.string(), z.number().int()).optional(),
  /** While its rules are on the console and only observed; `revision`: of the draft they are from. */
  shadow: z.strictObject({ since: z.number().int(), minutes: z.number().int(), revision: z.number().int() }).optional(),
  /** Whether it is left out as soon as what it wrote is taken back. */
  leavesOut: z.boolean().optional(),
  /** Console objects this stage created, in the order they were. */
  objects: z.array(z.string()),
  /** When its changes were on the console; milliseconds since the epoch. */
  appliedAt: z.number().int().optional(),
  /** Who went on although not everything was proven. */
  unprovenBy: z.string().optional(),
  /** How it ended or why it waits, in a sentence. */
  because: z.string().optional(),
  /** Where a failed stage goes on when somebody tries again. */
  failedIn: z.enum(STAGE_PHASES).optional(),
});
export type StageState = z.infer<typeof StageState>;

export const Lockdown = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string(),
  /** Chance, made when it was opened: the texts of its ledger, its votes and its drafts are hashed with it. */
  salt: z.string().min(16),
  namespace: z.string(),
  team: z.string(),
  channel: z.string(),
  requestedBy: z.string(),
  startedAt: z.number().int(),
  days: z.number(),
  discoveryEndsAt: z.number().int(),
  phase: z.enum(LOCKDOWN_PHASES),
  paused: z.boolean(),
  /** Since when it has been in this phase. */
  phaseSince: z.number().int(),
  /** Why it is being or was released, or how it was cancelled. */
  because: z.string().optional(),
  stages: z.record(z.enum(STAGES), StageState),
  /** What was predicted of the cut beside what came of it, once the watching has ended. */
  reckoning: Reckoning.optional(),
  /** What is not as it was approved any more, as it was told last. */
  drift: z.array(z.string()).optional(),
  /** A step of the lockdown itself that failed and waits for somebody to try again. */
  failedStep: z.string().optional(),
  /** Number of entries in its history; what a save is compared against. */
  length: z.number().int(),
});
export type Lockdown = z.infer<typeof Lockdown>;

/** The first entry of every history: everything a lockdown begins with, but its salt. */
export const Started = z.strictObject({
  type: z.literal('started'),
  by: z.string(),
  lockdown: z.string(),
  namespace: z.string(),
  team: z.string(),
  channel: z.string(),
  at: z.number().int(),
  /** In decimals: it can be a part of a day, and what is hashed holds no fractions. */
  days: z.string(),
});
export type Started = z.infer<typeof Started>;

export function startOf({ id, namespace, team, channel, requestedBy, startedAt, days }: Lockdown): Started {
  const begin = { lockdown: id, namespace, team, channel, at: startedAt, days: String(days) };
  return { type: 'started', by: requestedBy, ...begin };
}

/** A new lockdown, in discovery, before anything has happened to it. */
export function newLockdown(
  begin: Pick<Lockdown, 'id' | 'salt' | 'namespace' | 'team' | 'channel' | 'requestedBy' | 'startedAt' | 'days'>,
): Lockdown {
  const waiting: StageState = { phase: 'waiting', revision: 0, votes: [], answers: {}, shapedBy: [], objects: [] };
  return {
    schemaVersion: 1,
    ...begin,
    discoveryEndsAt: begin.startedAt + begin.days * 24 * 3_600_000,
    phase: 'discovering',
    phaseSince: begin.startedAt,
    paused: false,
    stages: Object.fromEntries(STAGES.map((stage) => [stage, waiting])) as Lockdown['stages'],
    length: 0,
  };
}

/** The first stage that waits, provided that every stage before it is closed. */
export function nextStage(lockdown: Pick<Lockdown, 'stages'>): Stage | undefined {
  const open = STAGES.find((stage) => !isClosed(lockdown.stages[stage].phase));
  return open && lockdown.stages[open].phase === 'waiting' ? open : undefined;
}

const UNDER_WAY: readonly StagePhase[] = ['drafting', 'asking', 'applying', 'shadowing', 'verifying'];

/** The stage that is under way, else the one that holds the lockdown; nothing when all are closed or discovery goes on. */
export function currentStage(lockdown: Pick<Lockdown, 'stages' | 'phase'>): Stage | undefined {
  if (lockdown.phase !== 'securing') return undefined;
  const busy = STAGES.find((stage) => UNDER_WAY.includes(lockdown.stages[stage].phase));
  return busy ?? STAGES.find((stage) => !isClosed(lockdown.stages[stage].phase));
}

export function othersUnderWay(lockdown: Pick<Lockdown, 'stages'>, than: Stage | undefined): boolean {
  return STAGES.some((stage) => stage !== than && UNDER_WAY.includes(lockdown.stages[stage].phase));
}

export function isClosed(phase: StagePhase): boolean {
  return phase === 'allowed' || phase === 'skipped';
}

/** Lockdowns of which a namespace can have only one. A locked one is open: it can still be released. */
export function isOpen(lockdown: Pick<Lockdown, 'phase'>): boolean {
  return lockdown.phase !== 'released' && lockdown.phase !== 'cancelled';
}

/** Stages that may have left something on the console, the last one first: the order to take it back in. */
export function writtenStages(lockdown: Lockdown): Stage[] {
  return STAGES.filter((stage) => lockdown.stages[stage].wrote).reverse();
}

/** Whether the default actions may have been set to Reject, although nobody watches the namespace yet. */
export function mayBeCut({ stages }: Pick<Lockdown, 'stages'>): boolean {
  const reached = reachedBy(stages['disable-discovery']);
  return reached === 'applying' || reached === 'undoing';
}

/** Whether somebody or something sees to it that a cut namespace does not stay so unseen. */
export function isLookedAfter({ phase, stages }: Pick<Lockdown, 'phase' | 'stages'>): boolean {
  if (phase === 'securing' || phase === 'cancelled') return mayBeCut({ stages });
  return phase === 'watching' || phase === 'locked' || phase === 'releasing';
}

/** Stages before the last one whose rules are being taken away, or were in part when that failed. */
export function stagesTakenBack({ stages }: Pick<Lockdown, 'stages'>): Stage[] {
  return STAGES.filter((stage) => stage !== 'disable-discovery' && reachedBy(stages[stage]) === 'undoing');
}

function reachedBy({ phase, failedIn }: StageState): StagePhase | undefined {
  return phase === 'failed' ? failedIn : phase;
}

export function anythingWritten(lockdown: Lockdown): boolean {
  return writtenStages(lockdown).length > 0;
}
