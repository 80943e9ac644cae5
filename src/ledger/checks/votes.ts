/** Whether each vote is the vote that was signed, and whether enough of them stood for what was written. */
import { type Ask, outcome, type Vote, whyMayNotDeny, whyMayNotVote } from '#core/approval.ts';
import type { Commit } from '#core/commitment.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import { type PublicKeys, receiptIsValid } from '#slack/receipt.ts';
import { broken, type Finding } from '../report.ts';
import type { Moment } from './replay.ts';

export type Signing = {
  readonly publicKeys: PublicKeys;
  readonly commit: Commit;
};

export function checkVotes(moments: readonly Moment[], signing: Signing): Finding[] {
  const persons = personsIn(moments);
  const nonces = new Set<string>();
  const valid = new Set<string>();
  return moments.flatMap((moment): Finding[] => {
    switch (moment.kind) {
      case 'asked': {
        const again = nonces.has(moment.ask.nonce);
        nonces.add(moment.ask.nonce);
        return again
          ? [broken(moment.entry, 'asks under the nonce of an earlier question: votes for that one would count')]
          : [];
      }
      case 'voted': {
        const because = whyNotThisVote(moment, signing);
        if (because === undefined) valid.add(moment.vote.receipt.signature);
        return because === undefined ? [] : [broken(moment.entry, because)];
      }
      default: {
        const because = whyNotEnough(moment, { valid, persons });
        return because === undefined ? [] : [broken(moment.entry, because)];
      }
    }
  });
}

/** A receipt is over all of the vote; what it is for has to be the question that stood then. */
function whyNotThisVote(
  { vote, stage, before }: Extract<Moment, { kind: 'voted' }>,
  { publicKeys, commit }: Signing,
): string | undefined {
  const who = `the vote of ${vote.user}`;
  const state = before.stages[stage];
  const { ask, revision } = state;
  if (!Object.hasOwn(publicKeys, vote.receipt.key))
    return `${who} is signed with ${vote.receipt.key}, which is none of the keys`;
  if (!receiptIsValid(vote, publicKeys, commit)) return `${who} carries a receipt that is not over this vote`;
  if (vote.lockdown !== before.id) return `${who} is for another lockdown, ${vote.lockdown}`;
  if (vote.team !== before.team) return `${who} comes from another workspace, ${vote.team}`;
  if (vote.stage !== stage) return `${who} is for another stage, ${vote.stage}`;
  if (vote.revision !== revision) return `${who} is for draft ${vote.revision}, and draft ${revision} was asked about`;
  if (vote.nonce !== ask?.nonce) return `${who} is for another question`;
  if (vote.digest !== ask.digest) return `${who} is for another digest`;
  return undefined;
}

type Known = { readonly valid: ReadonlySet<string>; readonly persons: ReadonlyMap<string, ReadonlySet<string>> };

/** Counted again under the rule recorded in the question, from the votes that stood then. */
function whyNotEnough(
  { kind, stage, after }: Extract<Moment, { kind: 'approved' | 'applied' }>,
  known: Known,
): string | undefined {
  const { ask, votes } = after.stages[stage];
  if (!ask) return 'goes on without a question that anybody was asked';
  const refused: string[] = [];
  const seen = new Map<string, string>();
  const counting = votes.filter((vote) => {
    const because =
      whyNotCounted(vote, after, stage, ask, known) ??
      (kind === 'applied' && vote.decision === 'approve' ? whyNotByTheRule(vote, ask) : undefined) ??
      ((seen.get(vote.user) ?? vote.person) === vote.person ? undefined : 'counted as two persons');
    seen.set(vote.user, vote.person);
    if (because !== undefined) refused.push(`${vote.user}: ${because}`);
    return because === undefined;
  });
  const { result, approving, needed, missingFromGroups } = outcome(counting, ask);
  if (result === 'enough') return undefined;
  const what = kind === 'applied' ? 'was written to the console' : 'went on to be applied';
  const count = `${approving.length} of ${needed} approvals count for what ${what}`;
  const groups = missingFromGroups.map(({ group, missing }) => `${missing} more must come from ${group}`);
  const denied = result === 'denied' ? ['somebody said no'] : [];
  return [count, ...denied, ...groups, ...refused].join('; ');
}

function whyNotCounted(
  vote: Vote,
  lockdown: Lockdown,
  stage: Stage,
  ask: Ask,
  { valid, persons }: Known,
): string | undefined {
  if (!valid.has(vote.receipt.signature)) return 'no valid receipt for this question';
  if (vote.decision === 'deny') return whyMayNotDeny(vote, ask);
  const users = [lockdown.requestedBy, ...lockdown.stages[stage].shapedBy];
  const involved = users.flatMap((user) => [user, ...(persons.get(user) ?? [])]);
  return whyMayNotVote(vote, vote.gesture, ask, users.includes(vote.user) ? [...involved, vote.person] : involved);
}

/** What `apply-stage` asks beyond what is asked when a vote is cast. */
function whyNotByTheRule({ user }: Vote, { rule, electorate }: Ask): string | undefined {
  const named = rule.users.includes(user) && electorate.users.includes(user);
  const member = rule.groups.some((group) => electorate.groups[group]?.includes(user));
  return named || member ? undefined : 'not among those whom the rule lets approve';
}

/** Several Slack ids can be one person; the votes say which. */
function personsIn(moments: readonly Moment[]): Map<string, Set<string>> {
  const persons = new Map<string, Set<string>>();
  for (const moment of moments) {
    if (moment.kind !== 'voted') continue;
    const { user, person } = moment.vote;
    persons.set(user, (persons.get(user) ?? new Set()).add(person));
  }
  return persons;
}
