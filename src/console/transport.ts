/** How one request reaches the console: tries, waits, limits, and no redirects. */
import { Agent, errors, request } from 'undici';
import { z } from 'zod';
import { type Complaint, ConsoleFailure, failureOf } from './errors.ts';
import { jsonOf } from './wire/fields.ts';

export type TlsOptions = { readonly cert?: string; readonly key?: string; readonly ca?: readonly string[] };

export type Patience = {
  /** All tries of one request together. */
  readonly deadlineMs: number;
  /** One try, at most. */
  readonly tryMs: number;
  /** Waits before the second try, the third…; where they end the request fails. */
  readonly backoffMs: readonly number[];
  /** The same after 429 without a Retry-After; spread by chance, so that many workers do not come back at once. */
  readonly throttledBackoffMs: readonly number[];
  /** From 0 to 1. */
  readonly chance: () => number;
};

/** As the vendor's own client waits (console-api.md 1.8). */
const PATIENCE: Patience = {
  deadlineMs: 120_000,
  tryMs: 30_000,
  backoffMs: [0, 1_000, 5_000, 10_000, 20_000, 30_000, 60_000],
  throttledBackoffMs: [2_000, 4_000, 8_000, 16_000, 32_000],
  chance: Math.random,
};

export type Exchange = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query, `/namespaces?limit=1000`. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly where: string;
};

type Received = {
  readonly status: number;
  /** The cursor of the next page. */
  readonly next?: string;
};

export type Answer = Received & { readonly body: unknown };

/** As it came, for answers too large to be parsed as one. */
export type AnswerInBytes = Received & { readonly bytes: Buffer };

/** Answers 2xx; everything else is a ConsoleFailure. */
export type Transport = {
  exchange(exchange: Exchange): Promise<Answer>;
  exchangeBytes(exchange: Exchange): Promise<AnswerInBytes>;
  close(): Promise<void>;
};

export type TransportOptions = {
  readonly url: string;
  readonly tls?: TlsOptions;
  readonly patience?: Partial<Patience>;
  readonly maxResponseBytes?: number;
};

const RETRIED = new Set([408, 423, 429, 502, 503, 504]);
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

export function createTransport(options: TransportOptions): Transport {
  const origin = originOf(options.url);
  const patience = { ...PATIENCE, ...options.patience };
  const agent = new Agent({
    connect: { ...options.tls, ...(options.tls?.ca ? { ca: [...options.tls.ca] } : {}), timeout: patience.tryMs },
    connections: 8,
    headersTimeout: Math.ceil(patience.tryMs),
    bodyTimeout: Math.ceil(patience.tryMs),
    keepAliveTimeout: 10_000,
    maxResponseSize: options.maxResponseBytes ?? MAX_RESPONSE_BYTES,
  });

  const exchangeBytes = async (exchange: Exchange): Promise<AnswerInBytes> => {
    const deadline = performance.now() + patience.deadlineMs;
    for (let tries = 0; ; tries += 1) {
      try {
        const left = deadline - performance.now();
        return await once(
          agent,
          origin,
          exchange,
          Math.max(1, Math.min(patience.tryMs, patience.deadlineMs / 4, left)),
        );
      } catch (error) {
        const wait = waitBeforeNextTry(error, tries, patience);
        if (wait === undefined || performance.now() + wait >= deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  };

  return {
    exchangeBytes,
    async exchange(exchange) {
      const { bytes, ...received } = await exchangeBytes(exchange);
      return { ...received, body: jsonOf(bytes, exchange.where, received.status) };
    },
    close: () => agent.close(),
  };
}

function waitBeforeNextTry(error: unknown, tries: number, patience: Patience): number | undefined {
  if (!(error instanceof ConsoleFailure) || !isRetried(error)) return undefined;
  const throttled = error.status === 429;
  const listed = (throttled ? patience.throttledBackoffMs : patience.backoffMs)[tries];
  if (listed === undefined) return undefined;
  return error.retryAfterMs ?? (throttled ? listed * (0.5 + patience.chance()) : listed);
}

function isRetried(failure: ConsoleFailure): boolean {
  return failure.status === undefined ? failure.passing : RETRIED.has(failure.status);
}

async function once(agent: Agent, origin: string, exchange: Exchange, timeoutMs: number): Promise<AnswerInBytes> {
  const { method, target, headers, where } = exchange;
  let status: number;
  let bytes: Buffer;
  let next: string | undefined;
  let retryAfterMs: number | undefined;
  try {
    const response = await request(origin + target, {
      dispatcher: agent,
      method,
      headers: {
        accept: 'application/json',
        ...(exchange.body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      body: exchange.body ?? null,
      signal: AbortSignal.timeout(Math.ceil(timeoutMs)),
    });
    status = response.statusCode;
    next = single(response.headers['x-next']);
    retryAfterMs = retryAfter(single(response.headers['retry-after']));
    bytes = Buffer.from(await response.body.arrayBuffer());
  } catch (error) {
    // A header or an address that cannot be sent is our mistake, not the console's.
    if (error instanceof errors.InvalidArgumentError) throw error;
    throw failureOnTheWay(error, where);
  }
  if (status < 200 || status >= 300) throw failureOf(status, complaintsIn(bytes.toString()), where, retryAfterMs);
  return { status, bytes, ...(next ? { next } : {}) };
}

/** TLS failures never pass with time: a wrong certificate stays wrong (console-api.md 1.8). */
function failureOnTheWay(error: unknown, where: string): ConsoleFailure {
  if (error instanceof errors.ResponseExceededMaxSizeError)
    return new ConsoleFailure({
      reason: 'too-large',
      passing: false,
      sentence: 'The console’s answer is larger than what is read at once.',
      where,
      cause: error,
    });
  const code = codeOf(error);
  if (/^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|EPROTO)/.test(code))
    return new ConsoleFailure({
      reason: 'tls',
      passing: false,
      sentence: `No trusted connection to the console: its certificate or ours was not accepted (${code}).`,
      where,
      cause: error,
    });
  const why = code === '' ? (error instanceof Error ? error.message : String(error)) : code;
  return new ConsoleFailure({
    reason: 'unreachable',
    passing: true,
    sentence: `The console could not be reached, or its answer broke off (${why}).`,
    where,
    cause: error,
  });
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name === 'TimeoutError' ? 'TimeoutError' : '';
}

const Complaints = z.array(
  z
    .object({
      title: z.string().catch(''),
      description: z.string().catch(''),
      data: z.object({ attribute: z.string() }).optional().catch(undefined),
    })
    .transform(
      ({ title, description, data }): Complaint => ({
        title,
        description,
        ...(data ? { attribute: data.attribute } : {}),
      }),
    ),
);

/** A gateway in between may answer with a page of its own: then there are no complaints, and the status speaks. */
function complaintsIn(text: string): readonly Complaint[] {
  try {
    return Complaints.safeParse(JSON.parse(text)).data ?? [];
  } catch {
    return [];
  }
}

function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** A token is sent in clear only to this machine. */
function originOf(url: string): string {
  const parsed = new URL(url);
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(parsed.hostname);
  if (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && loopback))
    throw new ConsoleFailure({
      reason: 'tls',
      passing: false,
      sentence: 'The console’s address must begin with https://.',
      where: parsed.host,
    });
  return parsed.origin + parsed.pathname.replace(/\/$/, '');
}
