/** A real Bolt app pointed at a sandbox's Slack, quiet and without retries. */
import { App, LogLevel } from '@slack/bolt';
import type { RunningSlack } from '#sandbox/slack/start.ts';

export function boltApp(slack: RunningSlack, port?: number): App {
  const common = {
    token: slack.botToken,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
    logLevel: LogLevel.ERROR,
    convoStore: false,
  } as const;
  return port === undefined
    ? new App({ ...common, appToken: slack.appToken, socketMode: true })
    : new App({ ...common, signingSecret: slack.signingSecret, port });
}

export const plain = (text: string) => ({ type: 'plain_text' as const, text });
