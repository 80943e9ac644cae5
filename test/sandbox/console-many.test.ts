/** Many small applications on one console: each in a namespace of its own, seen and used alone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, startConsole } from '#sandbox/console/start.ts';
import { tinyGraphs } from '#sandbox/console/world/tiny.ts';
import { type Client, control, logIn } from './support/console-client.ts';

let running: RunningConsole;
let observe: Client;
beforeAll(async () => {
  const [app, ...further] = tinyGraphs(12);
  if (!app) throw new Error('there is no application');
  running = await startConsole({ app, further, traffic: false, policyDelayMs: 0, reportDelayMs: 0 });
  observe = await logIn(running.credentials.observe);
});
afterAll(() => running.stop());

async function flowsOf(namespace: string, startRelative: string) {
  const { body } = await observe.call(`/reportsqueries?startRelative=${startRelative}`, {
    method: 'POST',
    body: { report: 'Flows' },
    namespace,
  });
  return body.flowReports as { namespace: string; timestamp: string }[];
}

test('each application has its own namespace, with its own pods and its own week', async () => {
  expect(new Set(running.namespaces).size).toBe(12);
  expect(running.namespaces[4]).toBe('/acme/aws-dev/k8s/shop-005');
  for (const namespace of running.namespaces) {
    const { body: pods } = await observe.call('/processingunits', { namespace });
    expect(pods).toHaveLength(2);
    const flows = await flowsOf(namespace, '200h');
    expect(flows.length).toBeGreaterThan(20);
    expect(new Set(flows.map((flow) => flow.namespace))).toEqual(new Set([namespace]));
  }
});

test('somebody who uses one application is seen in its namespace, and nowhere else', async () => {
  const [first = '', second = ''] = running.namespaces;
  const before = await Promise.all([first, second].map((namespace) => flowsOf(namespace, '200h')));
  await control(running.controlUrl, '/exercise', 'POST', { namespace: second });
  const after = await Promise.all([first, second].map((namespace) => flowsOf(namespace, '200h')));
  expect(after[0]).toHaveLength(before[0]?.length ?? 0);
  expect(after[1]?.length).toBeGreaterThan(before[1]?.length ?? 0);
});

test('an outage that was ordered for a while ends by itself, and an answer can be kept back', async () => {
  const [namespace = ''] = running.namespaces;
  await control(running.controlUrl, '/faults', 'POST', {
    path: '/processingunits',
    status: 503,
    count: 0,
    forMs: 3000,
  });
  expect((await observe.call('/processingunits', { namespace })).status).toBe(503);
  await expect
    .poll(async () => (await observe.call('/processingunits', { namespace })).status, { timeout: 30_000 })
    .toBe(200);
  await control(running.controlUrl, '/faults', 'POST', { path: '/processingunits', holdMs: 200 });
  const askedAt = Date.now();
  expect((await observe.call('/processingunits', { namespace })).status).toBe(200);
  expect(Date.now() - askedAt).toBeGreaterThanOrEqual(190);
});
