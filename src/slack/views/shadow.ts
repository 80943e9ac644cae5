/** What is said of rules that are only observed: before, while and after. */
import type { KnownBlock } from '@slack/types';
import type { Disagreement, ShadowFinding } from '#core/findings.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { AT_ONCE, NEVER_TOLD } from '#core/shadow.ts';
import type { Stage } from '#core/stage.ts';
import { LIMITS } from '../limits.ts';
import { bold, count, type Line, list, number, says, when } from './build.ts';
import { edgeLine, kinds } from './words.ts';

/** On the card of the first question. */
export function goesIntoShadow(minutes: number): KnownBlock {
  return says([
    bold('In shadow first'),
    `: for ${count(minutes, 'minute')} the rules are only observed. They accept and reject nothing; what the enforcers would do is compared with the prediction, and enforcing them is another question.`,
  ]);
}

/** While they are observed. */
export function inShadowNow({ stages }: Lockdown, stage: Stage): Line {
  const { shadow } = stages[stage];
  if (!shadow) return 'Its rules are observed.';
  return [
    `Its rules are only observed, until `,
    when(shadow.since + shadow.minutes * 60_000),
    '; then it is asked again.',
  ];
}

/** On the card of the second question: what came of it, each disagreement with its reason. */
export function cameOutOfShadow(finding: ShadowFinding, max = 12): (KnownBlock | undefined)[] {
  const { told, agreed, disagreements, uncertain, unused, minutes } = finding;
  const heading = bold(`After ${count(minutes, 'minute')} in shadow`);
  if (told === 'no-flows') return [says([heading, ': no newer flow came, so nothing was compared.'])];
  if (told === 'never') return [says([heading, ': ', NEVER_TOLD])];
  const compared = agreed + disagreements.length;
  const doubtful = uncertain.accepted + uncertain.unmatched;
  return [
    says(
      [
        heading,
        `: the enforcers agree with the prediction for ${number(agreed)} of ${number(compared)}`,
        ...(disagreements.length === 0 ? ['.'] : [`, and not for ${kinds(disagreements.length)}.`]),
      ],
      ...(doubtful > 0
        ? [
            `Of ${count(doubtful, 'uncertain edge')} ${number(uncertain.accepted)} would be accepted, ${number(uncertain.unmatched)} would not.`,
          ]
        : []),
      ...(unused.length > 0 ? [`${kinds(unused.length)} did not come in that time.`] : []),
      ...(told === 'at-once' ? [AT_ONCE] : []),
      ...(told === 'in-place'
        ? ['This console reports the observed verdict in the place of the real one; it was read there.']
        : []),
    ),
    list(
      'Where they disagree, and why:',
      disagreements.map(({ group, kind, because }) => `${edgeLine(group)}: ${SAYS[kind]} ${because}`),
      max,
      LIMITS.line,
    ),
    list('Did not come:', unused.map(edgeLine), 5, LIMITS.line),
  ];
}

const SAYS: Readonly<Record<Disagreement['kind'], string>> = {
  accepted: 'predicted cut, observed as accepted.',
  unmatched: 'predicted accepted, observed as matched by no rule.',
  partly: 'predicted accepted, observed so only for some flows.',
};
