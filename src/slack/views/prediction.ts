/** What the replay says: what would still be cut, what is uncertain, how wide the rules are, what is in doubt. */
import type { KnownBlock } from '@slack/types';
import type { EdgeGroup, Residual } from '#core/draft.ts';
import type { DraftFinding, Tally } from '#core/findings.ts';
import { LIMITS } from '../limits.ts';
import { bold, count, italic, type Line, list, number, type Piece, person, says } from './build.ts';
import { edgeLine, kinds } from './words.ts';

export function prediction({ replay, draft }: DraftFinding, max = 5): (KnownBlock | undefined)[] {
  const { kept, cut, uncertain } = replay;
  // Before the last stage, most of what is cut is the business of stages still to come: the worst of it is enough.
  if (draft.stage !== 'disable-discovery')
    return [
      says([
        ...atOnce(draft),
        'Were discovery mode off after it: ',
        bold(`${tally(kept)} kept`),
        `, ${tally(cut)} cut, ${tally(uncertain)} uncertain.`,
      ]),
      list(
        'Cut then, what hurts most first, unless a stage to come allows it:',
        withFigures(replay.cutGroups),
        LATER_SHOWN,
        LIMITS.line,
      ),
    ];
  return [
    says([
      'If this is approved, of everything recorded: ',
      bold(`${tally(kept)} kept`),
      ', ',
      bold(`${tally(cut)} cut`),
      ', ',
      bold(`${tally(uncertain)} uncertain`),
      '.',
    ]),
    list(
      'Would be cut, what hurts most first (recent, frequent, at many pods):',
      withFigures(replay.cutGroups),
      max,
      LIMITS.line,
    ),
    list(
      'Uncertain:',
      replay.uncertainGroups.map(({ group, because }) => `${edgeLine(group)}: ${because}`),
      max,
      LIMITS.line,
    ),
  ];
}

/** With the figures that their order is from. */
function withFigures(groups: readonly EdgeGroup[]): string[] {
  return groups.map((group) => `${edgeLine(group)} (${count(group.count, 'flow')} on ${count(group.days, 'day')})`);
}

/** The names stand at the top of the card. */
function atOnce({ cutsAtOnce }: DraftFinding['draft']): Piece[] {
  if (!cutsAtOnce) return [];
  if (cutsAtOnce.length === 0) return ['This stage cuts nothing that was seen. '];
  return [bold(`This stage cuts ${kinds(cutsAtOnce.length)} at once`), ', named at the top. '];
}

const LATER_SHOWN = 3;
const FIGURES = 6;

const NOTHING_CUT = 'No recorded edge would be rejected that is not covered by a rule.';
const NO_NETWORK =
  'Nothing is to be decided: what would be cut or is uncertain leads a pod to itself, or has no address that a rule could name.';

/** How the questions about the residual stand. */
export function residualState({ draft: { residual }, replay }: DraftFinding, max = 12): (KnownBlock | undefined)[] {
  if (residual.length === 0) return [says(replay.cut.edges + replay.uncertain.edges === 0 ? NOTHING_CUT : NO_NETWORK)];
  const undecided = residual.filter(({ decision }) => !decision);
  const answered = (answer: 'allow' | 'block') => residual.filter(({ decision }) => decision?.answer === answer);
  return [
    list(
      [bold(`${kinds(undecided.length)} still to decide`), ', allow or block, before anybody can vote:'],
      undecided.map(({ group, because }) => `${edgeLine(group)}: ${because}`),
      max,
      LIMITS.line,
    ),
    list(
      [bold(`${kinds(answered('block').length)} knowingly blocked`), ':'],
      answered('block').map(byWhom),
      max,
      LIMITS.line,
    ),
    list(
      [bold(`${kinds(answered('allow').length)} allowed by a further rule`), ':'],
      answered('allow').map(byWhom),
      max,
      LIMITS.line,
    ),
  ];
}

/** How wide the rules are beside what was seen, and what could not be established. */
export function doubts({ draft, doubts: said, kubernetes }: DraftFinding, max = 5): (KnownBlock | undefined)[] {
  const { breadth } = draft;
  const asked = {
    asked: [],
    'not configured': [
      'Kubernetes was not asked, because no cluster is configured: what it knows was read off the flows.',
    ],
    'no answer': ['Kubernetes did not answer: what it knows was read off the flows.'],
  }[kubernetes];
  return [
    breadth && breadth.possible > breadth.seen
      ? says([
          'Wider than the evidence: the rules allow ',
          bold(number(breadth.possible)),
          ` ${breadth.of}, of which ${number(breadth.seen)} ${breadth.seen === 1 ? 'was' : 'were'} seen.`,
        ])
      : undefined,
    list('In doubt:', [...asked, ...said], max),
  ];
}

/** The advice, then the figures it is from. */
export function completeness({ completeness: { sentence, details } }: DraftFinding): (KnownBlock | undefined)[] {
  return [list([italic(COMPLETE), sentence], details, FIGURES, LIMITS.line)];
}

/** The figures hardly change from stage to stage: on a card that is no last word, the advice is enough. */
export function completenessInShort({ completeness: { sentence, details } }: DraftFinding): KnownBlock {
  return says([italic(COMPLETE), sentence, ...(details.length > 0 ? [' The figures are under Details.'] : [])]);
}

const COMPLETE = 'How complete the evidence is: ';

function byWhom({ group, decision }: Residual): Line {
  return decision ? [edgeLine(group), ', as ', person(decision.by), ' answered'] : edgeLine(group);
}

function tally({ edges, flows }: Tally): string {
  return `${count(edges, 'edge')} (${count(flows, 'flow')})`;
}
