/** `ledger handover`: what the former ledger key and the next one sign when the next one takes over. */
import { keyIdOf, publicPartOf } from '#config/receipt-key.ts';
import { handoverNote } from '#core/handover.ts';
import { type Command, Misused, wordOf } from './command.ts';
import { readGiven } from './files.ts';
import { EXIT } from './report.ts';

export const handover: Command = {
  summary: 'a note by which one ledger key takes over from another',
  help: `usage: lockstep ledger handover --from FILE --to FILE [--json]

Prints the lines for ledger.publicKeys of the key that takes over, with a note that both keys sign. The first checkpoint
under the new key carries the note, so that whoever trusts the old key can trust the new one. A key that is lost signs
nothing: then leave the note out, and ledger verify says from where on the history rests on the new key alone.

  --from FILE  the former Ed25519 private key in PEM
  --to FILE    the one that takes over

ends with: 0 printed · 64 called wrongly

example:
  npm run --silent lockstep -- ledger handover --from secrets/ledger-key.pem --to next/ledger-key.pem
`,
  options: { from: { type: 'string' }, to: { type: 'string' } },
  words: [0, 0],
  async run(given, world) {
    const [from, to] = [keyIn(wordOf(given, 'from'), '--from'), keyIn(wordOf(given, 'to'), '--to')];
    if (from.id === to.id) throw new Misused('Both files hold the same key.');
    const note = handoverNote({ from: from.id, to: to.id, key: to.key }, { from: from.pem, to: to.pem });
    const since = new Date(world.now()).toISOString().slice(0, 10);
    if (given.values.json) world.out(`${JSON.stringify({ id: to.id, key: to.key, since, handover: note })}\n`);
    else
      world.out(`ledger:
  publicKeys:
    "${to.id}":
      key: "${to.key}"
      since: ${since}
      handover: |
${note.replace(/^(?=.)/gm, '        ')}`);
    return EXIT.whole;
  },
};

function keyIn(
  file: string | undefined,
  option: string,
): { readonly id: string; readonly key: string; readonly pem: string } {
  if (file === undefined) throw new Misused(`${option} is missing.`);
  const pem = readGiven(file);
  const raw = publicPartOf(pem);
  if (!raw) throw new Misused(`${file} is no Ed25519 private key in PEM.`);
  return { id: keyIdOf(raw), key: raw.toString('base64'), pem };
}
