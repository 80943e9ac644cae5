/** `npm run sandbox:slack`: a Slack workspace on this machine, until Ctrl-C. */
import { parseArgs } from 'node:util';
import { startSlack } from './start.ts';

const USAGE = `npm run sandbox:slack -- [options]

  --port N          port of the page and the Web API (default: 8900; 0 takes a free one)
  --manifest FILE   a Slack app manifest: only its scopes, events and commands are there (default: everything)
  --events-url URL  deliver by signed HTTP requests to this address instead of over Socket Mode
  --seed N          another workspace's ids (default: 1)
  --app FILE        not used: both sandboxes may be started with the same options
`;

const options = readOptions();
const slack = await startSlack(options).catch((error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE') return wrongly(`Port ${options.port} is taken; choose another with --port.\n`);
  if (error.code === 'ENOENT' && options.manifest) return wrongly(`${options.manifest} does not exist.\n`);
  throw error;
});

process.stdout.write(
  [
    `Slack is at         ${slack.url}`,
    `SLACK_API_URL       ${slack.apiUrl}`,
    `SLACK_BOT_TOKEN     ${slack.botToken}`,
    `SLACK_APP_TOKEN     ${slack.appToken}`,
    `SLACK_SIGNING_SECRET ${slack.signingSecret}`,
    '',
  ].join('\n'),
);

const stop = () => void slack.stop().then(() => process.exit(0));
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '8900' },
        manifest: { type: 'string' },
        'events-url': { type: 'string' },
        seed: { type: 'string', default: '1' },
        app: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    return {
      port: wholeNumber('--port', values.port, 65_535),
      seed: wholeNumber('--seed', values.seed, Number.MAX_SAFE_INTEGER),
      ...(values.manifest && { manifest: values.manifest }),
      ...(values['events-url'] && { eventsUrl: values['events-url'] }),
    };
  } catch (error) {
    return wrongly(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

function wholeNumber(name: string, text: string, atMost: number): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isInteger(number) || number < 0 || number > atMost)
    throw new Error(`${name} takes a whole number, not ${text}`);
  return number;
}

function wrongly(words: string): never {
  process.stderr.write(words);
  process.exit(2);
}
