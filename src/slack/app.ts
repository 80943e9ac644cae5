/** How the Slack process starts and stops. */
import { App } from '@slack/bolt';
import type { Secrets } from '#config/schema.ts';
import { boltLog } from './bolt-log.ts';
import { clientOptions, slackClient } from './client.ts';
import { directory } from './directory.ts';
import { calling, failureFrom } from './failure.ts';
import type { Household } from './household.ts';
import type { Once } from './http-guard.ts';
import { listen } from './listeners.ts';
import { poster } from './post.ts';
import { httpMode, socketMode, type Way } from './receivers.ts';
import { scopesOf } from './self-test.ts';

export type Deps = Omit<Household, 'directory' | 'post' | 'receiptKey'> & {
  readonly secrets: Pick<
    Secrets,
    'slackApiUrl' | 'slackBotToken' | 'slackAppToken' | 'slackSigningSecret' | 'receiptKey'
  >;
  /** Where several processes answer over HTTP: the store in which they all see a replayed request. */
  readonly once?: Once;
};

export type RunningSlack = {
  /** The workspace. */
  readonly team: string;
  /** In HTTP mode, where it listens. */
  readonly port?: number;
  stop(): Promise<void>;
};

/** Resolves when Slack can reach us; a Slack that refuses or does not answer is a SlackFailure. */
export async function startSlack(deps: Deps): Promise<RunningSlack> {
  const { secrets, journal, cards, now } = deps;
  const { slackApiUrl, slackBotToken, receiptKey } = secrets;
  if (!receiptKey) throw new Error('The Slack process needs the key that signs votes, and it is not there.');
  if (slackApiUrl?.startsWith('http:'))
    journal.warned({ because: `Slack is called without encryption, at ${slackApiUrl}: right for a laptop only.` });

  const client = slackClient(slackBotToken, { slackApiUrl });
  const { identity, findings } = await scopesOf(client);
  for (const { ok, text } of findings) if (!ok) journal.warned({ because: text });

  const logger = boltLog(journal);
  const way = wayIn(deps, logger);
  const app = new App({
    token: slackBotToken,
    botId: identity.botId,
    botUserId: identity.botUser,
    // It was just asked for.
    tokenVerificationEnabled: false,
    receiver: way.receiver,
    clientOptions: clientOptions({ slackApiUrl }),
    convoStore: false,
    logger,
  });
  app.error(async (error) => {
    const failure = failureFrom(error, 'bolt');
    journal.slackFailed({
      what: 'answering Slack',
      because: failure instanceof Error ? failure.message : String(failure),
    });
  });
  const household: Household = {
    ...deps,
    receiptKey,
    directory: directory({ client, journal, team: identity.team, now }),
    post: poster({ client, cards, journal }),
  };
  listen(app, { ...household, client });
  const { port } = await calling('connecting', way.start);
  return { team: identity.team, ...(port === undefined ? {} : { port }), stop: way.stop };
}

function wayIn({ settings, secrets, journal, once, now }: Deps, logger: ReturnType<typeof boltLog>): Way {
  const { slackApiUrl, slackAppToken: appToken, slackSigningSecret: signingSecret } = secrets;
  if (settings.slack.mode === 'socket') {
    if (!appToken) throw new Error('Socket Mode needs SLACK_APP_TOKEN.');
    return socketMode({ appToken, slackApiUrl, logger });
  }
  if (!signingSecret) throw new Error('HTTP mode needs SLACK_SIGNING_SECRET.');
  const { host, port } = settings.slack;
  return httpMode({ signingSecret, host, port, logger, journal, once, now });
}
