/** `npm run attack`: what an attacker with any one credential can do to the running product. */

import { writeFile } from 'node:fs/promises';
import { understood } from '#sandbox/options.ts';
import { HELP, type Options, readOptions } from './attack/options.ts';
import { play } from './attack/play.ts';
import { drawFindings, isWell } from './attack/table.ts';

const options = understood(() => readOptions(process.argv.slice(2)), HELP);
if (options === 'help') process.stdout.write(HELP);
else process.exitCode = await run(options);

async function run(options: Options): Promise<number> {
  const begun = Date.now();
  const say = (words: string) => {
    const line = `${((Date.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${words}`;
    if (process.stdout.isTTY) process.stdout.write(`\r\u001b[2K${line}`.slice(0, process.stdout.columns));
    else process.stderr.write(`${line}\n`);
  };
  const findings = await play(options, say).catch((error: unknown) => {
    process.stderr.write(`\n${error instanceof Error ? error.message : error}\n`);
    return undefined;
  });
  if (!findings) return 2;
  process.stdout.write(`${process.stdout.isTTY ? '\r\u001b[2K' : ''}${drawFindings(findings)}`);
  if (options.json) {
    const { app, seed } = options;
    await writeFile(options.json, `${JSON.stringify({ app, seed, well: isWell(findings), ...findings }, null, 2)}\n`);
  }
  return isWell(findings) ? 0 : 1;
}
