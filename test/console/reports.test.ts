/** How a week of reports is read without losing one, counting one twice, or believing an answer that was cut off. */
import { expect, onTestFinished, test } from 'vitest';
import { type ConsoleApiOptions, consoleApi } from '#console/console-api.ts';
import type { ReportPage } from '#console/reports.ts';
import { FlowLog } from '#core/flow-log.ts';
import { type Received, type Reply, refusal, scriptedServer } from './scripted-server.ts';

const SHOP = '/acme/aws-dev/k8s/hipster-shop';
const HOUR = 3_600_000;
const START = Date.parse('2026-11-02T00:00:00.000Z');

type Report = { readonly ID: string; readonly timestamp: string } & Record<string, unknown>;

function flow(id: string, at: number, more: Record<string, unknown> = {}): Report {
  return {
    ID: id,
    timestamp: new Date(at).toISOString(),
    value: 2,
    namespace: SHOP,
    action: 'Accept',
    policyID: 'default',
    policyNamespace: SHOP,
    sourceType: 'ProcessingUnit',
    sourceID: 'frontend-1',
    destinationType: 'ExternalNetwork',
    destinationID: 'default',
    destinationIP: '10.75.240.10',
    destinationPort: 53,
    protocol: 17,
    serviceType: 'L3',
    ...more,
  };
}

/** Both ends belong to the window here, and no answer has more than `most` reports. */
function within(reports: readonly Report[], { query }: Received, most = Number.POSITIVE_INFINITY): Reply {
  const [from, to] = [query.get('startAbsolute'), query.get('endAbsolute')].map((time) => Date.parse(time ?? ''));
  const inside = reports.filter(
    ({ timestamp }) => Date.parse(timestamp) >= (from ?? 0) && Date.parse(timestamp) <= (to ?? 0),
  );
  return { json: { report: 'Flows', flowReports: inside.slice(0, most) } };
}

async function apiAgainst(reply: (request: Received, nth: number) => Reply, options: Partial<ConsoleApiOptions> = {}) {
  const server = await scriptedServer(reply);
  const api = consoleApi({
    observe: { url: server.url, token: 'token', namespace: '/acme' },
    patience: { backoffMs: [], throttledBackoffMs: [] },
    ...options,
  });
  onTestFinished(() => api.close());
  return { api, received: server.received };
}

async function all<Page>(pages: AsyncIterable<Page>): Promise<Page[]> {
  const read: Page[] = [];
  for await (const page of pages) read.push(page);
  return read;
}

function ats(pages: readonly ReportPage<Iterable<{ readonly at: number }>>[]): number[] {
  return pages.flatMap(({ reports }) => Array.from(reports, ({ at }) => at - START));
}

test('a stretch is read hour by hour, with both ends named, and a report on a border comes once', async () => {
  const reports = [0, HOUR - 1, HOUR, 2 * HOUR, 2.5 * HOUR - 1, 2.5 * HOUR].map((at, index) =>
    flow(`r${index}`, START + at),
  );
  const { api, received } = await apiAgainst((request) => within(reports, request));

  const pages = await all(api.readFlows(SHOP, START, START + 2.5 * HOUR));

  expect(ats(pages)).toEqual([0, HOUR - 1, HOUR, 2 * HOUR, 2.5 * HOUR - 1]);
  expect(pages.map(({ from, to }) => [from - START, to - START])).toEqual([
    [0, HOUR],
    [HOUR, 2 * HOUR],
    [2 * HOUR, 2.5 * HOUR],
  ]);
  for (const { method, path, query, body, headers } of received) {
    expect([method, path, body]).toEqual(['POST', '/reportsqueries', { report: 'Flows' }]);
    expect([...query.keys()]).toEqual(['startAbsolute', 'endAbsolute']);
    expect(headers).not.toHaveProperty('idempotency-key');
  }
});

test('two neighbouring stretches share no report and leave none out', async () => {
  const reports = Array.from({ length: 41 }, (_, index) => flow(`r${index}`, START + index * 500));
  const { api } = await apiAgainst((request) => within(reports, request));

  const first = await all(api.readFlows(SHOP, START, START + 10_000));
  const second = await all(api.readFlows(SHOP, START + 10_000, START + 20_000));

  expect(ats([...first, ...second])).toEqual(reports.slice(0, 40).map((_, index) => index * 500));
});

test('a window whose answer looks cut off is split until every answer is whole', async () => {
  const reports = Array.from({ length: 100 }, (_, index) => flow(`r${index}`, START + index * 30_000));
  const { api, received } = await apiAgainst((request) => within(reports, request, 20), {
    windows: { suspiciousSize: 20 },
  });

  const pages = await all(api.readFlows(SHOP, START, START + HOUR));

  expect(ats(pages).sort((one, other) => one - other)).toEqual(reports.map((_, index) => index * 30_000));
  expect(pages.every(({ truncated }) => truncated === undefined)).toBe(true);
  expect(pages.every(({ from }, index) => index === 0 || from === pages[index - 1]?.to)).toBe(true);
  expect(received.length).toBeGreaterThan(8);
});

test('a window that the console refuses as too large is split as well', async () => {
  const reports = [flow('a', START + 60_000), flow('b', START + 50 * 60_000)];
  const { api } = await apiAgainst((request) => {
    const [from, to] = ['startAbsolute', 'endAbsolute'].map((end) => Date.parse(request.query.get(end) ?? ''));
    return Number(to) - Number(from) > HOUR / 2 + 1
      ? refusal(413, 'Too large', 'Ask for less.')
      : within(reports, request);
  });

  const pages = await all(api.readFlows(SHOP, START, START + HOUR));

  expect(ats(pages)).toEqual([60_000, 50 * 60_000]);
  expect(pages).toHaveLength(2);
});

