/** What an approval rule asks for, who may vote, and what all votes amount to. */
import { z } from 'zod';

const HOUR = 3_600_000;

/** Why one more has to approve than the configuration asks for. */
const ExtraApprover = z.strictObject({
  /** In a sentence, for the card. */
  because: z.string(),
  /** Persons who therefore do not vote, such as who answers for an edge that looked wrong. */
  without: z.array(z.string()),
});

export const ApprovalRule = z.strictObject({
  /** Slack user ids who may vote. */
  users: z.array(z.string()),
  /** Slack user groups whose members may vote. */
  groups: z.array(z.string()),
  /** How many different persons must approve. */
  needed: z.number().int().min(1),
  /** Of these, how many must come from which group. */
  fromGroups: z.array(z.strictObject({ group: z.string(), needed: z.number().int().min(1) })),
  requesterMayVote: z.boolean(),
  /** Whether a reaction on the card counts as a vote. */
  reactions: z.boolean(),
  expiresHours: z.number().int().min(1),
  /** What this one draft asks for beyond the configuration: for each reason one more approval. */
  extraApprovers: z.array(ExtraApprover).optional(),
  /** Whether each approval has to say why. */
  askWhy: z.literal(true).optional(),
  /** How many things of this draft stand out; whoever approves has to have looked at each. */
  looks: z.number().int().min(1).optional(),
});
export type ApprovalRule = z.infer<typeof ApprovalRule>;

/** One person's yes or no to one digest of one ask. */
export const Vote = z.strictObject({
  team: z.string(),
  user: z.string(),
  /** Several Slack ids can be one person; the configuration says which. */
  person: z.string(),
  decision: z.enum(['approve', 'deny']),
  /** `looked`: the button, once each thing that stands out was ticked; `typed-name` too, where there is any. */
  gesture: z.enum(['button', 'looked', 'reaction', 'typed-name']),
  reason: z.string().optional(),
  lockdown: z.string(),
  stage: z.string(),
  revision: z.number().int(),
  nonce: z.string(),
  digest: z.string(),
  /** Milliseconds since the epoch; when the Slack process received it. */
  at: z.number().int(),
  /** Ed25519 signature by the Slack process over all of the above. */
  receipt: z.strictObject({ key: z.string(), signature: z.string() }),
});
export type Vote = z.infer<typeof Vote>;

/** Who could vote when the question was put: group members are a snapshot, so that nobody joins to vote. */
export const Electorate = z.strictObject({
  users: z.array(z.string()),
  groups: z.record(z.string(), z.array(z.string())),
});
export type Electorate = z.infer<typeof Electorate>;

/** One question put to the approvers; votes for another nonce never count. */
export const Ask = z.strictObject({
  nonce: z.string(),
  digest: z.string(),
  rule: ApprovalRule,
  electorate: Electorate,
  askedAt: z.number().int(),
  expiresAt: z.number().int(),
  /** Who is among the approvers too lately to vote on this. */
  tooNew: z.array(z.string()).optional(),
  /** How many questions are open that somebody must answer before a vote counts. */
  undecided: z.number().int(),
  /** Why nobody may approve this draft at all, in a sentence. */
  barred: z.string().optional(),
  /** Whether applying it can cut traffic: then reactions never count. */
  cuts: z.boolean(),
  /** For how long its rules are only observed; absent: they are enforced. */
  shadowMinutes: z.number().int().positive().optional(),
});
export type Ask = z.infer<typeof Ask>;

type Voter = { readonly user: string; readonly person: string };

/**
 * Whoever asked for it or shaped the draft does not judge it, unless the rule says so. `involved` names these persons,
 * who asked for it first.
 */
export function whyMayNotVote(
  voter: Voter,
  gesture: Vote['gesture'],
  ask: Ask,
  involved: readonly string[],
): string | undefined {
  if (!eligible(voter.user, ask.electorate)) return ask.tooNew?.includes(voter.user) ? TOO_NEW : NO_APPROVER;
  if (isExcluded(voter, ask.rule))
    return 'You answer for something unusual in this draft, so it takes others, and one more of them, to approve it.';
  if (!ask.rule.requesterMayVote && involved.includes(voter.person))
    return involved[0] === voter.person
      ? 'You asked for this lockdown, so somebody else has to approve it.'
      : 'You answered for edges of this draft, so somebody else has to approve it.';
  if (ask.barred !== undefined) return ask.barred;
  if (ask.undecided > 0)
    return `${ask.undecided === 1 ? 'One edge still waits' : `${ask.undecided} edges still wait`} for an answer, allow or block, before anybody can vote.`;
  return whyNotThisWay(gesture, ask);
}

/** What an approval takes that can do more harm than others; saying no takes nothing. */
export function whyNotThisWay(
  gesture: Vote['gesture'],
  { cuts, rule }: Pick<Ask, 'cuts' | 'rule'>,
): string | undefined {
  if (gesture === 'typed-name') return undefined;
  if (cuts)
    return gesture === 'reaction'
      ? 'A reaction does not count here, because this stage can cut traffic. Press Approve on the card and type the namespace’s name.'
      : 'This stage can cut traffic: approving takes the namespace’s name, typed.';
  if (rule.looks !== undefined && gesture === 'reaction')
    return 'A reaction does not count here, because something in this draft stands out. Press Approve on the card and look at it.';
  if (rule.looks !== undefined && gesture === 'button')
    return 'Something in this draft stands out: approving takes a look at each of these things.';
  if (gesture === 'reaction' && !rule.reactions)
    return 'Reactions do not count as votes for this stage. Press Approve or Deny on the card.';
  return undefined;
}

