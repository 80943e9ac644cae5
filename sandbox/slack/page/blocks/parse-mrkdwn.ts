/** Slack's mrkdwn, read into a tree. Nothing in it ever becomes HTML except through the tree. */
import { emojiNames } from '#sandbox/slack/emoji.ts';

export type Inline =
  | { type: 'text'; text: string }
  | { type: 'bold' | 'italic' | 'strike'; children: Inline[] }
  | { type: 'code'; text: string }
  | { type: 'emoji'; name: string }
  | { type: 'user' | 'channel' | 'group' | 'broadcast'; id: string }
  | { type: 'link'; url: string; children: Inline[] }
  | { type: 'date'; seconds: number; format: string; url?: string | undefined; fallback: string };

export type Piece =
  | { type: 'lines'; lines: Inline[][] }
  | { type: 'quote'; lines: Inline[][] }
  | { type: 'pre'; text: string };

export function parseMrkdwn(text: string, verbatim = false): Piece[] {
  return text.split(/(```[\s\S]*?```)/).flatMap((part): Piece[] => {
    if (part.startsWith('```') && part.endsWith('```') && part.length >= 6) {
      return [{ type: 'pre', text: unescapeText(part.slice(3, -3).replace(/^\n|\n$/g, '')) }];
    }
    if (part === '') return [];
    const trimmed = part.replace(/^\n|\n$/g, '');
    return inQuotes(trimmed.split('\n')).map(({ quoted, lines }) => ({
      type: quoted ? 'quote' : 'lines',
      lines: lines.map((line) => parseInline(line, verbatim)),
    }));
  });
}

/** Slack escapes three characters and no others, once. */
function unescapeText(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

const styled = { '*': 'bold', _: 'italic', '~': 'strike' } as const;

// In this order: code, what is in angle brackets, an emoji, a styled stretch.
const special =
  /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):|(?<![\p{L}\p{N}*_~])([*_~])(?=\S)([^\n]*?\S)\4(?![\p{L}\p{N}*_~])/u;

const address =
  /https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)]|\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|cloud|app|eu)\b(?:\/[^\s<>|]*)?/i;

function parseInline(text: string, verbatim: boolean): Inline[] {
  const found = special.exec(text);
  if (!found) return verbatim ? plain(text) : withAddresses(text);
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  const [, code, bracket, emoji, mark, inner] = found;
  const here: Inline =
    code !== undefined
      ? { type: 'code', text: unescapeText(code) }
      : bracket !== undefined
        ? bracketed(bracket)
        : emoji !== undefined
          ? emojiOrText(emoji)
          : { type: styled[mark as '*' | '_' | '~'], children: parseInline(inner ?? '', verbatim) };
  return [
    ...(before === '' ? [] : verbatim ? plain(before) : withAddresses(before)),
    here,
    ...(after === '' ? [] : parseInline(after, verbatim)),
  ];
}

function emojiOrText(name: string): Inline {
  const [base = ''] = name.split('::');
  return emojiNames.has(base) ? { type: 'emoji', name } : { type: 'text', text: `:${name}:` };
}

function bracketed(inside: string): Inline {
  const [target = '', label] = inside.split('|');
  if (target.startsWith('@')) return { type: 'user', id: target.slice(1) };
  if (target.startsWith('#')) return { type: 'channel', id: target.slice(1) };
  if (target.startsWith('!subteam^')) return { type: 'group', id: target.slice('!subteam^'.length) };
  if (target.startsWith('!date^')) {
    const [, seconds = '0', format = '', url] = target.split('^');
    return { type: 'date', seconds: Number(seconds), format, url, fallback: unescapeText(label ?? '') };
  }
  if (target.startsWith('!')) return { type: 'broadcast', id: target.slice(1) };
  return { type: 'link', url: unescapeText(target), children: plain(label ?? target) };
}

/** Without `verbatim`, Slack makes links of whatever looks like an address. */
function withAddresses(text: string): Inline[] {
  const found = address.exec(text);
  if (!found) return plain(text);
  const [shown] = found;
  const url = shown.startsWith('http') ? shown : `http://${shown}`;
  return [
    ...plain(text.slice(0, found.index)),
    { type: 'link', url: unescapeText(url), children: plain(shown) },
    ...withAddresses(text.slice(found.index + shown.length)),
  ];
}

function plain(text: string): Inline[] {
  return text === '' ? [] : [{ type: 'text', text: unescapeText(text) }];
}

function inQuotes(lines: readonly string[]): { quoted: boolean; lines: string[] }[] {
  const runs: { quoted: boolean; lines: string[] }[] = [];
  for (const line of lines) {
    const mark = /^(?:&gt;|>) ?/.exec(line);
    const text = mark ? line.slice(mark[0].length) : line;
    const last = runs.at(-1);
    if (last && last.quoted === (mark !== null)) last.lines.push(text);
    else runs.push({ quoted: mark !== null, lines: [text] });
  }
  return runs;
}
