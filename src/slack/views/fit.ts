/** How blocks that are too many or too long together are shortened: what comes first is kept, and what is pressed. */
import type { KnownBlock } from '@slack/types';

export type Room = { readonly blocks: number; readonly characters: number };

/** Slack says how long a message's blocks may be together only by refusing them (`msg_blocks_too_long`). */
export const MESSAGE_ROOM: Room = { blocks: 50, characters: 12_000 };
/** Slack refuses views of more than 250 kB. */
export const VIEW_ROOM: Room = { blocks: 100, characters: 100_000 };

/** The last blocks are the votes and the buttons: without them the rest is of no use. */
const LAST = 2;

export function fitted(blocks: readonly KnownBlock[], room: Room, shortened: KnownBlock): KnownBlock[] {
  if (blocks.length <= room.blocks && sum(blocks) <= room.characters) return [...blocks];
  const last = blocks.slice(-LAST);
  let characters = room.characters - sum(last) - textLength(shortened);
  const first: KnownBlock[] = [];
  for (const block of blocks.slice(0, -LAST)) {
    characters -= textLength(block);
    if (characters < 0 || first.length === room.blocks - LAST - 1) break;
    first.push(block);
  }
  return [...first, shortened, ...last];
}

function sum(blocks: readonly KnownBlock[]): number {
  return blocks.reduce((total, block) => total + textLength(block), 0);
}

/** Characters that people read; ids and values are not counted. */
function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((total: number, each) => total + textLength(each), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (total, [key, each]) => total + (key === 'text' && typeof each === 'string' ? each.length : textLength(each)),
    0,
  );
}
