/** The command line `lockstep`: which subcommands there are, and how what was typed becomes one of them. */
import { parseArgs } from 'node:util';
import { checkpoint } from './checkpoint.ts';
import { type Command, type Given, Misused, type World } from './command.ts';
import { exportLedger } from './export.ts';
import { handover } from './handover.ts';
import { list } from './list.ts';
import { EXIT } from './report.ts';
import { verify } from './verify.ts';

const COMMANDS = new Map<string, Command>([
  ['list', list],
  ['export', exportLedger],
  ['verify', verify],
  ['checkpoint', checkpoint],
  ['handover', handover],
]);

/** Gives the exit code. */
export async function lockstep(words: readonly string[], world: World): Promise<number> {
  const [topic, name = '', ...rest] = words;
  const command = topic === 'ledger' ? COMMANDS.get(name) : undefined;
  if (!command) return overview(words, world);
  try {
    const given = read(command, rest);
    if (given.values.help) {
      world.out(command.help);
      return EXIT.whole;
    }
    const [least, most] = command.words;
    const words = given.positionals.length;
    if (words < least || words > most)
      throw new Misused(
        `Beside options it takes ${most === 0 ? 'nothing' : `${least === most ? '' : 'at most '}one word`}, and was given ${words}.`,
      );
    return await command.run(given, world);
  } catch (error) {
    if (error instanceof Misused) {
      world.err(`${error.message}\n\n${command.help.split('\n')[0]}\n`);
      return EXIT.usage;
    }
    // Whoever waits for the exit code must not take a mishap for a verdict.
    world.err(`${error instanceof Error ? error.stack : String(error)}\n`);
    return EXIT.unchecked;
  }
}

function overview(words: readonly string[], world: World): number {
  const rows = [...COMMANDS].map(([name, { summary }]) => `  lockstep ledger ${name.padEnd(12)}${summary}\n`);
  const text = `usage: npm run --silent lockstep -- ledger COMMAND\n\n${rows.join('')}\nlockstep ledger COMMAND --help says more, with an example.\n`;
  const asked =
    words.length === 0 ||
    (words.length === 1 && words[0] === 'ledger') ||
    words.includes('--help') ||
    words.includes('-h');
  if (asked) world.out(text);
  else world.err(`There is no command ${words.slice(0, 2).join(' ')}.\n\n${text}`);
  return asked ? EXIT.whole : EXIT.usage;
}

function read({ options }: Command, args: string[]): Given {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...options, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    return { positionals, values: values as Given['values'] };
  } catch (error) {
    if (error instanceof TypeError && 'code' in error) throw new Misused(error.message);
    throw error;
  }
}
