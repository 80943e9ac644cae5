/** How a text is said without being told: its commitment, which anybody can check who is later given the text's salt. */
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** Puts a commitment in the place of a text. */
export type Commit = (text: string) => string;

/**
 * One commitment a text, the same wherever it stands in the same lockdown: that two withheld names are one, or two, was
 * settled when they were recorded, and is not the word of whoever withholds them.
 */
export function commitments(salt: string): Commit {
  const known = new Map<string, string>();
  const key = createSecretKey(salt, 'utf8');
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const commitment = commitmentOf(text, saltOf(text, key));
    known.set(text, commitment);
    return commitment;
  };
}

/** A text's own salt: who has it can check this text, and guess no other. */
export function saltOf(text: string, salt: string | KeyObject): string {
  return createHmac('sha256', salt).update('lockstep/salt/v1\n').update(text).digest('hex');
}

/** SHA-256 in hex over the text and its own salt. */
export function commitmentOf(text: string, ownSalt: string): string {
  return hash('sha256', `lockstep/text/v1\n${ownSalt}\n${text}`);
}
