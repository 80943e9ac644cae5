/** What can happen to a lockdown: its two tables, and `advance`, which reads them. */
import { type Ask, outcome, type Vote } from './approval.ts';
import { canonical } from './canonical.ts';
import type { Event, EventOf, EventType } from './events.ts';
import {
  anythingWritten,
  currentStage,
  isClosed,
  type Lockdown,
  type LockdownPhase,
  mayBeCut,
  nextStage,
  othersUnderWay,
  type StagePhase,
  type StageState,
  stagesTakenBack,
  writtenStages,
} from './lockdown-state.ts';
import { STAGES, type Stage } from './stage.ts';

/** Work that an event starts; each is one file in workers/ and one queue. */
export const STEPS = [
  'draft-stage',
  'ask-approval',
  'apply-stage',
  'shadow-stage',
  'verify-stage',
  'undo-stage',
  'watch-lockdown',
  'release-lockdown',
  'announce',
] as const;
type StepName = (typeof STEPS)[number];

/** A card that is not announced stops nothing. */
export const STEPS_THAT_STOP_A_LOCKDOWN = STEPS.filter((step) => step !== 'announce');

export type Step = { readonly step: StepName; readonly stage?: Stage };

type Row<Phase extends string> = {
  readonly when?: keyof typeof GUARDS;
  readonly to: Phase;
  readonly does: readonly StepName[];
};
export type Table<Phase extends string> = {
  readonly [From in Phase]?: { readonly [On in EventType]?: readonly Row<Phase>[] };
};

const LAST = 'disable-discovery';

/** Questions a row may ask before it applies; the first row whose question is answered yes is taken. */
const GUARDS = {
  'enough of them': (lockdown, event) => tally(lockdown, event) === 'enough',
  'one is a no': (lockdown, event) => tally(lockdown, event) === 'denied',
  'it is for this ask': (lockdown, event) => 'nonce' in event && askOf(lockdown, event)?.nonce === event.nonce,
  'its vote is for this ask': (lockdown, event) =>
    event.type === 'vote-cast' && askOf(lockdown, event)?.nonce === event.vote.nonce,
  'it disables discovery mode': (_, event) => 'stage' in event && event.stage === 'disable-discovery',
  'it was not told before': (lockdown, event) =>
    (event.type === 'drifted' && canonical(event.found) !== canonical(lockdown.drift ?? [])) ||
    (event.type === 'step-failed' && failureOf(event) !== lockdown.failedStep),
  'it may be cut already': (lockdown) => mayBeCut(lockdown),
  'it cannot be cut yet': (lockdown) => !mayBeCut(lockdown),
  'it failed before anything was written': (lockdown, event) =>
    ['drafting', 'asking'].includes(failedIn(lockdown, event) ?? '') && !isInShadow(lockdown, event),
  'it cuts, and a stage is being taken back': (lockdown, event) =>
    event.type === 'vote-cast' &&
    event.stage === LAST &&
    askOf(lockdown, event)?.nonce === event.vote.nonce &&
    stagesTakenBack(lockdown).length > 0,
  'nothing is cut that it allows': (lockdown, event) => leavesNothingCut(lockdown, event),
  'its rules are only observed': (lockdown, event) => isInShadow(lockdown, event) && leavesNothingCut(lockdown, event),
  'none of its rules is observed': (lockdown, event) => !isInShadow(lockdown, event),
  'it goes into shadow first': (lockdown, event) => askOf(lockdown, event)?.shadowMinutes !== undefined,
  'it is to be left out': (lockdown, event) =>
    'stage' in event && event.stage !== undefined && lockdown.stages[event.stage].leavesOut === true,
  'it is its turn': (lockdown, event) => 'stage' in event && nextStage(lockdown) === event.stage,
  'no other stage is under way': (lockdown, event) => 'stage' in event && !othersUnderWay(lockdown, event.stage),
  'a stage still waits': (lockdown) => nextStage(lockdown) !== undefined,
  'nothing was written': (lockdown, event) => event.type === 'cancelled' && !anythingWritten(lockdown),
  'it was not checked yet': (lockdown) => lockdown.reckoning === undefined,
  'what was written is kept': (lockdown, event) =>
    event.type === 'cancelled' && event.written === 'keep' && !mayBeCut(lockdown),
  'what was written is taken back': (_, event) => event.type === 'cancelled' && event.written === 'take-back',
  'it failed while drafting': (lockdown, event) => failedIn(lockdown, event) === 'drafting',
  'it failed while asking': (lockdown, event) => failedIn(lockdown, event) === 'asking',
  'it failed while applying': (lockdown, event) => failedIn(lockdown, event) === 'applying',
  'it failed in shadow': (lockdown, event) => failedIn(lockdown, event) === 'shadowing',
  'it failed while verifying': (lockdown, event) => failedIn(lockdown, event) === 'verifying',
  'it failed while undoing': (lockdown, event) => failedIn(lockdown, event) === 'undoing',
} as const satisfies Record<string, (lockdown: Lockdown, event: Event) => boolean>;

