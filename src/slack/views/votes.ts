/** Who has approved, who is still needed, until when, and whether enough are left who may. */
import type { RichTextElement } from '@slack/types';
import { type Ask, outcome, type Vote } from '#core/approval.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { type Shortage, shortage } from '#core/quorum.ts';
import type { Stage } from '#core/stage.ts';
import {
  bold,
  code,
  count,
  emoji,
  group,
  type Line,
  listed,
  number,
  type Piece,
  person,
  sentence,
  when,
} from './build.ts';

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
  const more = Math.max(needed - approving.length, ...missingFromGroups.map(({ missing }) => missing));
  if (more <= 0) return [];
  const from = missingFromGroups.map(({ group: id, missing }): Piece[] => [
    missing === more ? 'from ' : `at least ${number(missing)} of them from `,
    group(id),
  ]);
  return [
    [`Still needed: ${count(more, 'more person', 'more people')}`, ...from.flatMap((pieces) => [', ', ...pieces])],
  ];
}

/** Why this draft takes more approvals than the configuration asks for. */
export function extraLines({ rule }: Ask): Line[] {
  return (rule.extraApprovers ?? []).map(
    ({ because }): Line => [bold('One more than usual'), ': ', ...sentence(because)],
  );
}

/** What to say, and what helps, where too few are left who may approve. */
export function shortageLines({ namespace, requestedBy, stages }: Lockdown, stage: Stage, ask: Ask): Line[] {
  const tooFew = shortage(ask, [requestedBy, ...stages[stage].shapedBy]);
  if (!tooFew) return [];
  return [
    [
      emoji('warning'),
      ' ',
      bold('Too few can approve this'),
      ': ',
      ...whoIsLeft(tooFew),
      ' Whoever asked for the lockdown or answered for its traffic does not count.',
    ],
    [
      'What helps: more approvers, in the configuration or in their user group; then ',
      code(`/lockdown reopen ${namespace} ${stage}`),
      ' asks them.',
    ],
  ];
}

/** `only 1 person may still approve, and 2 have to.` */
export function whoIsLeft({ left, needed, groups }: Shortage): Piece[] {
  const all = left < needed ? [[`${only(left)} may still approve, and ${number(needed)} have to`]] : [];
  const ofGroups = groups.map((each): Piece[] => [
    `${only(each.left)} of `,
    group(each.group),
    ` may still approve, and ${number(each.needed)} of it ${each.needed === 1 ? 'has' : 'have'} to`,
  ]);
  return [...[...all, ...ofGroups].flatMap((pieces, at) => [...(at === 0 ? [] : ['; ']), ...pieces]), '.'];
}

const only = (left: number) => (left === 0 ? 'nobody' : `only ${count(left, 'person', 'people')}`);

/** Whom the question is put to. */
export function askedLine({ electorate, rule, tooNew = [] }: Ask): Line {
  const asked: RichTextElement[] = [...rule.groups.map(group), ...electorate.users.map(person)];
  const without =
    tooNew.length > 0 ? ['; not yet, because added lately: ', ...listed(tooNew.slice(0, 20).map(person))] : [];
  return ['Asked: ', ...listed(asked.slice(0, 20)), ...without];
}

export function expiryLine({ expiresAt }: Ask): Line {
  return ['Expires ', when(expiresAt), '; not deciding is not the same as denying, the stage then waits.'];
}
