/** Votes by reaction that Slack could not tell us of: read from the open cards, and cast through the same door. */
import { outcome, type Vote, whyNotThisWay } from '#core/approval.ts';
import { currentStage, type Lockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import { cardNames } from './card-names.ts';
import { inTime } from './in-time.ts';
import { type Reacted, type Reaction, type Deps as ReactionDeps, reactionAdded, reactionRemoved } from './reactions.ts';
import { reactionsOnCard } from './reactions-shown.ts';
import { openAsk } from './votes.ts';

export type Deps = ReactionDeps & {
  /** The workspace: who is no member of it is refused as they would be otherwise. */
  readonly team: string;
  /** Tells the person what became of it. */
  tell(reaction: Reaction, reacted: Reacted): Promise<void>;
};

/** Gives what to do whenever something may have been missed: at the start, and after every gap. */
export function catchingUp(deps: Deps): () => Promise<void> {
  /** What was looked at once is not refused, and not told, a second time. */
  const seen = new Set<string>();
  return async () => {
    const open = await inTime('the lockdown store', deps.lockdowns.open());
    for (const lockdown of open) {
      const stage = currentStage(lockdown);
      if (stage) await catchUp(deps, lockdown, stage, seen);
    }
  };
}

async function catchUp(deps: Deps, lockdown: Lockdown, stage: Stage, seen: Set<string>): Promise<void> {
  const { ask: asked, revision, votes, withdrawn } = lockdown.stages[stage];
  const ask = openAsk(lockdown, stage, asked?.nonce);
  // Where a reaction is no approval, it is still a no.
  if (!ask || deps.now() > ask.expiresAt) return;
  const place = await inTime('the card store', deps.cards.get(lockdown.id, cardNames.approval(stage, revision)));
  if (!place) return;
  const root = await inTime('the card store', deps.cards.get(lockdown.id, cardNames.lockdown));
  const { nonce } = ask;
  const wanted = { lockdown: lockdown.id, card: cardNames.approval(stage, revision), nonce, place, thread: root?.ts };
  const shown = await reactionsOnCard(deps, deps.settings.reactions, wanted);
  if (shown === 'other') {
    deps.journal.warned({ because: `what is said to be ${wanted.card} of ${lockdown.id} is none of our cards` });
    return;
  }
  const { approving, denying } = outcome(votes, ask);
  const standing = new Map([...approving, ...denying].map((vote) => [vote.person, vote]));
  const voted = new Set(votes.filter(({ nonce }) => nonce === ask.nonce).map(({ person }) => person));

  const told = async (user: string, name: string, decision: Vote['decision'], what: typeof reactionAdded) => {
    const person = deps.personOf(user);
    // The same gap is the same request, however many processes look; a later one of the same person is another.
    const gesture = `missed ${ask.nonce} ${decision} ${votes.length} ${withdrawn?.[person] ?? 0}`;
    const once = `${gesture} ${what.name} ${user}`;
    if (seen.has(once)) return;
    seen.add(once);
    const actor = { user, person, team: deps.team, channel: place.channel, gesture };
    const reaction = { actor, name, ts: place.ts };
    const reacted = await what(deps, reaction);
    if (reacted) await deps.tell(reaction, reacted);
  };

  const counts = whyNotThisWay('reaction', ask) === undefined;
  for (const { user, name, decision } of onePerUser(shown)) {
    // A no that had reached us would have closed the question.
    if (decision === 'deny' || (counts && !voted.has(deps.personOf(user))))
      await told(user, name, decision, reactionAdded);
  }
  for (const { person, user, gesture, decision } of standing.values()) {
    const stays = shown.some((each) => deps.personOf(each.user) === person && each.decision === decision);
    const [name] = deps.settings.reactions[decision];
    if (gesture === 'reaction' && !stays && name) await told(user, name, decision, reactionRemoved);
  }
}

/** Who shows both has said no. */
function onePerUser<One extends { readonly user: string; readonly decision: Vote['decision'] }>(
  shown: readonly One[],
): One[] {
  const byUser = new Map<string, One>();
  for (const each of shown) if (byUser.get(each.user)?.decision !== 'deny') byUser.set(each.user, each);
  return [...byUser.values()];
}