const CANCEL = [
  { when: 'nothing was written', to: 'cancelled', does: ['announce'] },
  { when: 'what was written is kept', to: 'cancelled', does: ['announce'] },
  { when: 'what was written is taken back', to: 'cancelled', does: ['undo-stage', 'announce'] },
] as const satisfies Row<LockdownPhase>[];

/** The last stage may have cut the namespace although its report has not come yet, or never will. */
const GIVE_BACK = [
  { when: 'it may be cut already', to: 'releasing', does: ['release-lockdown', 'announce'] },
] as const satisfies Row<LockdownPhase>[];

/** The last look is only for the record: what was predicted is held against what came of it. */
const STOP_WATCHING = [
  { to: 'releasing', does: ['release-lockdown', 'watch-lockdown', 'announce'] },
] as const satisfies Row<LockdownPhase>[];

/** That the history was vouched for moves nothing. */
const VOUCHED = <Phase extends LockdownPhase>(to: Phase) => ({ 'checkpoint-posted': [{ to, does: [] }] }) as const;
/** Who approves has to see it; open questions keep the stricter rule by themselves. */
const CONFIGURED = <Phase extends LockdownPhase>(to: Phase) =>
  ({ 'configuration-changed': [{ to, does: ['announce'] }] }) as const;

/** Told once; nothing follows from it by itself, as undoing what somebody did may be what they are after. */
const drifted = <Phase extends LockdownPhase>(to: Phase) =>
  [{ when: 'it was not told before', to, does: ['announce'] }] as const satisfies Row<LockdownPhase>[];

/** A namespace that was or may have been cut is not left alone: from then on nobody can pause. */
export const LOCKDOWN_TABLE = {
  discovering: {
    ...CONFIGURED('discovering'),
    ...VOUCHED('discovering'),
    'discovery-ended': [{ to: 'securing', does: ['announce'] }],
    'started-early': [{ to: 'securing', does: ['announce'] }],
    paused: [{ to: 'discovering', does: ['announce'] }],
    resumed: [{ to: 'discovering', does: ['announce'] }],
    cancelled: CANCEL,
  },
  securing: {
    ...CONFIGURED('securing'),
    ...VOUCHED('securing'),
    'stage-closed': [
      { when: 'a stage still waits', to: 'securing', does: [] },
      { to: 'securing', does: ['announce'] },
    ],
    'discovery-disabled': [{ to: 'watching', does: ['watch-lockdown', 'announce'] }],
    paused: [{ when: 'it cannot be cut yet', to: 'securing', does: ['announce'] }],
    resumed: [{ to: 'securing', does: ['announce'] }],
    cancelled: CANCEL,
    'not-confirmed-in-time': GIVE_BACK,
    'release-requested': GIVE_BACK,
    drifted: drifted('securing'),
  },
  watching: {
    ...CONFIGURED('watching'),
    ...VOUCHED('watching'),
    confirmed: [{ to: 'locked', does: ['watch-lockdown', 'announce'] }],
    'not-confirmed-in-time': STOP_WATCHING,
    'cut-more-than-accepted': STOP_WATCHING,
    'release-requested': STOP_WATCHING,
    'step-failed': [{ to: 'watching', does: ['announce'] }],
    'tried-again': [{ to: 'watching', does: ['watch-lockdown', 'announce'] }],
    drifted: drifted('watching'),
  },
  locked: {
    ...CONFIGURED('locked'),
    ...VOUCHED('locked'),
    drifted: drifted('locked'),
    'prediction-checked': [{ when: 'it was not checked yet', to: 'locked', does: ['announce'] }],
    'release-requested': [{ to: 'releasing', does: ['release-lockdown', 'announce'] }],
  },
  releasing: {
    ...VOUCHED('releasing'),
    'prediction-checked': [{ when: 'it was not checked yet', to: 'releasing', does: ['announce'] }],
    released: [{ to: 'released', does: ['announce'] }],
    // It is tried again by itself for as long as that takes: the same failure is told once.
    'step-failed': [{ when: 'it was not told before', to: 'releasing', does: ['announce'] }],
    'tried-again': [{ to: 'releasing', does: ['release-lockdown', 'announce'] }],
  },
  released: {
    ...VOUCHED('released'),
    'prediction-checked': [{ when: 'it was not checked yet', to: 'released', does: ['announce'] }],
  },
  cancelled: VOUCHED('cancelled'),
} as const satisfies Table<LockdownPhase>;

