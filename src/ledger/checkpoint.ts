/** `ledger checkpoint`: what to give to a witness, so that nobody can shorten or rewrite the history unseen. */
import { createPrivateKey } from 'node:crypto';
import { checkpointText, LEDGER, originOf, signedNote, verifierKey } from '#core/checkpoint.ts';
import { commitments } from '#core/commitment.ts';
import { checkChain } from './checks/chain.ts';
import { type Command, Misused, reading, wordOf } from './command.ts';
import { readGiven } from './files.ts';
import { EXIT } from './report.ts';

export const checkpoint: Command = {
  summary: 'how long a ledger is and the hash of its last entry, for a witness',
  help: `usage: lockstep ledger checkpoint LOCKDOWN [--key FILE] [--json]

Prints a checkpoint as a signed note (C2SP): origin, number of entries, hash of the last. Keep it where whoever can
write to Redis cannot: in the Slack thread, on the console, in a signed commit. ledger verify --anchors reads it.

  --key FILE   an Ed25519 private key in PEM that signs it; without it the note is not signed
  --json       the same as one JSON object, with the verifier's key

ends with: 0 printed · 1 the chain is broken · 3 Redis could not be read · 64 called wrongly · 78 wrong configuration

example:
  npm run --silent lockstep -- ledger checkpoint hipster-shop-1 --key ledger-key.pem >> anchors.txt
`,
  options: { key: { type: 'string' } },
  words: [1, 1],
  async run(given, world) {
    const keyFile = wordOf(given, 'key');
    const signer = keyFile === undefined ? undefined : { name: LEDGER, pem: ed25519(keyFile) };
    return reading(world, async ({ lockdowns }) => {
      const [id = ''] = given.positionals;
      const lockdown = await lockdowns.read(id);
      if (!lockdown) throw new Misused(`No lockdown ${id} is kept; ledger list says which are.`);
      const entries = await lockdowns.history(id);
      const commit = commitments(lockdown.salt);
      const [wrong] = checkChain(entries, commit);
      const last = entries.at(-1);
      if (wrong || !last) {
        world.err(
          `No witness should see this: ${wrong ? `entry ${wrong.entry} ${wrong.because}` : 'there is no history'}.\n`,
        );
        return EXIT.broken;
      }
      const facts = { origin: originOf(lockdown.id, commit), size: last.number, root: last.hash };
      const text = checkpointText(facts);
      const note = signer ? signedNote(text, signer) : `${text}\n`;
      const key = signer ? { verifierKey: verifierKey(signer) } : {};
      if (given.values.json) world.out(`${JSON.stringify({ ...facts, note, ...key })}\n`);
      else world.out(note);
      if (!signer) world.err('It is not signed: it is worth what the place is worth where it is kept.\n');
      return EXIT.whole;
    });
  },
};

function ed25519(file: string): string {
  const pem = readGiven(file);
  try {
    if (createPrivateKey(pem).asymmetricKeyType === 'ed25519') return pem;
  } catch (error) {
    // OpenSSL's own words could hold a part of the key.
    if (error instanceof Error && 'code' in error) throw new Misused(`${file} is no private key in PEM.`);
    throw error;
  }
  throw new Misused(`${file} is not an Ed25519 key.`);
}
