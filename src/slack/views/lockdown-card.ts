/** The card in the channel: where a lockdown stands, stage by stage, what it waits for and for whom. */
import type { Button, KnownBlock } from '@slack/types';
import type { DiscoveryFinding } from '#core/findings.ts';
import { anythingWritten, currentStage, type Lockdown, mayBeCut } from '#core/lockdown-state.ts';
import { lastSegment } from '#core/namespace.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import type { Target } from '../action-ids.ts';
import {
  bold,
  button,
  buttons,
  code,
  count,
  emoji,
  header,
  italic,
  type Line,
  link,
  type Message,
  message,
  number,
  type Piece,
  person,
  says,
  sentence,
  when,
} from './build.ts';
import { reckoningLines } from './reckoning.ts';
import { inShadowNow } from './shadow.ts';
import { neededLines, shortageLines, voteLines } from './votes.ts';
import { kinds, lockdownWords, stageWords } from './words.ts';

export type LockdownCard = {
  readonly lockdown: Lockdown;
  readonly discovery?: DiscoveryFinding | undefined;
  /** By when somebody has to confirm, while it is watching. */
  readonly confirmBy?: number | undefined;
  /** Where the stages' approval cards are. */
  readonly links?: Partial<Record<Stage, string>>;
};

export function lockdownCard(card: LockdownCard): Message {
  const { lockdown } = card;
  const [mark, words] = lockdownWords(lockdown);
  return message(`Lockdown of ${lockdown.namespace}: ${words}`, [
    header(`Lockdown of ${lastSegment(lockdown.namespace)}`),
    says(
      [emoji(mark), ' ', bold(words), '.'],
      [
        'Namespace ',
        code(lockdown.namespace),
        ', asked for by ',
        person(lockdown.requestedBy),
        ', ',
        when(lockdown.startedAt),
        '.',
      ],
      ...(lockdown.because ? [['Because: ', ...sentence(lockdown.because)]] : []),
    ),
    says(...STAGES.map((stage) => stageLine(card, stage))),
    says(...waitsFor(card)),
    buttonsNow(lockdown),
  ]);
}

function stageLine({ lockdown, links }: LockdownCard, stage: Stage): Line {
  const givenBack = stage === 'disable-discovery' && (lockdown.phase === 'releasing' || lockdown.phase === 'released');
  const because = givenBack ? undefined : lockdown.stages[stage].because;
  const [mark, word] = stageWords(lockdown, stage);
  const url = links?.[stage];
  const { phase, unprovenBy } = lockdown.stages[stage];
  const decided: Piece[] = phase === 'allowed' && unprovenBy ? [', as ', person(unprovenBy), ' decided'] : [];
  const reason: Piece[] = because ? [' – ', ...sentence(because)] : [];
  return [emoji(mark), ' ', url ? link(url, stage) : bold(stage), ': ', word, ...decided, ...reason];
}

/** What it waits for, and for whom. */
function waitsFor({ lockdown, discovery, confirmBy, links }: LockdownCard): Line[] {
  const paused: Line[] = lockdown.paused
    ? [
        [
          emoji('double_vertical_bar'),
          ' ',
          bold('Paused'),
          ': nothing happens until somebody writes ',
          code(`/lockdown resume ${lockdown.namespace}`),
          '.',
        ],
      ]
    : [];
  const failed: Line[] = lockdown.failedStep
    ? [[emoji('warning'), ' ', bold('Failed'), ': ', ...sentence(lockdown.failedStep)]]
    : [];
  return [
    ...paused,
    ...failed,
    ...drifted(lockdown),
    ...byPhase({ lockdown, discovery, confirmBy, links: links ?? {} }),
  ];
}

const DRIFT_SHOWN = 5;

function drifted({ drift = [] }: Lockdown): Line[] {
  if (drift.length === 0) return [];
  const more = drift.length - DRIFT_SHOWN;
  return [
    [emoji('rotating_light'), ' ', bold('Not as it was approved'), ':'],
    ...drift.slice(0, DRIFT_SHOWN).map((each): Line => ['• ', ...sentence(each)]),
    ...(more > 0 ? [`${number(more)} more are in the thread.`] : []),
  ];
}

