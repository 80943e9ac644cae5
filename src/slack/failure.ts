/** How Slack fails, whether that passes with time, and what to tell people about it. */
import { webApi } from '@slack/bolt';

type Details = {
  /** Slack's own word, such as `channel_not_found`. */
  readonly reason: string;
  /** Whether trying again later, without anybody doing anything, can help. */
  readonly passing: boolean;
  readonly sentence: string;
  /** How long Slack asked us to wait. */
  readonly retryAfterMs?: number;
  readonly cause: unknown;
};

export class SlackFailure extends Error {
  readonly reason: string;
  readonly passing: boolean;
  readonly sentence: string;
  readonly retryAfterMs: number | undefined;

  constructor(where: string, { reason, passing, sentence, retryAfterMs, cause }: Details) {
    super(`${sentence} (${where}: ${reason})`, { cause });
    this.name = 'SlackFailure';
    this.reason = reason;
    this.passing = passing;
    this.sentence = sentence;
    this.retryAfterMs = retryAfterMs;
  }
}

const PASSING = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'rate_limited',
  'team_added_to_org',
]);

const TOKEN = 'Slack refuses our token. Somebody who manages the app has to install it again and renew the token.';
const INVITE = 'I am not in that channel. Somebody in it has to write `/invite @lockstep` there.';

const SENTENCES: Readonly<Record<string, string>> = {
  channel_not_found:
    'Slack does not show me that channel: it does not exist, or it is private and I am not in it. Somebody in it has to write `/invite @lockstep` there.',
  not_in_channel: INVITE,
  is_archived: 'That channel is archived. Unarchive it, or configure another one.',
  restricted_action: 'The workspace does not let me post in that channel.',
  message_not_found: 'The message is gone.',
  cant_update_message: 'The message is not mine to update.',
  invalid_auth: TOKEN,
  not_authed: TOKEN,
  token_revoked: TOKEN,
  token_expired: TOKEN,
  account_inactive: TOKEN,
};

/** Anything but an answer of Slack, or the lack of one, is a bug and stays what it is. */
export function failureFrom(error: unknown, where: string): unknown {
  if (error instanceof webApi.WebAPIRateLimitedError)
    return new SlackFailure(where, {
      reason: 'ratelimited',
      passing: true,
      sentence: 'Slack asks us to slow down.',
      retryAfterMs: error.retryAfter * 1000,
      cause: error,
    });
  if (error instanceof webApi.WebAPIRequestError)
    return new SlackFailure(where, {
      reason: 'unreachable',
      passing: true,
      sentence: 'Slack cannot be reached.',
      cause: error,
    });
  if (error instanceof webApi.WebAPIHTTPError)
    return new SlackFailure(where, {
      reason: `status ${error.statusCode}`,
      passing: error.statusCode >= 500 || error.statusCode === 408 || error.statusCode === 429,
      sentence: `Slack answered with an error (${error.statusCode}).`,
      cause: error,
    });
  if (error instanceof webApi.WebAPIPlatformError) return platformFailure(error, where);
  return error;
}

function platformFailure(error: webApi.WebAPIPlatformError, where: string): SlackFailure {
  const reason = error.data.error;
  const needed = 'needed' in error.data ? String(error.data.needed) : '';
  const sentence =
    reason === 'missing_scope'
      ? `The Slack app lacks the scope \`${needed}\`. Add it in the app’s settings and install the app again.`
      : (SENTENCES[reason] ??
        `Slack refused: ${[reason, ...(error.data.response_metadata?.messages ?? [])].join('; ')}`);
  return new SlackFailure(where, { reason, passing: PASSING.has(reason), sentence, cause: error });
}

/** Calls Slack; whatever goes wrong there comes back as a SlackFailure. */
export async function calling<Answer>(where: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw failureFrom(error, where);
  }
}

/** Something this Slack does not have or does not grant, and that we can do without. */
export function isLack(error: unknown): error is SlackFailure {
  return error instanceof SlackFailure && LACKS.has(error.reason);
}

const LACKS = new Set([
  'unknown_method',
  'missing_scope',
  'method_deprecated',
  'method_not_supported_for_channel_type',
  'not_allowed_token_type',
  'feature_not_enabled',
  'paid_teams_only',
  'plan_upgrade_required',
  'team_not_eligible',
]);
