/** The worlds of all application graphs: what was recorded, and what is decided when nothing is allowed. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningConsole, startConsole } from '#sandbox/console/start.ts';
import type { DnsLookupReport, FlowReport } from '#sandbox/console/traffic/reports.ts';
import { type Client, control, logIn, truthAt } from './support/console-client.ts';

const folder = fileURLToPath(new URL('../../sandbox/apps/', import.meta.url));

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  describe(`the world of ${file}`, () => {
    let running: RunningConsole;
    let finalise: Client;
    let flows: FlowReport[];

    beforeAll(async () => {
      running = await startConsole({
        app: `${folder}${file}`,
        seed: 7,
        traffic: false,
        policyDelayMs: 0,
        reportDelayMs: 0,
      });
      finalise = await logIn(running.credentials.finalise);
      const { body } = await finalise.call('/reportsqueries?startRelative=168h', {
        method: 'POST',
        body: { report: 'Flows' },
        namespace: running.namespace,
      });
      flows = body.flowReports;
    });
    afterAll(() => running.stop());

    test('every true edge was seen in the week, accepted by nothing but the default action', async () => {
      const { edges } = await truthAt(running.controlUrl);
      const truly = edges.filter((edge) => edge.true);
      expect(truly.length).toBeGreaterThan(0);
      expect(truly.filter(({ seenInWeek }) => !seenInWeek)).toEqual([]);
      const said = new Set(flows.map(({ action, policyID }) => `${action} by ${policyID}`));
      expect([...said].sort()).toEqual(['Accept by default', 'Accept by local']);
    });

    test('a week is some thousands of reports, and no more', () => {
      expect(flows.length).toBeGreaterThan(400);
      expect(flows.length).toBeLessThan(15_000);
    });

    test('every report of a pod names a processing unit that can be resolved, archived or not', async () => {
      const { body } = await finalise.call('/processingunits?archived=true&recursive=true');
      const known = new Set(body.map(({ ID }: { ID: string }) => ID));
      const ids = flows.flatMap((flow) => [
        ...(flow.sourceType === 'ProcessingUnit' ? [flow.sourceID] : []),
        ...(flow.destinationType === 'ProcessingUnit' ? [flow.destinationID] : []),
      ]);
      expect(ids.filter((ID) => !known.has(ID))).toEqual([]);
    });

    test('once both actions are Reject and nothing is allowed, every true edge is rejected', async () => {
      const { body } = await finalise.call(`/namespaces?q=${encodeURIComponent(`name == "${running.namespace}"`)}`);
      const update = { ...body[0], defaultPUIncomingTrafficAction: 'Reject', defaultPUOutgoingTrafficAction: 'Reject' };
      expect((await finalise.call(`/namespaces/${body[0].ID}`, { method: 'PUT', body: update })).status).toBe(200);
      const { edges, effective } = await truthAt(running.controlUrl);
      expect(effective).toEqual({ incoming: 'Reject', outgoing: 'Reject' });
      expect(edges.filter((edge) => edge.verdict !== 'Reject')).toEqual([]);
    });
  });
}

describe('the week of the hipster shop', () => {
  let running: RunningConsole;
  let flows: FlowReport[];
  let lookups: DnsLookupReport[];

  beforeAll(async () => {
    running = await startConsole({ app: `${folder}hipster-shop-v0.3.1.json`, seed: 3, traffic: false });
    const observe = await logIn(running.credentials.observe);
    const ask = (report: string) =>
      observe.call('/reportsqueries?startRelative=168h', {
        method: 'POST',
        body: { report },
        namespace: running.namespace,
      });
    flows = (await ask('Flows')).body.flowReports;
    lookups = (await ask('DNSLookups')).body.DNSLookupReports;
  });
  afterAll(() => running.stop());

  test('lives where the guide says', () => {
    expect(running.namespace).toBe('/acme/aws-dev/k8s/hipster-shop');
  });

  test('a pod that calls a name asked for it a moment before, and got the address it calls', () => {
    const outside = flows.filter(
      ({ destinationPort, destinationIP }) => destinationPort === 443 && !destinationIP.startsWith('10.'),
    );
    expect(outside.length).toBeGreaterThan(100);
    const unasked = outside.filter(
      (flow) =>
        !lookups.some(
          (lookup) =>
            lookup.processingUnitID === flow.sourceID &&
            lookup.resolvedIPs?.includes(flow.destinationIP) &&
            lookup.timestamp < flow.timestamp,
        ),
    );
    expect(unasked).toEqual([]);
  });

  test('names end with a dot, cluster endings are tried and fail, and both kinds of address are asked for', () => {
    expect(lookups.every(({ resolvedName }) => resolvedName.endsWith('.'))).toBe(true);
    expect(
      lookups.some(
        ({ action, resolvedName }) => action === 'Fail' && resolvedName.endsWith('.googleapis.com.cluster.local.'),
      ),
    ).toBe(true);
    expect(lookups.some(({ resolvedIPs }) => resolvedIPs?.some((address) => address.includes(':')))).toBe(true);
    expect(
      lookups.some(
        ({ resolvedName, action }) =>
          resolvedName === 'cartservice.hipster-shop.svc.cluster.local.' && action === 'Resolve',
      ),
    ).toBe(true);
  });

  test('an outside name changes its addresses during the week', () => {
    const answers = lookups.filter(({ resolvedName }) => resolvedName === 'cloudtrace.googleapis.com.');
    expect(
      new Set(answers.flatMap(({ resolvedIPs = [] }) => resolvedIPs.filter((ip) => !ip.includes(':')))).size,
    ).toBeGreaterThan(3);
  });

  test('pods that were replaced are archived, and an address of the dead went to somebody else', () => {
    const dead = running.world.pods.filter(
      ({ diedMs, workload }) => diedMs !== undefined && workload !== 'nightly-report',
    );
    expect(dead.length).toBeGreaterThanOrEqual(3);
    const reused = dead.filter((gone) =>
      running.world.pods.some(
        (pod) => pod.address === gone.address && pod.workload !== gone.workload && pod.bornMs >= (gone.diedMs ?? 0),
      ),
    );
    expect(reused.length).toBeGreaterThanOrEqual(1);
  });

  test('the noise is there: a scan of a few seconds, a clock without a name, a pod of the night, a pod that calls itself', () => {
    const scanned = flows.filter(({ destinationPort }) => destinationPort === 3389 || destinationPort === 23);
    expect(scanned.length).toBe(2);
    const [first = 0, second = 0] = scanned.map(({ timestamp }) => Date.parse(timestamp));
    expect(Math.abs(first - second)).toBeLessThan(10_000);
    const clock = flows.find(({ destinationPort }) => destinationPort === 123);
    expect(clock?.protocol).toBe(17);
    expect(lookups.some(({ resolvedIPs }) => resolvedIPs?.includes(clock?.destinationIP ?? ''))).toBe(false);
    const night = running.world.pods.filter(({ workload }) => workload === 'nightly-report').map(({ ID }) => ID);
    expect(flows.filter(({ sourceID }) => night.includes(sourceID)).length).toBe(14);
    expect(flows.filter(({ policyID }) => policyID === 'local').length).toBeGreaterThan(0);
  });

  test('the same seed makes the same world', async () => {
    const again = await startConsole({ app: `${folder}hipster-shop-v0.3.1.json`, seed: 3, traffic: false });
    expect(again.world.pods.map(({ name, address }) => [name, address])).toEqual(
      running.world.pods
        .map(({ name, address }) => [name, address])
        .map(([name, address]) => [
          expect.stringMatching(name?.startsWith('nightly-report') ? /^nightly-report/ : new RegExp(`^${name}$`)),
          address,
        ]),
    );
    await again.stop();
  });

  test('what was planted is marked in the truth', async () => {
    const { edges } = await control(running.controlUrl, '/truth');
    const planted = edges.filter((edge: { true: boolean }) => !edge.true).map((edge: { noise: string }) => edge.noise);
    expect([...new Set(planted)].sort()).toEqual(['cron', 'scan', 'time']);
  });
});
