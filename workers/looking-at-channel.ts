/** Says in the thread, and to whoever runs this, when the channel in which people are asked is not what it was. */
import { currentStage, type Lockdown } from '#core/lockdown-state.ts';
import type { CardStore, ChannelSeen } from '#redis/card-store.ts';
import type { ChannelNow } from '#slack/channel-now.ts';
import type { Poster } from '#slack/post.ts';
import { answer } from '#slack/views/answers.ts';
import type { Journal } from '#src/journal.ts';

export type ChannelLookDeps = {
  readonly cards: Pick<CardStore, 'channelSeen' | 'keepChannelSeen'>;
  readonly poster: Pick<Poster, 'postCard'>;
  readonly channelNow: (channel: string) => Promise<ChannelNow>;
  readonly journal: Pick<Journal, 'channelChanged'>;
};

/** Only while people are asked: a vote is what a strange channel could spoil. */
export async function lookAtChannel(deps: ChannelLookDeps, lockdown: Lockdown, thread: string): Promise<void> {
  const { id, channel, stages } = lockdown;
  const stage = currentStage(lockdown);
  if (!stage || stages[stage].phase !== 'asking') return;
  const { mayWrite, ...now } = await deps.channelNow(channel);
  const before = await deps.cards.channelSeen(id);
  const sentence = difference(before ?? { name: now.name }, now);
  const changes = (before?.changes ?? 0) + (sentence === undefined ? 0 : 1);
  if (sentence !== undefined) {
    deps.journal.channelChanged({ lockdown: id, channel, because: sentence });
    const card = `channel-${changes}`;
    if (mayWrite) await deps.poster.postCard({ lockdown: id, card, channel, thread, message: answer(sentence) });
  }
  if (!before || sentence !== undefined) await deps.cards.keepChannelSeen(id, { ...now, changes });
}

type Look = Omit<ChannelSeen, 'changes'>;

function difference(before: Look, now: Look): string | undefined {
  if (now.trouble !== before.trouble)
    return now.trouble === undefined
      ? 'The channel is as it was before, so approvals count again.'
      : `Take care: ${now.trouble} Approvals are held while that is so.`;
  if (now.name !== before.name && now.name !== undefined)
    return `This channel was renamed${before.name === undefined ? '' : ` from \`#${before.name}\``} to \`#${now.name}\`; it is the same channel.`;
  return undefined;
}
