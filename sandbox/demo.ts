/** `npm run demo`: the main job on one machine, with no server, token or account. */
import { writeFile } from 'node:fs/promises';
import { givenOptions, understood, wholeNumber } from '#sandbox/options.ts';
import { GraphMistake } from './console/world/graph.ts';
import { drawEnding, readEnding } from './demo/ending.ts';
import { type Laptop, startLaptop } from './demo/laptop.ts';
import { playThrough } from './demo/people.ts';
import { progressOn } from './demo/progress.ts';

const HELP = `npm run demo -- [options]

  --auto          scripted people do the whole lockdown; exits 0 only if the namespace is locked down
                  and nothing of the application is cut
  --app FILE      another application's service graph (default: sandbox/apps/hipster-shop-v0.3.1.json);
                  sandbox/apps/README.md says how one is written
  --seed N        another discovery week (default: 1)
  --port N        port of the Slack page (default: a free one)
  --report FILE   with --auto: the table at the end, as JSON
  --keep          with --auto: leave everything running at the end
  --no-kubernetes as if no cluster could be asked: its facts are read off the flows
  --embedded      use the embedded Redis although one is installed
`;

const AUTO_WITHIN_MS = 300_000;

const options = understood(readOptions, HELP);
const starting = startLaptop({
  app: options.app,
  seed: options.seed,
  port: options.port,
  kubernetes: !options.noKubernetes,
  embeddedRedis: options.embedded,
});
let stopping: Promise<void> | undefined;
const stop = () => {
  stopping ??= starting.then((running) => running.stop());
  return stopping;
};
// Also while it starts: what is under way then is finished first, so that nothing is left behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void stop().then(() => process.exit(130)));
const laptop = await starting.catch(giveUp);

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
    const reason: unknown = giveUp.signal.aborted ? giveUp.signal.reason : error;
    process.stderr.write(`${reason instanceof Error ? reason.message : reason}\n`);
    return 1;
  } finally {
    clearTimeout(late);
  }
  const ending = await readEnding(controlUrl, slackUrl, namespace);
  process.stdout.write(`${drawEnding(ending)}\n`);
  if (options.report) await writeFile(options.report, `${JSON.stringify(ending, null, 2)}\n`);
  return ending.lockedDown && ending.cut.length === 0 ? 0 : 1;
}

function welcome({ slackUrl, consoleUrl, controlUrl, namespace, redis }: Laptop): string {
  return [
    `Slack      ${slackUrl}   open this in a browser, and be Alice`,
    `Console    ${consoleUrl}`,
    `Redis      ${redis}`,
    '',
    `Type in #lockdowns:   /lockdown start ${namespace}`,
    `then:                 /lockdown next ${namespace}   (the week of discovery is on the console already)`,
    'Choose who you are at the top left. Who may approve: Boris, Chitra, Erin (security) and Diego (platform), two of',
    'them for each of the six stages, at least one from security; for the last, disable-discovery, two of security.',
    `A stage that stays “not proven yet” waits for traffic. Bring it about: curl -X POST ${controlUrl}/exercise`,
    'or press “Go on without proof”: the card then names who decided so.',
    '',
  ].join('\n');
}

/** What somebody can correct is told in one sentence; anything else is a bug and shows where. */
function giveUp(error: unknown): never {
  if (error instanceof GraphMistake) return wrongly(error.message);
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    return wrongly(`Port ${options.port} is taken; choose another with --port.`);
  throw error;
}

function wrongly(words: string): never {
  process.stderr.write(`${words}\n`);
  process.exit(2);
}

function readOptions() {
  const { values } = givenOptions({
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
}
