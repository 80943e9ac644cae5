/** The console on the wire: TLS, bodies, troubles on purpose, and how an answer is written. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ZodError } from 'zod';
import { type AnsweringOptions, type AnswerTo, createAnswering } from './answering.ts';
import type { Answer } from './ask.ts';
import type { Certificate } from './certificates.ts';
import { badRequest, type ErrorBody, ofStatus, Refusal, refused } from './errors.ts';
import type { Fault, Faults } from './faults.ts';

export interface ServerOptions extends AnsweringOptions {
  port: number;
  faults: Faults;
  /** Told when a fault is used: what was asked for is carried out by then, and not answered yet. */
  onFault?: (fault: Fault) => void;
  tls: { server: Certificate; authority: string };
}

export interface ConsoleServer {
  url: string;
  stop(): Promise<void>;
}

const bodyLimit = 10_000_000;

export async function startServer(options: ServerOptions): Promise<ConsoleServer> {
  const { tls } = options;
  const answerTo = createAnswering(options);
  const secure: RequestOptions & { requestCert: boolean } = {
    cert: tls.server.cert,
    key: tls.server.key,
    ca: tls.authority,
    requestCert: true,
    rejectUnauthorized: false,
  };
  const server = createServer(secure, (request, response) => {
    // Only reading the request can fail, and then nobody is there to hear it.
    serve(request, response, options, answerTo).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { faults, onFault }: Pick<ServerOptions, 'faults' | 'onFault'>,
  answerTo: AnswerTo,
): Promise<void> {
  const body = await bodyOf(request);
  const path = new URL(request.url ?? '/', 'https://console').pathname;
  const fault = faults.take(request.method ?? 'GET', path);
  if (fault?.latencyMs) await new Promise((resolve) => setTimeout(resolve, fault.latencyMs));
  if (fault?.retryAfter !== undefined) response.setHeader('Retry-After', String(fault.retryAfter));
  const answer = attempt(() => {
    if (body.length > bodyLimit) throw refused(413);
    return answerTo(request, body, fault);
  });
  if (fault) onFault?.(fault);
  if (fault?.holdMs) await new Promise((resolve) => setTimeout(resolve, fault.holdMs));
  if (fault?.cutAfterCommit) request.socket.destroy();
  else send(request, response, answer, fault?.body);
}

function attempt(run: () => Answer): Answer {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refusal) return refusal(error.errors);
    if (error instanceof ZodError) return refusal(badRequest(error.issues[0]?.message ?? 'Unable to decode').errors);
    return refusal([{ ...ofStatus(500), description: String(error) }]);
  }
}

function refusal(errors: ErrorBody[]): Answer {
  return { status: errors[0]?.code ?? 500, body: errors };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer, rawBody: string | undefined): void {
  const { body, total, next, messages } = answer;
  const isHead = request.method === 'HEAD' && answer.status === undefined;
  response.statusCode = answer.status ?? (isHead ? 204 : 200);
  response.setHeader('Content-Type', 'application/json; charset=UTF-8');
  response.setHeader('X-Count-Total', String(total ?? 0));
  if (next) response.setHeader('X-Next', next);
  if (messages && messages.length > 0) response.setHeader('X-Messages', messages.join(';'));
  const fields = response.statusCode < 300 ? (request.headersDistinct['x-fields'] ?? []) : [];
  if (rawBody !== undefined) response.end(rawBody);
  else if (isHead || body === undefined) response.end();
  else response.end(JSON.stringify(onlyFields(body, fields)));
}

/** One field a header line; a comma is part of the name. */
function onlyFields(body: unknown, fields: readonly string[]): unknown {
  if (fields.length === 0) return body;
  if (Array.isArray(body)) return body.map((member) => onlyFields(member, fields));
  return Object.fromEntries(Object.entries(body as object).filter(([name]) => fields.includes(name)));
}
