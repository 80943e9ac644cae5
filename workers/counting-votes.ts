/** The count that counts: receipts, authority and quorum, read again just before the console is written to. */
import { personOf, ruleFor, type Settings, settingsFor } from '#config/schema.ts';
import {
  type Ask,
  type Electorate,
  inBoth,
  type Outcome,
  outcome,
  stricter,
  type Vote,
  whyNotThisWay,
} from '#core/approval.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import type { CardStore } from '#redis/card-store.ts';
import { WillNotPass } from '#redis/queue.ts';
import type { WantedCard } from '#slack/card-in-slack.ts';
import { cardNames } from '#slack/card-names.ts';
import { type ChannelNow, VotesHeld } from '#slack/channel-now.ts';
import type { Shown } from '#slack/reactions-shown.ts';
import type { Journal } from '#src/journal.ts';

export type CountingDeps = {
  readonly directory: {
    membersNow(group: string): Promise<readonly string[]>;
    surely(user: string): Promise<{ readonly ok: true } | { readonly refused: string }>;
  };
  readonly receiptIsValid: (vote: Vote, salt: string) => boolean;
  readonly cards: Pick<CardStore, 'get'>;
  /** What Slack shows on a card now. */
  readonly channelNow: (channel: string) => Promise<ChannelNow>;
  readonly reactionsOnCard: (card: WantedCard) => Promise<readonly Shown[] | 'other'>;
  readonly settings: Settings;
  readonly journal: Pick<Journal, 'forgedVote'>;
};

/** Votes of people who may still vote, with a valid receipt for this very ask, under the stricter rule of then and now. */
export async function countVotes(deps: CountingDeps, lockdown: Lockdown, stage: Stage, asked: Ask): Promise<Outcome> {
  // Whatever is kept says: this stage is the one that cuts.
  const ask = { ...asked, cuts: asked.cuts || stage === 'disable-discovery' };
  const namespace = settingsFor(deps.settings, lockdown.namespace);
  if (!namespace)
    throw new WillNotPass(
      `${lockdown.namespace} is no longer in the configuration, so nobody may approve anything for it.`,
    );
  const { trouble } = await deps.channelNow(lockdown.channel);
  if (trouble !== undefined) throw new VotesHeld(trouble);
  const rule = stricter(ask.rule, ruleFor(namespace, stage));
  const electorate = inBoth(ask.electorate, await electorateNow(deps, ask));
  const may = mayVoteUnder(rule, electorate);
  const { votes } = lockdown.stages[stage];
  const involved = involvedIn(deps.settings, lockdown, stage);
  const excluded = (rule.extraApprovers ?? []).flatMap(({ without }) => without);
  const persons = excluded.map((user) => personOf(deps.settings, user));

  const valid: Vote[] = [];
  for (const vote of votes) {
    if (!isSigned(deps, lockdown, stage, vote)) {
      deps.journal.forgedVote({ lockdown: lockdown.id, stage, user: vote.user });
      continue;
    }
    if (!may.has(vote.user) || vote.person !== personOf(deps.settings, vote.user)) continue;
    // Whoever says no may be involved, and may say it in any way.
    const approves = vote.decision === 'approve';
    if (approves && persons.includes(vote.person)) continue;
    if (approves && !rule.requesterMayVote && involved.includes(vote.person)) continue;
    if (approves && whyNotThisWay(vote.gesture, { ...ask, rule }) !== undefined) continue;
    if ('refused' in (await deps.directory.surely(vote.user))) continue;
    valid.push(vote);
  }
  return outcome(await stillShown(deps, lockdown, stage, ask, valid), { ...ask, rule, electorate });
}

/** Whether enough people had signed for exactly this: memberships may have changed since, and what was done is done. */
export function wasApproved(
  deps: Pick<CountingDeps, 'receiptIsValid'>,
  lockdown: Lockdown,
  stage: Stage,
  ask: Ask,
): boolean {
  const signed = lockdown.stages[stage].votes.filter((vote) => isSigned(deps, lockdown, stage, vote));
  return outcome(signed, ask).result === 'enough';
}

function isSigned(
  { receiptIsValid }: Pick<CountingDeps, 'receiptIsValid'>,
  { id, team, salt }: Lockdown,
  stage: Stage,
  vote: Vote,
): boolean {
  const bound = vote.lockdown === id && vote.stage === stage && vote.team === team;
  return bound && receiptIsValid(vote, salt);
}

/**
 * A reaction can be taken off without our hearing of it, so it counts only while Slack shows it on the very card. A Slack
 * that does not say is asked again later: until then nothing is counted.
 */
async function stillShown(
  deps: CountingDeps,
  { id, stages }: Lockdown,
  stage: Stage,
  { nonce }: Ask,
  votes: readonly Vote[],
): Promise<readonly Vote[]> {
  const byReaction = ({ gesture, decision }: Vote) => gesture === 'reaction' && decision === 'approve';
  if (!votes.some(byReaction)) return votes;
  const card = cardNames.approval(stage, stages[stage].revision);
  const place = await deps.cards.get(id, card);
  const thread = (await deps.cards.get(id, cardNames.lockdown))?.ts;
  const shown = place ? await deps.reactionsOnCard({ lockdown: id, card, nonce, place, thread }) : [];
  const yes = new Set(
    (shown === 'other' ? [] : shown).filter(({ decision }) => decision === 'approve').map(({ user }) => user),
  );
  return votes.filter((vote) => !byReaction(vote) || yes.has(vote.user));
}

/** Persons who asked for the lockdown or shaped the draft: they do not judge it, unless the rule says so. */
export function involvedIn(
  settings: Pick<Settings, 'people'>,
  { requestedBy, stages }: Lockdown,
  stage: Stage,
): string[] {
  return [requestedBy, ...stages[stage].shapedBy].map((user) => personOf(settings, user));
}

/** Slack ids of those whom a rule lets vote, as the groups are. */
function mayVoteUnder(rule: { users: string[]; groups: string[] }, electorate: Electorate): Set<string> {
  const users = electorate.users.filter((user) => rule.users.includes(user));
  return new Set([...users, ...rule.groups.flatMap((group) => electorate.groups[group] ?? [])]);
}

async function electorateNow(deps: Pick<CountingDeps, 'directory'>, ask: Ask): Promise<Electorate> {
  const groups: Electorate['groups'] = {};
  for (const group of Object.keys(ask.electorate.groups)) groups[group] = [...(await deps.directory.membersNow(group))];
  return { users: ask.electorate.users, groups };
}
