/** Posting and updating in Slack: each card once, whatever crashes in between. */

import type { webApi } from '@slack/bolt';
import type { KnownBlock } from '@slack/types';
import type { Stage } from '#core/stage.ts';
import { calling, isLack, SlackFailure } from './failure.ts';
import type { Cards, Place } from './slices.ts';
import { type Card, METADATA, type TurnDeps, takeTurn } from './turns.ts';
import { answer } from './views/answers.ts';
import type { Message } from './views/build.ts';
import { inPlainText, withoutTables } from './views/older-blocks.ts';

export type Deps = TurnDeps & {
  readonly cards: Pick<Cards, 'get' | 'put' | 'putFile' | 'holds'>;
};

export type NewCard = Card & {
  readonly channel: string;
  readonly thread?: string | undefined;
  /** Shown in the channel as well as in its thread. */
  readonly broadcast?: boolean;
  readonly stage?: Stage;
  readonly nonce?: string;
  readonly message: Message;
  /** Carried by the message for whoever reads it by the API. */
  readonly facts?: Readonly<Record<string, string>>;
};

type Said = {
  readonly channel: string;
  readonly thread?: string | undefined;
  readonly message: Message;
};

export type NewFile = Card & {
  readonly channel: string;
  readonly thread?: string | undefined;
  readonly name: string;
  readonly title: string;
  readonly content: string;
};

export type Poster = ReturnType<typeof poster>;

export function poster(deps: Deps) {
  const { client, cards, journal } = deps;
  const links = new Map<string, string>();

  /** Posts it unless it is there already, and says where it is. */
  async function postCard(given: NewCard): Promise<Place> {
    const { lockdown, card, stage, nonce } = given;
    const turn = await takeTurn(deps, given);
    if (turn.state === 'posted') return (await cards.get(lockdown, card)) ?? postCard(given);
    if (turn.state === 'ours' && !(await cards.holds(lockdown, card, turn.claim))) return postCard(given);
    const place = turn.state === 'found' ? turn.place : await send(given, metadataOf(given));
    const kept = await cards.put(lockdown, card, { ...place, ...(nonce === undefined ? {} : { nonce }) }, stage);
    // Whoever slept while sending took so long that somebody else posted it.
    if (kept.ts !== place.ts) await takeBack(place);
    return { channel: kept.channel, ts: kept.ts };
  }

  async function takeBack({ channel, ts }: Place): Promise<void> {
    try {
      await calling('chat.delete', () => client.chat.delete({ channel, ts }));
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
      journal.degraded({ feature: 'taking back a card that was posted twice', because: error.message });
    }
  }

  /** `missing`: it was never posted, or somebody deleted it. */
  async function updateCard({ lockdown, card, message }: Card & { message: Message }): Promise<'updated' | 'missing'> {
    const place = await cards.get(lockdown, card);
    if (!place) return 'missing';
    const { text } = message;
    const update = (blocks: KnownBlock[]) =>
      client.chat.update({ ...place, text, blocks, metadata: metadataOf({ lockdown, card }) });
    try {
      await inBlocks('chat.update', message.blocks, update);
      return 'updated';
    } catch (error) {
      if (error instanceof SlackFailure && error.reason === 'message_not_found') return 'missing';
      throw error;
    }
  }

  /** For one person's eyes; Slack does not promise that it arrives. */
  async function whisper(to: { channel: string; user: string; thread?: string | undefined }, told: string | Message) {
    const { text, blocks } = typeof told === 'string' ? answer(told) : told;
    const thread = to.thread === undefined ? {} : { thread_ts: to.thread };
    await inBlocks('chat.postEphemeral', blocks, (each) =>
      client.chat.postEphemeral({ channel: to.channel, user: to.user, ...thread, text, blocks: each }),
    );
  }

  /** `lacking`: this Slack takes no files from us, and the lockdown goes on without. */
  async function attachFile(file: NewFile): Promise<'attached' | 'lacking'> {
    const { lockdown, card, channel, thread, name, title, content } = file;
    const turn = await takeTurn(deps, { ...file, fileTitle: title });
    if (turn.state === 'posted') return 'attached';
    if (turn.state === 'ours' && !(await cards.holds(lockdown, card, turn.claim))) return attachFile(file);
    const target = thread === undefined ? { channel_id: channel } : { channel_id: channel, thread_ts: thread };
    try {
      if (turn.state === 'ours')
        await calling('files.upload', () => client.filesUploadV2({ ...target, filename: name, title, content }));
    } catch (error) {
      if (!isLack(error)) throw error;
      journal.degraded({ feature: 'files', because: error.message });
      return 'lacking';
    }
    // Slack says where a file was shared only later; its thread is enough for us.
    await cards.putFile(lockdown, card, turn.state === 'found' ? turn.place : { channel, ts: thread ?? '' });
    return 'attached';
  }

  /** An address people can click; nothing where Slack gives none. */
  async function permalink({ channel, ts }: Place): Promise<string | undefined> {
    const key = `${channel} ${ts}`;
    const known = links.get(key);
    if (known) return known;
    try {
      const { permalink: url } = await calling('chat.getPermalink', () =>
        client.chat.getPermalink({ channel, message_ts: ts }),
      );
      if (url) links.set(key, url);
      return url;
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
      journal.degraded({ feature: 'links to messages', because: error.message });
      return undefined;
    }
  }

  /** Whether Slack still has a message, as far as it says. */
  async function isThere({ channel, ts }: Place): Promise<boolean> {
    try {
      await calling('chat.getPermalink', () => client.chat.getPermalink({ channel, message_ts: ts }));
      return true;
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
      return error.reason !== 'message_not_found';
    }
  }

  async function send(
    { channel, thread, broadcast, message }: Said & { broadcast?: boolean },
    metadata: ReturnType<typeof metadataOf>,
  ): Promise<Place> {
    const { text, blocks } = message;
    const inThread = thread === undefined ? {} : { thread_ts: thread, reply_broadcast: broadcast ?? false };
    const sent = await inBlocks('chat.postMessage', blocks, (each) =>
      client.chat.postMessage({
        channel,
        ...inThread,
        text,
        blocks: each,
        unfurl_links: false,
        unfurl_media: false,
        metadata,
      } as webApi.ChatPostMessageArguments),
    );
    if (!sent.ts || !sent.channel) throw new Error('Slack posted a message and did not say where');
    return { channel: sent.channel, ts: sent.ts };
  }

  /** Newer kinds of blocks reach workspaces in phases; a Slack that refuses them gets the same in older ones. */
  async function inBlocks<Answer>(
    method: string,
    blocks: KnownBlock[],
    call: (blocks: KnownBlock[]) => Promise<Answer>,
  ): Promise<Answer> {
    for (const older of [withoutTables, inPlainText]) {
      try {
        return await calling(method, () => call(blocks));
      } catch (error) {
        if (!(error instanceof SlackFailure) || !error.reason.startsWith('invalid_blocks')) throw error;
        journal.degraded({ feature: 'newer blocks', because: error.message });
        blocks = older(blocks);
      }
    }
    return calling(method, () => call(blocks));
  }

  return { postCard, updateCard, whisper, attachFile, permalink, isThere };
}

function metadataOf({ lockdown, card, facts }: Card & Pick<NewCard, 'facts'>) {
  return { event_type: METADATA, event_payload: { ...facts, lockdown, card } };
}
