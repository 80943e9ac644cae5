/** Traffic that goes on: what the reports say before and after a rule, and what the truth says of it. */
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { type ConsoleOptions, type RunningConsole, startConsole } from '#sandbox/console/start.ts';
import type { DnsLookupReport, FlowReport } from '#sandbox/console/traffic/reports.ts';
import { type Client, control, logIn, truthAt } from './support/console-client.ts';

const apps = fileURLToPath(new URL('../../sandbox/apps/', import.meta.url));
const hipsterShop = `${apps}hipster-shop-v0.3.1.json`;

let running: RunningConsole;
let finalise: Client;
afterEach(() => running.stop());

async function start(app: string, options: Partial<ConsoleOptions> = {}) {
  const quick = { traffic: false, recorded: false, policyDelayMs: 0, reportDelayMs: [1, 20] } as const;
  running = await startConsole({ app, ...quick, ...options });
  finalise = await logIn(running.credentials.finalise);
}

async function reported(report: 'Flows', q?: string): Promise<FlowReport[]>;
async function reported(report: 'DNSLookups', q?: string): Promise<DnsLookupReport[]>;
async function reported(report: 'Flows' | 'DNSLookups', q = ''): Promise<object[]> {
  const filter = q === '' ? '' : `&q=${encodeURIComponent(q)}`;
  const { status, body } = await finalise.call(`/reportsqueries?startRelative=1h&recursive=1${filter}`, {
    method: 'POST',
    body: { report },
  });
  expect(status).toBe(200);
  return body[report === 'Flows' ? 'flowReports' : 'DNSLookupReports'];
}

async function put(resource: string, body: object) {
  const reply = await finalise.call(`/${resource}`, { method: 'POST', body, namespace: running.namespace });
  expect(reply.status).toBe(200);
  return reply.body;
}

async function lockDown() {
  const { body } = await finalise.call(`/namespaces?q=${encodeURIComponent(`name == ${running.namespace}`)}`);
  const update = { ...body[0], defaultPUIncomingTrafficAction: 'Reject', defaultPUOutgoingTrafficAction: 'Reject' };
  const reply = await finalise.call(`/namespaces/${body[0].ID}`, { method: 'PUT', body: update });
  expect(reply.status).toBe(200);
}

const everyone = () => [['$identity=processingunit', `$namespace=${running.namespace}`]];
const network = (name: string, entries: string[]) => ({
  name,
  entries,
  associatedTags: [`externalnetwork:name=${name}`],
});

function allowing(
  name: string,
  protocolPorts: string[],
  direction: 'incomingRules' | 'outgoingRules' = 'outgoingRules',
) {
  const object = [[`externalnetwork:name=${name}`]];
  return {
    name: `allow-${name}`,
    subject: everyone(),
    [direction]: [{ name: `rule-${name}`.slice(0, 16), action: 'Allow', object, protocolPorts }],
  };
}

async function allowPods() {
  const rule = { name: 'pods', action: 'Allow', object: everyone(), protocolPorts: ['any'] };
  await put('networkrulesetpolicies', {
    name: 'allow-pods-in-namespace',
    subject: everyone(),
    incomingRules: [rule],
    outgoingRules: [rule],
  });
}

/** The guide, from its first rule to its last. */
async function followTheGuide() {
  await put('externalnetworks', network('dns', ['10.75.240.10']));
  await put('networkrulesetpolicies', allowing('dns', ['udp/53']));
  await allowPods();
  await put('externalnetworks', network('metadata', ['169.254.169.254']));
  await put('networkrulesetpolicies', allowing('metadata', ['tcp/80']));
  await put('externalnetworks', network('googleapis', ['*.googleapis.com']));
  await put('networkrulesetpolicies', allowing('googleapis', ['tcp/443']));
  await put('externalnetworks', network('internet', ['0.0.0.0/0']));
  await put('networkrulesetpolicies', allowing('internet', ['tcp/80', 'tcp/8080'], 'incomingRules'));
  await put(
    'externalnetworks',
    network(
      'kubelet',
      running.world.nodes.map(({ address }) => address),
    ),
  );
  await put('networkrulesetpolicies', allowing('kubelet', ['tcp/1:65535', 'icmp/8/0'], 'incomingRules'));
}

test('whoever follows the guide to its end keeps every true edge of the hipster shop', async () => {
  await start(hipsterShop);
  await followTheGuide();
  await lockDown();
  const { edges, effective } = await truthAt(running.controlUrl);
  expect(effective).toEqual({ incoming: 'Reject', outgoing: 'Reject' });
  expect(edges.filter((edge) => edge.true && edge.verdict === 'Reject')).toEqual([]);
  expect(edges.find(({ noise }) => noise === 'time')?.verdict).toBe('Reject');
  expect(edges.find(({ noise }) => noise === 'scan')).toMatchObject({ verdict: 'Reject', decidedBy: 'default' });
});

