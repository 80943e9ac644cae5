/** Says whether a configuration would start, without starting anything: `npm run config:check -- FILE`. */
import { parseArgs } from 'node:util';
import { environment } from './env.ts';
import { EXIT_CONFIG, loadConfig, printMistakes } from './load.ts';

const USAGE = `usage: npm run config:check -- [FILE] [--for slack|worker|both] [--strict]
  FILE      default: LOCKSTEP_CONFIG, else config/lockstep.yaml
  --for     whose secrets must be there, too; default: both
  --strict  warnings count as mistakes
`;

process.exitCode = check(process.argv.slice(2));

function check(words: string[]): number {
  if (words.some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(USAGE);
    return 0;
  }
  const asked = read(words);
  if (!asked) {
    process.stderr.write(USAGE);
    return 2;
  }
  const answer = loadConfig({ file: asked.file, env: environment(), for: asked.for });
  if ('mistakes' in answer) {
    process.stderr.write(printMistakes(answer.mistakes));
    return EXIT_CONFIG;
  }
  process.stderr.write(printMistakes(answer.warnings));
  process.stdout.write(`The configuration can be started. Its hash is ${answer.config.hash}.\n`);
  return asked.strict && answer.warnings.length > 0 ? EXIT_CONFIG : 0;
}

function read(words: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: words,
      allowPositionals: true,
      options: { for: { type: 'string', default: 'both' }, strict: { type: 'boolean', default: false } },
    });
    const who = (['slack', 'worker', 'both'] as const).find((name) => name === values.for);
    return who && positionals.length <= 1 ? { file: positionals[0], for: who, strict: values.strict } : undefined;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
