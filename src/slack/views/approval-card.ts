/** The card that asks for a stage's approval; once it is decided, the same card says what became of it. */
import type { KnownBlock } from '@slack/types';
import { digestWords } from '#core/digest.ts';
import { type Draft, type EdgeGroup, looksOf, type Remark } from '#core/draft.ts';
import type { DraftFinding } from '#core/findings.ts';
import type { Lockdown, StageState } from '#core/lockdown-state.ts';
import { lastSegment } from '#core/namespace.ts';
import type { Stage } from '#core/stage.ts';
import { NOT_CHECKED_SHORT } from '#core/suspicion/signals.ts';
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
  italic,
  type Line,
  list,
  type Message,
  message,
  number,
  type Piece,
  person,
  says,
  sentence,
} from './build.ts';
import { changeList } from './changes.ts';
import { edgeTable } from './edge-groups.ts';
import { completeness, completenessInShort, doubts, prediction, residualState } from './prediction.ts';
import { cameOutOfShadow, goesIntoShadow } from './shadow.ts';
import { withoutSponsor } from './sponsor.ts';
import { askedLine, expiryLine, extraLines, neededLines, shortageLines, voteLines } from './votes.ts';
import { edgeLine, kinds, STAGE_MEANS, some, stageNumber, stageWords } from './words.ts';

export type ApprovalCard = {
  readonly lockdown: Lockdown;
  readonly stage: Stage;
  readonly finding: DraftFinding;
  /** First seen after the question was put. */
  readonly later?: readonly EdgeGroup[] | undefined;
};

/** Rows of the table; the rest is in the file and under Details. */
const ROWS = 15;
/** A warning that does not fit on the card would be voted for unseen, so beyond these nobody votes. */
const WARNINGS = 40;
const WARNINGS_CHARACTERS = 6000;

export function approvalCard(card: ApprovalCard): Message {
  const { lockdown, stage } = card;
  const asks = lockdown.stages[stage].phase === 'asking' && lockdown.phase === 'securing';
  return message(text(lockdown, stage), asks ? question(card) : answerGiven(card));
}

function question(card: ApprovalCard): (KnownBlock | undefined)[] {
  const { lockdown, stage, finding, later = [] } = card;
  return [
    ...whatIsAsked(card),
    list(
      [
        bold(SEEN_SINCE),
        ', and no part of it; ',
        code(`/lockdown reopen ${lockdown.namespace} ${stage}`),
        ' drafts anew with it:',
      ],
      later.map(edgeLine),
      8,
      LIMITS.line,
      '',
    ),
    ...votes(lockdown, stage, finding),
    pressable(lockdown, stage, lockdown.stages[stage], finding),
  ];
}

export const SEEN_SINCE = 'Seen since this was asked';

/** What stays the same for as long as the question does. What else is on the card changes as people vote and traffic goes on. */
export function whatIsAsked({ lockdown, stage, finding }: Omit<ApprovalCard, 'later'>): (KnownBlock | undefined)[] {
  const state = lockdown.stages[stage];
  const { draft } = finding;
  const residual = stage === 'disable-discovery';
  const because = ({ group, because: why }: (typeof draft.leftOut)[number]) => `${edgeLine(group)}: ${why}`;
  const notes = draft.remarks.filter(({ level }) => level === 'note').map(({ text: note }) => sentence(note));
  const name = lastSegment(lockdown.namespace);
  return [
    header(`${state.ask?.undecided ? 'Decide' : 'Approve'} ${stage} for ${name}${asksFor(state)}?`),
    aboutStage(lockdown, stage),
    state.ask?.barred === undefined ? undefined : says([emoji('octagonal_sign'), ' ', ...sentence(state.ask.barred)]),
    ...warnings(draft),
    notChecked(draft),
    list([bold('Changed since the draft you saw before'), '; earlier votes are void:'], finding.differences, 12),
    ...(finding.shadow ? cameOutOfShadow(finding.shadow) : []),
    state.ask?.shadowMinutes === undefined ? undefined : goesIntoShadow(state.ask.shadowMinutes),
    ...unallowed(finding),
    alreadyAllowed(draft),
    wouldBeChanged(finding),
    list('Also:', notes, 4),
    // What could go wrong stands beside what would be done.
    ...(residual ? prediction(finding, 12) : []),
    ...doubts(finding),
    ...(residual ? residualState(finding) : []),
    list('Left out on purpose:', draft.leftOut.map(because), 12, LIMITS.line),
    ...(residual ? [] : prediction(finding)),
    ...(residual ? completeness(finding) : [completenessInShort(finding)]),
  ];
}

/** Without this one, nobody has seen what a vote is for. */
export function wouldBeChanged({ draft }: DraftFinding): KnownBlock | undefined {
  return changeList('Would be changed on the console:', draft.changes, 12);
}

function aboutStage({ namespace }: Lockdown, stage: Stage): KnownBlock {
  return says([bold(`${stageNumber(stage)}, ${stage}`), `: ${STAGE_MEANS[stage]}. Namespace `, code(namespace), '.']);
}

/** Once it is decided: what became of it, and by whom; the rest is under Details. */
function answerGiven({ lockdown, stage, finding }: ApprovalCard): (KnownBlock | undefined)[] {
  const state = lockdown.stages[stage];
  const [mark, word] = stageWords(lockdown, stage);
  const because = state.because ? [': ', ...sentence(state.because)] : [];
  return [
    header(`${stage} of ${lastSegment(lockdown.namespace)}: ${word}`),
    aboutStage(lockdown, stage),
    says([emoji(mark), ' ', bold(word), ...because]),
    changeList('The draft:', finding.draft.changes, 12),
    ...votes(lockdown, stage, finding),
    buttons(detailsButton(target(lockdown, stage, state))),
  ];
}

