/** A plain client of the sandbox console: real TLS, real tokens, no cleverness. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { Truth } from '#sandbox/console/traffic/truth.ts';

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the console wrote.
  body: any;
}

interface Call {
  method?: string;
  body?: unknown;
  headers?: Record<string, string | string[]>;
  namespace?: string;
}

export interface Client {
  token: string;
  call(path: string, call?: Call): Promise<Reply>;
}

/** Presents the certificate of the credential file and gets a token for it. */
export async function logIn(file: string, issue: object = {}): Promise<Client> {
  const credential = JSON.parse(readFileSync(file, 'utf8'));
  const pem = (name: string): string => Buffer.from(credential[name], 'base64').toString();
  const ca = pem('certificateAuthority');
  const send = (path: string, { method = 'GET', body, headers = {} }: Call, certificate?: object): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const sent = request(
        `${credential.APIURL}${path}`,
        { method, headers, ca, agent: false, ...certificate },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part) => parts.push(part));
          response.on('end', () => {
            const text = Buffer.concat(parts).toString();
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed(text) });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
  const mine = { cert: pem('certificate'), key: pem('certificateKey') };
  const issued = await send('/issue', { method: 'POST', body: { realm: 'Certificate', ...issue } }, mine);
  if (issued.status !== 200) throw new Error(`No token: ${JSON.stringify(issued.body)}`);
  const token: string = issued.body.token;
  return {
    token,
    call: (path, call = {}) =>
      send(path, {
        ...call,
        headers: {
          Authorization: `Bearer ${token}`,
          'X-Namespace': call.namespace ?? credential.namespace,
          'Content-Type': 'application/json',
          ...call.headers,
        },
      }),
  };
}

export async function control(url: string, path: string, method = 'GET', body?: object) {
  const response = await fetch(`${url}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  return response.json();
}

export async function truthAt(url: string): Promise<Truth> {
  return (await control(url, '/truth')) as Truth;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
