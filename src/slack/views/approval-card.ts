/** The card that asks for a stage's approval; once it is decided, the same card says what became of it. */
import type { KnownBlock } from '@slack/types';
import { digestWords } from '#core/digest.ts';
import type { Draft, Remark } from '#core/draft.ts';
import type { DraftFinding } from '#core/findings.ts';
import type { Lockdown, StageState } from '#core/lockdown-state.ts';
import { lastSegment } from '#core/namespace.ts';
import type { Stage } from '#core/stage.ts';
import type { Target } from '../action-ids.ts';
import { LIMITS } from '../limits.ts';
import {
  bold,
  button,
  buttons,
  code,
  count,
  emoji,
  header,
  type Line,
  list,
  type Message,
  message,
  number,
  type Piece,
  says,
  sentence,
} from './build.ts';
import { changeList } from './changes.ts';
import { edgeTable } from './edge-groups.ts';
import { doubts, prediction, residualState } from './prediction.ts';
import { askedLine, expiryLine, neededLines, voteLines } from './votes.ts';
import { edgeLine, STAGE_MEANS, STAGE_PHASE_WORDS, stageNumber } from './words.ts';

export type ApprovalCard = {
  readonly lockdown: Lockdown;
  readonly stage: Stage;
  readonly finding: DraftFinding;
};

/** Rows of the table; the rest is in the file and under Details. */
const ROWS = 15;
/** A warning that does not fit on the card would be voted for unseen, so beyond these nobody votes. */
const WARNINGS = 40;
const WARNINGS_CHARACTERS = 6000;

export function approvalCard(card: ApprovalCard): Message {
  const { lockdown, stage } = card;
  const state = lockdown.stages[stage];
  const asks = state.phase === 'asking' && lockdown.phase === 'securing';
  const name = lastSegment(lockdown.namespace);
  return message(text(lockdown, stage, state), [
    header(
      asks
        ? `${state.ask?.undecided ? 'Decide' : 'Approve'} ${stage} for ${name}?`
        : `${stage} of ${name}: ${STAGE_PHASE_WORDS[state.phase][1]}`,
    ),
    says([
      bold(`${stageNumber(stage)}, ${stage}`),
      `: ${STAGE_MEANS[stage]}. Namespace `,
      code(lockdown.namespace),
      '.',
    ]),
    ...(asks ? question(card) : answerGiven(card)),
  ]);
}

function question({ lockdown, stage, finding }: ApprovalCard): (KnownBlock | undefined)[] {
  const state = lockdown.stages[stage];
  const { draft } = finding;
  const residual = stage === 'disable-discovery';
  const because = ({ group, because: why }: (typeof draft.leftOut)[number]) => `${edgeLine(group)}: ${why}`;
  const notes = draft.remarks.filter(({ level }) => level === 'note').map(({ text: note }) => sentence(note));
  return [
    ...warnings(draft.remarks),
    list([bold('Changed since the draft you saw before'), '; earlier votes are void:'], finding.differences),
    ...unallowed(finding),
    residual ? undefined : list('Left out on purpose:', draft.leftOut.map(because), 4),
    changeList('Would be changed on the console:', draft.changes, 10),
    ...prediction(finding),
    ...(residual ? residualState(draft.residual) : []),
    ...doubts(finding),
    list('Also:', notes, 4),
    tooManyWarnings(draft)
      ? says(
          'There are too many warnings to judge on one card, so nobody can approve this draft. Deny it and say what to look at.',
        )
      : undefined,
    ...votes(state, finding),
    pressable(lockdown, stage, state, finding),
  ];
}

/** Once it is decided: what became of it, and by whom; the rest is under Details. */
function answerGiven({ lockdown, stage, finding }: ApprovalCard): (KnownBlock | undefined)[] {
  const state = lockdown.stages[stage];
  const [mark, word] = STAGE_PHASE_WORDS[state.phase];
  const because = state.because ? [': ', ...sentence(state.because)] : [];
  return [
    says([emoji(mark), ' ', bold(word), ...because]),
    changeList('The draft:', finding.draft.changes, 10),
    ...votes(state, finding),
    buttons(detailsButton(target(lockdown, stage, state))),
  ];
}

