/** What people type to steer a lockdown that is open: on, back, a pause, an end; or why not now. */
import {
  anythingWritten,
  currentStage,
  type Lockdown,
  mayBeCut,
  nextStage,
  type StagePhase,
} from '#core/lockdown-state.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import type { Actor, Reply } from './gesture.ts';
import type { Household } from './household.ts';
import type { Command } from './parse-command.ts';
import { stageWords } from './views/words.ts';
import { wayToCard } from './votes.ts';
import { wishFor } from './wishes.ts';

type Deps = Household;

export type OnOpen = Extract<Command, { verb: 'next' | 'pause' | 'resume' | 'cancel' | 'release' | 'undo' | 'reopen' }>;

/** Refused where the table would refuse it anyway, so that the person reads why. */
export async function onLockdown(deps: Deps, actor: Actor, lockdown: Lockdown, command: OnOpen): Promise<Reply> {
  const { phase, paused } = lockdown;
  const moving = phase === 'discovering' || phase === 'securing';
  switch (command.verb) {
    case 'next':
      return moving ? next(deps, actor, lockdown) : { refused: 'All seven stages are closed; there is no next one.' };
    case 'pause':
      if (paused) return { refused: 'It is paused already.' };
      if (moving && mayBeCut(lockdown)) return { refused: `${MAY_BE_OFF}, so this cannot be paused.` };
      return moving
        ? wishFor(deps, actor, lockdown, { verb: 'pause' })
        : { refused: 'A namespace whose discovery mode is off is not left alone, so this cannot be paused.' };
    case 'resume':
      return paused ? wishFor(deps, actor, lockdown, { verb: 'resume' }) : { refused: 'It is not paused.' };
    case 'cancel':
      return cancel(deps, actor, lockdown, command);
    case 'release':
      return release(deps, actor, lockdown, command);
    case 'undo':
    case 'reopen': {
      const refused = command.verb === 'undo' ? whyNotUndone(lockdown, command) : whyNotReopened(lockdown, command);
      return refused === undefined
        ? wishFor(deps, actor, lockdown, { verb: command.verb, stage: command.stage })
        : { refused };
    }
  }
}

const MAY_BE_OFF = 'Discovery mode may be off already, and such a namespace is not left alone';

async function next(deps: Deps, actor: Actor, lockdown: Lockdown): Promise<Reply> {
  const stage = nextStage(lockdown) ?? currentStage(lockdown);
  const phase = stage && lockdown.stages[stage].phase;
  if (stage && phase && ['drafting', 'asking', 'applying', 'shadowing', 'verifying', 'undoing'].includes(phase)) {
    const how = phase === 'asking' ? waitsForWhat(lockdown, stage) : `is ${stageWords(lockdown, stage)[1]}`;
    const refused = `${stage} ${how}, so there is nothing to open yet.`;
    return phase === 'asking' ? { refused, way: await wayToCard(deps, lockdown, stage) } : { refused };
  }
  return wishFor(deps, actor, lockdown, { verb: 'next' });
}

function waitsForWhat({ stages }: Lockdown, stage: Stage): string {
  return (stages[stage].ask?.undecided ?? 0) > 0 ? 'waits for answers' : 'waits for votes';
}

async function release(
  deps: Deps,
  actor: Actor,
  lockdown: Lockdown,
  { reason }: Extract<Command, { verb: 'release' }>,
): Promise<Reply> {
  const { phase, namespace } = lockdown;
  if (phase === 'releasing') return { refused: 'The former default actions are being given back already.' };
  const off = phase === 'watching' || phase === 'locked' || (phase === 'securing' && mayBeCut(lockdown));
  if (!off)
    return { refused: 'Discovery mode has not been disabled by this lockdown, so there is nothing to release.' };
  if (reason === undefined)
    return {
      refused: `Nothing was released yet. Say why, and everybody in the thread reads it: \`/lockdown release ${namespace} <reason>\`.`,
    };
  return wishFor(deps, actor, lockdown, { verb: 'release', because: reason });
}

