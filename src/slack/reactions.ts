/** Reactions on an approval card: votes, where the configuration lets them be. */
import { outcome, type Vote } from '#core/approval.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import { cardNames } from './card-names.ts';
import type { Actor, Reply } from './gesture.ts';
import type { Household } from './household.ts';
import { inTime } from './in-time.ts';
import { decisionOf } from './reactions-shown.ts';
import { castVote, openAsk, outdated, type Deps as VoteDeps } from './votes.ts';
import { leaveWish } from './wishes.ts';

export type Deps = VoteDeps & Pick<Household, 'settings' | 'lockdowns'>;

export type Reaction = {
  readonly actor: Actor;
  /** As Slack names it: `+1::skin-tone-4`. */
  readonly name: string;
  readonly ts: string;
};

/** What to tell whom, and in which thread. */
export type Reacted = { readonly reply: Reply; readonly thread: string | undefined };

/** Nothing to say about reactions that are none of ours to count. */
export async function reactionAdded(deps: Deps, reaction: Reaction): Promise<Reacted | undefined> {
  return onCard(deps, reaction, async (actor, { lockdown, stage, nonce }, decision) =>
    castVote(deps, actor, { lockdown, stage, nonce, decision, gesture: 'reaction' }),
  );
}

/** Takes back the vote that this reaction was, and no other: not the button's, not the opposite one's. */
export async function reactionRemoved(deps: Deps, reaction: Reaction): Promise<Reacted | undefined> {
  return onCard(deps, reaction, async (actor, { lockdown, stage, nonce }, decision) => {
    const ask = openAsk(lockdown, stage, nonce);
    if (!ask) return outdated(deps, lockdown, stage);
    const { approving, denying } = outcome(lockdown.stages[stage].votes, ask);
    const standing = [...approving, ...denying].find((vote) => vote.person === actor.person);
    // A vote that is not kept yet may still be on its way, so its withdrawal follows it.
    if (standing && (standing.gesture !== 'reaction' || standing.decision !== decision)) return undefined;
    return leaveWish(deps, actor, lockdown, { verb: 'withdraw-vote', stage, person: actor.person, nonce: ask.nonce });
  });
}

type OnCard = { readonly lockdown: Lockdown; readonly stage: Stage; readonly nonce: string };

async function onCard(
  deps: Deps,
  { actor, name, ts }: Reaction,
  then: (actor: Actor, card: OnCard, decision: Vote['decision']) => Promise<Reply | undefined>,
): Promise<Reacted | undefined> {
  const decision = decisionOf(deps.settings.reactions, name);
  const card = decision && (await cardAt(deps, actor.channel, ts));
  if (!decision || !card) return undefined;
  const person = await inTime('users.info', deps.directory.person(actor.user));
  if ('refused' in person && person.bot) return undefined;
  const root = await inTime('the card store', deps.cards.get(card.lockdown.id, cardNames.lockdown));
  const thread = root?.ts;
  const reply = await then({ ...actor, thread }, card, decision);
  return reply && { reply, thread };
}

/** Only approval cards are voted on. */
async function cardAt(
  { cards, lockdowns }: Pick<Deps, 'cards' | 'lockdowns'>,
  channel: string,
  ts: string,
): Promise<OnCard | undefined> {
  const found = await inTime('the card store', cards.find(channel, ts));
  if (!found?.nonce) return undefined;
  const lockdown = await inTime('the lockdown store', lockdowns.read(found.lockdown));
  const stage = lockdown && (found.stage ?? STAGES.find((each) => lockdown.stages[each].ask?.nonce === found.nonce));
  return lockdown && stage ? { lockdown, stage, nonce: found.nonce } : undefined;
}
