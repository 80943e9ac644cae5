/** Says in the thread, and to whoever runs this, when the channel in which people are asked is not what it was. */
import { z } from 'zod';
import { currentStage, type Lockdown } from '#core/lockdown-state.ts';
import type { CardStore } from '#redis/card-store.ts';
import type { ChannelNow } from '#slack/channel-now.ts';
import type { Poster } from '#slack/post.ts';
import { answer } from '#slack/views/answers.ts';
import type { Journal } from '#src/journal.ts';

export type ChannelLookDeps = {
  readonly cards: Pick<CardStore, 'shown' | 'keepShown'>;
  readonly poster: Pick<Poster, 'postCard'>;
  readonly channelNow: (channel: string) => Promise<ChannelNow>;
  readonly journal: Pick<Journal, 'channelChanged'>;
};

/** Under this name the card store remembers how the channel was. */
const CHANNEL = 'channel';

const Seen = z.strictObject({ name: z.string().optional(), trouble: z.string().optional(), changes: z.number().int() });

/** Only while people are asked: a vote is what a strange channel could spoil. */
export async function lookAtChannel(deps: ChannelLookDeps, lockdown: Lockdown, thread: string): Promise<void> {
  const { id, channel, stages } = lockdown;
  const stage = currentStage(lockdown);
  if (!stage || stages[stage].phase !== 'asking') return;
  const now = await deps.channelNow(channel);
  const kept = await deps.cards.shown(id, CHANNEL);
  const before = kept === undefined ? undefined : Seen.parse(JSON.parse(kept));
  const { mayWrite, ...look } = now;
  const sentence = difference(before ?? { name: look.name }, look);
  const changes = (before?.changes ?? 0) + (sentence === undefined ? 0 : 1);
  if (sentence !== undefined) {
    deps.journal.channelChanged({ lockdown: id, channel, because: sentence });
    if (mayWrite) await say(deps, lockdown, thread, sentence, changes);
  }
  if (!before || sentence !== undefined) await deps.cards.keepShown(id, CHANNEL, JSON.stringify({ ...look, changes }));
}

async function say(
  { poster }: ChannelLookDeps,
  { id, channel }: Lockdown,
  thread: string,
  sentence: string,
  changes: number,
): Promise<void> {
  await poster.postCard({ lockdown: id, card: `channel-${changes}`, channel, thread, message: answer(sentence) });
}

type Look = Omit<z.infer<typeof Seen>, 'changes'>;

function difference(before: Look, now: Look): string | undefined {
  if (now.trouble !== before.trouble)
    return now.trouble === undefined
      ? 'The channel is as it was before, so approvals count again.'
      : `Take care: ${now.trouble} Approvals are held while that is so.`;
  if (now.name !== before.name && now.name !== undefined)
    return `This channel was renamed${before.name === undefined ? '' : ` from \`#${before.name}\``} to \`#${now.name}\`; it is the same channel.`;
  return undefined;
}
