/** Tells Slack what happened: one line an entry in the thread, each once, and every card as it has to look now. */
import type { EventType } from '#core/events.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Entry, LockdownStore } from '#redis/lockdown-store.ts';
import { repeatsVote, threadLine } from '#slack/views/thread-line.ts';
import type { JobData } from '#src/jobs.ts';
import { type ChannelLookDeps, lookAtChannel } from './looking-at-channel.ts';
import { type ShowingDeps, showLockdown, showThread } from './showing.ts';
import { closes, type VouchingDeps, vouchFor } from './vouching.ts';

export type AnnounceDeps = ShowingDeps &
  ChannelLookDeps &
  VouchingDeps & { readonly lockdowns: Pick<LockdownStore, 'read' | 'history'> };

/** What the cards say better than a line could. */
const UNSAID: ReadonlySet<EventType | 'started'> = new Set([
  'started',
  'opened',
  'stage-closed',
  'draft-ready',
  'checkpoint-posted',
]);

export function announce(deps: AnnounceDeps) {
  return async ({ lockdown: id }: JobData<'announce'>): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    if (!lockdown) return;
    const { ts: thread } = await showLockdown(deps, lockdown);
    // Before the cards in the thread: the next stage is being drafted meanwhile, and its question comes below what led to it.
    const told = await deps.cards.told(id);
    const untold = await deps.lockdowns.history(id, told);
    const closing = untold.findLast(closes);
    for (const entry of untold) {
      await tell(deps, lockdown, entry, thread);
      if (entry === closing) await vouchFor(deps, lockdown, entry, thread);
      await deps.cards.keepTold(id, entry.number);
    }
    await showThread(deps, lockdown, thread);
    await deps.cards.keepDrawn(id, lockdown.length);
    await lookAtChannel(deps, lockdown, thread);
  };
}

async function tell(
  deps: AnnounceDeps,
  lockdown: Lockdown,
  { event, number, to }: Entry,
  thread: string,
): Promise<void> {
  if (event.type === 'started' || UNSAID.has(event.type)) return;
  // A double click is one vote, and the history has both.
  if (event.type === 'vote-cast' && repeatsVote(lockdown, event)) return;
  await deps.poster.postCard({
    lockdown: lockdown.id,
    card: `line-${number}`,
    channel: lockdown.channel,
    thread,
    message: threadLine({ lockdown, event, to }),
  });
}
