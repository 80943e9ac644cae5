/** Who has approved, who is still needed, until when. */
import type { RichTextElement } from '@slack/types';
import { type Ask, outcome, type Vote } from '#core/approval.ts';
import { bold, count, group, type Line, listed, number, type Piece, person, when } from './build.ts';

export function voteLines(votes: readonly Vote[], ask: Ask): Line[] {
  const { approving, denying, needed, missingFromGroups } = outcome(votes, ask);
  const so = approving.length === 0 ? ['nobody yet'] : listed(approving.map(({ user }) => person(user)));
  const from = missingFromGroups.flatMap(({ group: id, missing }): Piece[] => [
    `, ${number(missing)} of them from `,
    group(id),
  ]);
  const more = Math.max(0, needed - approving.length);
  return [
    [
      bold(`Approved by ${number(approving.length)} of ${number(needed)} needed: `),
      ...so,
      more > 0 || from.length > 0 ? '; still needed: ' : '',
      more > 0 ? count(more, 'more person', 'more people') : '',
      ...from,
    ].filter((piece) => piece !== ''),
    ...denying.map(
      (vote): Line => [
        bold('Denied by '),
        person(vote.user),
        vote.reason ? `: ${vote.reason}` : ' (by reaction, no reason given)',
      ],
    ),
  ];
}

/** Whom the question is put to. */
export function askedLine({ electorate, rule }: Ask): Line {
  const asked: RichTextElement[] = [...rule.groups.map(group), ...electorate.users.map(person)];
  return ['Asked: ', ...listed(asked.slice(0, 20))];
}

export function expiryLine({ expiresAt }: Ask): Line {
  return ['Expires ', when(expiresAt), '; not deciding is not the same as denying, the stage then waits.'];
}
