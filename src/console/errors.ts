/** How the console fails, whether that passes with time, and what to tell people about it. */

/** One element of the array that the console answers with (console-api.md 1.6). */
export type Complaint = {
  readonly title: string;
  readonly description: string;
  readonly attribute?: string;
};

export type FailureReason =
  | 'credential'
  | 'forbidden'
  | 'not-found'
  | 'locked'
  | 'rate-limit'
  | 'conflict'
  | 'validation'
  | 'protected'
  | 'too-large'
  | 'does-not-parse'
  | 'redirect'
  | 'tls'
  | 'unreachable'
  | 'refused';

type Details = {
  readonly reason: FailureReason;
  /** Whether trying again later, without anybody doing anything, can help. */
  readonly passing: boolean;
  readonly sentence: string;
  /** `GET /namespaces in /acme/aws-dev`. */
  readonly where: string;
  readonly status?: number;
  readonly complaints?: readonly Complaint[];
  /** How long the console asked us to wait. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
};

export class ConsoleFailure extends Error {
  readonly reason: FailureReason;
  readonly passing: boolean;
  readonly where: string;
  readonly status: number | undefined;
  readonly complaints: readonly Complaint[];
  readonly retryAfterMs: number | undefined;

  constructor(details: Details) {
    super(`${details.sentence} (${details.where})`, details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'ConsoleFailure';
    this.reason = details.reason;
    this.passing = details.passing;
    this.where = details.where;
    this.status = details.status;
    this.complaints = details.complaints ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }
}

export function isConsoleFailure(error: unknown, ...reasons: readonly FailureReason[]): error is ConsoleFailure {
  return error instanceof ConsoleFailure && (reasons.length === 0 || reasons.includes(error.reason));
}

type Meaning = { readonly reason: FailureReason; readonly passing: boolean; readonly sentence: string };

const MEANINGS: Readonly<Record<number, Meaning>> = {
  401: {
    reason: 'credential',
    passing: false,
    sentence: 'The console refused the credential: it has expired or was revoked.',
  },
  403: {
    reason: 'forbidden',
    passing: false,
    sentence: 'The credential has no right to do this here, or the console does not know the namespace.',
  },
  404: { reason: 'not-found', passing: false, sentence: 'The console does not know this object.' },
  408: { reason: 'unreachable', passing: true, sentence: 'The console took too long.' },
  409: { reason: 'conflict', passing: true, sentence: 'Somebody else changed this object at the same moment.' },
  412: { reason: 'conflict', passing: true, sentence: 'Somebody else changed this object at the same moment.' },
  413: { reason: 'too-large', passing: false, sentence: 'The console found this too large.' },
  417: { reason: 'credential', passing: false, sentence: 'The console’s token was used as often as it may be.' },
  423: { reason: 'locked', passing: true, sentence: 'The console is locked for maintenance.' },
  429: { reason: 'rate-limit', passing: true, sentence: 'The console asks us to slow down.' },
  495: { reason: 'credential', passing: false, sentence: 'The console refused the credential’s client certificate.' },
  502: { reason: 'unreachable', passing: true, sentence: 'The console could not be reached behind its gateway.' },
  503: { reason: 'unreachable', passing: true, sentence: 'The console is not available at the moment.' },
  504: { reason: 'unreachable', passing: true, sentence: 'The console did not answer its gateway in time.' },
};

/** What an answer that is not 2xx means; `complaints` are what its body said, if it said anything. */
export function failureOf(
  status: number,
  complaints: readonly Complaint[],
  where: string,
  retryAfterMs?: number,
): ConsoleFailure {
  const meaning = meaningOf(status, complaints);
  const said = complaints.slice(0, 5).map(({ title, description }) =>
    [title, description]
      .filter((part) => part !== '')
      .join(': ')
      .slice(0, 300),
  );
  return new ConsoleFailure({
    ...meaning,
    sentence: [meaning.sentence, ...(said.length > 0 ? [`It says: ${said.join('; ')}`] : [])].join(' '),
    where: `${where}, status ${status}`,
    status,
    complaints,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function meaningOf(status: number, complaints: readonly Complaint[]): Meaning {
  if (status >= 300 && status < 400)
    return {
      reason: 'redirect',
      passing: false,
      sentence: 'The console’s address answers with a redirect, which is not followed.',
    };
  if (status === 422) {
    // The status of a stale update is not documented; one that names updateTime is a conflict (console-api.md 1.7).
    if (complaints.some(({ attribute }) => attribute === 'updateTime'))
      return { reason: 'conflict', passing: true, sentence: 'Somebody else changed this object at the same moment.' };
    if (complaints.some(({ title, attribute }) => attribute === 'protected' || /protected/i.test(title)))
      return { reason: 'protected', passing: false, sentence: 'This object is protected on the console.' };
    return { reason: 'validation', passing: false, sentence: 'The console does not accept this object.' };
  }
  return (
    MEANINGS[status] ?? {
      reason: 'refused',
      passing: false,
      sentence: `The console answered with an error (${status}).`,
    }
  );
}

/** An answer that is not what the console’s model says; `path` says where in it, `what` what was found. */
export function doesNotParse(where: string, path: string, what: string, status?: number): ConsoleFailure {
  return new ConsoleFailure({
    reason: 'does-not-parse',
    passing: false,
    sentence: `The console’s answer could not be understood: ${path === '' ? '' : `at ${path}: `}${what}`,
    where,
    ...(status === undefined ? {} : { status }),
  });
}
