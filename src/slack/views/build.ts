/** The pieces that messages are made of. Words go into elements that Slack never parses. */
import type {
  Button,
  ConfirmationDialog,
  KnownBlock,
  ModalView,
  PlainTextElement,
  RichTextElement,
  RichTextSection,
} from '@slack/types';
import { type ButtonName, encodeButton, type Target } from '../action-ids.ts';
import { literal, mrkdwn } from '../escape.ts';
import { clip, LIMITS } from '../limits.ts';
import { fitted, MESSAGE_ROOM, VIEW_ROOM } from './fit.ts';

/** `text` is for notifications and screen readers; it is made of constants, numbers and the namespace's path. */
export type Message = { readonly text: string; readonly blocks: KnownBlock[] };
export type Modal = ModalView;

/** A string is shown as it is, whatever it contains. */
export type Piece = string | RichTextElement;
export type Line = Piece | readonly Piece[];

export function message(text: string, blocks: readonly (KnownBlock | undefined)[]): Message {
  return { text: mrkdwn(text), blocks: fitted(present(blocks), MESSAGE_ROOM, note(SHORTENED)) };
}

export const SHORTENED =
  'Shortened, because Slack takes no longer message. Everything is in the file in the thread and under Details.';

export function present(blocks: readonly (KnownBlock | undefined)[]): KnownBlock[] {
  return blocks.filter((block) => block !== undefined);
}

export const bold = (text: string): RichTextElement => ({ type: 'text', text: shown(text), style: { bold: true } });
export const italic = (text: string): RichTextElement => ({ type: 'text', text: shown(text), style: { italic: true } });
export const code = (text: string): RichTextElement => ({ type: 'text', text: shown(text), style: { code: true } });
export const emoji = (name: string): RichTextElement => ({ type: 'emoji', name });

/** An id that is none of Slack's is shown as text. */
export function person(user: string): RichTextElement {
  return /^[UW][A-Z0-9]{5,}$/.test(user) ? { type: 'user', user_id: user } : bold(user);
}

export function group(id: string): RichTextElement {
  return /^S[A-Z0-9]{5,}$/.test(id) ? { type: 'usergroup', usergroup_id: id } : bold(id);
}

/** An id that is none of Slack's is shown as text. */
export function channelLink(id: string): RichTextElement {
  return /^[CG][A-Z0-9]{5,}$/.test(id) ? { type: 'channel', channel_id: id } : bold(id);
}

/** Only for addresses that Slack itself gave us. */
export const link = (url: string, text: string): RichTextElement => ({ type: 'link', url, text: shown(text) });

export function when(at: number, format = '{date_short_pretty} at {time}'): RichTextElement {
  return { type: 'date', timestamp: Math.floor(at / 1000), format, fallback: utc(at) };
}

/** `22 Nov 14:05 UTC`, for where Slack cannot put a reader's own time. */
export function utc(at: number): string {
  const [, , day, month, , hours, minutes] =
    new Date(at).toUTCString().match(/(\w+), (\d+) (\w+) (\d+) (\d+):(\d+)/) ?? [];
  return day ? `${Number(day)} ${month} ${hours}:${minutes} UTC` : 'at an unknown time';
}

/** `1,234` */
export const number = (value: number): string => value.toLocaleString('en-US');

export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** People as `A, B and C`. */
export function listed(pieces: readonly RichTextElement[]): Piece[] {
  return pieces.flatMap((piece, at): Piece[] => {
    if (at === 0) return [piece];
    return [at === pieces.length - 1 ? ' and ' : ', ', piece];
  });
}

export function header(text: string): KnownBlock {
  return { type: 'header', text: plain(text, LIMITS.header) };
}

export const divider: KnownBlock = { type: 'divider' };

/** One block of lines. */
export function says(...lines: Line[]): KnownBlock {
  const elements = lines.flatMap((line, at) => [...(at === 0 ? [] : ['\n']), ...pieces(line)]);
  const shownElements = elements.map((piece) => element(piece, LIMITS.line));
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: shownElements }] };
}

/** A line, then bullets; the first `max` of them, and how many more there are. Nothing when there is no bullet. */
export function list(
  title: Line,
  items: readonly Line[],
  max = 8,
  characters: number = LIMITS.item,
  where = ', under Details',
): KnownBlock | undefined {
  if (items.length === 0) return undefined;
  const shownItems = items.slice(0, max);
  const more = items.length - shownItems.length;
  return {
    type: 'rich_text',
    elements: [
      section(title),
      {
        type: 'rich_text_list',
        style: 'bullet',
        elements: [...shownItems, ...(more > 0 ? [[italic(`and ${number(more)} more${where}`)]] : [])].map((item) =>
          section(item, characters),
        ),
      },
    ],
  };
}