/** Nobody can judge these in one look, so the card offers no approval. */
export function tooManyWarnings({ remarks }: Pick<Draft, 'remarks'>): boolean {
  const looks = remarks.filter(({ level }) => level === 'look');
  const characters = looks.reduce((sum, { text: look }) => sum + look.length, 0);
  return (
    looks.length > WARNINGS || characters > WARNINGS_CHARACTERS || looks.some((look) => look.text.length > LIMITS.line)
  );
}

function text({ namespace }: Lockdown, stage: Stage, { phase, ask, votes }: StageState): string {
  if (phase !== 'asking') return `${stage} of ${namespace}: ${STAGE_PHASE_WORDS[phase][1]}`;
  return ask?.undecided
    ? `${stage} of ${namespace}: ${count(ask.undecided, 'edge')} to decide before the vote`
    : `${stage} of ${namespace} waits for approval, ${count(votes.length, 'vote')} so far`;
}

/** What must not be overlooked comes before everything else. */
function warnings(remarks: readonly Remark[]): (KnownBlock | undefined)[] {
  const of = (level: Remark['level']): Line[] =>
    remarks.filter((each) => each.level === level).map((each) => sentence(each.text));
  return [
    list([emoji('warning'), ' ', bold('Look at this first:')], of('look'), WARNINGS, LIMITS.line),
    list([emoji('octagonal_sign'), ' ', bold('Kept out of this draft, because it looks wrong:')], of('stop'), 20),
  ];
}

function unallowed({ draft }: DraftFinding): (KnownBlock | undefined)[] {
  const { unallowed: groups } = draft;
  if (groups.length === 0) return [];
  const { block, shown } = edgeTable(groups, ROWS);
  const rest = groups.length - shown;
  return [
    says([bold('Seen, and so far allowed only by discovery mode:')]),
    block,
    rest > 0
      ? says(
          `${number(shown)} of ${number(groups.length)} shown; all of them are in the file in the thread and under Details.`,
        )
      : undefined,
  ];
}

function votes(state: StageState, { digest }: DraftFinding): KnownBlock[] {
  const { ask, phase, revision } = state;
  if (!ask) return [];
  const which: Piece[] = ['Digest ', code(digestWords(digest)), `, draft ${number(revision)}.`];
  if (phase !== 'asking') return [says(...voteLines(state.votes, ask), which)];
  const lines = [...voteLines(state.votes, ask), ...neededLines(state.votes, ask), askedLine(ask), expiryLine(ask)];
  return [says(...lines, [...which, ' A vote is for exactly this draft.'])];
}

function pressable(
  lockdown: Lockdown,
  stage: Stage,
  state: StageState,
  { draft }: DraftFinding,
): KnownBlock | undefined {
  const to = target(lockdown, stage, state);
  if (tooManyWarnings(draft))
    return buttons(detailsButton(to), button('deny', `Deny ${stage}…`, to, { style: 'danger' }));
  if (state.ask && state.ask.undecided > 0)
    return buttons(
      button('decide', `Decide ${count(state.ask.undecided, 'edge')}…`, to, { style: 'primary' }),
      detailsButton(to),
      button('deny', `Deny ${stage}…`, to, { style: 'danger' }),
    );
  const cuts = state.ask?.cuts ?? true;
  return buttons(
    button('approve', cuts ? `Approve ${stage}…` : `Approve ${stage}`, to, { style: 'primary' }),
    button('deny', `Deny ${stage}…`, to, { style: 'danger' }),
    detailsButton(to),
  );
}

function detailsButton(to: Target) {
  return button('details', 'Details', to);
}

function target({ id }: Lockdown, stage: Stage, { ask }: StageState): Target {
  return { lockdown: id, stage, ...(ask ? { nonce: ask.nonce } : {}) };
}