function byPhase({ lockdown, discovery, confirmBy, links }: LockdownCard): Line[] {
  switch (lockdown.phase) {
    case 'discovering':
      return [
        [
          italic('Waits for '),
          'the end of discovery, ',
          when(lockdown.discoveryEndsAt),
          '. Earlier: ',
          code(`/lockdown next ${lockdown.namespace}`),
        ],
        ...(discovery
          ? [
              `Day ${number(discovery.day)} of ${number(discovery.days)}: ${count(discovery.edges, 'edge')} so far. ${discovery.completeness.sentence}`,
            ]
          : []),
      ];
    case 'securing':
      return securing(lockdown, links ?? {});
    case 'watching':
      return [
        confirmBy === undefined
          ? [italic('Waits for '), 'an approver to confirm or to release.']
          : [
              italic('Waits for '),
              'an approver to confirm by ',
              when(confirmBy),
              '. If nobody does, the former default actions come back.',
            ],
      ];
    case 'locked':
      return [
        [
          'Locked down since ',
          when(lockdown.phaseSince),
          '. To go back: ',
          code(`/lockdown release ${lockdown.namespace} <reason>`),
        ],
        ...(lockdown.reckoning ? reckoningLines(lockdown.reckoning) : []),
      ];
    case 'releasing':
      return lockdown.failedStep
        ? [
            [
              italic('It may still be cut. '),
              'It is tried again by itself every ten minutes, until the former default actions are back; what does not pass by itself, somebody has to mend.',
            ],
          ]
        : ['The former default actions are being given back; this needs nobody.'];
    case 'released':
      return [['Ended ', when(lockdown.phaseSince), '. The rules of the stages stay on the console.']];
    case 'cancelled':
      return [['Ended ', when(lockdown.phaseSince), '. ', ...whatStays(lockdown)]];
  }
}

function whatStays(lockdown: Lockdown): Piece[] {
  if (!anythingWritten(lockdown)) return ['Nothing of it is on the console.'];
  const phases = STAGES.map((stage) => lockdown.stages[stage].phase);
  if (phases.includes('undoing')) return ['What was written to the console is being taken back.'];
  return takingBackFailed(lockdown)
    ? [italic('Waits for '), 'somebody to mend what failed and to try again; the rest of it stays on the console.']
    : ['What was written to the console stays.'];
}

function takingBackFailed({ stages }: Lockdown): Stage | undefined {
  return STAGES.find((stage) => stages[stage].phase === 'failed' && stages[stage].failedIn === 'undoing');
}

function securing(lockdown: Lockdown, links: Partial<Record<Stage, string>>): Line[] {
  const stage = currentStage(lockdown);
  if (!stage) return ['All stages are closed.'];
  const state = lockdown.stages[stage];
  const url = links[stage];
  const linked = (text: string): Piece => (url ? link(url, text) : text);
  switch (state.phase) {
    case 'asking':
      if (!state.ask) return [];
      if (state.ask.undecided > 0)
        return [
          [
            italic('Waits for '),
            linked(`answers for ${kinds(state.ask.undecided)} of ${stage}`),
            ', then for the vote.',
          ],
        ];
      return [
        [italic('Waits for '), linked(`votes on ${stage}`), '.'],
        ...voteLines(state.votes, state.ask),
        ...neededLines(state.votes, state.ask),
        ...shortageLines(lockdown, stage, state.ask),
      ];
    case 'shadowing':
      return [
        [
          italic('Waits for '),
          `what the enforcers say of ${stage}. `,
          ...([inShadowNow(lockdown, stage)].flat() as Piece[]),
        ],
      ];
    case 'verifying':
      return [
        [
          italic('Waits for '),
          `newer flows that carry the rules of ${stage}. Using the application brings them about.`,
        ],
      ];
    case 'denied':
    case 'expired':
      return [
        [
          italic('Waits for '),
          'somebody to reopen ',
          linked(stage),
          // Discovery mode is either disabled or not: the last stage cannot be left out.
          stage === 'disable-discovery'
            ? ' with a new draft. Until then discovery mode stays on.'
            : ' with a new draft, or to leave it out with a reason.',
        ],
      ];
    case 'failed':
      return mayBeCut(lockdown)
        ? [
            [
              italic('Waits for '),
              `somebody to mend what failed in ${stage} and to try again, or to release: that gives the former default actions back.`,
            ],
          ]
        : [[italic('Waits for '), `somebody to mend what failed in ${stage} and to try again.`]];
    default:
      return [[italic('Under way: '), `${stage} is ${stageWords(lockdown, stage)[1]}.`]];
  }
}