const FAILED = [{ to: 'failed', does: ['announce'] }] as const satisfies Row<StagePhase>[];
/** Without its rules, a namespace that is cut would reject what they allow. */
const UNDO = [
  { when: 'nothing is cut that it allows', to: 'undoing', does: ['undo-stage', 'announce'] },
] as const satisfies Row<StagePhase>[];
const REDRAFT = [{ to: 'drafting', does: ['draft-stage', 'announce'] }] as const satisfies Row<StagePhase>[];
const REOPEN = [
  { when: 'no other stage is under way', to: 'drafting', does: ['draft-stage', 'announce'] },
] as const satisfies Row<StagePhase>[];
const LEFT_OUT = [
  { when: 'its rules are only observed', to: 'undoing', does: ['undo-stage', 'announce'] },
  { when: 'none of its rules is observed', to: 'skipped', does: ['announce'] },
] as const satisfies Row<StagePhase>[];

export const STAGE_TABLE = {
  waiting: {
    opened: [{ to: 'drafting', does: ['draft-stage'] }],
    reopened: [{ when: 'it is its turn', to: 'drafting', does: ['draft-stage', 'announce'] }],
  },
  drafting: {
    'nothing-to-allow': [{ to: 'skipped', does: ['announce'] }],
    'draft-ready': [{ to: 'asking', does: ['ask-approval', 'announce'] }],
    'step-failed': FAILED,
  },
  asking: {
    'vote-cast': [
      { when: 'one is a no', to: 'denied', does: ['announce'] },
      { when: 'it cuts, and a stage is being taken back', to: 'asking', does: ['announce'] },
      { when: 'enough of them', to: 'applying', does: ['apply-stage', 'announce'] },
      { when: 'its vote is for this ask', to: 'asking', does: ['announce'] },
    ],
    'vote-withdrawn': [{ when: 'it is for this ask', to: 'asking', does: ['announce'] }],
    'residual-decided': REDRAFT,
    sponsored: REDRAFT,
    'draft-outdated': REDRAFT,
    expired: [{ when: 'it is for this ask', to: 'expired', does: ['announce'] }],
    reopened: REDRAFT,
    'step-failed': FAILED,
  },
  applying: {
    applied: [
      { when: 'it disables discovery mode', to: 'allowed', does: [] },
      { when: 'it goes into shadow first', to: 'shadowing', does: ['shadow-stage', 'announce'] },
      { to: 'verifying', does: ['verify-stage', 'announce'] },
    ],
    'draft-outdated': REDRAFT,
    'undo-requested': UNDO,
    'step-failed': FAILED,
  },
  shadowing: {
    'shadow-ended': [{ to: 'drafting', does: ['draft-stage', 'announce'] }],
    'undo-requested': UNDO,
    'step-failed': FAILED,
  },
  verifying: {
    'seen-allowed': [{ to: 'allowed', does: ['announce'] }],
    'not-seen': [{ to: 'verifying', does: ['announce'] }],
    'went-on-unproven': [{ to: 'allowed', does: ['announce'] }],
    'undo-requested': UNDO,
    'step-failed': FAILED,
  },
  allowed: {
    'undo-requested': UNDO,
  },
  skipped: {
    reopened: REOPEN,
  },
  denied: {
    reopened: REOPEN,
    'left-out': LEFT_OUT,
  },
  expired: {
    reopened: REOPEN,
    'left-out': LEFT_OUT,
  },
  undoing: {
    undone: [
      { when: 'it is to be left out', to: 'skipped', does: ['announce'] },
      { to: 'waiting', does: ['announce'] },
    ],
    'step-failed': FAILED,
  },
  failed: {
    'tried-again': [
      { when: 'it failed while drafting', to: 'drafting', does: ['draft-stage', 'announce'] },
      { when: 'it failed while asking', to: 'asking', does: ['ask-approval', 'announce'] },
      { when: 'it failed while applying', to: 'applying', does: ['apply-stage', 'announce'] },
      { when: 'it failed in shadow', to: 'shadowing', does: ['shadow-stage', 'announce'] },
      { when: 'it failed while verifying', to: 'verifying', does: ['verify-stage', 'announce'] },
      { when: 'it failed while undoing', to: 'undoing', does: ['undo-stage', 'announce'] },
    ],
    'undo-requested': UNDO,
    'left-out': [{ when: 'it failed before anything was written', to: 'skipped', does: ['announce'] }],
  },
} as const satisfies Table<StagePhase>;

