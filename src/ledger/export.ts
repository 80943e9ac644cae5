/** `ledger export`: one lockdown's ledger as a file that anybody can check. */
import { writeFileSync } from 'node:fs';
import { slackClient } from '#slack/client.ts';
import { type Command, Misused, reading, wordOf } from './command.ts';
import { writeLedger } from './format.ts';
import { gather } from './gather.ts';
import { keysIn } from './keys-file.ts';
import { permalinksFrom, withoutSlack } from './permalinks.ts';
import { redact } from './redaction.ts';
import { EXIT } from './report.ts';

export const exportLedger: Command = {
  summary: 'one lockdown’s ledger as JSON lines',
  help: `usage: lockstep ledger export LOCKDOWN [--redact] [--out FILE] [--without-slack] [--json]

Writes every entry with its hash, the votes with their receipts and links to Slack, the drafts with their digests as
YAML, and the ids of the console's objects. Reads Redis with the configuration and the environment of a worker, and
changes nothing. The file names people, workloads and hosts: it is a map of the network, unless they are withheld.

  --redact         put a commitment in the place of every name and of what people wrote; ledger verify checks such a file
                   as any other, and the same name is withheld as the same everywhere in it. Links are left out
  --out FILE       a new file that only you may read; else standard output
  --without-slack  do not ask Slack for links
  --json           with --out: say what was written as JSON

ends with: 0 written · 3 Redis could not be read · 64 called wrongly · 78 wrong configuration

example:
  npm run --silent lockstep -- ledger export hipster-shop-1 --out hipster-shop-1.jsonl
`,
  options: { redact: { type: 'boolean' }, out: { type: 'string' }, 'without-slack': { type: 'boolean' } },
  words: [1, 1],
  run: (given, world) =>
    reading(world, async ({ config: { settings, secrets }, ...kept }) => {
      const [id = ''] = given.positionals;
      const permalink =
        given.values['without-slack'] || given.values.redact
          ? withoutSlack
          : permalinksFrom(slackClient(secrets.slackBotToken, { slackApiUrl: secrets.slackApiUrl }));
      const whole = await gather({ ...kept, permalink, ...keysIn(settings), now: world.now }, id);
      if (!whole) throw new Misused(`No lockdown ${id} is kept; ledger list says which are.`);
      const ledger = given.values.redact ? redact(whole) : whole;
      const text = writeLedger(ledger);
      const file = wordOf(given, 'out');
      if (file === undefined) world.out(text);
      else {
        writeNew(file, text);
        const { entries, lacking } = ledger.header;
        if (given.values.json) world.out(`${JSON.stringify({ lockdown: id, file, entries, lacking })}\n`);
        else world.out(`${file} holds the ${entries} entries of ${id}.\n`);
      }
      for (const sentence of ledger.header.lacking) world.err(`${sentence}\n`);
      return EXIT.whole;
    }),
};

function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw new Misused(`${file} cannot be written: ${error.code}`);
    throw error;
  }
}