/** Only what makes sense now; whether the person may is checked when it is pressed. */
function buttonsNow(lockdown: Lockdown): KnownBlock | undefined {
  const here: Target = { lockdown: lockdown.id };
  if (lockdown.phase === 'watching') {
    return buttons(
      button('confirm', 'Confirm', here, {
        style: 'primary',
        confirm: {
          title: 'Keep this namespace locked down?',
          text: 'What no rule allows stays rejected. It can still be released later.',
          yes: 'Confirm',
        },
      }),
      releaseButton(here),
      lockdown.failedStep ? button('try-again', 'Try again', here) : undefined,
    );
  }
  if (lockdown.phase === 'locked') return buttons(releaseButton(here));
  if (lockdown.phase === 'releasing')
    return buttons(lockdown.failedStep ? button('try-again', 'Try again', here) : undefined);
  const undone = lockdown.phase === 'cancelled' ? takingBackFailed(lockdown) : undefined;
  if (undone) return buttons(button('try-again', 'Try again', { ...here, stage: undone }));
  const stage = currentStage(lockdown);
  const release = lockdown.phase === 'securing' && mayBeCut(lockdown) ? releaseButton(here) : undefined;
  return buttons(...(stage ? stageButtons(lockdown, stage) : []), release);
}

export function releaseButton(target: Target): Button {
  return button('release', 'Release…', target, {
    style: 'danger',
    confirm: {
      title: 'Give the former default actions back?',
      text: 'The namespace accepts again what it accepted before discovery mode was disabled. The rules of the stages stay.',
      yes: 'Release',
    },
  });
}

export function stageButtons(lockdown: Lockdown, stage: Stage): Button[] {
  const target: Target = { lockdown: lockdown.id, stage };
  const undo = button('undo', `Undo ${stage}`, target, {
    style: 'danger',
    confirm: {
      title: `Take ${stage} back?`,
      text: 'Exactly what this stage created is deleted from the console.',
      yes: 'Undo',
    },
  });
  const reopen = button('reopen', `Reopen ${stage}`, target, { style: 'primary' });
  const leaveOut = button('leave-out', `Leave ${stage} out…`, target);
  const { phase, wrote } = lockdown.stages[stage];
  switch (phase) {
    case 'verifying':
      return [goOnButton(target, stage), undo];
    case 'shadowing':
      return [undo];
    case 'applying':
      // The last stage is not undone but released.
      return stage === 'disable-discovery' ? [] : [undo];
    case 'denied':
    case 'expired':
      return stage === 'disable-discovery' ? [reopen] : [reopen, leaveOut];
    case 'failed': {
      const again = button('try-again', 'Try again', target, { style: 'primary' });
      if (stage === 'disable-discovery') return [again];
      // What may be on the console is taken back first: a stage that is left out is none that is written.
      return [again, wrote ? undo : leaveOut];
    }
    default:
      return [];
  }
}

function goOnButton(target: Target, stage: Stage): Button {
  return button('go-on-unproven', `Go on without proof of ${stage}`, target, {
    confirm: {
      title: 'Go on without proof?',
      text: 'Not every edge of this stage was seen to be carried by its new rules. Your name is kept with this decision.',
      yes: 'Go on',
    },
  });
}