test('an answer larger than we read at once splits the window instead of ending the reading', async () => {
  const reports = Array.from({ length: 60 }, (_, index) => flow(`r${index}`, START + index * 60_000));
  const { api } = await apiAgainst((request) => within(reports, request), { maxResponseBytes: 8_000 });

  expect(ats(await all(api.readFlows(SHOP, START, START + HOUR)))).toHaveLength(60);
});

test('a second in which more happened than the console tells is reported as half read', async () => {
  const reports = Array.from({ length: 30 }, (_, index) => flow(`r${index}`, START + 500 + index));
  const { api } = await apiAgainst((request) => within(reports, request, 10), { windows: { suspiciousSize: 10 } });

  const pages = await all(api.readFlows(SHOP, START, START + 4_000));

  const half = pages.filter(({ truncated }) => truncated !== undefined);
  expect(half.map(({ from, to }) => [from - START, to - START])).toEqual([[0, 1_000]]);
  expect(half[0]?.truncated).toContain('10 reports');
  expect(half[0]?.reports).toHaveLength(10);
});

test('a report that makes no sense is counted and explained, and the others are kept', async () => {
  const odd = [
    flow('ok', START + 1),
    { ...flow('bad-action', START + 2), action: 'Allow' },
    { ...flow('no-time', START + 3), timestamp: 'yesterday' },
    'not even an object',
  ];
  const { api } = await apiAgainst(() => ({ json: { report: 'Flows', flowReports: odd } }));

  const [page] = await all(api.readFlows(SHOP, START, START + HOUR));

  expect(page?.reports).toHaveLength(1);
  expect(page?.unreadable).toBe(3);
  expect(page?.unreadableBecause).toMatch(/^action: /);
});

test('an hour in which nothing happened has no list at all, and that is fine', async () => {
  const { api } = await apiAgainst(() => ({ json: { report: 'Flows' } }));

  expect(await all(api.readFlows(SHOP, START, START + HOUR))).toEqual([
    {
      from: START,
      to: START + HOUR,
      reports: new FlowLog([], new Float64Array(0), new Float64Array(0)),
      unreadable: 0,
    },
  ]);
});

test('an answer that is no report query is a failure that names the place', async () => {
  const { api } = await apiAgainst(() => ({ json: { report: 'Flows', flowReports: { a: 1 } } }));

  await expect(all(api.readFlows(SHOP, START, START + HOUR))).rejects.toMatchObject({
    reason: 'does-not-parse',
    message: expect.stringContaining('flowReports'),
  });
});

test('a flow keeps what the console says of both ends, and leaves out what it leaves out', async () => {
  const reports = [
    flow('a', START, {
      ruleName: 'dns',
      remotePolicyID: '62728c19ed189b00018e745d',
      remoteNamespace: '/acme/other',
      destinationFQDN: 'Logging.GoogleAPIs.com.',
      observed: true,
      observedAction: 'Reject',
      observedPolicyID: '62728c19ed189b00018e745e',
    }),
    flow('b', START + 1, {
      action: 'Reject',
      dropReason: 'policy',
      protocol: 1,
      destinationPort: undefined,
      namespace: undefined,
      observedAction: 'NotApplicable',
    }),
  ];
  const { api } = await apiAgainst((request) => within(reports, request));

  const [page] = await all(api.readFlows(SHOP, START, START + HOUR));

  const common = {
    value: 2,
    namespace: SHOP,
    policyId: 'default',
    source: { type: 'ProcessingUnit', id: 'frontend-1' },
    destination: { type: 'ExternalNetwork', id: 'default', ip: '10.75.240.10' },
  };
  expect([...(page?.reports ?? [])]).toEqual([
    {
      ...common,
      at: START,
      action: 'Accept',
      ruleName: 'dns',
      remotePolicyId: '62728c19ed189b00018e745d',
      remoteNamespace: '/acme/other',
      protocol: 17,
      port: 53,
      destinationName: 'logging.googleapis.com',
      observed: { action: 'Reject', policyId: '62728c19ed189b00018e745e' },
    },
    { ...common, at: START + 1, action: 'Reject', dropReason: 'policy', protocol: 1 },
  ]);
});

test('names looked up are folded, and a lookup that failed brings no address', async () => {
  const lookup = (id: string, more: Record<string, unknown>) => ({
    ID: id,
    timestamp: new Date(START).toISOString(),
    action: 'Resolve',
    resolvedName: 'Logging.GoogleAPIs.com.',
    resolvedIPs: ['142.250.1.95'],
    processingUnitID: 'frontend-1',
    sourceIP: 'enforcer-internal',
    value: 1,
    ...more,
  });
  const { api, received } = await apiAgainst(() => ({
    json: {
      report: 'DNSLookups',
      DNSLookupReports: [
        lookup('a', { resolvedCNAMEs: ['Alias.Example.com.'] }),
        lookup('b', { action: 'Fail', reason: 'NXDOMAIN' }),
        lookup('c', { processingUnitID: undefined }),
      ],
    },
  }));

  const [page] = await all(api.readDnsLookups(SHOP, START, START + HOUR));

  expect(received[0]?.body).toEqual({ report: 'DNSLookups' });
  const common = { at: START, processingUnitId: 'frontend-1', name: 'logging.googleapis.com' };
  expect(page?.reports).toEqual([
    { ...common, ips: ['142.250.1.95'], cnames: ['alias.example.com'] },
    { ...common, ips: [], cnames: [] },
  ]);
  expect(page?.unreadable).toBe(1);
});
