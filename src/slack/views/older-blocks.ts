/** The same message for a Slack that does not draw newer blocks: tables and rich text become plain text. */
import type { KnownBlock, RichTextBlock, RichTextElement, TableBlock } from '@slack/types';
import { clip, LIMITS } from '../limits.ts';

export function withoutTables(blocks: readonly KnownBlock[]): KnownBlock[] {
  return fitting(blocks.flatMap((block) => (block.type === 'table' ? sections(tableText(block)) : [block])));
}

export function inPlainText(blocks: readonly KnownBlock[]): KnownBlock[] {
  const older = withoutTables(blocks);
  return fitting(older.flatMap((block) => (block.type === 'rich_text' ? sections(richText(block)) : [block])));
}

function fitting(blocks: KnownBlock[]): KnownBlock[] {
  return blocks.slice(0, LIMITS.blocksInMessage);
}

function sections(text: string): KnownBlock[] {
  const kept = clip(text, LIMITS.sectionText);
  return kept.trim() === '' ? [] : [{ type: 'section', text: { type: 'plain_text', text: kept, emoji: true } }];
}

function tableText({ rows }: TableBlock): string {
  return rows.map((row) => row.map((cell) => ('text' in cell ? cell.text : '')).join(' | ')).join('\n');
}

function richText({ elements }: RichTextBlock): string {
  return elements
    .map((part) =>
      part.type === 'rich_text_list'
        ? part.elements.map(({ elements: inside }) => `• ${inside.map(word).join('')}`).join('\n')
        : part.elements.map(word).join(''),
    )
    .join('\n');
}

function word(element: RichTextElement): string {
  switch (element.type) {
    case 'text':
      return element.text;
    case 'emoji':
      return `:${element.name}:`;
    case 'link':
      return `${element.text ?? ''} ${element.url}`.trim();
    case 'user':
      return `@${element.user_id}`;
    case 'usergroup':
      return `@${element.usergroup_id}`;
    case 'date':
      return element.fallback ?? new Date(element.timestamp * 1000).toISOString();
    default:
      return '';
  }
}
