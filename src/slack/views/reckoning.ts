/** What had been predicted of the cut beside what really happened, in words. */
import type { KnownBlock } from '@slack/types';
import type { Reckoning } from '#core/reckoning.ts';
import { LIMITS } from '../limits.ts';
import { bold, count, type Line, list, number, says, when } from './build.ts';

export function reckoning(reckoned: Reckoning): (KnownBlock | undefined)[] {
  const { since, readUpTo, surprises, surprisesLeftOut } = reckoned;
  const names = surprises.map(({ edge, predicted }) => `${edge}: ${OTHERWISE[predicted]}`);
  return [
    says(
      [bold('Predicted beside real'), ', ', when(since), ' to ', when(readUpTo), ':'],
      ...reckoningLines(reckoned).map((line): Line => ['• ', ...(Array.isArray(line) ? line : [line])]),
    ),
    list(
      'Otherwise than predicted, what hurts most first:',
      [...names, ...(surprisesLeftOut > 0 ? [`and ${number(surprisesLeftOut)} more`] : [])],
      names.length + 1,
      LIMITS.line,
      '',
    ),
  ];
}

/** How many of the predicted rejects were real, and how many of the real ones were predicted. */
export function reckoningLines({ cut, kept, uncertain, unforeseen }: Reckoning): Line[] {
  const tried = cut.accepted + cut.rejected;
  return [
    [
      bold(`${number(cut.rejected)} of ${count(tried, 'edge')}`),
      ' predicted cut and tried again ',
      `${tried === 1 ? 'was' : 'were'} rejected${untried(cut.predicted - tried)}.`,
    ],
    [
      bold(`${number(kept.rejected)} rejected`),
      ` that ${kept.rejected === 1 ? 'was' : 'were'} predicted kept; ${number(kept.accepted)} of ${number(kept.predicted)} predicted kept went on as before.`,
    ],
    ...(uncertain.predicted > 0
      ? [
          `${count(uncertain.predicted, 'uncertain edge')}: ${number(uncertain.accepted)} kept, ${number(uncertain.rejected)} cut${untried(uncertain.predicted - uncertain.accepted - uncertain.rejected)}.`,
        ]
      : []),
    ...(unforeseen > 0 ? [`${count(unforeseen, 'edge')} rejected that nobody had ever seen before.`] : []),
  ];
}

const OTHERWISE = {
  kept: 'predicted kept, really rejected',
  cut: 'predicted cut, really still accepted – a connection that was open before stays until it ends',
} as const;

function untried(edges: number): string {
  return edges > 0 ? `, ${number(edges)} not tried again` : '';
}
