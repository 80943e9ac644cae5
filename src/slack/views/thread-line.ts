/** One sentence an event, for the thread: what happened, who did it, where it led. */
import { outcome, type Vote } from '#core/approval.ts';
import type { Event } from '#core/events.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import {
  bold,
  count,
  emoji,
  ended,
  type Line,
  type Message,
  message,
  type Piece,
  person,
  says,
  sentence,
} from './build.ts';
import { reckoningLines } from './reckoning.ts';
import { goesOn, kinds, STAGE_MEANS } from './words.ts';

export type ThreadLine = {
  readonly lockdown: Lockdown;
  readonly event: Event;
  /** The phase it led to, where the line is told later; else what the lockdown says now. */
  readonly to?: string | undefined;
};

export function threadLine({ lockdown, event, to }: ThreadLine): Message {
  const about = 'stage' in event && event.stage ? `${event.stage} of ${lockdown.namespace}` : lockdown.namespace;
  return message(`${about}: ${event.type.replaceAll('-', ' ')}`, [says(line(event, lockdown, to))]);
}

function line(event: Event, lockdown: Lockdown, to: string | undefined): Piece[] {
  switch (event.type) {
    case 'discovery-ended':
      return ['Discovery has ended as planned; the stages begin.'];
    case 'started-early':
      return [person(event.by), ' ended discovery early; the stages begin.'];
    case 'paused':
      return [person(event.by), ' paused the lockdown; nothing happens until it is resumed.'];
    case 'resumed':
      return [person(event.by), ' resumed the lockdown.'];
    case 'cancelled':
      return [person(event.by), ' cancelled the lockdown; ', CANCELLED[event.written]];
    case 'confirmed':
      return [person(event.by), ' confirmed: the namespace is locked down.'];
    case 'not-confirmed-in-time':
      return ['Nobody confirmed in time; the former default actions are being given back.'];
    case 'cut-more-than-accepted':
      return [
        'More was cut than the approvers accepted, so the former default actions are being given back: ',
        ...sentence(ended(event.because)),
      ];
    case 'release-requested':
      return [
        person(event.by),
        ' asked for release; the former default actions are being given back: ',
        ...sentence(ended(event.because)),
      ];
    case 'configuration-changed':
      return [
        emoji('warning'),
        ' ',
        bold('The configuration changed: '),
        ...sentence(ended(event.changes.join('; '))),
        ' Questions that are open keep the stricter of both rules.',
      ];
    case 'drifted':
      return drift(event.found);
    case 'released':
      return [
        'The former default actions are back: incoming ',
        bold(event.incoming),
        ', outgoing ',
        bold(event.outgoing),
        '.',
      ];
    case 'prediction-checked':
      return ['What was predicted beside what really happened: ', ...inOneBreath(reckoningLines(event.reckoning))];
    case 'checkpoint-posted':
      return [`A checkpoint of the history was posted: ${count(event.size, 'entry', 'entries')}.`];
    case 'discovery-disabled':
      return ['Discovery mode is off: what no rule allows is rejected from now on.'];
    case 'step-failed':
      return [
        ...(event.stage ? [bold(event.stage), ' failed'] : ['Failed']),
        ` in ${event.step}: `,
        ...sentence(ended(event.because)),
        ' Nothing goes on until somebody tries again.',
      ];
    case 'tried-again':
      return [person(event.by), ' has it tried again', ...(event.stage ? [': ', bold(event.stage)] : []), '.'];
    default:
      return stageLine(event, lockdown, to);
  }
}

function inOneBreath(lines: readonly Line[]): Piece[] {
  return lines.flatMap((each, at): Piece[] => [at === 0 ? '' : ' ', ...(Array.isArray(each) ? each : [each as Piece])]);
}

type StageEvent = Extract<Event, { stage: unknown }>;

