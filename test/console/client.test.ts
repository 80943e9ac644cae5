/** What happens between Lockstep and the console when the wire, the console or somebody in between misbehaves. */
import { expect, onTestFinished, test } from 'vitest';
import { type ConsoleApiOptions, consoleApi } from '#console/console-api.ts';
import { ConsoleFailure } from '#console/errors.ts';
import { type Reply, refusal, scriptedServer } from './scripted-server.ts';

const SHOP = '/acme/aws-dev/k8s/hipster-shop';
const QUICK = { backoffMs: [0, 5, 5], throttledBackoffMs: [5, 5], chance: () => 0.5, deadlineMs: 4_000, tryMs: 1_000 };

function apiOf(url: string, options: Partial<ConsoleApiOptions> = {}) {
  const api = consoleApi({
    observe: { url, token: 'very-secret', namespace: '/acme/aws-dev/k8s' },
    patience: QUICK,
    ...options,
  });
  onTestFinished(() => api.close());
  return api;
}

function unit(id: string, more: Record<string, unknown> = {}) {
  return { ID: id, name: `frontend-${id}`, namespace: SHOP, normalizedTags: ['app=frontend'], ...more };
}

async function failureOf(promise: Promise<unknown>): Promise<ConsoleFailure> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConsoleFailure)) throw new Error(`no ConsoleFailure but ${String(error)}`);
  return error;
}

