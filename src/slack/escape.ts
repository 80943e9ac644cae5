/** How text that other people or machines wrote is made harmless before Slack draws it. */
import { clip, LIMITS } from './limits.ts';

/** Control characters, invisible ones, and those that turn the direction of what follows. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|\u034f|\u115f|\u1160|\u3164|\uffa0/gu;

/** Scripts whose letters pass for Latin ones. */
const LOOKS_LATIN = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Cherokee}\p{Script=Armenian}]/u;

/** `evil\u202Egnp` → `evil⟨U+202E⟩gnp`: nothing hides and nothing moves. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `⟨U+${hex(character)}⟩`);
}

/** For elements that Slack never parses: rich text, plain text, table cells. Names that mix scripts say so. */
export function literal(text: string, max: number = LIMITS.richText): string {
  const seen = visible(text);
  return clip(mixesScripts(text) ? `${seen} (mixed alphabets)` : seen, max);
}

/** The only way for a text into `mrkdwn` or into the text beside the blocks. */
export function mrkdwn(text: string, max: number = LIMITS.text): string {
  let kept = '';
  // `](` would begin a link where a client reads Markdown.
  for (const character of visible(text).replaceAll('](', '] (')) {
    const escaped = ESCAPES[character] ?? character;
    if (kept.length + escaped.length > max - 1) return `${kept}…`;
    kept += escaped;
  }
  return kept;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function mixesScripts(text: string): boolean {
  return text.split(/[^\p{L}\p{M}]+/u).some((word) => LOOKS_LATIN.test(word) && /\p{Script=Latin}/u.test(word));
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