/** One thing that happened, where it led and what it started: a line of the history. */
export type Transition = {
  readonly event: Event;
  readonly from: string;
  readonly to: string;
  readonly steps: readonly Step[];
};

export type Advance = { readonly lockdown: Lockdown; readonly transitions: readonly Transition[] };

/**
 * What a lockdown becomes when something happens, and which steps that starts. An event that is not in the tables changes
 * nothing and gives `undefined`: a second click, a late job and a doubled delivery need no code. What follows at once
 * (a stage that closes opens the next) comes as further transitions of the same answer.
 */
export function advance(lockdown: Lockdown, event: Event, now: number): Advance | undefined {
  const first = apply(lockdown, event, now);
  if (!first) return undefined;
  const transitions = [first.transition];
  let after = first.lockdown;
  for (const follow of consequences(first.lockdown, first.transition)) {
    const next = advance(after, follow, now);
    if (!next) continue;
    after = next.lockdown;
    transitions.push(...next.transitions);
  }
  return { lockdown: after, transitions };
}

function apply(
  lockdown: Lockdown,
  event: Event,
  now: number,
): { lockdown: Lockdown; transition: Transition } | undefined {
  return isStageEvent(event) ? applyToStage(lockdown, event) : applyToLockdown(lockdown, event, now);
}

type StageEvent = Extract<Event, { stage?: unknown }> & { stage: Stage };

/** `stage-closed` is about the lockdown: it says which stage, but moves none. */
function isStageEvent(event: Event): event is StageEvent {
  return 'stage' in event && event.stage !== undefined && event.type !== 'stage-closed';
}

function applyToLockdown(lockdown: Lockdown, event: Event, now: number) {
  if (event.type === 'paused' && lockdown.paused) return undefined;
  if (event.type === 'resumed' && !lockdown.paused) return undefined;
  const rows: Table<LockdownPhase> = LOCKDOWN_TABLE;
  const row = rows[lockdown.phase]?.[event.type]?.find((each) => !each.when || GUARDS[each.when](lockdown, event));
  if (!row) return undefined;
  const steps = row.does.flatMap((step): Step[] =>
    step === 'undo-stage' ? writtenStages(lockdown).map((stage) => ({ step, stage })) : [{ step }],
  );
  const next: Lockdown = { ...lockdown, ...effectOnLockdown(lockdown, event), phase: row.to };
  if (row.to !== lockdown.phase) next.phaseSince = now;
  return { lockdown: next, transition: { event, from: lockdown.phase, to: row.to, steps } };
}

function effectOnLockdown(lockdown: Lockdown, event: Event): Partial<Lockdown> {
  switch (event.type) {
    case 'paused':
      return { paused: true };
    case 'resumed':
      return { paused: false };
    case 'release-requested':
    case 'cut-more-than-accepted':
      return { because: event.because };
    case 'not-confirmed-in-time':
      return { because: 'Nobody confirmed in time.' };
    case 'drifted':
      return { drift: event.found.length > 0 ? event.found : undefined };
    case 'step-failed':
      return { failedStep: failureOf(event) };
    case 'tried-again':
    case 'released':
      return { failedStep: undefined };
    case 'prediction-checked':
      return { reckoning: event.reckoning };
    case 'cancelled':
      return event.written === 'take-back' ? { stages: takenBack(lockdown) } : {};
    default:
      return {};
  }
}

function failureOf({ step, because }: EventOf<'step-failed'>): string {
  return `${step}: ${because}`;
}

