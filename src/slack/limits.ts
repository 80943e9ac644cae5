/** Slack's limits on what is shown, and how a text is cut to one. */

export const LIMITS = {
  blocksInMessage: 50,
  header: 150,
  sectionText: 3000,
  contextElements: 10,
  buttons: 25,
  buttonText: 75,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  modalTitle: 24,
  inputLabel: 2000,
  option: 75,
  tableRows: 100,
  tableText: 10_000,
  /** Slack says 4,000 characters or fewer of the text beside the blocks. */
  text: 3900,
  /** Not documented for rich text; kept at what a section takes. */
  richText: 2900,
  /** Ours, so that one long name or reason does not push everything else off the card. */
  line: 1200,
  item: 300,
  /** Room for a dozen names, which are what is voted on. */
  cell: 600,
} as const;

/** At most `max` UTF-16 units, never half a character; what was cut ends with an ellipsis. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > max - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
