/** The door of the Web API: reads a request, checks its token and scopes, lets the method run, and keeps a journal. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'hono';
import { type Answer, ApiRefusal, Arguments, type Method, refuse, type Surroundings } from './call.ts';
import type { Faults } from './faults.ts';
import { methods } from './methods.ts';
import { everyScope } from './scopes.ts';

export type Tokens = { bot: string; app: string; revoked: Set<'bot' | 'app'> };

export type JournalEntry = {
  at: number;
  method: string;
  args: Record<string, unknown>;
  status: number;
  answer: Answer;
};

const journalMax = 20_000;

export class WebApi {
  /** The newest calls, the oldest of them first. */
  readonly journal: JournalEntry[] = [];
  /** Calls that have come in and not been answered yet. */
  underWay = 0;
  lastCallAt = 0;

  readonly #surroundings: Surroundings;
  readonly #tokens: Tokens;
  readonly #faults: Faults;
  readonly #unsupported: readonly string[];

  constructor(given: {
    surroundings: Surroundings;
    tokens: Tokens;
    faults: Faults;
    unsupported: readonly string[];
  }) {
    this.#surroundings = given.surroundings;
    this.#tokens = given.tokens;
    this.#faults = given.faults;
    this.#unsupported = given.unsupported;
  }

  handle(context: Context): Promise<Response> {
    return this.noticing(() => this.#answered(context));
  }

  /** Runs something the app asked for, so that others can tell when the app has come to rest. */
  async noticing(asked: () => Promise<Response>): Promise<Response> {
    this.underWay += 1;
    try {
      return await asked();
    } finally {
      this.underWay -= 1;
      this.lastCallAt = Date.now();
    }
  }

  async #answered(context: Context): Promise<Response> {
    const name = context.req.path.replace(/^\/api\//, '');
    const given = await readArguments(context);
    const { token: tokenField, ...args } = given;
    const bearer = context.req.header('authorization')?.replace(/^Bearer\s+/i, '');
    const token = bearer ?? (typeof tokenField === 'string' ? tokenField : undefined);

    const fault = this.#faults.next(name);
    if (fault?.latencyMs) await sleep(fault.latencyMs);
    const isDenied = fault?.status !== undefined || fault?.error !== undefined;
    const answer = isDenied && !fault?.afterAccept ? undefined : await this.#run(name, args, token);
    const denial = isDenied ? faultAnswer(fault) : undefined;
    const status = denial?.status ?? 200;
    const shown = denial?.answer ?? answer ?? {};
    this.journal.push({
      at: this.#surroundings.workspace.now(),
      method: name,
      args: readable(args),
      status,
      answer: shown,
    });
    if (this.journal.length > journalMax) this.journal.shift();

    if (fault?.retryAfter !== undefined || status === 429)
      context.header('Retry-After', String(fault?.retryAfter ?? 1));
    const scopes = this.#surroundings.scopes ?? everyScope;
    context.header('x-oauth-scopes', [...scopes].join(','));
    const accepted = methods[name]?.scopes;
    if (accepted) context.header('x-accepted-oauth-scopes', accepted.join(','));
    return new Response(JSON.stringify(shown), {
      status,
      headers: { ...Object.fromEntries(context.res.headers), 'content-type': 'application/json; charset=utf-8' },
    });
  }

  async #run(name: string, args: Record<string, unknown>, token: string | undefined): Promise<Answer> {
    try {
      const method = this.#unsupported.includes(name) ? undefined : methods[name];
      if (!method) refuse('unknown_method', { req_method: name });
      this.#checkToken(method, token);
      this.#checkScopes(method);
      const answer = await method.run({ ...this.#surroundings, args: new Arguments(args) });
      return { ok: true, ...answer };
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      return { ok: false, error: error.code, ...error.details };
    }
  }

  #checkToken(method: Method, token: string | undefined): void {
    if (method.token === 'none') return;
    if (!token) refuse('not_authed');
    const kind = token === this.#tokens.bot ? 'bot' : token === this.#tokens.app ? 'app' : undefined;
    if (!kind) refuse('invalid_auth');
    if (this.#tokens.revoked.has(kind)) refuse(kind === 'app' ? 'invalid_auth' : 'token_revoked');
    if (kind !== (method.token ?? 'bot')) refuse('not_allowed_token_type');
  }

  #checkScopes(method: Method): void {
    const { scopes } = this.#surroundings;
    if (!scopes || !method.scopes) return;
    if (method.scopes.some((scope) => scopes.has(scope))) return;
    refuse('missing_scope', { needed: method.scopes.join(','), provided: [...scopes].join(',') });
  }
}

async function readArguments(context: Context): Promise<Record<string, unknown>> {
  const query = context.req.query();
  const type = context.req.header('content-type') ?? '';
  if (context.req.method === 'GET') return query;
  if (type.startsWith('application/json')) {
    const body: unknown = await context.req.json().catch(() => undefined);
    return typeof body === 'object' && body !== null ? { ...query, ...body } : query;
  }
  if (type.startsWith('application/x-www-form-urlencoded') || type.startsWith('multipart/form-data')) {
    return { ...query, ...(await context.req.parseBody()) };
  }
  return query;
}

function faultAnswer(fault: { status?: number | undefined; error?: string | undefined }): {
  status: number;
  answer: Answer;
} {
  const status = fault.status ?? 200;
  return { status, answer: { ok: false, error: fault.error ?? (status === 429 ? 'ratelimited' : 'internal_error') } };
}

/** Arguments with their nested JSON read, so that the journal can be read. */
function readable(args: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      if (typeof value !== 'string' || !/^[[{]/.test(value)) return [name, value];
      try {
        return [name, JSON.parse(value) as unknown];
      } catch {
        return [name, value];
      }
    }),
  );
}