function takenBack(lockdown: Lockdown): Lockdown['stages'] {
  const stages = { ...lockdown.stages };
  for (const stage of writtenStages(lockdown)) stages[stage] = { ...stages[stage], phase: 'undoing' };
  return stages;
}

function applyToStage(lockdown: Lockdown, event: StageEvent) {
  const state = lockdown.stages[event.stage];
  const rows: Table<StagePhase> = STAGE_TABLE;
  const row = rows[state.phase]?.[event.type]?.find((each) => !each.when || GUARDS[each.when](lockdown, event));
  if (!row || !mayMove(lockdown, event)) return undefined;
  const wrote = row.to === 'applying' ? { wrote: true } : {};
  const next: StageState = { ...state, ...effectOnStage(state, event), ...wrote, phase: row.to };
  return {
    lockdown: { ...lockdown, stages: { ...lockdown.stages, [event.stage]: next } },
    transition: {
      event,
      from: state.phase,
      to: row.to,
      steps: row.does.map((step): Step => ({ step, stage: event.stage })),
    },
  };
}

/** Stages move one at a time, while the lockdown is securing; what is being undone may end later. */
function mayMove(lockdown: Lockdown, event: StageEvent): boolean {
  const { phase, failedIn: wasIn } = lockdown.stages[event.stage];
  const begins = event.type === 'tried-again' && wasIn !== 'undoing';
  if (lockdown.phase === 'securing') return !begins || !othersUnderWay(lockdown, event.stage);
  if (event.type === 'undone' || (event.type === 'step-failed' && phase === 'undoing')) return true;
  return event.type === 'tried-again' && wasIn === 'undoing';
}

function effectOnStage(state: StageState, event: StageEvent): Partial<StageState> {
  switch (event.type) {
    case 'draft-ready':
      return { ask: event.ask, votes: [], withdrawn: undefined, revision: state.revision + 1, because: undefined };
    case 'opened':
      return { frozen: undefined };
    case 'reopened':
      return { frozen: state.shadow ? true : undefined };
    case 'draft-outdated': {
      // What was written under an approval that fell away is taken back, and is observed no more.
      const shadow = state.phase === 'applying' ? { shadow: undefined } : {};
      return { because: event.because, frozen: undefined, voids: (state.voids ?? 0) + 1, ...shadow };
    }
    case 'nothing-to-allow':
      return { because: event.because, shadow: undefined };
    case 'not-seen':
      return { because: event.because };
    case 'shadow-ended':
      // What is enforced is what was observed.
      return { because: event.because, frozen: true };
    case 'left-out':
      return { because: event.because, ...(state.shadow ? { leavesOut: true } : {}) };
    case 'went-on-unproven':
      return { unprovenBy: event.by };
    case 'seen-allowed':
      return { because: event.proof };
    case 'residual-decided':
      return {
        frozen: true,
        answers: { ...state.answers, ...answered(event) },
        shapedBy: [...new Set([...state.shapedBy, event.by])],
      };
    case 'sponsored': {
      const { group, by, because } = event;
      return { frozen: true, sponsored: { ...state.sponsored, [group]: { by, because } } };
    }
    case 'vote-cast':
      return isWithdrawn(state, event.vote) ? {} : { votes: [...state.votes, event.vote] };
    case 'vote-withdrawn':
      return withdrawn(state, event);
    case 'applied':
      return { appliedAt: event.at, objects: event.objects, because: undefined, shadow: shadowOf(state, event) };
    case 'step-failed':
      return { failedIn: state.phase, because: event.because };
    case 'tried-again':
      return { failedIn: undefined, because: undefined };
    case 'undone':
      return {
        wrote: undefined,
        unprovenBy: undefined,
        objects: [],
        appliedAt: undefined,
        ask: undefined,
        votes: [],
        shadow: undefined,
        leavesOut: undefined,
        because: state.leavesOut ? state.because : undefined,
      };
    default:
      return {};
  }
}

function shadowOf({ ask, revision }: StageState, { at }: EventOf<'applied'>): StageState['shadow'] {
  return ask?.shadowMinutes === undefined ? undefined : { since: at, minutes: ask.shadowMinutes, revision };
}

/** Only what a reaction said is taken back with it; and it may be taken back before the vote itself was recorded. */
function withdrawn(state: StageState, { person, at }: EventOf<'vote-withdrawn'>): Partial<StageState> {
  const after = { ...state, withdrawn: { ...state.withdrawn, [person]: at } };
  return { withdrawn: after.withdrawn, votes: state.votes.filter((vote) => !isWithdrawn(after, vote)) };
}

