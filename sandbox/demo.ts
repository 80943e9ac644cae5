/** `npm run demo`: the main job on one machine, with no server, token or account. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { drawEnding, readEnding } from './demo/ending.ts';
import { type Laptop, startLaptop } from './demo/laptop.ts';
import { playThrough } from './demo/people.ts';
import { progressOn } from './demo/progress.ts';

const HELP = `npm run demo -- [options]

  --auto          scripted people do the whole lockdown; exits 0 only if the namespace is locked down
                  and nothing of the application is cut
  --app FILE      another application's service graph (default: sandbox/apps/hipster-shop-v0.3.1.json)
  --seed N        another discovery week (default: 1)
  --port N        port of the Slack page (default: a free one)
  --report FILE   with --auto: the table at the end, as JSON
  --keep          with --auto: leave everything running at the end
  --no-kubernetes as if no cluster could be asked: its facts are read off the flows
  --embedded      use the embedded Redis although one is installed
`;

const AUTO_WITHIN_MS = 300_000;

const options = readOptions();
const laptop = await startLaptop({
  app: options.app,
  seed: options.seed,
  port: options.port,
  kubernetes: !options.noKubernetes,
  embeddedRedis: options.embedded,
});
let stopping: Promise<void> | undefined;
const stop = () => {
  stopping ??= laptop.stop();
  return stopping;
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void stop().then(() => process.exit(130)));

process.stdout.write(`${welcome(laptop)}\n`);
if (options.auto) process.exitCode = await auto(laptop);
if (options.auto && !options.keep) await stop();
else {
  process.stdout.write('Ctrl-C stops everything.\n');
  const words = await laptop.broken;
  if (!stopping) {
    process.stderr.write(`${words}\n`);
    process.exitCode = 1;
    await stop();
  }
}

async function auto({ slackUrl, controlUrl, namespace, broken }: Laptop): Promise<number> {
  const progress = progressOn(process.stdout, namespace);
  const giveUp = new AbortController();
  const late = setTimeout(() => giveUp.abort(new Error('the lockdown did not end in time')), AUTO_WITHIN_MS);
  broken.then((words) => giveUp.abort(new Error(words)));
  try {
    const { say, look } = progress;
    const exercise = async () => {
      const response = await fetch(`${controlUrl}/exercise`, {
        method: 'POST',
        body: JSON.stringify({ noise: ['cron', 'time'] }),
      });
      if (!response.ok)
        throw new Error(`the application could not be used: ${response.status} ${await response.text()}`);
    };
    await playThrough({ slackUrl, namespace, say, look, exercise, signal: giveUp.signal });
    progress.stop();
  } catch (error) {
    progress.stop();
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 1;
  } finally {
    clearTimeout(late);
  }
  const ending = await readEnding(controlUrl, slackUrl, namespace);
  process.stdout.write(`${drawEnding(ending)}\n`);
  if (options.report) await writeFile(options.report, `${JSON.stringify(ending, null, 2)}\n`);
  return ending.lockedDown && ending.cut.length === 0 ? 0 : 1;
}

function welcome({ slackUrl, consoleUrl, namespace, redis }: Laptop): string {
  return [
    `Slack      ${slackUrl}   open this in a browser, and be Alice`,
    `Console    ${consoleUrl}`,
    `Redis      ${redis}`,
    '',
    `Type in #lockdowns:   /lockdown start ${namespace}`,
    `then:                 /lockdown next ${namespace}   (the week of discovery is on the console already)`,
    'Approve as Boris, Chitra or Erin: choose who you are at the bottom left.',
    '',
  ].join('\n');
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        auto: { type: 'boolean', default: false },
        app: { type: 'string', default: 'sandbox/apps/hipster-shop-v0.3.1.json' },
        seed: { type: 'string', default: '1' },
        port: { type: 'string', default: '0' },
        report: { type: 'string' },
        keep: { type: 'boolean', default: false },
        'no-kubernetes': { type: 'boolean', default: false },
        embedded: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      process.exit(0);
    }
    return {
      ...values,
      noKubernetes: values['no-kubernetes'],
      seed: wholeNumber('--seed', values.seed),
      port: wholeNumber('--port', values.port),
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    process.exit(2);
  }
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new Error(`${name} takes a whole number, not ${text}`);
  return number;
}