test('what the truth predicts is what traffic then meets', async () => {
  await start(hipsterShop);
  await allowPods();
  await put('externalnetworks', network('dns', ['10.75.240.10']));
  await put('networkrulesetpolicies', allowing('dns', ['udp/53']));
  await lockDown();
  const { edges } = await truthAt(running.controlUrl);
  const { connections } = await control(running.controlUrl, '/exercise', 'POST');
  expect(connections).toBeGreaterThan(edges.length);
  const flows = await reported('Flows');
  for (const edge of edges.filter((one) => one.true && one.kind === 'edge')) {
    const [from, to] = [edge.from, edge.to].map((name) =>
      running.world.pods.filter(({ workload }) => workload === name).map(({ ID }) => ID),
    );
    const between = flows.filter(
      ({ sourceID, destinationID }) => from?.includes(sourceID) && to?.includes(destinationID),
    );
    expect([edge.id, ...new Set(between.map(({ action }) => action))]).toEqual([edge.id, edge.verdict]);
  }
  const cut = flows.filter(({ action }) => action === 'Reject');
  expect(cut.length).toBeGreaterThan(0);
  expect(cut.every(({ policyID, dropReason }) => policyID === 'default' && dropReason === 'policy')).toBe(true);
});

test('an accepted connection between pods is reported once, by the destination, with what the source decided', async () => {
  await start(hipsterShop);
  await allowPods();
  await control(running.controlUrl, '/flows', 'POST', { from: 'frontend', to: 'cartservice', port: 7070 });
  const flows = await reported('Flows');
  expect(flows.length).toBe(1);
  expect(flows[0]).toMatchObject({
    action: 'Accept',
    ruleName: 'pods',
    sourceType: 'ProcessingUnit',
    destinationType: 'ProcessingUnit',
    destinationPort: 7070,
    protocol: 6,
    remoteNamespace: running.namespace,
  });
  expect(flows[0]?.policyID).toMatch(/^[0-9a-f]{24}$/);
  expect(flows[0]?.remotePolicyID).toBe(flows[0]?.policyID);
});

test('a rule is in force a little after it was written, not before', async () => {
  await start(hipsterShop, { policyDelayMs: 2000 });
  await allowPods();
  const policyOf = async () => {
    await control(running.controlUrl, '/flows', 'POST', { from: 'frontend', to: 'cartservice', port: 7070 });
    return (await reported('Flows')).at(-1)?.policyID;
  };
  expect(await policyOf()).toBe('default');
  await new Promise((resolve) => setTimeout(resolve, 2100));
  expect(await policyOf()).not.toBe('default');
});

test('a name turns solid green with the next lookup, and its reports name the network', async () => {
  await start(hipsterShop);
  const googleapis = await put('externalnetworks', network('googleapis', ['*.googleapis.com']));
  const ruleset = await put('networkrulesetpolicies', allowing('googleapis', ['tcp/443']));
  await control(running.controlUrl, '/exercise', 'POST');
  const flows = await reported('Flows', 'destinationPort == 443');
  expect(flows.length).toBeGreaterThan(10);
  expect(new Set(flows.map(({ policyID, destinationID }) => `${policyID} ${destinationID}`))).toEqual(
    new Set([`${ruleset.ID} ${googleapis.ID}`]),
  );
  const lookups = await reported('DNSLookups', 'resolvedName == "cloudtrace.googleapis.com."');
  expect(lookups.filter(({ action }) => action === 'Resolve').length).toBeGreaterThan(2);
});

test('where the resolver is cut off, lookups are rejected and names allow nothing', async () => {
  await start(hipsterShop);
  await put('externalnetworks', network('googleapis', ['*.googleapis.com']));
  await put('networkrulesetpolicies', allowing('googleapis', ['tcp/443']));
  await lockDown();
  const { edges } = await truthAt(running.controlUrl);
  expect(edges.find(({ to }) => to === 'cloudtrace.googleapis.com')?.verdict).toBe('Reject');
  await control(running.controlUrl, '/exercise', 'POST');
  const lookups = await reported('DNSLookups');
  expect(new Set(lookups.map(({ action }) => action))).toEqual(new Set(['Reject']));
});