type OfStage = Extract<Command, { verb: 'undo' | 'reopen' }>;

function whyNotUndone(lockdown: Lockdown, { stage }: OfStage): string | undefined {
  const { phase, wrote } = lockdown.stages[stage];
  if (lockdown.phase === 'watching' || lockdown.phase === 'locked' || lockdown.phase === 'releasing')
    return `Single stages are not undone once discovery mode is off. To give the former default actions back: \`/lockdown release ${lockdown.namespace} <reason>\`.`;
  if (phase === 'undoing') return `\`${stage}\` is being taken back already.`;
  if (stage !== 'disable-discovery' && mayBeCut(lockdown))
    return `Discovery mode may be off already, and without \`${stage}\` the namespace would reject what it allows. Undo \`disable-discovery\` first, or release: \`/lockdown release ${lockdown.namespace} <reason>\`.`;
  if (!wrote) return `\`${stage}\` has written nothing to the console, so there is nothing to undo.`;
  return phase === 'drafting' || phase === 'asking'
    ? `\`${stage}\` is being asked about anew; it can be undone once that is decided.`
    : undefined;
}

function whyNotReopened(lockdown: Lockdown, { stage }: OfStage): string | undefined {
  if (lockdown.phase === 'discovering')
    return `Discovery still goes on, so no stage has begun. To end it early: \`/lockdown next ${lockdown.namespace}\`.`;
  if (lockdown.phase !== 'securing')
    return 'All stages are closed and discovery mode is off, so none of them is drafted again.';
  const { phase } = lockdown.stages[stage];
  switch (phase) {
    case 'asking':
      return undefined;
    case 'waiting':
      return nextStage(lockdown) === stage ? undefined : `It is not the turn of \`${stage}\` yet.`;
    case 'skipped':
    case 'denied':
    case 'expired': {
      const other = STAGES.find((each) => each !== stage && UNDER_WAY.has(lockdown.stages[each].phase));
      return other && `\`${other}\` is under way, and stages go one at a time. Reopen \`${stage}\` once it is closed.`;
    }
    case 'failed':
      return `\`${stage}\` failed; it is tried again by the button on the lockdown’s card, or by \`/lockdown next ${lockdown.namespace}\`.`;
    case 'shadowing':
    case 'verifying':
    case 'allowed':
      return `The rules of \`${stage}\` are on the console. To have it drafted again, undo it first: \`/lockdown undo ${lockdown.namespace} ${stage}\`.`;
    default:
      return `\`${stage}\` is ${stageWords(lockdown, stage)[1]} now.`;
  }
}

const UNDER_WAY: ReadonlySet<StagePhase> = new Set<StagePhase>([
  'drafting',
  'asking',
  'applying',
  'shadowing',
  'verifying',
]);

async function cancel(
  deps: Deps,
  actor: Actor,
  lockdown: Lockdown,
  { written }: Extract<Command, { verb: 'cancel' }>,
): Promise<Reply> {
  if (lockdown.phase !== 'discovering' && lockdown.phase !== 'securing')
    return {
      refused: `Discovery mode is off, so this is not cancelled but released: \`/lockdown release ${lockdown.namespace} <reason>\`.`,
    };
  if (written === 'keep' && mayBeCut(lockdown))
    return {
      refused: `${MAY_BE_OFF}. Cancel with \`--take-back\`, or release: \`/lockdown release ${lockdown.namespace} <reason>\`.`,
    };
  if (!anythingWritten(lockdown)) return wishFor(deps, actor, lockdown, { verb: 'cancel', written: 'nothing' });
  if (written) return wishFor(deps, actor, lockdown, { verb: 'cancel', written });
  return {
    refused: `Rules were created already. \`/lockdown cancel ${lockdown.namespace} --keep\` leaves them on the console, \`--take-back\` removes exactly what was created.`,
  };
}
