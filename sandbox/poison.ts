/** `npm run poison`: whether an attacker's week can teach the drafts anything, on applications whose week is known. */

import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { lists as listsOfNow } from '#core/suspicion/lists.ts';
import { NOT_CHECKED, SIGNALS } from '#core/suspicion/signals.ts';
import { understood } from '#sandbox/options.ts';
import { HELP, type Options, readOptions } from './poison/options.ts';
import { drawClean, drawTrials } from './poison/table.ts';
import { type Trial, trialOf } from './poison/trial.ts';

const options = understood(() => readOptions(process.argv.slice(2)), HELP);
if (options === 'help') process.stdout.write(HELP);
else process.exitCode = await run(options);

async function run({ apps, seed, json }: Options): Promise<number> {
  const done: Trial[] = [];
  let failed = 0;
  for (const app of apps) {
    const name = basename(app, '.json');
    const progress = (words: string) =>
      process.stdout.isTTY
        ? process.stdout.write(`\r\u001b[2K${name} ${words}`.slice(0, process.stdout.columns))
        : undefined;
    try {
      const trial = trialOf(app, seed, Date.now(), progress);
      done.push(trial);
      if (process.stdout.isTTY) process.stdout.write('\r\u001b[2K');
      process.stdout.write(`${trial.app}, seed ${seed}\n\n${drawTrials(trial.trials)}\n${drawClean(trial.clean)}\n`);
    } catch (error) {
      failed += 1;
      process.stdout.write(`${name} could not be tried: ${error instanceof Error ? error.message : error}\n`);
    }
  }
  const faults = done.flatMap((trial) => trial.faults.map((fault) => `${trial.app}: ${fault}`));
  const lists = listsOfNow();
  const never = SIGNALS.flatMap(({ id, name, seen }) =>
    typeof seen === 'string' ? [] : [`${id} ${name}: ${seen.never}`],
  );
  process.stdout.write(`Not seen: ${[...never, ...NOT_CHECKED].join('; ')}.\n`);
  process.stdout.write(`Known places of ${lists.date}, ${lists.digest.slice(0, 16)}\n`);
  process.stdout.write(faults.length === 0 ? 'All is well.\n' : `\n${faults.join('\n')}\n`);
  if (json) {
    const whole = { seed, failed, faults, lists, notSeen: never, notChecked: NOT_CHECKED, applications: done };
    await writeFile(json, `${JSON.stringify(whole, null, 2)}\n`);
  }
  return failed > 0 ? 3 : faults.length > 0 ? 1 : 0;
}
