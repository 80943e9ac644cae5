/** `ledger verify`: whether an exported ledger is whole, for somebody who trusts nobody. */
import { loadConfig, printMistakes } from '#config/load.ts';
import { type Command, type Given, Misused, reading, type World, wordOf } from './command.ts';
import { examine } from './examine.ts';
import { readGiven } from './files.ts';
import { readLedger, writeLedger } from './format.ts';
import { gather } from './gather.ts';
import { keysIn, readKeys } from './keys-file.ts';
import { withoutSlack } from './permalinks.ts';
import { EXIT, exitOf, type Finding, type Report } from './report.ts';
import { askConsole, askFolder, askSlack, NOBODY, together, type Witnesses } from './witnesses.ts';

const MOST_SAID = 50;

export const verify: Command = {
  summary: 'whether a ledger is whole',
  help: `usage: lockstep ledger verify FILE [--keys KEYS] [--anchors WITNESSES] [--offline] [--json]
       lockstep ledger verify --lockdown ID [--keys KEYS] [--anchors WITNESSES] [--json]

A FILE needs no Redis, no Slack and no configuration. Checks that each entry follows from the one before and is what the
tables make of it, that each vote carries a receipt for exactly what was asked, that enough of them stood for what was
written to the console, under the rule recorded with the question, that the changes shown are the ones voted for, and
that checkpoints the history says were posted are of this history, signed, and in time with Slack's clock.

  --lockdown ID      what is kept now, instead of a file; with the configuration and the environment of a worker
  --keys KEYS        YAML with receipts.publicKeys and ledger.publicKeys as in the configuration (the configuration itself
                     will do) and, for other signers, a list of verifier keys under checkpoints. Without it the file
                     vouches for its own keys
  --anchors LIST     what witnesses know, separated by commas: slack (the lockdown's thread), console (annotations of its
                     objects), file (the daily files in ledger.anchorsFolder), or files with checkpoints, one after the
                     other, as ledger checkpoint prints them. The first three take the configuration and the environment
                     of a worker. Only witnesses show that entries are missing at the end, or all was written anew
  --offline          ask neither Slack nor the console, whatever --anchors says; what was not asked is said
  --json             what was found as one JSON object

ends with: 0 whole · 1 broken, with the entry and why · 2 shorter than a checkpoint · 3 something could not be checked ·
64 called wrongly · 78 wrong KEYS or configuration

It cannot show that nothing follows after the last checkpoint, that whoever pressed the button was willing, that two
people who never voted are one, that a link leads to the card, or that nobody changed the console by hand.

example:
  npm run --silent lockstep -- ledger verify hipster-shop-1.jsonl --keys config/lockstep.yaml --anchors slack,console
`,
  options: {
    keys: { type: 'string' },
    anchors: { type: 'string' },
    lockdown: { type: 'string' },
    offline: { type: 'boolean' },
  },
  words: [0, 1],
  async run(given, world) {
    const [file] = given.positionals;
    const id = wordOf(given, 'lockdown');
    if ((file === undefined) === (id === undefined)) throw new Misused('Give either a FILE or --lockdown ID.');
    const keysFile = wordOf(given, 'keys');
    if (keysFile !== undefined && keysFile === file) throw new Misused('KEYS has to come from elsewhere than FILE.');
    const keys = keysFile === undefined ? {} : readKeys(readGiven(keysFile));
    if ('because' in keys) {
      world.err(`${keysFile}: ${keys.because}\n`);
      return EXIT.config;
    }
    const judge = async (text: string): Promise<number> => {
      const witnesses = await witnessesFor(given, world, text);
      if (!witnesses) return EXIT.config;
      const report = examine(text, { ...keys, witnesses });
      const exit = exitOf(report);
      if (given.values.json) world.out(`${JSON.stringify({ exit, ...report })}\n`);
      else say(report, exit, world);
      return exit;
    };
    if (file !== undefined) return judge(readGiven(file));
    return reading(world, async ({ config, ...kept }) => {
      const own = keysIn(config.settings);
      const ledger = await gather({ ...kept, permalink: withoutSlack, ...own, now: world.now }, id ?? '');
      if (!ledger) throw new Misused(`No lockdown ${id} is kept; ledger list says which are.`);
      return judge(writeLedger(ledger));
    });
  },
};

/** Nothing where the configuration is wrong, which was said then. */
async function witnessesFor(given: Given, world: World, text: string): Promise<Witnesses | undefined> {
  const wanted = (wordOf(given, 'anchors') ?? '').split(',').filter((word) => word !== '');
  const files = wanted.filter((word) => !ASKED.includes(word));
  const found: Witnesses[] = files.map((file) => ({ ...NOBODY, notes: [{ text: readGiven(file) }] }));
  const asked = wanted.filter((word) => ASKED.includes(word));
  if (asked.length === 0) return together(found);
  const loaded = loadConfig({ env: world.env, for: 'worker', now: world.now });
  if ('mistakes' in loaded) {
    world.err(printMistakes(loaded.mistakes));
    return undefined;
  }
  const lockdown = readLedger(text).ledger?.header.lockdown;
  for (const word of asked) {
    if (word === 'file') found.push(askFolder(loaded.config));
    else if (given.values.offline) found.push({ ...NOBODY, silent: [`${word} was not asked, because of --offline`] });
    else if (lockdown?.id.startsWith('withheld:'))
      found.push({
        ...NOBODY,
        silent: [`${word} was not asked: names are withheld, so it is not known what to ask for`],
      });
    else if (lockdown) found.push(await (word === 'slack' ? askSlack : askConsole)(loaded.config, lockdown));
  }
  return together(found);
}

const ASKED = ['slack', 'console', 'file'];

const VERDICTS = [
  'The ledger is whole.',
  'The ledger is broken.',
  'Entries are missing at the end.',
  'Not everything could be checked.',
];

function say(report: Report, exit: 0 | 1 | 2 | 3, { out }: World): void {
  const { lockdown, namespace, phase, entries, root, votes, applied, checkpoints, objects, findings, remarks } = report;
  if (lockdown !== undefined) out(`${lockdown} of ${namespace}${phase === undefined ? '' : `, ${phase}`}\n`);
  out(`${entries} entries${root === undefined ? '' : `, the last with the hash ${root}`}\n`);
  out(
    `${votes} votes, ${applied.length} times written to the console, ${checkpoints} checkpoints hold${agreeing(objects)}\n`,
  );
  for (const { entry, stage, digest } of applied) out(`  entry ${entry}: ${stage}, digest ${digest}\n`);
  for (const finding of findings.slice(0, MOST_SAID)) out(`${sentence(finding)}\n`);
  if (findings.length > MOST_SAID) out(`and ${findings.length - MOST_SAID} more; --json says all\n`);
  for (const remark of remarks) out(`note: ${remark}\n`);
  out(`${verdictOf(report, exit)}\n`);
}

function agreeing(objects: number): string {
  return objects === 0 ? '' : `, and ${objects} objects on the console agree`;
}

/** Which entry it begins with stands in the last line, where whoever reads one line reads it. */
function verdictOf({ first }: Report, exit: 0 | 1 | 2 | 3): string {
  const verdict = VERDICTS[exit] ?? '';
  if (exit !== EXIT.broken && exit !== EXIT.missing) return verdict;
  return first === undefined ? `${verdict} No entry is wrong by itself; what is stands above.` : `${verdict} ${first}`;
}

function sentence({ verdict, entry, because }: Finding): string {
  return `${verdict}: ${entry === undefined ? '' : `entry ${entry} `}${because}`;
}