/** Of the two questions about a stage in shadow, which one this is. */
function asksFor({ ask, shadow }: StageState): string {
  if (ask?.shadowMinutes !== undefined) return ', only observed at first';
  return shadow ? ', enforced now' : '';
}

/** Nobody can judge these in one look, so nobody may approve them. */
export function tooManyWarnings(draft: Pick<Draft, 'remarks'>): boolean {
  const looks = looksOf(draft);
  const characters = looks.reduce((sum, { text: look }) => sum + look.length, 0);
  return (
    looks.length > WARNINGS || characters > WARNINGS_CHARACTERS || looks.some((look) => look.text.length > LIMITS.line)
  );
}

function text(lockdown: Lockdown, stage: Stage): string {
  const { namespace } = lockdown;
  const { phase, ask, votes } = lockdown.stages[stage];
  if (phase !== 'asking' || lockdown.phase !== 'securing')
    return `${stage} of ${namespace}: ${stageWords(lockdown, stage)[1]}`;
  return ask?.undecided
    ? `${stage} of ${namespace}: ${kinds(ask.undecided)} to decide before the vote`
    : `${stage} of ${namespace} waits for approval, ${count(votes.length, 'vote')} so far`;
}

const KEPT_OUT = 'Kept out of this draft, because it looks wrong:';
/** The last stage keeps nothing out: what stops it are open questions. */
const OPEN = 'Before anybody can vote:';

/** Where outside is judged, an absence of warnings must not be taken for more than it is. */
function notChecked({ stage, remarks }: Draft): KnownBlock | undefined {
  const judged = stage === 'external-services' || stage === 'disable-discovery';
  return judged || remarks.some(({ level }) => level !== 'note') ? says([italic(NOT_CHECKED_SHORT)]) : undefined;
}

function remarkLine({ text: words, by }: Remark): Line {
  return by === undefined ? sentence(words) : [...sentence(words), ' That is ', person(by), '.'];
}

/** What must not be overlooked comes before everything else. */
function warnings({ remarks, stage }: Draft): (KnownBlock | undefined)[] {
  const of = (level: Remark['level']): Line[] => remarks.filter((each) => each.level === level).map(remarkLine);
  return [
    list([emoji('warning'), ' ', bold('Look at this first:')], of('look'), WARNINGS, LIMITS.line),
    list([emoji('octagonal_sign'), ' ', bold(stage === 'disable-discovery' ? OPEN : KEPT_OUT)], of('stop'), 20),
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
          `${number(shown)} of ${kinds(groups.length)} shown; all of them are in the file in the thread and under Details.`,
        )
      : undefined,
  ];
}

/** Else the table would be taken for all the traffic of its kind. */
function alreadyAllowed({ alreadyAllowed: allowed }: Draft): KnownBlock | undefined {
  if (allowed.length === 0) return undefined;
  const flows = allowed.reduce((sum, { group }) => sum + group.count, 0);
  const rulesets = [...new Set(allowed.map(({ ruleset }) => ruleset))].sort();
  return says([
    `Beside these, ${kinds(allowed.length)} of this stage (${count(flows, 'flow')}), allowed already by `,
    ...sentence(some(rulesets)),
    '; named under Details.',
  ]);
}

function votes(lockdown: Lockdown, stage: Stage, { digest }: DraftFinding): KnownBlock[] {
  const state = lockdown.stages[stage];
  const { ask, phase, revision } = state;
  if (!ask) return [];
  const which: Piece[] = ['Digest ', code(digestWords(digest)), `, draft ${number(revision)}.`];
  if (phase !== 'asking' || lockdown.phase !== 'securing') return [says(...voteLines(state.votes, ask), which)];
  return [
    says(
      ...voteLines(state.votes, ask),
      ...extraLines(ask),
      ...neededLines(state.votes, ask),
      ...shortageLines(lockdown, stage, ask),
      askedLine(ask),
      expiryLine(ask),
      [...which, ' A vote is for exactly this draft.'],
    ),
  ];
}

function pressable(
  lockdown: Lockdown,
  stage: Stage,
  state: StageState,
  { draft }: DraftFinding,
): KnownBlock | undefined {
  const to = target(lockdown, stage, state);
  const change = draft.residual.length > 0 ? button('change-answers', 'Change answers…', to) : undefined;
  if (state.ask?.barred !== undefined)
    return buttons(detailsButton(to), button('deny', `Deny ${stage}…`, to, { style: 'danger' }), change);
  if (state.ask && state.ask.undecided > 0)
    return buttons(
      button('decide', `Decide ${kinds(state.ask.undecided)}…`, to, { style: 'primary' }),
      detailsButton(to),
      button('deny', `Deny ${stage}…`, to, { style: 'danger' }),
    );
  const sponsor = withoutSponsor(draft.stopped).length > 0 ? button('sponsor', 'Answer for…', to) : undefined;
  const opensModal = (state.ask?.cuts ?? true) || state.ask?.rule.looks !== undefined;
  return buttons(
    button('approve', opensModal ? `Approve ${stage}…` : `Approve ${stage}`, to, { style: 'primary' }),
    button('deny', `Deny ${stage}…`, to, { style: 'danger' }),
    detailsButton(to),
    change,
    sponsor,
  );
}

function detailsButton(to: Target) {
  return button('details', 'Details', to);
}

function target({ id }: Lockdown, stage: Stage, { ask }: StageState): Target {
  return { lockdown: id, stage, ...(ask ? { nonce: ask.nonce } : {}) };
}
