/** One credential's requests to the console: namespace, token, tracking, paging and the one renewal. */
import { doesNotParse, isConsoleFailure } from './errors.ts';
import type { Tokens } from './tokens.ts';
import type { Answer, AnswerInBytes, Exchange, Transport } from './transport.ts';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export type Call = {
  readonly method: Exchange['method'];
  /** `X-Namespace`: whose objects, and under which authorisation. */
  readonly namespace: string;
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  /** The second request with one key answers like the first and does nothing (console-api.md 1.7). */
  readonly idempotencyKey?: string;
  /** What the console's audit shows beside our identity. */
  readonly trackingId?: string;
};

export type Client = {
  /** The namespace that this credential is for. */
  readonly scope: string;
  call(call: Call): Promise<Answer & { readonly where: string }>;
  callForBytes(call: Call): Promise<AnswerInBytes & { readonly where: string }>;
  /** All elements of a list, page by page. */
  list(
    call: Pick<Call, 'namespace' | 'path' | 'query'>,
  ): AsyncGenerator<{ readonly elements: readonly unknown[]; readonly where: string }>;
  close(): Promise<void>;
};

export type ClientOptions = {
  readonly scope: string;
  readonly transport: Transport;
  readonly tokens: Tokens;
  readonly trackingType: string;
  readonly trackingId: string;
  readonly pageSize: number;
};

export function createClient(options: ClientOptions): Client {
  const { transport, tokens } = options;
  // What stayed forbidden with a fresh token is forbidden, not expired: asking again is no reason for another token.
  const forbidden = new Set<string>();

  async function send<Received>(
    exchange: (exchange: Exchange) => Promise<Received>,
    call: Call,
  ): Promise<Received & { readonly where: string }> {
    const where = `${call.method} ${call.path} in ${call.namespace}`;
    const withToken = async (token: string) => {
      const answer = await exchange(exchangeOf(call, where, token, options));
      forbidden.delete(where);
      return { ...answer, where };
    };
    const token = await tokens.current();
    try {
      return await withToken(token);
    } catch (error) {
      if (!isConsoleFailure(error, 'credential', 'forbidden') || forbidden.has(where)) throw error;
      const another = await tokens.instead(token);
      if (another === undefined) throw error;
      try {
        return await withToken(another);
      } catch (second) {
        if (isConsoleFailure(second, 'forbidden')) forbidden.add(where);
        throw second;
      }
    }
  }

  const client: Client = {
    scope: options.scope,
    call: (call) => send(transport.exchange, call),
    callForBytes: (call) => send(transport.exchangeBytes, call),
    async *list({ namespace, path, query }) {
      for (let after: string | undefined; ; ) {
        const answer = await client.call({
          method: 'GET',
          namespace,
          path,
          query: { ...query, limit: options.pageSize, after },
        });
        const { body, where } = answer;
        // An empty list may be null, or no content at all; an answer without a body is neither.
        const elements = body ?? (body === null || answer.status === 204 ? [] : undefined);
        if (!Array.isArray(elements)) throw doesNotParse(where, '', 'it is not a list');
        yield { elements, where };
        if (answer.next === undefined) return;
        if (answer.next === after) throw doesNotParse(where, 'X-Next', 'the cursor does not move');
        after = answer.next;
      }
    },
    close: () => transport.close(),
  };
  return client;
}

function exchangeOf(call: Call, where: string, token: string, options: ClientOptions): Exchange {
  return {
    method: call.method,
    target: call.path + queryString(call.query ?? {}),
    headers: {
      authorization: `Bearer ${token}`,
      'x-namespace': call.namespace,
      'x-external-tracking-type': options.trackingType,
      'x-external-tracking-id': call.trackingId ?? options.trackingId,
      ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
    },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    where,
  };
}

/** A flag is sent only when it is on: the console takes `recursive=false` for yes (console-api.md 1.3). */
function queryString(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === false ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
