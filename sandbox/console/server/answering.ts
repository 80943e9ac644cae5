/** The order in which a request is refused, and who answers the rest. */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Answer, Hall } from './ask.ts';
import { badRequest, refused } from './errors.ts';
import type { Fault } from './faults.ts';
import { createIdempotency } from './idempotency.ts';
import { parseQuery } from './query-parameters.ts';
import { route } from './routes.ts';
import { decode } from './shapes.ts';
import { type Credential, IssueBody, isAllowed, type Session, type Tokens } from './tokens.ts';

export interface AnsweringOptions {
  hall: Hall;
  tokens: Tokens;
  /** By the fingerprint of its client certificate. */
  credentialOf: (fingerprint: string) => Credential | undefined;
}

export type AnswerTo = (request: IncomingMessage, body: Buffer, fault: Fault | undefined) => Answer;

export function createAnswering({ hall, tokens, credentialOf }: AnsweringOptions): AnswerTo {
  const idempotency = createIdempotency();
  return (request, body, fault) => {
    const url = new URL(request.url ?? '/', 'https://console');
    const method = request.method ?? 'GET';
    assertJson(request);
    if (url.pathname === '/issue' || url.pathname === '/authn') {
      assertNoFault(fault);
      if (method !== 'POST') throw refused(405);
      return url.pathname === '/issue' ? issue(request, body) : authenticate(body);
    }
    const found = route(method, url.pathname);
    if (found.kind === 'unknown') throw refused(404);
    if (found.kind === 'undeclared') throw refused(405);
    const { operation, id } = found;
    const nowMs = Date.now();
    const query = parseQuery(url.searchParams, operation.declared, nowMs);
    assertNoFault(fault);
    const session = operation.open ? nobody : tokens.session(bearerOf(request));
    const namespace = String(request.headers['x-namespace'] ?? '');
    if (!operation.open && !mayEnter(session, namespace, operation)) throw refused(403);
    const ask = { namespace, id, query, session, nowMs, body: body.length > 0 ? parse(body) : {} };
    const key = request.headers['idempotency-key'];
    const isRepeatable = typeof key === 'string' && (method === 'POST' || method === 'PUT');
    const run = () => operation.handle(hall, ask);
    return isRepeatable
      ? idempotency(`${session.credential.ID} ${method} ${url.pathname} ${namespace} ${key}`, nowMs, run)
      : run();
  };

  function mayEnter(
    session: Session,
    namespace: string,
    operation: { identity: string; method: 'get' | 'post' | 'put' | 'delete' },
  ): boolean {
    const exists = namespace === '/' || hall.store.all('namespace').some(({ name }) => name === namespace);
    return exists && isAllowed(session, operation.identity, operation.method, namespace);
  }

  function issue(request: IncomingMessage, body: Buffer): Answer {
    const sent = decode(IssueBody, parse(body));
    const socket = request.socket as TLSSocket;
    const credential = socket.authorized ? credentialOf(socket.getPeerCertificate().fingerprint256) : undefined;
    if (sent.realm !== 'Certificate' || !credential) throw refused(401);
    return { body: { ...sent, token: tokens.issue(credential, sent) }, total: 1 };
  }

  function authenticate(body: Buffer): Answer {
    const sent = parse(body);
    const token = typeof sent === 'object' && sent !== null ? Reflect.get(sent, 'token') : undefined;
    if (typeof token !== 'string') throw refused(401);
    return { body: { token, claims: tokens.claims(token) }, total: 1 };
  }
}

const nobody: Session = {
  credential: { name: 'nobody', ID: 'nobody', namespace: '/', roles: [] },
  claims: [],
  restrictedNamespace: '',
  restrictedPermissions: [],
};

function assertJson(request: IncomingMessage): void {
  for (const name of ['content-type', 'accept'] as const) {
    const types = String(request.headers[name] ?? '')
      .split(',')
      .map((type) => type.split(';')[0]?.trim().toLowerCase());
    if (types.every((type) => type !== '' && type !== 'application/json' && type !== '*/*' && type !== 'application/*'))
      throw refused(415);
  }
}

function assertNoFault(fault: Fault | undefined): void {
  if (fault?.status !== undefined) throw refused(fault.status);
}

/** Case counts, and so does the single space. */
function bearerOf({ headers }: IncomingMessage): string {
  const [, bearer] = /^Bearer ([^ ]+)$/.exec(headers.authorization ?? '') ?? [];
  const [, cookie] = /(?:^|;\s*)x-aporeto-token=([^;]+)/.exec(headers.cookie ?? '') ?? [];
  const token = bearer ?? cookie;
  if (token === undefined) throw refused(401);
  return token;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw badRequest('Unable to decode the body: this is not JSON');
  }
}
