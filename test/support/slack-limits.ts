/** Holds messages, modals and the Home tab against Slack's limits, and looks for markup that others have written. */
import type { HomeView, ModalView } from '@slack/types';
import { checkBlocks } from '#sandbox/slack/blocks/check.ts';
import type { Message } from '#slack/views/build.ts';

type Drawn = Message | ModalView | HomeView;

/** What Slack would refuse; nothing when it takes it all. */
export function refusals(drawn: Drawn): string[] {
  const surface = 'type' in drawn ? drawn.type : 'message';
  let id = 0;
  const checked = checkBlocks(drawn.blocks, { surface, at: '/blocks', unsupported: [], newId: () => `b${id++}` });
  return ['wrong' in checked ? checked.wrong : [], ownRefusals(drawn)].flat();
}

function ownRefusals(drawn: Drawn): string[] {
  const size = JSON.stringify(drawn.blocks).length;
  // Slack refuses views beyond 250 kB; nobody reads a message of that size either.
  const large = size > 250_000 ? [`${size} characters of blocks`] : [];
  if (!('type' in drawn))
    return drawn.text.length > 4000 ? [`text of ${drawn.text.length} characters`, ...large] : large;
  const metadata = drawn.private_metadata?.length ?? 0;
  return metadata > 3000 ? [`private_metadata of ${metadata} characters`, ...large] : large;
}

/** Every text that Slack parses: `mrkdwn`, and the text beside the blocks. */
export function parsedTexts(drawn: Drawn): string[] {
  const found: string[] = 'text' in drawn ? [drawn.text] : [];
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    if (typeof value !== 'object' || value === null) return;
    if ('type' in value && value.type === 'mrkdwn' && 'text' in value) found.push(String(value.text));
    if ('type' in value && value.type === 'markdown') found.push('markdown');
    Object.values(value).forEach(look);
  };
  look(drawn.blocks);
  return found;
}

/** Every text people see, parsed or not. */
export function allTexts(drawn: Drawn): string[] {
  const found: string[] = [];
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    if (typeof value !== 'object' || value === null) return;
    if ('text' in value && typeof value.text === 'string') found.push(value.text);
    Object.values(value).forEach(look);
  };
  look(drawn);
  return found;
}