function stageLine(
  event: Exclude<StageEvent, { type: 'step-failed' | 'tried-again' }>,
  lockdown: Lockdown,
  to: string | undefined,
): Piece[] {
  const stage = bold(event.stage);
  switch (event.type) {
    case 'opened':
      return [stage, ` begins: it ${STAGE_MEANS[event.stage]}.`];
    case 'stage-closed':
      return [stage, ' is closed.'];
    case 'nothing-to-allow':
      return [stage, ' is skipped: ', ...sentence(ended(event.because))];
    case 'draft-ready':
      return event.ask.undecided > 0
        ? [stage, ` is drafted; ${kinds(event.ask.undecided)} must be allowed or blocked before the vote.`]
        : [stage, ' is drafted and waits for approval.'];
    case 'residual-decided':
      return [
        person(event.by),
        ` answered for ${count(Object.keys(event.answers).length, 'edge')} of `,
        stage,
        `: ${answers(event.answers)}. The draft is made anew.`,
      ];
    case 'sponsored':
      return [
        person(event.by),
        ` answers for ${event.what}, which was kept out of `,
        stage,
        ' because it looks wrong: ',
        ...sentence(ended(event.because)),
        ' The draft is made anew with it, and one more has to approve it than usual.',
      ];
    case 'vote-cast':
      return voteLine(event, lockdown, to);
    case 'vote-withdrawn':
      return [person(event.person), ' withdrew their vote on ', stage, '.'];
    case 'draft-outdated':
      return [
        'The draft of ',
        stage,
        ' is outdated, earlier votes are void: ',
        ...sentence(ended(event.because)),
        ...askToHoldStill(lockdown, event.stage),
      ];
    case 'expired':
      return ['The question about ', stage, ` expired without a decision. That is no denial: ${goesOn(event.stage)}.`];
    case 'shadow-ended':
      return [
        'The time in shadow of ',
        stage,
        ' is over: ',
        ...sentence(ended(event.because)),
        ' Enforcing it is asked next.',
      ];
    case 'applied':
      if ((to ?? lockdown.stages[event.stage].phase) === 'shadowing')
        return [stage, ` is on the console, only observed so far: ${count(event.objects.length, 'object')}.`];
      return event.stage === 'disable-discovery'
        ? ['Both default actions of the namespace are ', bold('Reject'), ' now.']
        : [
            stage,
            ` is on the console: ${count(event.objects.length, 'object')}. Newer flows will show whether they carry it.`,
          ];
    case 'seen-allowed':
      return [stage, ' is proven: ', ...sentence(ended(event.proof))];
    case 'not-seen':
      return [stage, ' is not proven yet: ', ...sentence(ended(event.because))];
    case 'went-on-unproven':
      return [person(event.by), ' goes on without proof of ', stage, '.'];
    case 'reopened':
      return [person(event.by), ' reopened ', stage, '; it is drafted again from the newest flows.'];
    case 'left-out':
      return [
        person(event.by),
        ' left out ',
        stage,
        '; its edges come up again before discovery mode is disabled. Because: ',
        event.because,
      ];
    case 'undo-requested':
      return [person(event.by), ' has ', stage, ' taken back.'];
    case 'undone':
      return [
        stage,
        ' is taken back: what it had created is gone from the console.',
        ...(event.left?.length ? [` Left alone, because it is not ours any more: ${event.left.join(', ')}.`] : []),
      ];
  }
}

const VOIDS_BEFORE_ASKING = 3;

/** Whoever changes something again and again would keep people from ever deciding. */
function askToHoldStill({ stages, namespace }: Lockdown, stage: Stage): Piece[] {
  const voids = stages[stage].voids ?? 0;
  if (voids < VOIDS_BEFORE_ASKING) return [];
  return [
    ` That was the ${ordinal(voids)} time. Please leave the deployments, the policy and the nodes of ${namespace} as they are until this is decided.`,
  ];
}

function ordinal(count: number): string {
  const ending = new Map([
    [1, 'st'],
    [2, 'nd'],
    [3, 'rd'],
  ]);
  const teen = count % 100 > 10 && count % 100 < 14;
  return `${count}${teen ? 'th' : (ending.get(count % 10) ?? 'th')}`;
}

/** An alarm: somebody at the console, or who may create pods, has changed what was approved. */
function drift(found: readonly string[]): Piece[] {
  if (found.length === 0) return ['What had drifted is as it was approved again.'];
  return [
    emoji('rotating_light'),
    ' ',
    bold(
      found.length === 1
        ? 'This is not as it was approved: '
        : `${found.length} things are not as they were approved: `,
    ),
    ...found.flatMap((each, at): Piece[] => [...(at === 0 ? [] : [' ']), ...sentence(ended(each))]),
  ];
}

const CANCELLED = {
  nothing: 'nothing had been written to the console.',
  keep: 'what was written to the console stays.',
  'take-back': 'what was written to the console is being taken back.',
} as const;

const HOW: Readonly<Record<Vote['gesture'], string>> = {
  button: '',
  looked: ', having looked at what stands out',
  reaction: ' by reaction',
  'typed-name': ', with the namespace’s name typed',
};

function voteLine(
  { stage, vote }: Extract<Event, { type: 'vote-cast' }>,
  lockdown: Lockdown,
  to: string | undefined,
): Piece[] {
  const how = HOW[vote.gesture];
  const why = vote.reason ? [': ', ended(vote.reason)] : ['.'];
  if (vote.decision === 'deny')
    return [person(vote.user), ' denied ', bold(stage), how, ...why, ` The stage waits until ${goesOn(stage)}.`];
  if (repeatsVote(lockdown, { stage, vote }))
    return [person(vote.user), ' approved ', bold(stage), ' once more', how, '; it counts once.'];
  const { ask, votes, phase } = lockdown.stages[stage];
  const until = votes.filter(({ at }) => at <= vote.at);
  const so = ask && ask.nonce === vote.nonce ? outcome(until, ask) : undefined;
  const led =
    (to ?? phase) === 'asking' && so
      ? `; ${so.approving.length} of ${so.needed} needed.`
      : (to ?? phase) === 'asking'
        ? '.'
        : '; that is enough.';
  return [person(vote.user), ' approved ', bold(stage), how, led];
}

/** Whether this person had said the same to the same question already, as a double click does: nothing to tell. */
export function repeatsVote(
  { stages }: Pick<Lockdown, 'stages'>,
  { stage, vote }: Pick<Extract<Event, { type: 'vote-cast' }>, 'stage' | 'vote'>,
): boolean {
  const { votes } = stages[stage];
  const own = votes.filter(({ person: by, nonce }) => by === vote.person && nonce === vote.nonce);
  const at = own.findIndex(({ receipt }) => receipt.signature === vote.receipt.signature);
  return own[at - 1]?.decision === vote.decision;
}

function answers(given: Readonly<Record<string, 'allow' | 'block'>>): string {
  const all = Object.values(given);
  const allow = all.filter((answer) => answer === 'allow').length;
  return `${allow} to allow, ${all.length - allow} to block`;
}
