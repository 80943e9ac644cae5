/** `npm run chaos`: many lockdowns at once while everything around them is hurt, and the seven promises checked at the end. */
import { writeFile } from 'node:fs/promises';
import { givenOptions, understood } from '#sandbox/options.ts';
import { drawResult, isKept } from './chaos/report.ts';
import { run } from './chaos/run.ts';

const HELP = `npm run chaos -- [options]

  --lockdowns N   how many namespaces are locked down at once (default: 200, at most 999)
  --minutes N     how long things go wrong (default: 5); or --seconds N
  --seed N        another schedule of people and faults (default: 1); the same seed replays the same schedule
  --json FILE     the result as JSON
  --keep          leaves the logs, the configuration and Redis's file, and says where

Needs redis-server on the PATH. Exits 0 only if none of the seven promises was broken.
`;

const options = understood(readOptions, HELP);
// Whoever is interrupted takes the processes along: that is done on exit, which a signal alone would skip.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
const result = await run({ ...options, say: (words) => process.stdout.write(`${words}\n`) });
process.stdout.write(`\n${drawResult(result)}\n`);
if (options.json) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
// Whatever still waits for an answer that will not come is no reason to stay.
process.exit(isKept(result) ? 0 : 1);

function readOptions() {
  const { values } = givenOptions({
    options: {
      lockdowns: { type: 'string', default: '200' },
      minutes: { type: 'string', default: '5' },
      seconds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const seconds =
    values.seconds === undefined ? 60 * above0('--minutes', values.minutes) : above0('--seconds', values.seconds);
  const lockdowns = whole('--lockdowns', values.lockdowns);
  if (lockdowns < 1 || lockdowns > 999) throw new Error('--lockdowns takes a whole number from 1 to 999');
  return {
    lockdowns,
    runMs: Math.round(1000 * seconds),
    seed: whole('--seed', values.seed),
    keep: values.keep,
    ...(values.json === undefined ? {} : { json: values.json }),
  };
}

function whole(name: string, text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isInteger(number)) throw new Error(`${name} takes a whole number, not ${text}`);
  return number;
}

function above0(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0) || number > 10_000) throw new Error(`${name} takes a number above 0, not ${text}`);
  return number;
}