/** Small print. */
export function note(...lines: string[]): KnownBlock {
  const elements = lines.slice(0, LIMITS.contextElements).map((line) => plain(line, LIMITS.sectionText));
  return { type: 'context', elements };
}

/** Text in a box, in pieces that Slack takes. */
export function box(text: string): KnownBlock[] {
  return chunks(text, LIMITS.richText).map((chunk) => ({
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: chunk }] }],
  }));
}

export type Column = { readonly title: string; readonly align?: 'left' | 'right'; readonly wrapped?: boolean };

/** As many rows as Slack takes; the caller says how many there are beside it. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): { block: KnownBlock; shown: number } {
  const titles = columns.map(({ title }) => ({ type: 'raw_text' as const, text: title }));
  let left = LIMITS.tableText - titles.reduce((sum, { text }) => sum + text.length, 0);
  const kept = [];
  for (const row of rows.slice(0, LIMITS.tableRows - 1)) {
    const cells = row.map((text) => ({ type: 'raw_text' as const, text: literal(text, LIMITS.cell) || '–' }));
    left -= cells.reduce((sum, { text }) => sum + text.length, 0);
    if (left < 0) break;
    kept.push(cells);
  }
  return {
    block: {
      type: 'table',
      rows: [titles, ...kept],
      column_settings: columns.map(({ align = 'left', wrapped = false }) => ({ align, is_wrapped: wrapped })),
    },
    shown: kept.length,
  };
}

type ButtonOptions = {
  readonly style?: 'primary' | 'danger' | undefined;
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string; readonly no?: string };
};

export function button(name: ButtonName, text: string, target: Target, { style, confirm }: ButtonOptions = {}): Button {
  return {
    type: 'button',
    ...encodeButton(name, target),
    text: plain(text, LIMITS.buttonText),
    ...(style ? { style } : {}),
    ...(confirm ? { confirm: dialog(confirm, style) } : {}),
  };
}

/** Nothing when there is nothing to press. */
export function buttons(...given: (Button | undefined)[]): KnownBlock | undefined {
  const elements = given.filter((each) => each !== undefined).slice(0, LIMITS.buttons);
  return elements.length === 0 ? undefined : { type: 'actions', elements };
}

export function modal(
  title: string,
  blocks: readonly (KnownBlock | undefined)[],
  rest: Partial<ModalView> = {},
): Modal {
  const shortened = note('The rest does not fit here; it is in the file in the thread.');
  const kept = fitted(present(blocks), VIEW_ROOM, shortened);
  return { type: 'modal', title: plain(title, LIMITS.modalTitle), close: plain('Close', 24), blocks: kept, ...rest };
}

export function plain(text: string, max: number): PlainTextElement {
  return { type: 'plain_text', text: literal(text, max) || '–', emoji: false };
}

/** A sentence of ours with `code` between back-ticks; everything else in it is shown as it is. */
export function sentence(text: string): Piece[] {
  return text
    .split(/(`[^`]+`)/)
    .filter((part) => part !== '')
    .map((part) => (part.length > 2 && part.startsWith('`') && part.endsWith('`') ? code(part.slice(1, -1)) : part));
}

/** Sentences of others do not all end. */
export function ended(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function dialog(confirm: NonNullable<ButtonOptions['confirm']>, style: ButtonOptions['style']): ConfirmationDialog {
  return {
    title: plain(confirm.title, LIMITS.confirmTitle),
    text: plain(confirm.text, LIMITS.confirmText),
    confirm: plain(confirm.yes, LIMITS.confirmButton),
    deny: plain(confirm.no ?? 'Not now', LIMITS.confirmButton),
    ...(style ? { style } : {}),
  };
}

function section(line: Line, max: number = LIMITS.richText): RichTextSection {
  return { type: 'rich_text_section', elements: pieces(line).map((piece) => element(piece, max)) };
}

function pieces(line: Line): readonly Piece[] {
  const all: readonly Piece[] = Array.isArray(line) ? line : [line as Piece];
  return all.filter((piece) => piece !== '');
}

function element(piece: Piece, max: number): RichTextElement {
  if (typeof piece === 'string') return { type: 'text', text: piece === '\n' ? piece : shown(piece, max) };
  return piece.type === 'text' ? { ...piece, text: clip(piece.text, max) } : piece;
}

/** Slack refuses empty text. */
function shown(text: string, max: number = LIMITS.richText): string {
  return literal(text, max) || '–';
}

function chunks(text: string, max: number): string[] {
  const result: string[] = [];
  let chunk = '';
  for (const line of text.split('\n').map((each) => clip(literal(each), max - 1))) {
    if (chunk.length + line.length + 1 > max) {
      result.push(chunk);
      chunk = '';
    }
    chunk += chunk === '' ? line : `\n${line}`;
  }
  if (chunk !== '') result.push(chunk);
  return result;
}
