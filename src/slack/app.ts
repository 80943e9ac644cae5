/** How the Slack process starts and stops. */
import { App, type webApi } from '@slack/bolt';
import type { Secrets } from '#config/schema.ts';
import { boltLog } from './bolt-log.ts';
import { catchingUp } from './catching-up.ts';
import { channelNow } from './channel-now.ts';
import { clientOptions, slackClient } from './client.ts';
import { directory } from './directory.ts';
import { calling, failureFrom } from './failure.ts';
import type { Household } from './household.ts';
import type { Once } from './http-guard.ts';
import { strangeAnswerAddress } from './known-to-slack.ts';
import { listen, tellReacted } from './listeners.ts';
import { poster } from './post.ts';
import type { Reacted, Reaction } from './reactions.ts';
import { httpMode, socketMode, type Way } from './receivers.ts';
import { scopesOf } from './self-test.ts';

export type Deps = Omit<Household, 'directory' | 'post' | 'receiptKey' | 'channelNow' | 'botId'> & {
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
  const answering = underWay();
  app.use(({ next }) => answering.add(next()));
  app.use(async ({ body, next }) => {
    const { api_app_id: from } = body as { api_app_id?: unknown };
    if (from === undefined || identity.appId === undefined || from === identity.appId) return next();
    journal.warned({ because: `something that was meant for another app (${String(from)}) was refused` });
  });
  app.use(async ({ body, next }) => {
    if (strangeAnswerAddress(body, slackApiUrl) === undefined) return next();
    // Nothing is answered: whoever sent it is not Slack.
    journal.warned({
      because: 'a request wanted its answer to be sent to an address that is not Slack’s, and was refused',
    });
  });
  const household: Household = {
    ...deps,
    botId: identity.botId,
    receiptKey,
    channelNow: remembered((channel) => channelNow({ client, journal }, channel), now),
    directory: directory({ client, journal, team: identity.team, now }),
    post: poster({ client, cards, journal }),
  };
  listen(app, { ...household, client });
  const reading = keepReading(household, client, identity.team);
  const { port } = await calling('connecting', way.start);
  reading.look();
  way.onReconnected(reading.look);
  return {
    team: identity.team,
    ...(port === undefined ? {} : { port }),
    async stop() {
      await way.stop();
      // What was acknowledged has to be recorded and answered: Slack does not deliver it again.
      await answering.ended();
      await reading.stop();
    },
  };
}

/** What is being done with what Slack delivered. */
function underWay() {
  const doing = new Set<Promise<void>>();
  return {
    async add(work: Promise<void>): Promise<void> {
      doing.add(work);
      try {
        await work;
      } finally {
        doing.delete(work);
      }
    },
    ended: () => Promise.allSettled(doing),
  };
}

const CHANNEL_KEPT_MS = 10_000;

/** Many vote at once in one channel. */
function remembered<Answer>(look: (key: string) => Promise<Answer>, now: () => number) {
  const kept = new Map<string, { readonly until: number; readonly answer: Answer }>();
  return async (key: string): Promise<Answer> => {
    const known = kept.get(key);
    if (known && known.until > now()) return known.answer;
    const answer = await look(key);
    kept.set(key, { until: now() + CHANNEL_KEPT_MS, answer });
    return answer;
  };
}

/** Also without any sign of a gap: over HTTP nobody tells us of one. */
const LOOK_EVERY_MS = 5 * 60_000;

/** Reads the reactions on open cards again; one look at a time. */
function keepReading(household: Household, client: webApi.WebClient, team: string) {
  const tell = ({ actor }: Reaction, reacted: Reacted) => tellReacted(household, actor, reacted);
  const catchUp = catchingUp({ ...household, client, team, tell });
  let looking: Promise<void> = Promise.resolve();
  const look = () => {
    looking = looking.then(catchUp).catch((error: unknown) => {
      const failure = failureFrom(error, 'reactions');
      household.journal.slackFailed({
        what: 'reading reactions again',
        because: failure instanceof Error ? failure.message : String(failure),
      });
    });
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return {
    look,
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
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
