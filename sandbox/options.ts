/** Options of a command line: one way of reading them, with the nearest word to a mistyped one. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { closest, distance } from 'fastest-levenshtein';

type Declared = ParseArgsConfig & { readonly options: NonNullable<ParseArgsConfig['options']> };

/** Like `parseArgs`; throws a sentence for people. */
export function givenOptions<Config extends Declared>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError) || !('code' in error)) throw error;
    const [, unknown] = /^Unknown option '--?([^']+)'/.exec(error.message) ?? [];
    throw new Error(unknown === undefined ? error.message : noSuchOption(unknown, Object.keys(config.options)));
  }
}

export function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (text === '' || !Number.isInteger(number) || number < 0)
    throw new Error(`${name} takes a whole number, not ${text}`);
  return number;
}

/** What was asked for on the command line; a mistake ends the process with a sentence and the help. */
export function understood<Options>(read: () => Options, help: string): Options {
  try {
    return read();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${help}`);
    process.exit(2);
  }
}

/** A word that shares less than this is another word, not a slip of the finger. */
const SLIP = 0.5;

function noSuchOption(unknown: string, known: readonly string[]): string {
  const nearest = closest(unknown, [...known]);
  const slipped = distance(unknown, nearest) <= Math.max(1, SLIP * nearest.length);
  return `There is no option --${unknown}.${slipped ? ` Did you mean --${nearest}?` : ''}`;
}
