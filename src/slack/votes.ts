/** How a button, a typed name or a reaction becomes a signed vote. */
import { type Ask, outcome, type Vote, whyMayNotDeny, whyMayNotVote } from '#core/approval.ts';
import type { DraftFinding } from '#core/findings.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import { cardNames } from './card-names.ts';
import type { Actor, Reply } from './gesture.ts';
import type { Household } from './household.ts';
import { inTime } from './in-time.ts';
import { signVote } from './receipt.ts';
import { NOT_KEPT, NOT_OURS, OUTDATED, SHOWS_OTHERWISE, type Way } from './views/answers.ts';
import { showsWhatIsAsked } from './views/as-asked.ts';
import { isAsAsked } from './views/shown-beside.ts';
import type { Kept } from './views/shown-text.ts';
import { leaveWish } from './wishes.ts';

export type Deps = Pick<
  Household,
  'personOf' | 'cards' | 'findings' | 'channelNow' | 'directory' | 'leave' | 'post' | 'receiptKey' | 'now' | 'journal'
>;

export type Gesture = {
  readonly lockdown: Lockdown;
  readonly stage: Stage;
  /** Of the card that was pressed. */
  readonly nonce: string | undefined;
  readonly decision: Vote['decision'];
  readonly gesture: Vote['gesture'];
  readonly reason?: string;
  /** What this person has looked at: a message, or a modal that we opened and sealed over this digest. Saying no takes none. */
  readonly seen?: Seen;
};

type Seen =
  | { readonly message: Kept }
  | { readonly inSlack: () => Promise<Kept | undefined> }
  | { readonly digest: string | undefined };

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
    (decision === 'approve' ? await whyHeld(deps, lockdown) : undefined) ??
    (decision === 'approve' ? await whyNotSeen(deps, actor, { lockdown, stage, ask, seen: given.seen }) : undefined);
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

/** A signature is for what this person saw: whoever writes to our memory can neither change that nor what it is called. */
async function whyNotSeen(
  deps: Deps,
  { user }: Actor,
  { lockdown, stage, ask, seen }: { lockdown: Lockdown; stage: Stage; ask: Ask; seen: Seen | undefined },
): Promise<string | undefined> {
  if (seen && 'digest' in seen) {
    if (seen.digest !== ask.digest) return OUTDATED;
    return (await draftAsked(deps, lockdown, stage, ask)) ? undefined : NOT_KEPT;
  }
  const message = seen && ('message' in seen ? seen.message : await seen.inSlack());
  if (!message) return NOT_OURS;
  const looked = await draftSeen(deps, user, { lockdown, stage, ask, message });
  return 'refused' in looked ? looked.refused : undefined;
}

/** The draft that is asked about, where the message shows exactly that; otherwise the card is put right. */
export async function draftSeen(
  deps: Pick<Deps, 'findings' | 'cards' | 'journal'>,
  user: string,
  { lockdown, stage, ask, message }: { lockdown: Lockdown; stage: Stage; ask: Ask; message: Kept },
): Promise<DraftFinding | { readonly refused: string }> {
  const finding = await draftAsked(deps, lockdown, stage, ask);
  if (!finding) return { refused: NOT_KEPT };
  if (showsWhatIsAsked(message, { lockdown, stage, finding })) return finding;
  const card = cardNames.approval(stage, lockdown.stages[stage].revision);
  deps.journal.alteredCard({ lockdown: lockdown.id, card, user });
  await inTime('the card store', deps.cards.markAltered(lockdown.id, card));
  return { refused: SHOWS_OTHERWISE };
}

/** The draft of a question, where what is kept still is that draft. */
export async function draftAsked(
  { findings, journal }: Pick<Deps, 'findings' | 'journal'>,
  lockdown: Lockdown,
  stage: Stage,
  ask: Ask,
): Promise<DraftFinding | undefined> {
  const finding = await inTime('the evidence', findings.draft(lockdown.id, stage, ask.digest));
  if (finding && isAsAsked(finding, ask, lockdown)) return finding;
  journal.warned({
    because: `the draft of ${stage} that is kept for ${lockdown.id} is not the one that is asked about: somebody else may write to Redis`,
  });
  return undefined;
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
