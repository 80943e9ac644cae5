/** What may happen to a lockdown next, by number, so that a generator can choose: mostly sense, and some of it nonsense. */
import type { Event } from '#core/events.ts';
import { currentStage, type Lockdown, type StagePhase } from '#core/lockdown-state.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import { anAsk, aVote } from './lockdowns.ts';

const by = 'U0ALICE001';
const because = 'It is so.';

/** `usual` is the way forward, with a step's report or a vote; else anything at all about any stage. */
export function happening(lockdown: Lockdown, choice: number, usual: boolean): Event {
  const stage = currentStage(lockdown) ?? STAGES[choice % STAGES.length] ?? 'dns';
  const events = usual
    ? forward(lockdown, stage)
    : anything(lockdown, STAGES[(choice >> 5) % STAGES.length] ?? stage, stage);
  const event = events[choice % events.length];
  if (!event) throw new Error('there is always something');
  return event;
}

const VOTERS = ['U0BORIS001', 'U0CHITRA01', 'U0ERIN0001'] as const;

function forward(lockdown: Lockdown, stage: Stage): Event[] {
  if (lockdown.phase === 'discovering') return [{ type: 'started-early', by }];
  if (lockdown.phase === 'watching') return [{ type: 'confirmed', by }, { type: 'not-confirmed-in-time' }];
  if (lockdown.phase === 'releasing') return [{ type: 'released', incoming: 'Allow', outgoing: 'Inherit' }];
  if (lockdown.phase === 'locked') return [{ type: 'release-requested', by, because }];
  return ofStage(lockdown, stage);
}

function ofStage(lockdown: Lockdown, stage: Stage): Event[] {
  const { phase, ask, revision } = lockdown.stages[stage];
  const next = `nonce-${stage}-${revision + 1}`;
  const cuts = stage === 'disable-discovery';
  const ready: Event = { type: 'draft-ready', stage, ask: anAsk({ nonce: next, cuts }) };
  const votes = VOTERS.map((user): Event => {
    const gesture = cuts ? 'typed-name' : 'button';
    return { type: 'vote-cast', stage, vote: aVote(user, stage, { nonce: ask?.nonce ?? next, gesture }) };
  });
  const forward: Partial<Record<StagePhase, Event[]>> = {
    waiting: [{ type: 'reopened', stage, by }],
    drafting: cuts ? [ready] : [ready, ready, { type: 'nothing-to-allow', stage, because }],
    asking: votes,
    applying: [{ type: 'applied', stage, objects: [`allow-${stage}`], at: 1 }],
    verifying: [{ type: 'seen-allowed', stage, proof: because }],
    denied: [{ type: 'reopened', stage, by }],
    expired: [{ type: 'left-out', stage, by, because }],
    undoing: [{ type: 'undone', stage }],
    failed: [{ type: 'tried-again', stage, by }],
  };
  return forward[phase] ?? votes;
}

function anything(lockdown: Lockdown, stage: Stage, current: Stage): Event[] {
  const { ask } = lockdown.stages[current];
  const nonce = ask?.nonce ?? 'none';
  return [
    { type: 'vote-cast', stage: current, vote: aVote(VOTERS[0], current, { nonce, decision: 'deny' }) },
    { type: 'vote-cast', stage: current, vote: aVote(VOTERS[1], current, { nonce: 'outdated' }) },
    { type: 'vote-cast', stage: current, vote: aVote(VOTERS[2], current, { nonce, gesture: 'reaction' }) },
    { type: 'vote-withdrawn', stage: current, person: VOTERS[2], nonce, at: 2e15 },
    { type: 'residual-decided', stage: current, by, answers: { group: 'block' } },
    { type: 'draft-outdated', stage: current, because },
    { type: 'expired', stage: current, nonce },
    { type: 'not-seen', stage: current, because },
    { type: 'went-on-unproven', stage: current, by },
    { type: 'applied', stage, objects: [], at: 2 },
    { type: 'undone', stage },
    { type: 'reopened', stage, by },
    { type: 'left-out', stage, by, because },
    { type: 'undo-requested', stage, by },
    { type: 'step-failed', stage: current, step: 'apply-stage', because },
    { type: 'step-failed', step: 'release-lockdown', because },
    { type: 'tried-again', stage, by },
    { type: 'tried-again', by },
    { type: 'paused', by },
    { type: 'resumed', by },
    { type: 'cancelled', by, written: 'keep' },
    { type: 'cancelled', by, written: 'take-back' },
    { type: 'discovery-ended' },
    { type: 'cut-more-than-accepted', because },
    { type: 'not-confirmed-in-time' },
    { type: 'release-requested', by, because },
  ];
}
