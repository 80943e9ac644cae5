/** What the replay says: what would still be cut, what is uncertain, how wide the rules are, what is in doubt. */
import type { KnownBlock } from '@slack/types';
import type { Residual } from '#core/draft.ts';
import type { DraftFinding, Tally } from '#core/findings.ts';
import { bold, count, italic, type Line, list, number, says } from './build.ts';
import { edgeLine } from './words.ts';

export function prediction({ replay, draft }: DraftFinding, max = 5): (KnownBlock | undefined)[] {
  const cuts = draft.stage === 'disable-discovery';
  const title = cuts
    ? 'If this is approved, of everything recorded'
    : 'This stage cuts nothing. If discovery mode were disabled right after it, of everything recorded';
  const { kept, cut, uncertain } = replay;
  return [
    says([
      `${title}: `,
      bold(`${tally(kept)} kept`),
      ', ',
      bold(`${tally(cut)} cut`),
      ', ',
      bold(`${tally(uncertain)} uncertain`),
      '.',
    ]),
    // Before the last stage, most of what is cut is the business of stages still to come: a count is enough.
    cuts
      ? list(
          'Would be cut, what hurts most first:',
          replay.cutGroups.map((group) => [edgeLine(group), often(group.count)]),
          max,
        )
      : undefined,
    cuts
      ? list(
          'Uncertain:',
          replay.uncertainGroups.map(({ group, because }) => `${edgeLine(group)}: ${because}`),
          max,
        )
      : undefined,
  ];
}

/** How the questions about the residual stand. */
export function residualState(residual: readonly Residual[], max = 6): (KnownBlock | undefined)[] {
  if (residual.length === 0) return [says('No recorded edge would be rejected that is not covered by a rule.')];
  const undecided = residual.filter(({ decision }) => !decision);
  const answered = (answer: 'allow' | 'block') => residual.filter(({ decision }) => decision?.answer === answer);
  return [
    list(
      [bold(`${count(undecided.length, 'edge')} still to decide`), ', allow or block, before anybody can vote:'],
      undecided.map(({ group, because }) => `${edgeLine(group)}: ${because}`),
      max,
    ),
    list([bold(`${number(answered('block').length)} knowingly blocked`), ':'], answered('block').map(blocked), max),
    list(
      [bold(`${number(answered('allow').length)} allowed by a further rule`), ':'],
      answered('allow').map(({ group }) => edgeLine(group)),
      max,
    ),
  ];
}

export function doubts(
  { draft, doubts: said, completeness, kubernetes }: DraftFinding,
  max = 5,
): (KnownBlock | undefined)[] {
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
          ` ${breadth.of}, of which ${number(breadth.seen)} were seen.`,
        ])
      : undefined,
    list('In doubt:', [...asked, ...said], max),
    says([italic('How complete the evidence is: '), completeness.sentence]),
  ];
}

function blocked({ group, decision }: Residual): Line {
  return `${edgeLine(group)}${decision ? '' : ' (nobody answered)'}`;
}

function tally({ edges, flows }: Tally): string {
  return `${count(edges, 'edge')} (${count(flows, 'flow')})`;
}

const often = (flows: number) => ` (${count(flows, 'flow')})`;