test('a service that translates its port needs both ports where rules are tight', async () => {
  await start(hipsterShop);
  const tight = (protocolPorts: string[]) => ({
    name: 'tight',
    subject: everyone(),
    outgoingRules: [{ action: 'Allow', object: everyone(), protocolPorts }],
    incomingRules: [{ action: 'Allow', object: everyone(), protocolPorts }],
  });
  const written = await put('networkrulesetpolicies', tight(['tcp/8080']));
  await lockDown();
  const email = async () => (await truthAt(running.controlUrl)).edges.find(({ to }) => to === 'emailservice');
  expect(await email()).toMatchObject({ port: 8080, servicePort: 5000, verdict: 'Reject' });
  const path = `/networkrulesetpolicies/${written.ID}`;
  const body = { ...written, ...tight(['tcp/8080', 'tcp/5000']) };
  expect((await finalise.call(path, { method: 'PUT', body, namespace: running.namespace })).status).toBe(200);
  expect((await email())?.verdict).toBe('Accept');
});

test('the gateway next door is a processing unit of another namespace that may call out', async () => {
  await start(`${apps}bookinfo.json`);
  await control(running.controlUrl, '/exercise', 'POST');
  const gateway = running.world.pods.find(({ workload }) => workload === 'ingress-gateway');
  expect(gateway?.namespace).toBe('/acme/aws-dev/k8s/ingress-gateway');
  const flows = await reported('Flows', `remoteNamespace == "${gateway?.namespace}"`);
  expect(flows.length).toBeGreaterThan(0);
  expect(flows[0]).toMatchObject({ policyID: 'default', sourceType: 'ProcessingUnit', namespace: running.namespace });
  expect(flows[0]?.remotePolicyID).not.toBe('default');
});

test('where the tenant has the vendor’s DNS rule, lookups are solid green from the first day', async () => {
  await start(`${apps}bookinfo.json`, { parentDnsRule: true, recorded: true });
  const { edges } = await truthAt(running.controlUrl);
  const dns = edges.filter(({ to }) => to === 'kube-dns');
  expect(new Set(dns.map(({ decidedBy }) => decidedBy))).toEqual(new Set(['dns']));
  const { body } = await finalise.call('/externalnetworks?propagated=1', { namespace: running.namespace });
  expect(body.map(({ name, namespace }: { name: string; namespace: string }) => [name, namespace])).toEqual([
    ['dns', '/acme'],
  ]);
});

test('a connection that stays open keeps the policy it was opened under', async () => {
  await start(hipsterShop, { recorded: true, flowReportIntervalMs: 60, traffic: true, trafficIntervalMs: 60_000 });
  await allowPods();
  const [ruleset] = (await finalise.call('/networkrulesetpolicies', { namespace: running.namespace })).body;
  const afterwards = async () =>
    (await reported('Flows', 'remotePolicyID == default')).filter(({ timestamp }) => timestamp > ruleset.updateTime);
  await expect.poll(async () => (await afterwards()).length, { timeout: 10_000 }).toBeGreaterThan(1);
  const later = await afterwards();
  expect(new Set(later.map(({ sourceID }) => sourceID)).size).toBe(1);
});

test('traffic goes on by itself, and stops and starts when it is told', async () => {
  await start(`${apps}bookinfo.json`, { traffic: true, trafficIntervalMs: 200, reportDelayMs: 5 });
  await expect.poll(async () => (await reported('Flows')).length, { timeout: 10_000 }).toBeGreaterThan(20);
  expect(await control(running.controlUrl, '/traffic', 'POST', { running: false })).toEqual({ running: false });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const stopped = (await reported('Flows')).length;
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect((await reported('Flows')).length).toBe(stopped);
});

test('the noise of the week goes on, rarely, and the pod of the night is somebody new each time', async () => {
  await start(`${apps}bookinfo.json`, { traffic: true, trafficIntervalMs: 8, reportDelayMs: 0 });
  const deadline = Date.now() + 10_000;
  const born = () => running.world.pods.filter(({ workload }) => workload === 'nightly-report').length;
  while (born() < 8 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const night = running.world.pods.filter(({ workload }) => workload === 'nightly-report').at(-1);
  expect((await reported('Flows', `sourceID == "${night?.ID}"`)).length).toBeGreaterThan(0);
  const { body } = await finalise.call(`/processingunits/${night?.ID}`, { namespace: running.namespace });
  expect(body.operationalStatus).toBe('Running');
  expect((await reported('Flows', 'destinationPort == 3389')).length).toBeGreaterThan(0);
  expect((await reported('Flows', 'destinationPort == 123')).length).toBeGreaterThan(0);
});
