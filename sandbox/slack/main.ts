/** `npm run sandbox:slack`: a Slack workspace on this machine, until Ctrl-C. */
import { parseArgs } from 'node:util';
import { startSlack } from './start.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8900' },
    manifest: { type: 'string' },
    'events-url': { type: 'string' },
    seed: { type: 'string', default: '1' },
    // The sandboxes are started with the same arguments; which application runs is no business of Slack's.
    app: { type: 'string' },
  },
});

const slack = await startSlack({
  port: Number(values.port),
  seed: Number(values.seed),
  ...(values.manifest && { manifest: values.manifest }),
  ...(values['events-url'] && { eventsUrl: values['events-url'] }),
}).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE') throw error;
  process.stderr.write(`Port ${values.port} is taken; choose another with --port.\n`);
  process.exit(1);
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