/** Saying no is never refused for how it is said, nor for what is still undecided: only for who says it. */
export function whyMayNotDeny({ user }: Voter, { electorate }: Pick<Ask, 'electorate'>): string | undefined {
  return eligible(user, electorate) ? undefined : NO_APPROVER;
}

const TOO_NEW =
  'You were added to the approvers too short a time before this was asked, so you do not vote on it. You do on later questions.';
const NO_APPROVER = 'You are not among the approvers of this stage. The card’s Details name who is.';

function eligible(user: string, electorate: Electorate): boolean {
  return electorate.users.includes(user) || Object.values(electorate.groups).some((members) => members.includes(user));
}

/** Shorter ones explain nothing. */
export const REASON_MIN = 10;

export function isTooShort(reason: string): boolean {
  return reason.trim().length < REASON_MIN;
}

/** Where a safeguard is weaker than usual, an approval without a reason counts for nothing. */
export function whyNotWithoutReason(
  { reason = '' }: Pick<Vote, 'reason'>,
  { askWhy }: ApprovalRule,
): string | undefined {
  return askWhy && isTooShort(reason)
    ? `This takes a reason of at least ${REASON_MIN} characters. Press Approve on the card and say why.`
    : undefined;
}

/** How many different persons have to approve in all. */
export function approvalsNeeded({ needed, extraApprovers = [] }: ApprovalRule): number {
  return needed + extraApprovers.length;
}

/** Whether the draft itself keeps somebody from voting, whatever the configuration says of requesters. */
export function isExcluded({ user, person }: Voter, { extraApprovers = [] }: ApprovalRule): boolean {
  return extraApprovers.some(({ without }) => without.includes(user) || without.includes(person));
}

export type Outcome = {
  readonly result: 'open' | 'enough' | 'denied';
  /** The vote that stands for each person, in the order given. */
  readonly approving: readonly Vote[];
  readonly denying: readonly Vote[];
  readonly needed: number;
  /** Groups that still owe votes. */
  readonly missingFromGroups: readonly { readonly group: string; readonly missing: number }[];
};

/** Counts each person once, with what that person said last; one no is a no. */
export function outcome(votes: readonly Vote[], ask: Ask): Outcome {
  const standing = new Map<string, Vote>();
  for (const vote of votes) {
    if (vote.nonce !== ask.nonce || vote.digest !== ask.digest || vote.at > ask.expiresAt) continue;
    standing.delete(vote.person);
    standing.set(vote.person, vote);
  }
  const approving = [...standing.values()].filter(
    (vote) =>
      vote.decision === 'approve' && !isExcluded(vote, ask.rule) && whyNotWithoutReason(vote, ask.rule) === undefined,
  );
  const denying = [...standing.values()].filter((vote) => vote.decision === 'deny');
  const missingFromGroups = ask.rule.fromGroups
    .map(({ group, needed }) => {
      const members = ask.electorate.groups[group] ?? [];
      return { group, missing: needed - approving.filter((vote) => members.includes(vote.user)).length };
    })
    .filter(({ missing }) => missing > 0);
  const needed = approvalsNeeded(ask.rule);
  const enough = approving.length >= needed && missingFromGroups.length === 0;
  const result = denying.length > 0 ? 'denied' : enough ? 'enough' : 'open';
  return { result, approving, denying, needed, missingFromGroups };
}

/**
 * What people knew when they approved grows old: an approval is good for as long as its question could stand open. A young
 * vote beside old ones does not make them younger.
 */
export function isTooOld(approving: readonly Vote[], { expiresHours }: ApprovalRule, now: number): boolean {
  const times = approving.map(({ at }) => at);
  const goodMs = expiresHours * HOUR;
  return now - Math.max(...times) > goodMs || now - Math.min(...times) > 2 * goodMs;
}

/** After this moment no approval holds in which one of these votes is counted, whatever is put beside it. */
export function goodUntil(approving: readonly Vote[], { expiresHours }: ApprovalRule): number {
  return Math.max(...approving.map(({ at }) => at)) + 2 * expiresHours * HOUR;
}

/** The stricter of the rule asked under and the rule of now: neither can be loosened between vote and apply. */
export function stricter(then: ApprovalRule, now: ApprovalRule): ApprovalRule {
  const groups = new Map(then.fromGroups.map(({ group, needed }) => [group, needed]));
  for (const { group, needed } of now.fromGroups) groups.set(group, Math.max(needed, groups.get(group) ?? 0));
  const [before = [], after = []] = [then.extraApprovers, now.extraApprovers];
  const looks = Math.max(then.looks ?? 0, now.looks ?? 0);
  const added = after.filter(({ because }) => !before.some((each) => each.because === because));
  return {
    users: then.users.filter((user) => now.users.includes(user)),
    groups: then.groups.filter((group) => now.groups.includes(group)),
    needed: Math.max(then.needed, now.needed),
    fromGroups: [...groups].map(([group, needed]) => ({ group, needed })),
    requesterMayVote: then.requesterMayVote && now.requesterMayVote,
    reactions: then.reactions && now.reactions,
    expiresHours: Math.min(then.expiresHours, now.expiresHours),
    ...(before.length + added.length > 0 ? { extraApprovers: [...before, ...added] } : {}),
    ...(then.askWhy || now.askWhy ? { askWhy: true } : {}),
    ...(looks > 0 ? { looks } : {}),
  };
}

/** Who was in the electorate at both times: leavers and late joiners fall away. */
export function inBoth(then: Electorate, now: Electorate): Electorate {
  const groups = Object.entries(then.groups).map(([group, members]) => {
    const current = now.groups[group] ?? [];
    return [group, members.filter((member) => current.includes(member))] as const;
  });
  return { users: then.users.filter((user) => now.users.includes(user)), groups: Object.fromEntries(groups) };
}
