/** How an app credential gets its tokens, renews them in time, and what happens when the console refuses one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { consoleApi } from '#console/console-api.ts';
import { readAppCredential } from '#console/credential.ts';
import { type Received, type Reply, refusal, scriptedServer, tokenUntil } from './scripted-server.ts';

const SHOP = '/acme/aws-dev/k8s/hipster-shop';
const HOUR = 3_600_000;
const UNAUTHORIZED = refusal(401, 'Unauthorized', 'You are not authorized to access this resource.');
const FORBIDDEN = refusal(403, 'Forbidden', 'You are not allowed to access this resource.');

/** A console that issues numbered tokens for an hour; `answer` sees the number of the token it was asked with. */
async function tokenConsole(clock: { now: number }, answer: (token: number, request: Received) => Reply) {
  let issued = 0;
  const server = await scriptedServer((request) => {
    if (request.path === '/issue') {
      issued += 1;
      return { json: { token: tokenUntil(clock.now + HOUR, `t${issued}`) } };
    }
    const claims = Buffer.from(String(request.headers.authorization).split('.')[1] ?? '', 'base64url').toString();
    return answer(Number(/"t(\d+)"/.exec(claims)?.[1]), request);
  });
  const api = consoleApi({
    observe: { credential: { url: server.url, name: 'observe', namespace: '/acme/aws-dev/k8s', tls: {} } },
    patience: { backoffMs: [0], throttledBackoffMs: [0], deadlineMs: 4_000, tryMs: 1_000 },
    now: () => clock.now,
  });
  onTestFinished(() => api.close());
  return { api, received: server.received, issues: () => server.received.filter(({ path }) => path === '/issue') };
}

test('one token serves many requests, and asks for no more than the credential’s own namespace', async () => {
  const { api, issues } = await tokenConsole({ now: 1_000_000 }, () => ({ json: [] }));

  await Promise.all([api.readProcessingUnits(SHOP), api.readProcessingUnits(SHOP), api.readProcessingUnits(SHOP)]);

  expect(issues()).toHaveLength(1);
  expect(issues()[0]?.body).toEqual({
    realm: 'Certificate',
    validity: '60m',
    restrictedNamespace: '/acme/aws-dev/k8s',
  });
  expect(issues()[0]?.headers).not.toHaveProperty('authorization');
  expect(issues()[0]?.headers).not.toHaveProperty('x-namespace');
});

test('a token is renewed at half of the life the console gave it', async () => {
  const clock = { now: 1_000_000 };
  const { api, issues } = await tokenConsole(clock, () => ({ json: [] }));

  await api.readProcessingUnits(SHOP);
  clock.now += HOUR / 2 - 2_000;
  await api.readProcessingUnits(SHOP);
  expect(issues()).toHaveLength(1);
  clock.now += 3_000;
  await api.readProcessingUnits(SHOP);
  expect(issues()).toHaveLength(2);
});

test('a token that the console refuses in the middle of a list is replaced once, and the list goes on', async () => {
  const { api, received, issues } = await tokenConsole({ now: 1_000_000 }, (token, { query }) => {
    const after = query.get('after');
    if (after === 'a' && token === 1) return UNAUTHORIZED;
    const json = [{ ID: after === 'a' ? 'b' : 'a', name: 'x', namespace: SHOP }];
    return after === 'a' ? { json } : { json, headers: { 'x-next': 'a' } };
  });

  expect(await api.readProcessingUnits(SHOP)).toHaveLength(2);
  expect(issues()).toHaveLength(2);
  expect(received.map(({ path }) => path)).toEqual([
    '/issue',
    '/processingunits',
    '/processingunits',
    '/issue',
    '/processingunits',
  ]);
});

test('many requests refused at once share one renewal', async () => {
  const { api, issues } = await tokenConsole({ now: 1_000_000 }, (token) =>
    token === 1 ? UNAUTHORIZED : { json: [] },
  );

  await Promise.all(Array.from({ length: 6 }, () => api.readProcessingUnits(SHOP)));

  expect(issues()).toHaveLength(2);
});

test('a credential that stays refused is a failure that somebody must mend', async () => {
  const { api, issues } = await tokenConsole({ now: 1_000_000 }, () => UNAUTHORIZED);

  await expect(api.readProcessingUnits(SHOP)).rejects.toMatchObject({
    reason: 'credential',
    passing: false,
    message: expect.stringContaining('expired or was revoked'),
  });
  expect(issues()).toHaveLength(2);
});

test('a credential that gets no token says so', async () => {
  const server = await scriptedServer(() => FORBIDDEN);
  const api = consoleApi({
    observe: { credential: { url: server.url, name: 'observe', namespace: '/acme', tls: {} } },
  });
  onTestFinished(() => api.close());

  await expect(api.readProcessingUnits(SHOP)).rejects.toMatchObject({
    reason: 'credential',
    passing: false,
    message: expect.stringContaining('gives no token'),
  });
});

test('what stays forbidden with a fresh token does not ask for another token each time', async () => {
  const { api, issues } = await tokenConsole({ now: 1_000_000 }, () => FORBIDDEN);

  for (let round = 0; round < 3; round += 1)
    await expect(api.readProcessingUnits(SHOP)).rejects.toMatchObject({ reason: 'forbidden', passing: false });

  expect(issues()).toHaveLength(2);
});

test('a console that issues no tokens for a moment does not stop who still has one', async () => {
  const clock = { now: 1_000_000 };
  let closed = false;
  const server = await scriptedServer(({ path }) => {
    if (path !== '/issue') return { json: [] };
    return closed ? refusal(503, 'Unavailable', 'Later.') : { json: { token: tokenUntil(clock.now + HOUR, 't') } };
  });
  const api = consoleApi({
    observe: { credential: { url: server.url, name: 'observe', namespace: '/acme', tls: {} } },
    patience: { backoffMs: [0], throttledBackoffMs: [0], deadlineMs: 2_000, tryMs: 1_000 },
    now: () => clock.now,
  });
  onTestFinished(() => api.close());
  await api.readProcessingUnits(SHOP);

  closed = true;
  clock.now += 0.75 * HOUR;
  expect(await api.readProcessingUnits(SHOP)).toEqual([]);
  clock.now += 0.5 * HOUR;
  await expect(api.readProcessingUnits(SHOP)).rejects.toMatchObject({ passing: true, status: 503 });
});

test('a credential file that cannot be used is described without a word of its secrets', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-credential-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'observe.json');
  const certificate = Buffer.from('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----').toString('base64');
  const file = {
    APIURL: 'https://api.example.com',
    namespace: '/acme',
    certificate,
    certificateKey: 'c2VjcmV0LWtleQ==',
  };

  await writeFile(path, JSON.stringify(file));
  const error = await readAppCredential(path).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    reason: 'credential',
    passing: false,
    message: expect.stringContaining('certificateKey: is not base64 of PEM'),
  });
  expect(String(error)).not.toContain('c2VjcmV0');

  await writeFile(path, JSON.stringify(file).slice(0, 40));
  await expect(readAppCredential(path)).rejects.toThrow(/not JSON/);
  await expect(readAppCredential(join(folder, 'none.json'))).rejects.toThrow(/ENOENT/);
});
