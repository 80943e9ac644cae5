/** Delivery by signed HTTP requests, as Slack calls an app that has a public URL. */
import { createHmac, randomUUID } from 'node:crypto';
import type { Patience } from '../options.ts';
import type { Delivery, Kind, Outcome, Retry } from './delivery.ts';

export class Requests implements Delivery {
  readonly #url: string;
  readonly #secret: string;
  readonly #patience: Patience;
  #verified = false;

  constructor(url: string, secret: string, patience: Patience) {
    this.#url = url;
    this.#secret = secret;
    this.#patience = patience;
  }

  async deliver(kind: Kind, payload: Record<string, unknown>, retry?: Retry): Promise<Outcome> {
    if (kind === 'events_api' && !(await this.verifyUrl())) return { acked: false, reason: 'http_error' };
    const response = await this.#post(...bodyOf(kind, payload), retry);
    if ('acked' in response) return response;
    if (response.status < 200 || response.status > 299) {
      return { acked: false, reason: 'http_error', noRetry: response.headers.get('x-slack-no-retry') === '1' };
    }
    const body = readBody(response.text, response.headers.get('content-type') ?? '');
    return { acked: true, ...(body !== undefined && { body }) };
  }

  /** Slack sends events only to a URL that has once answered its challenge. */
  async verifyUrl(): Promise<boolean> {
    if (this.#verified) return true;
    const challenge = randomUUID();
    const body = JSON.stringify({ token: 'sandbox-verification-token', challenge, type: 'url_verification' });
    const response = await this.#post(body, 'application/json');
    this.#verified = !('acked' in response) && response.status === 200 && response.text.includes(challenge);
    return this.#verified;
  }

  async stop(): Promise<void> {}

  async #post(
    body: string,
    contentType: string,
    retry?: Retry,
  ): Promise<{ status: number; headers: Headers; text: string } | Extract<Outcome, { acked: false }>> {
    const timestamp = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', this.#secret).update(`v0:${timestamp}:${body}`).digest('hex');
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        body,
        headers: {
          'content-type': contentType,
          'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
          'x-slack-request-timestamp': String(timestamp),
          'x-slack-signature': `v0=${signature}`,
          ...(retry && {
            'x-slack-retry-num': String(retry.attempt),
            'x-slack-retry-reason': headerReasons[retry.reason] ?? retry.reason,
          }),
        },
        signal: AbortSignal.timeout(this.#patience.ackMs),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (error) {
      const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
      return { acked: false, reason: timedOut ? 'timeout' : 'no_connection' };
    }
  }
}

/** Slack's words over HTTP for why it delivers again. */
const headerReasons: Record<string, string> = { timeout: 'http_timeout', no_connection: 'connection_failed' };

const form = 'application/x-www-form-urlencoded';

function bodyOf(kind: Kind, payload: Record<string, unknown>): [body: string, contentType: string] {
  if (kind === 'events_api') return [JSON.stringify(payload), 'application/json'];
  if (kind === 'interactive') return [new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), form];
  const fields = Object.entries(payload).map(([name, value]): [string, string] => [name, String(value)]);
  return [new URLSearchParams(fields).toString(), form];
}

function readBody(text: string, contentType: string): unknown {
  if (text === '') return undefined;
  if (!contentType.startsWith('application/json')) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Slack shows a person what the app answered, even where it is not the JSON it claims to be.
    return text;
  }
}
