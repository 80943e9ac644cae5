/** Whether enough people are left who may approve: whoever asked for it or shaped the draft does not count. */
import { type Ask, approvalsNeeded, isExcluded } from './approval.ts';

export type Shortage = {
  /** How many may still approve, and how many must. */
  readonly left: number;
  readonly needed: number;
  /** Groups of which too few may still approve. */
  readonly groups: readonly { readonly group: string; readonly left: number; readonly needed: number }[];
};

/** Nothing while enough are left. `involved`: persons; a Slack id stands for itself unless the configuration says more. */
export function shortage(
  { rule, electorate }: Pick<Ask, 'rule' | 'electorate'>,
  involved: readonly string[],
  personOf: (user: string) => string = (user) => user,
): Shortage | undefined {
  const out = new Set(rule.requesterMayVote ? [] : involved);
  const users = new Set([
    ...electorate.users.filter((user) => rule.users.includes(user)),
    ...rule.groups.flatMap((group) => electorate.groups[group] ?? []),
  ]);
  const leftOf = (some: readonly string[]) =>
    new Set(
      some
        .filter((user) => users.has(user))
        .map((user) => ({ user, person: personOf(user) }))
        .filter((voter) => !out.has(voter.person) && !isExcluded(voter, rule))
        .map(({ person }) => person),
    ).size;
  const needed = approvalsNeeded(rule);
  const left = leftOf([...users]);
  const groups = rule.fromGroups
    .map((from) => ({ ...from, left: leftOf(electorate.groups[from.group] ?? []) }))
    .filter((each) => each.left < each.needed);
  return left < needed || groups.length > 0 ? { left, needed, groups } : undefined;
}
