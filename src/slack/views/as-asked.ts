/** Whether a message shows what a question is about: each block of it is drawn anew from the draft that would be written. */
import type { KnownBlock } from '@slack/types';
import { digestWords } from '#core/digest.ts';
import { type ApprovalCard, approvalCard, SEEN_SINCE, whatIsAsked, wouldBeChanged } from './approval-card.ts';
import { present, SHORTENED } from './build.ts';
import { inEachForm, type Kept, normal, textsOf } from './shown-text.ts';

/** Whoever voted meanwhile, and what was seen since, may be another; nothing else may be there, and nothing be missing. */
export function showsWhatIsAsked(message: Kept, card: Omit<ApprovalCard, 'later'>): boolean {
  const whole = inEachForm(present(whatIsAsked(card)));
  const least = inEachForm(leastOf(card));
  const digest = normal(`Digest ${digestWords(card.finding.digest)}, draft `);
  return whole.some((blocks, form) => fits(message, wordsOf(blocks), wordsOf(least[form] ?? []), digest));
}

function fits(message: Kept, whole: readonly string[], least: readonly string[], digest: string): boolean {
  const missing = [...whole];
  const others: { readonly block: unknown; readonly text: string }[] = [];
  for (const each of textsOf(message)) {
    const at = missing.indexOf(each.text);
    if (at >= 0) missing.splice(at, 1);
    else others.push(each);
  }
  const kinds = others.map(kindOf);
  const votes = others.filter((_, at) => kinds[at] === 'votes');
  if (new Set(kinds).size !== kinds.length || kinds.includes('unknown')) return false;
  if (!votes.some(({ text }) => text.includes(digest))) return false;
  return missing.length === 0 || (kinds.includes('shortened') && least.every((text) => !missing.includes(text)));
}

/** What changes while a question is open; there is one of each at most. */
function kindOf({ block, text }: { readonly block: unknown; readonly text: string }) {
  if (isActions(block)) return 'buttons';
  if (text.startsWith(normal('Approved by '))) return 'votes';
  if (text.startsWith(normal(SEEN_SINCE))) return 'later';
  return text === normal(SHORTENED) ? 'shortened' : 'unknown';
}

/** Of a card that is too long for Slack: everything down to the changes, where there is room for it. */
function leastOf(card: Omit<ApprovalCard, 'later'>): KnownBlock[] {
  const { blocks } = approvalCard(card);
  const [changes] = wordsOf(present([wouldBeChanged(card.finding)]));
  const last = blocks.findIndex((block) => wordsOf([block]).includes(changes ?? ''));
  return blocks.slice(0, last + 1);
}

function wordsOf(blocks: readonly KnownBlock[]): string[] {
  return textsOf({ blocks }).map(({ text }) => text);
}

function isActions(block: unknown): boolean {
  return typeof block === 'object' && block !== null && 'type' in block && block.type === 'actions';
}
