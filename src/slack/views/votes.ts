/** Who has approved, who is still needed, until when. */
import type { RichTextElement } from '@slack/types';
import { type Ask, outcome, type Vote } from '#core/approval.ts';
import { bold, count, group, type Line, listed, number, person, when } from './build.ts';

export function voteLines(votes: readonly Vote[], ask: Ask): Line[] {
  const { approving, denying, needed } = outcome(votes, ask);
  const so = approving.length === 0 ? ['nobody'] : listed(approving.map(({ user }) => person(user)));
  return [
    [bold(`Approved by ${number(approving.length)} of ${number(needed)} needed`), ': ', ...so],
    ...denying.map(
      (vote): Line => [
        bold('Denied'),
        ' by ',
        person(vote.user),
        vote.reason ? `: ${vote.reason}` : ' by reaction, no reason given',
      ],
    ),
  ];
}

/** Only while the question is open. */
export function neededLines(votes: readonly Vote[], ask: Ask): Line[] {
  const { approving, needed, missingFromGroups } = outcome(votes, ask);
  const from = missingFromGroups.flatMap(({ group: id, missing }) => [`${number(missing)} from `, group(id)]);
  const more = count(Math.max(from.length > 0 ? 1 : 0, needed - approving.length), 'more person', 'more people');
  if (from.length > 0) return [[`Still needed: ${more}, of them `, ...from]];
  return approving.length < needed ? [`Still needed: ${more}`] : [];
}

/** Whom the question is put to. */
export function askedLine({ electorate, rule }: Ask): Line {
  const asked: RichTextElement[] = [...rule.groups.map(group), ...electorate.users.map(person)];
  return ['Asked: ', ...listed(asked.slice(0, 20))];
}

export function expiryLine({ expiresAt }: Ask): Line {
  return ['Expires ', when(expiresAt), '; not deciding is not the same as denying, the stage then waits.'];
}