function isWithdrawn(state: StageState, { gesture, person, at }: Vote): boolean {
  return gesture === 'reaction' && at <= (state.withdrawn?.[person] ?? Number.NEGATIVE_INFINITY);
}

function answered(event: EventOf<'residual-decided'>): StageState['answers'] {
  return Object.fromEntries(Object.entries(event.answers).map(([id, answer]) => [id, { answer, by: event.by }]));
}

/** A stage that closes says so to its lockdown; a lockdown that goes on opens the next stage. */
function consequences(lockdown: Lockdown, { event, to }: Transition): Event[] {
  if (isStageEvent(event)) {
    if (event.stage === 'disable-discovery' && event.type === 'applied' && to === 'allowed')
      return [{ type: 'discovery-disabled' }];
    if (event.type === 'undone' && event.stage !== LAST) return [outdatedBy(event.stage), ...closedBy(event.stage, to)];
    return closedBy(event.stage, to);
  }
  const goesOn = ['discovery-ended', 'started-early', 'stage-closed'].includes(event.type) && to === 'securing';
  const stage = goesOn ? nextStage(lockdown) : undefined;
  return stage ? [{ type: 'opened', stage }] : [];
}

function closedBy(stage: Stage, to: string): Event[] {
  return isClosed(to as StagePhase) ? [{ type: 'stage-closed', stage }] : [];
}

/** Whoever has approved a cut had these rules in mind, and its votes may have been enough but for their being taken back. */
function outdatedBy(stage: Stage): Event {
  return { type: 'draft-outdated', stage: LAST, because: `What ${stage} had written was taken back since.` };
}

/** Which steps should be under way for a lockdown to go on: what `sweep` looks for, and what resuming starts again. */
export function dueSteps(lockdown: Lockdown): Step[] {
  const undoing = STAGES.filter((stage) => lockdown.stages[stage].phase === 'undoing');
  const steps: Step[] = undoing.map((stage) => ({ step: 'undo-stage', stage }));
  if (lockdown.phase === 'locked' && !lockdown.reckoning) steps.push({ step: 'watch-lockdown' });
  if (lockdown.failedStep === undefined) {
    if (lockdown.phase === 'watching') steps.push({ step: 'watch-lockdown' });
    if (lockdown.phase === 'releasing') steps.push({ step: 'release-lockdown' });
  }
  const stage = currentStage(lockdown);
  const step = stage && STEP_OF[lockdown.stages[stage].phase];
  if (stage && step && !lockdown.paused) steps.push({ step, stage });
  return steps;
}

/** What failed and is started again every while without anybody's word: nobody may stay cut off because nobody is awake. */
export function stepsTriedByThemselves({ phase, failedStep }: Lockdown): Step[] {
  return phase === 'releasing' && failedStep !== undefined ? [{ step: 'release-lockdown' }] : [];
}

const STEP_OF: Partial<Record<StagePhase, StepName>> = {
  drafting: 'draft-stage',
  asking: 'ask-approval',
  applying: 'apply-stage',
  shadowing: 'shadow-stage',
  verifying: 'verify-stage',
};

function askOf(lockdown: Lockdown, event: Event): Ask | undefined {
  return 'stage' in event && event.stage ? lockdown.stages[event.stage].ask : undefined;
}

function tally(lockdown: Lockdown, event: Event): 'open' | 'enough' | 'denied' | undefined {
  const ask = askOf(lockdown, event);
  if (event.type !== 'vote-cast' || !ask || event.vote.nonce !== ask.nonce) return undefined;
  const state = lockdown.stages[event.stage];
  if (isWithdrawn(state, event.vote)) return 'open';
  return outcome([...state.votes, event.vote], ask).result;
}

function leavesNothingCut(lockdown: Lockdown, event: Event): boolean {
  return ('stage' in event && event.stage === LAST) || !mayBeCut(lockdown);
}

function isInShadow(lockdown: Lockdown, event: Event): boolean {
  return 'stage' in event && event.stage !== undefined && lockdown.stages[event.stage].shadow !== undefined;
}

function failedIn(lockdown: Lockdown, event: Event): StagePhase | undefined {
  return 'stage' in event && event.stage ? lockdown.stages[event.stage].failedIn : undefined;
}
