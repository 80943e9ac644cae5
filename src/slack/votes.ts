/** How a button, a typed name or a reaction becomes a signed vote. */
import { type Ask, outcome, type Vote, whyMayNotDeny, whyMayNotVote } from '#core/approval.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import { cardNames } from './card-names.ts';
import type { Actor, Reply } from './gesture.ts';
import type { Household } from './household.ts';
import { inTime } from './in-time.ts';
import { signVote } from './receipt.ts';
import { OUTDATED, type Way } from './views/answers.ts';
import { leaveWish } from './wishes.ts';

export type Deps = Pick<
  Household,
  'personOf' | 'cards' | 'channelNow' | 'directory' | 'leave' | 'post' | 'receiptKey' | 'now' | 'journal'
>;

export type Gesture = {
  readonly lockdown: Lockdown;
  readonly stage: Stage;
  /** Of the card that was pressed. */
  readonly nonce: string | undefined;
  readonly decision: Vote['decision'];
  readonly gesture: Vote['gesture'];
  readonly reason?: string;
};

/** What counts is decided again when the vote is recorded and when the stage is applied; here it is a courtesy. */
export async function castVote(deps: Deps, actor: Actor, given: Gesture): Promise<Reply> {
  const { lockdown, stage, decision, gesture, reason } = given;
  const { journal, directory, receiptKey, now } = deps;
  const ask = openAsk(lockdown, stage, given.nonce);
  if (!ask) return outdated(deps, lockdown, stage);
  if (isCounted(actor, given, ask)) return { recorded: COUNTED };
  const refused =
    whyNot(deps, actor, given, ask) ??
    (await refusedPerson(directory, actor.user)) ??
    (decision === 'approve' ? await whyHeld(deps, lockdown) : undefined);
  if (refused !== undefined) {
    journal.refused({ lockdown: lockdown.id, user: actor.user, verb: 'vote', because: refused });
    return { refused };
  }
  const vote = signVote(
    {
      team: actor.team,
      user: actor.user,
      person: actor.person,
      decision,
      gesture,
      ...(reason === undefined ? {} : { reason }),
      lockdown: lockdown.id,
      stage,
      revision: lockdown.stages[stage].revision,
      nonce: ask.nonce,
      digest: ask.digest,
      at: now(),
    },
    receiptKey,
    lockdown.salt,
  );
  return leaveWish(deps, actor, lockdown, { verb: 'vote', stage, vote });
}

/** Whether the same was said to this very question before. A button outlasts a reaction that is taken off, so it is recorded beside one. */
export function isCounted({ person }: Actor, { lockdown, stage, decision, gesture }: Gesture, ask: Ask): boolean {
  const own = outcome(lockdown.stages[stage].votes, ask).approving.find((vote) => vote.person === person);
  return own !== undefined && decision === 'approve' && (own.gesture !== 'reaction' || gesture === 'reaction');
}

export const COUNTED = 'Your vote is recorded already; it counts once.';

/** The question this card asked, while it is still the question. */
export function openAsk(lockdown: Lockdown, stage: Stage, nonce: string | undefined): Ask | undefined {
  const { phase, ask } = lockdown.stages[stage];
  const open = lockdown.phase === 'securing' && phase === 'asking' && ask !== undefined && ask.nonce === nonce;
  return open ? ask : undefined;
}

/** Why this person's vote would not count; nothing when it would. */
export function whyNot(
  { personOf, now }: Pick<Deps, 'personOf' | 'now'>,
  { user, person, team }: Actor,
  { lockdown, stage, decision, gesture }: Omit<Gesture, 'nonce'>,
  ask: Ask,
): string | undefined {
  if (team !== lockdown.team) return 'This lockdown belongs to another workspace.';
  if (now() > ask.expiresAt) return 'This question has expired; the stage waits until somebody reopens it.';
  if (decision === 'deny') return whyMayNotDeny({ user, person }, ask);
  const involved = [lockdown.requestedBy, ...lockdown.stages[stage].shapedBy].map(personOf);
  return whyMayNotVote({ user, person }, gesture, ask, involved);
}

/** Says where the card is that asks now. */
export async function outdated(deps: Pick<Deps, 'cards' | 'post'>, lockdown: Lockdown, stage: Stage): Promise<Reply> {
  return { refused: OUTDATED, way: await wayToCard(deps, lockdown, stage) };
}

/** To the card that asks now, else to the lockdown's. */
export async function wayToCard(
  { cards, post }: Pick<Deps, 'cards' | 'post'>,
  lockdown: Lockdown,
  stage: Stage,
): Promise<Way | undefined> {
  const { revision } = lockdown.stages[stage];
  const place =
    (await inTime('the card store', cards.get(lockdown.id, cardNames.approval(stage, revision)))) ??
    (await inTime('the card store', cards.get(lockdown.id, cardNames.lockdown)));
  const url = place && (await post.permalink(place));
  return url ? { url, text: 'See how it stands.' } : undefined;
}

/** Saying no is never held. */
async function whyHeld({ channelNow }: Pick<Deps, 'channelNow'>, { channel }: Lockdown): Promise<string | undefined> {
  const { trouble } = await inTime('conversations.info', channelNow(channel));
  return trouble === undefined ? undefined : `Approvals are held: ${trouble} Yours was not recorded.`;
}

async function refusedPerson(directory: Deps['directory'], user: string): Promise<string | undefined> {
  const person = await inTime('users.info', directory.person(user));
  return 'refused' in person ? person.refused : undefined;
}
