/** How Slack's Web API is called: where, how long, how often. */
import { webApi } from '@slack/bolt';

export type ClientOptions = {
  /** Another Slack; Slack's own where left out. */
  readonly slackApiUrl?: string | undefined;
  /** For whatever posts: what was carried out and not answered would be there as often as it was tried. */
  readonly once?: boolean;
};

const TIMEOUT_MS = 10_000;

/** Few retries: whoever calls us tries again anyway. */
export function clientOptions({ slackApiUrl, once = false }: ClientOptions): webApi.WebClientOptions {
  return {
    ...(slackApiUrl === undefined ? {} : { slackApiUrl: apiUrl(slackApiUrl) }),
    retryConfig: { retries: once ? 0 : 2, minTimeout: 300, maxTimeout: 1000 },
    timeout: TIMEOUT_MS,
    // Otherwise a method's name made of data could carry the token elsewhere.
    allowAbsoluteUrls: false,
    logger: quiet,
    // A rate limit on one method would hold up every other call of this client.
    rejectRateLimitedCalls: true,
  };
}

export function slackClient(token: string, options: ClientOptions): webApi.WebClient {
  return new webApi.WebClient(token, clientOptions(options));
}

/** Refuses to send the token in the clear to anywhere but this machine. */
export function apiUrl(given: string): string {
  const url = new URL(given);
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback))
    throw new Error(`SLACK_API_URL must be https, or http on this machine: ${url.protocol}//${url.host}`);
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

const silent = () => undefined;
/** Whatever goes wrong comes back to the caller; the client's own lines would be no JSON and could hold addresses with rights. */
const quiet: webApi.Logger = {
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  setLevel: silent,
  getLevel: () => webApi.LogLevel.ERROR,
  setName: silent,
};
