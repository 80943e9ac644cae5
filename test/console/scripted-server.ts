/** A small HTTP server for answers no well-behaved console gives: each test says what comes back. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type Received = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
};

export type Reply =
  | {
      readonly status?: number;
      readonly headers?: Record<string, string>;
      readonly json?: unknown;
      readonly text?: string;
    }
  | 'cut';

export type ScriptedServer = { readonly url: string; readonly received: Received[] };

/** `cut` breaks the connection in the middle of the answer. */
export async function scriptedServer(reply: (request: Received, nth: number) => Reply): Promise<ScriptedServer> {
  const received: Received[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
      const text = Buffer.concat(chunks).toString('utf8');
      const request: Received = {
        method: incoming.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
      received.push(request);
      const answer = reply(request, received.length);
      if (answer === 'cut') {
        outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        outgoing.write('{"ID":', () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
      outgoing.end(answer.text ?? (answer.json === undefined ? '' : JSON.stringify(answer.json)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** The console's way of saying no. */
export function refusal(code: number, title: string, description: string, attribute?: string): Reply {
  return {
    status: code,
    json: [{ code, title, description, subject: 'gaia', ...(attribute ? { data: { attribute } } : {}) }],
  };
}

/** A token as the console signs them, as far as anybody but the console can read it. */
export function tokenUntil(expires: number, name: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'ES256' })}.${part({ exp: Math.floor(expires / 1_000), jti: name })}.signature`;
}
