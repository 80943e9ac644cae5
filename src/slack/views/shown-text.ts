/** What people read in a message, as one fingerprint: the same for what we sent and for what Slack has kept of it. */
import { createHash } from 'node:crypto';
import type { KnownBlock } from '@slack/types';
import type { Message } from './build.ts';
import { inPlainText, withoutTables } from './older-blocks.ts';

/** Slack keeps some blocks, such as tables, beside the others. */
export type Kept = { readonly blocks?: readonly unknown[]; readonly attachments?: readonly unknown[] };

export function textFingerprint(message: Kept): string {
  // Whichever block Slack put where: their order says nothing that their words do not.
  const texts = textsOf(message).map(({ text }) => text);
  return createHash('sha256').update(texts.sort().join('\n')).digest('hex');
}

/** Of a message as it was sent, and as it is sent to a Slack that refuses newer blocks. */
export function textFingerprints({ blocks }: Pick<Message, 'blocks'>): string[] {
  return [...new Set(inEachForm(blocks).map((each) => textFingerprint({ blocks: each })))];
}

/** As blocks are sent, and as they are to a Slack that refuses newer ones. */
export function inEachForm(blocks: readonly KnownBlock[]): (readonly KnownBlock[])[] {
  const older = withoutTables(blocks);
  return [blocks, older, inPlainText(older)];
}

/** What people read in each block, wherever Slack keeps it. */
export function textsOf({ blocks = [], attachments = [] }: Kept): { readonly block: unknown; readonly text: string }[] {
  return [...blocks, ...attachments.flatMap(partsOf)]
    .map((block) => ({ block, text: normal(read(block).join(' ')) }))
    .filter(({ text }) => text !== '');
}

/** Its blocks one by one, as Slack may have put them there, and whatever words stand around them. */
function partsOf(attachment: unknown): unknown[] {
  if (!isRecord(attachment)) return [attachment];
  const { blocks, ...around } = attachment;
  return Array.isArray(blocks) ? [...blocks, around] : [attachment];
}

/** How things are drawn, and what Slack adds by itself. Whatever else is there may be read, also in fields that are new. */
const UNREAD = new Set(['type', 'block_id', 'style', 'fallback', 'unicode', 'id', 'color', 'align']);
/** Of numbers and of yes and no, only these say something. */
const READ_NUMBERS = new Set(['timestamp', 'ts']);
/** The kinds that our cards are made of: any other is one that we did not send, whatever words it holds. */
const SENT = new Set([
  ...['header', 'section', 'context', 'divider', 'actions', 'button', 'table', 'raw_text', 'plain_text', 'mrkdwn'],
  ...['rich_text', 'rich_text_section', 'rich_text_list', 'rich_text_preformatted'],
  ...['text', 'emoji', 'user', 'usergroup', 'channel', 'link', 'date'],
]);

function read(value: unknown, key = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => read(each, key));
  if (isRecord(value))
    return Object.keys(value)
      .sort()
      .flatMap((each) => read(value[each], each));
  if (key === 'type') return SENT.has(String(value)) ? [] : [`kind ${String(value)}`];
  if (UNREAD.has(key)) return [];
  return typeof value === 'string' || READ_NUMBERS.has(key) ? [String(value)] : [];
}

/** Slack may write a picture as its name, or a sign as its entity, and break lines and spaces as it likes. */
export function normal(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .normalize('NFC')
    .replace(/\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\u200D|\uFE0F/gu, '')
    .replace(/:(?![0-9a-f]+:)[a-z0-9_+'-]+:/g, '')
    .replace(/\s+/g, '');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
