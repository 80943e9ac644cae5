/** Reactions on an approval card: votes, where the configuration lets them be. */
import { outcome, type Vote } from '#core/approval.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import { type AsBot, cardInSlack } from './card-in-slack.ts';
import { cardNames } from './card-names.ts';
import type { Actor, Reply } from './gesture.ts';
import type { Household } from './household.ts';
import { inTime } from './in-time.ts';
import { onlySigned } from './known-to-slack.ts';
import { decisionOf, reactionsShown, type Shown } from './reactions-shown.ts';
import { NOT_AS_SHOWN } from './views/answers.ts';
import type { Kept } from './views/shown-text.ts';
import { castVote, openAsk, outdated, type Deps as VoteDeps } from './votes.ts';
import { leaveWish } from './wishes.ts';

export type Deps = VoteDeps & Pick<Household, 'settings' | 'lockdowns'> & AsBot;

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
  return onCard(deps, reaction, async (actor, card, decision) => {
    const isTheirs = (shown: Shown) => shown.user === actor.user && shown.decision === decision;
    return (
      (await whyNotBelieved(deps, reaction, (all) => all.some(isTheirs))) ??
      castVote(deps, actor, {
        ...card,
        decision,
        gesture: 'reaction',
        seen: { inSlack: () => reactedTo(deps, reaction, actor, card) },
      })
    );
  });
}

/** Takes back the vote that this reaction was, and no other: not the button's, not the opposite one's. */
export async function reactionRemoved(deps: Deps, reaction: Reaction): Promise<Reacted | undefined> {
  return onCard(deps, reaction, async (actor, { lockdown, stage, nonce }, decision) => {
    const ask = openAsk(lockdown, stage, nonce);
    if (!ask) return outdated(deps, lockdown, stage);
    const { approving, denying } = outcome(lockdown.stages[stage].votes, ask);
    const standing = [...approving, ...denying].find((vote) => vote.person === actor.person);
    // It may still be on its way, and then its withdrawal follows it; a signature alone must not withdraw what never was.
    if (!standing && onlySigned(deps.settings)) return undefined;
    if (standing && (standing.gesture !== 'reaction' || standing.decision !== decision)) return undefined;
    // Whatever account or emoji of that kind still says it: the vote stands.
    const isTheirs = (shown: Shown) => deps.personOf(shown.user) === actor.person && shown.decision === decision;
    return (
      (await whyNotBelieved(deps, reaction, (all) => !all.some(isTheirs))) ??
      leaveWish(deps, actor, lockdown, { verb: 'withdraw-vote', stage, person: actor.person, nonce: ask.nonce })
    );
  });
}

/** What this person reacted to; nothing where it is not this card: our memory may say so of any message. */
async function reactedTo(
  deps: Deps,
  { ts }: Reaction,
  { channel, thread }: Actor,
  { lockdown: { id, stages }, stage, nonce }: OnCard,
): Promise<Kept | undefined> {
  const card = cardNames.approval(stage, stages[stage].revision);
  const wanted = { lockdown: id, card, nonce, place: { channel, ts }, thread };
  const message = await inTime('conversations.replies', cardInSlack(deps, wanted));
  if (typeof message !== 'string') return message;
  deps.journal.warned({ because: `a reaction was to be a vote on ${card} of ${id}, and Slack has no such card there` });
  return undefined;
}

/** Whoever has the signing secret can sign an event, and cannot have Slack show a reaction or cease to. */
async function whyNotBelieved(
  { settings, client, journal }: Deps,
  { actor: { channel, user }, name, ts }: Reaction,
  isSo: (shown: readonly Shown[]) => boolean,
): Promise<Reply | undefined> {
  if (!onlySigned(settings)) return undefined;
  const shown = await inTime('reactions.get', reactionsShown(client, settings.reactions, { channel, ts }));
  if (isSo(shown)) return undefined;
  journal.warned({
    because: `a signed event about the reaction ${name} of ${user} was refused because Slack shows otherwise: if that happens often, somebody else has the signing secret`,
  });
  return { refused: NOT_AS_SHOWN };
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
