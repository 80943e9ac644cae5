/** `ledger verify`: whether an exported ledger is whole, for somebody who trusts nobody. */
import { type Command, Misused, type World, wordOf } from './command.ts';
import { examine } from './examine.ts';
import { readGiven } from './files.ts';
import { readKeys } from './keys-file.ts';
import { EXIT, exitOf, type Finding, type Report } from './report.ts';

const MOST_SAID = 50;

export const verify: Command = {
  summary: 'whether an exported ledger is whole',
  help: `usage: lockstep ledger verify FILE [--keys KEYS] [--anchors FILE] [--json]

Needs no Redis, no Slack and no configuration. Checks that each entry follows from the one before and is what the tables
make of it, that each vote carries a receipt for exactly what was asked, that enough of them stood for what was written
to the console, under the rule recorded with the question, and that the changes shown are the ones voted for.

  --keys KEYS      YAML with receipts.publicKeys as in the configuration (the configuration itself will do) and, for
                   checkpoints, a list of verifier keys under checkpoints. Without it the file vouches for its own keys.
  --anchors FILE   checkpoints kept elsewhere, one after the other, as ledger checkpoint prints them. Only they show that
                   entries are missing at the end, or that everything was written anew.
  --json           what was found as one JSON object

ends with: 0 whole · 1 broken, with the entry and why · 2 shorter than a checkpoint · 3 something could not be checked ·
64 called wrongly · 78 wrong KEYS

It cannot show that nothing follows after the last checkpoint, that whoever pressed the button was willing, that two
people who never voted are one, that a link leads to the card, or that nobody changed the console by hand.

example:
  npm run --silent lockstep -- ledger verify hipster-shop-1.jsonl --keys config/lockstep.yaml --anchors from-slack.txt
`,
  options: { keys: { type: 'string' }, anchors: { type: 'string' } },
  words: 1,
  async run(given, world) {
    const [file = ''] = given.positionals;
    const text = readGiven(file);
    const keysFile = wordOf(given, 'keys');
    const anchorsFile = wordOf(given, 'anchors');
    if (keysFile !== undefined && keysFile === file) throw new Misused('KEYS has to come from elsewhere than FILE.');
    const keys = keysFile === undefined ? {} : readKeys(readGiven(keysFile));
    if ('because' in keys) {
      world.err(`${keysFile}: ${keys.because}\n`);
      return EXIT.config;
    }
    const report = examine(text, {
      ...keys,
      ...(anchorsFile === undefined ? {} : { anchors: readGiven(anchorsFile) }),
    });
    const exit = exitOf(report);
    if (given.values.json) world.out(`${JSON.stringify({ exit, ...report })}\n`);
    else say(report, exit, world);
    return exit;
  },
};

const VERDICTS = [
  'The ledger is whole.',
  'The ledger is broken.',
  'Entries are missing at the end.',
  'Not everything could be checked.',
];

function say(report: Report, exit: 0 | 1 | 2 | 3, { out }: World): void {
  const { lockdown, namespace, phase, entries, root, votes, applied, checkpoints, findings, remarks } = report;
  if (lockdown !== undefined) out(`${lockdown} of ${namespace}${phase === undefined ? '' : `, ${phase}`}\n`);
  out(`${entries} entries${root === undefined ? '' : `, the last with the hash ${root}`}\n`);
  out(`${votes} votes, ${applied.length} times written to the console, ${checkpoints} checkpoints hold\n`);
  for (const { entry, stage, digest } of applied) out(`  entry ${entry}: ${stage}, digest ${digest}\n`);
  for (const finding of findings.slice(0, MOST_SAID)) out(`${sentence(finding)}\n`);
  if (findings.length > MOST_SAID) out(`and ${findings.length - MOST_SAID} more; --json says all\n`);
  for (const remark of remarks) out(`note: ${remark}\n`);
  out(`${VERDICTS[exit]}\n`);
}

function sentence({ verdict, entry, because }: Finding): string {
  return `${verdict}: ${entry === undefined ? '' : `entry ${entry} `}${because}`;
}
