/** How a channel is now: what it is called, and why nobody should be asked anything in it. */
import type { webApi } from '@slack/bolt';
import { calling, isLack, SlackFailure } from './failure.ts';
import type { SlackJournal } from './slices.ts';

export type ChannelNow = {
  readonly name?: string | undefined;
  /** Why votes that were given there are held, in a sentence; nothing while they count. */
  readonly trouble?: string | undefined;
  /** Whether anything can be said there. */
  readonly mayWrite: boolean;
};

export type ChannelDeps = {
  readonly client: Pick<webApi.WebClient, 'conversations'>;
  readonly journal: Pick<SlackJournal, 'degraded'>;
};

/** Throws where Slack does not answer: who cannot be asked has not said that all is well. */
export async function channelNow({ client, journal }: ChannelDeps, channel: string): Promise<ChannelNow> {
  try {
    const { channel: found } = await calling('conversations.info', () => client.conversations.info({ channel }));
    const trouble = found?.is_archived
      ? ARCHIVED
      : found?.is_ext_shared || found?.is_pending_ext_shared
        ? SHARED
        : undefined;
    return { name: found?.name, trouble, mayWrite: !found?.is_archived };
  } catch (error) {
    if (!(error instanceof SlackFailure)) throw error;
    if (error.reason === 'channel_not_found') return { trouble: UNSEEN, mayWrite: false };
    if (!isLack(error)) throw error;
    journal.degraded({ feature: 'looking how a channel is, so a shared one is not noticed', because: error.message });
    return { mayWrite: true };
  }
}

/** While it is so, approvals wait. */
export class VotesHeld extends Error {
  readonly passing = true;

  constructor(trouble: string) {
    super(`Approvals are held, and nothing is written: ${trouble}`);
    this.name = 'VotesHeld';
  }
}

const ARCHIVED = 'the channel of its cards is archived.';
const SHARED = 'the channel of its cards is shared with another organisation.';
const UNSEEN = 'the channel of its cards is not shown to me any more.';