test('a list of several pages is read to its end, and every request says whose it is', async () => {
  const pages: Record<string, { ids: string[]; next?: string }> = {
    '': { ids: ['a', 'b'], next: 'b' },
    b: { ids: ['c', 'd'], next: 'd' },
    d: { ids: ['e'] },
  };
  const server = await scriptedServer(({ query }) => {
    const page = pages[query.get('after') ?? ''];
    return {
      json: page?.ids.map((id) => unit(id)),
      ...(page?.next ? { headers: { 'x-next': page.next, 'x-count-total': '5' } } : {}),
    };
  });

  const units = await apiOf(server.url, { pageSize: 2, trackingId: 'run-7' }).readProcessingUnits(SHOP);

  expect(units.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(server.received.map(({ query }) => query.toString())).toEqual([
    'limit=2',
    'limit=2&after=b',
    'limit=2&after=d',
  ]);
  expect(server.received[0]?.headers).toMatchObject({
    authorization: 'Bearer very-secret',
    'x-namespace': SHOP,
    'x-external-tracking-type': 'slack-bot',
    'x-external-tracking-id': 'run-7',
  });
  expect(server.received[0]?.headers).not.toHaveProperty('x-fields');
});

test('a cursor that stands still is an error and not an endless list', async () => {
  const server = await scriptedServer(() => ({ json: [unit('a')], headers: { 'x-next': 'a' } }));

  const failure = await failureOf(apiOf(server.url).readProcessingUnits(SHOP));

  expect(failure.reason).toBe('does-not-parse');
  expect(server.received).toHaveLength(2);
});

test.each([408, 423, 429, 502, 503, 504])('an answer %i is tried again until it passes', async (status) => {
  const server = await scriptedServer((_, nth) =>
    nth < 3 ? refusal(status, 'Not now', 'Please retry in a moment.') : { json: [unit('a')] },
  );

  expect(await apiOf(server.url).readProcessingUnits(SHOP)).toHaveLength(1);
  expect(server.received).toHaveLength(3);
});

test.each([408, 423, 429, 502, 503, 504])(
  'an answer %i that does not pass is a failure that may pass later',
  async (status) => {
    const server = await scriptedServer(() => refusal(status, 'Not now', 'Please retry in a moment.'));

    const failure = await failureOf(apiOf(server.url).readProcessingUnits(SHOP));

    expect(failure).toMatchObject({ passing: true, status });
    expect(failure.message).toContain('Not now: Please retry in a moment.');
    expect(server.received).toHaveLength(status === 429 ? 3 : 4);
  },
);

test.each([
  [400, 'refused'],
  [404, 'not-found'],
  [405, 'refused'],
  [422, 'validation'],
  [500, 'refused'],
] as const)('an answer %i is final after one try', async (status, reason) => {
  const server = await scriptedServer(() => refusal(status, 'No', 'It will not get better.', 'entries'));

  const failure = await failureOf(apiOf(server.url).renderedFor({ id: 'a', namespace: SHOP }));

  expect(failure).toMatchObject({ reason, passing: false, status });
  expect(failure.complaints).toEqual([{ title: 'No', description: 'It will not get better.', attribute: 'entries' }]);
  expect(server.received).toHaveLength(1);
});

test('the wait that the console asks for is kept, and what is longer than our patience is handed to the caller', async () => {
  const short = await scriptedServer((_, nth) =>
    nth === 1 ? { status: 429, headers: { 'retry-after': '0.3' }, json: [] } : { json: [unit('a')] },
  );
  const began = performance.now();
  await apiOf(short.url).readProcessingUnits(SHOP);
  expect(performance.now() - began).toBeGreaterThanOrEqual(290);

  const long = await scriptedServer(() => ({ status: 429, headers: { 'retry-after': '600' }, json: [] }));
  const failure = await failureOf(apiOf(long.url).readProcessingUnits(SHOP));
  expect(failure).toMatchObject({ reason: 'rate-limit', passing: true, retryAfterMs: 600_000 });
  expect(long.received).toHaveLength(1);
});

test('an answer that breaks off is asked for again', async () => {
  const server = await scriptedServer((_, nth) => (nth === 1 ? 'cut' : { json: [unit('a')] }));

  expect(await apiOf(server.url).readProcessingUnits(SHOP)).toHaveLength(1);
});

test('a console that nobody can reach is a failure that may pass', async () => {
  const failure = await failureOf(apiOf('http://127.0.0.1:1').readProcessingUnits(SHOP));

  expect(failure).toMatchObject({ reason: 'unreachable', passing: true });
});

test('a redirect is an error, and the other address never sees the token', async () => {
  const elsewhere = await scriptedServer(() => ({ json: [unit('a')] }));
  const server = await scriptedServer(() => ({
    status: 307,
    headers: { location: `${elsewhere.url}/processingunits` },
  }));

  const failure = await failureOf(apiOf(server.url).readProcessingUnits(SHOP));

  expect(failure).toMatchObject({ reason: 'redirect', passing: false, status: 307 });
  expect(elsewhere.received).toHaveLength(0);
});

test('a token never leaves this machine in clear', () => {
  expect(() =>
    consoleApi({ observe: { url: 'http://console.example.com', token: 'very-secret', namespace: '/acme' } }),
  ).toThrow(/https:/);
});

test.each<[string, Reply, RegExp]>([
  ['a page of HTML', { text: '<html>Sign in</html>' }, /not JSON/],
  ['nothing', {}, /not a list/],
  ['one object where a list belongs', { json: { ID: 'a' } }, /not a list/],
  ['a unit without an id', { json: [unit('a'), { name: 'x', namespace: SHOP }] }, /at 1\.ID/],
  ['a tag that is a number', { json: [unit('a', { normalizedTags: ['app=frontend', 7] })] }, /at 0\.normalizedTags\.1/],
])('%s instead of units is a failure that says where', async (_, reply, where) => {
  const server = await scriptedServer(() => reply);

  const failure = await failureOf(apiOf(server.url).readProcessingUnits(SHOP));

  expect(failure).toMatchObject({ reason: 'does-not-parse', passing: false });
  expect(failure.message).toMatch(where);
  expect(failure.message).toContain(`GET /processingunits in ${SHOP}`);
});

test('a gateway’s page of HTML does not hide the status it came with', async () => {
  const server = await scriptedServer(() => ({ status: 413, text: '<html>Too large</html>' }));

  expect(await failureOf(apiOf(server.url).readProcessingUnits(SHOP))).toMatchObject({
    reason: 'too-large',
    status: 413,
  });
});

test('an answer larger than we read at once is a failure and not a full memory', async () => {
  const server = await scriptedServer(() => ({ json: Array.from({ length: 500 }, (_, index) => unit(String(index))) }));

  const failure = await failureOf(apiOf(server.url, { maxResponseBytes: 10_000 }).readProcessingUnits(SHOP));

  expect(failure).toMatchObject({ reason: 'too-large', passing: false });
  expect(server.received).toHaveLength(1);
});

test('no failure repeats the token', async () => {
  const server = await scriptedServer(() =>
    refusal(401, 'Unauthorized', 'You are not authorized to access this resource.'),
  );

  const failure = await failureOf(apiOf(server.url).readProcessingUnits(SHOP));

  expect(failure).toMatchObject({ reason: 'credential', passing: false, status: 401 });
  expect(JSON.stringify([failure.message, failure, failure.stack])).not.toContain('very-secret');
  expect(server.received).toHaveLength(1);
});

test('when the last moments of the deadline are no whole millisecond, the console is still asked', async () => {
  const server = await scriptedServer(() => ({ json: [unit('a')] }) as Reply);
  const api = apiOf(server.url, { patience: { ...QUICK, deadlineMs: 4_000.25, tryMs: 1_000.75 } });
  expect((await api.readProcessingUnits(SHOP)).map(({ id }) => id)).toEqual(['a']);
});
