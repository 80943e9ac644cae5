/** How one ledger key takes over from another: a note that both of them signed, so that neither can be put in alone. */
import { LEDGER, noteSignature, signaturesIn, signedBy, type Verifier } from './checkpoint.ts';

/** Ids of the two keys, and the public half of the one that takes over: base64 of the raw 32 bytes. */
export type Handover = { readonly from: string; readonly to: string; readonly key: string };

export function handoverNote(
  { from, to, key }: Handover,
  pems: { readonly from: string; readonly to: string },
): string {
  const text = `${TITLE}\n${from}\n${to}\n${key}\n`;
  const line = (pem: string) => `— ${LEDGER} ${noteSignature(text, { name: LEDGER, pem })}\n`;
  return `${text}\n${line(pems.from)}${line(pems.to)}`;
}

/** Whether it says that `to` took over from `from`, and both signed it. */
export function handoverHolds(
  note: string,
  { from, to, key }: Handover,
  keys: { readonly from: Verifier; readonly to: Verifier },
): boolean {
  const text = `${TITLE}\n${from}\n${to}\n${key}\n`;
  if (!note.startsWith(`${text}\n`)) return false;
  const signatures = signaturesIn(note.slice(text.length + 1).split('\n'));
  return signedBy(text, signatures, keys.from) && signedBy(text, signatures, keys.to);
}

const TITLE = 'lockstep/handover';
