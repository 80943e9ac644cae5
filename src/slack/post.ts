/** Posting and updating in Slack: each card once, whatever crashes in between. */

import type { webApi } from '@slack/bolt';
import type { KnownBlock } from '@slack/types';
import type { Stage } from '#core/stage.ts';
import { calling, isLack, SlackFailure } from './failure.ts';
import type { Cards, Place, SlackJournal } from './slices.ts';
import { answer } from './views/answers.ts';
import type { Message } from './views/build.ts';
import { inPlainText, withoutTables } from './views/older-blocks.ts';

export type Deps = {
  readonly client: webApi.WebClient;
  readonly cards: Pick<Cards, 'get' | 'put' | 'putFile' | 'claim'>;
  readonly journal: Pick<SlackJournal, 'degraded'>;
  /** How long somebody else may take to post what they claimed; then we look whether they did. */
  readonly doubtMs?: number;
};

export type Card = {
  readonly lockdown: string;
  /** Its name, see card-names.ts. */
  readonly card: string;
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

/** Longer than the client waits for an answer: until then whoever claimed a card may still be posting it. */
const DOUBT_MS = 12_000;

/** What our messages carry, so that they are found again. */
const METADATA = 'lockstep_card';

export function poster({ client, cards, journal, doubtMs = DOUBT_MS }: Deps) {
  const links = new Map<string, string>();

  /** Posts it unless it is there already, and says where it is. */
  async function postCard(given: NewCard): Promise<Place> {
    const { lockdown, card, stage, nonce } = given;
    const claimed = await cards.claim(lockdown, card);
    const known = claimed === 'posted' ? await cards.get(lockdown, card) : undefined;
    if (known) return known;
    const found = claimed === 'in doubt' ? await findAgain(given) : undefined;
    const place = found ?? (await send(given, metadataOf(given)));
    await cards.put(lockdown, card, { ...place, ...(nonce === undefined ? {} : { nonce }) }, stage);
    return place;
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
    const claimed = await cards.claim(lockdown, card);
    if (claimed === 'posted') return 'attached';
    const found = claimed === 'in doubt' ? await findAgain({ ...file, fileTitle: title }) : undefined;
    const target = thread === undefined ? { channel_id: channel } : { channel_id: channel, thread_ts: thread };
    try {
      if (!found)
        await calling('files.upload', () => client.filesUploadV2({ ...target, filename: name, title, content }));
    } catch (error) {
      if (!isLack(error)) throw error;
      journal.degraded({ feature: 'files', because: error.message });
      return 'lacking';
    }
    // Slack says where a file was shared only later; its thread is enough for us.
    await cards.putFile(lockdown, card, found ?? { channel, ts: thread ?? '' });
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

  /** Whether a message that was claimed by somebody who then fell silent did reach Slack. */
  async function findAgain(
    wanted: Card & { channel: string; thread?: string | undefined; fileTitle?: string },
  ): Promise<Place | undefined> {
    await new Promise((resolve) => setTimeout(resolve, doubtMs));
    const { channel, thread } = wanted;
    try {
      for (let cursor: string | undefined, page = 0; page < PAGES; page++) {
        const { messages, next } = await readPage(channel, thread, cursor);
        const found = messages.find((message) => isIt(message, wanted));
        if (found?.ts) return { channel, ts: found.ts };
        if (!next) return undefined;
        cursor = next;
      }
      return undefined;
    } catch (error) {
      if (!isLack(error)) throw error;
      journal.degraded({ feature: 'reading messages again, so a card may be there twice', because: error.message });
      return undefined;
    }
  }

  async function readPage(channel: string, thread: string | undefined, cursor: string | undefined) {
    const common = { channel, limit: 200, include_all_metadata: true, ...(cursor ? { cursor } : {}) };
    const { messages, response_metadata } = await calling('conversations.history', () =>
      thread === undefined
        ? client.conversations.history(common)
        : client.conversations.replies({ ...common, ts: thread }),
    );
    return { messages: (messages ?? []) as FoundMessage[], next: response_metadata?.next_cursor };
  }

  return { postCard, updateCard, whisper, attachFile, permalink, isThere };
}

/** The card is among the newest messages, or it is not worth looking for. */
const PAGES = 5;

type FoundMessage = {
  readonly ts?: string;
  readonly metadata?: { readonly event_type?: string; readonly event_payload?: object };
  readonly files?: readonly { readonly title?: string }[];
};

function isIt({ metadata, files }: FoundMessage, wanted: Card & { fileTitle?: string }): boolean {
  if (wanted.fileTitle !== undefined) return files?.some(({ title }) => title === wanted.fileTitle) ?? false;
  const payload = metadata?.event_type === METADATA ? metadata.event_payload : undefined;
  if (!payload || !('lockdown' in payload) || !('card' in payload)) return false;
  return payload.lockdown === wanted.lockdown && payload.card === wanted.card;
}

function metadataOf({ lockdown, card, facts }: Card & Pick<NewCard, 'facts'>) {
  return { event_type: METADATA, event_payload: { ...facts, lockdown, card } };
}
