/** What a message says, as an app sends it: text, blocks, attachments and metadata, checked as Slack checks them. */
import { z } from 'zod';
import { checkBlocks, textLength } from '../blocks/check.ts';
import type { Block, Message } from '../types.ts';
import { type Call, refuse, refuseWith } from './call.ts';

export type Content = {
  text?: string;
  blocks?: Block[];
  attachments?: unknown[];
  metadata?: NonNullable<Message['metadata']> | null;
};

export const textMaxPosted = 40_000;
export const textMaxUpdated = 4_000;

// Slack does not document this one. It speaks of 12,000 characters and a buffer, and apps report refusals of 11,341.
const textMaxInBlocks = 11_000;

/** Parts that are left out stay undefined, because an update keeps what it does not mention. */
export function contentOf(call: Call, textMax: number): Content {
  const { args } = call;
  const text = args.text('text');
  const markdownText = args.text('markdown_text');
  if (markdownText && (text || args.has('blocks'))) refuse('markdown_text_conflict');
  if ((text?.length ?? 0) > textMax || (markdownText?.length ?? 0) > 12_000) refuse('msg_too_long');

  const blocks = args.json('blocks', 'invalid_blocks_format');
  const checked = blocks === undefined ? undefined : checkedBlocks(call, blocks);
  if (textLength(checked) > textMaxInBlocks) refuse('msg_blocks_too_long');
  const attachments = args.json('attachments', 'invalid_attachments');
  if (attachments !== undefined && !Array.isArray(attachments)) refuse('invalid_attachments');
  if (attachments && attachments.length > 100) refuse('too_many_attachments');
  const metadata = metadataOf(call);
  return {
    ...((text ?? markdownText) !== undefined && { text: text ?? markdownText ?? '' }),
    ...(checked !== undefined && { blocks: checked }),
    ...(attachments !== undefined && { attachments }),
    ...(metadata !== undefined && { metadata }),
  };
}

export function saysNothing(content: Content): boolean {
  return !content.text && !content.blocks?.length && !content.attachments?.length;
}

export function checkedBlocks(call: Call, given: unknown): Block[] {
  const { workspace, unsupportedBlocks } = call;
  const checked = checkBlocks(given, {
    surface: 'message',
    at: '/blocks',
    unsupported: unsupportedBlocks,
    newId: () => workspace.nextId('').slice(0, 5),
  });
  if ('wrong' in checked) refuseWith('invalid_blocks', checked.wrong);
  return checked.blocks;
}

const metadataShape = z.object({
  event_type: z.string().min(1).max(255),
  event_payload: z.record(z.string(), z.unknown()),
});

function metadataOf(call: Call): Content['metadata'] {
  const given = call.args.json('metadata', 'invalid_metadata_format');
  if (given === undefined) return undefined;
  const isEmpty = typeof given === 'object' && given !== null && Object.keys(given).length === 0;
  if (isEmpty) return null;
  const checked = metadataShape.safeParse(given);
  if (!checked.success) refuse('invalid_metadata_schema');
  if (JSON.stringify(checked.data).length > 16_000) refuse('metadata_too_large');
  return checked.data;
}
