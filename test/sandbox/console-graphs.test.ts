/** Graphs nobody has shown the console before: odd names, shared labels, datagrams, things that happen at start only. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type RunningConsole, startConsole } from '#sandbox/console/start.ts';
import { control, truthAt } from './support/console-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'graphs-'));
const started: RunningConsole[] = [];
afterEach(async () => {
  for (const running of started.splice(0)) await running.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

const workload = (name: string, more: object = {}) => ({
  name,
  kind: 'Deployment',
  labels: { tier: 'backend' },
  ports: [{ containerPort: 9000, protocol: 'TCP' }],
  services: [{ name, type: 'ClusterIP', ports: [{ port: 90, targetPort: 9000, protocol: 'TCP' }] }],
  ...more,
});

const odd = {
  app: 'odd.shop-v12.0.1',
  somethingNew: true,
  services: [
    workload('a'),
    workload('b.worker', { labels: {}, services: [] }),
    workload('statsd', { kind: 'StatefulSet', ports: [{ containerPort: 8125, protocol: 'UDP' }], services: [] }),
    workload('quiet', { ports: [], services: [] }),
  ],
  edges: [
    { from: 'a', to: 'b.worker', protocol: 'TCP', port: 9000 },
    { from: 'a', to: 'a', protocol: 'TCP', port: 9000, servicePort: 90, service: 'a' },
    { from: 'b.worker', to: 'statsd', protocol: 'UDP', port: 8125 },
    { from: 'quiet', to: 'a', protocol: 'TCP', port: 9000, servicePort: 90, service: 'a', frequency: 'start-up only' },
  ],
  ingress: [
    { from: 'ingress.nginx v2', to: 'a', protocol: 'TCP', port: 9000 },
    { from: 'prometheus', to: 'a', protocol: 'TCP', port: 9000, frequency: 'rare' },
    { from: 'internet', to: 'a', protocol: 'TCP', port: 9000, nodePort: 31000 },
  ],
  probes: [{ from: 'kubelet', to: 'statsd', protocol: 'TCP', port: 9000, type: 'http', periodSeconds: 30 }],
  external: [
    { from: '*', host: 'kube-dns', protocol: 'UDP', port: 53 },
    { from: 'a', host: 'kubernetes.default.svc', protocol: 'TCP', port: 443 },
    { from: 'a', host: 'some bank (leased line)', protocol: 'TCP', port: 7777 },
    { from: 'quiet', host: 'node agent (status.hostIP)', protocol: 'TCP', port: 42699, frequency: 'admin only' },
    { from: 'a', host: 'db.internal.example', ip: '192.168.7.7', protocol: 'TCP', port: 5432 },
    { from: '*', host: 'licence.example.com', protocol: 'TCP', port: 443, frequency: 'start-up only' },
  ],
};

async function startWith(graph: object) {
  const file = join(folder, `${started.length}.json`);
  writeFileSync(file, JSON.stringify(graph));
  const running = await startConsole({ app: file, traffic: false, reportDelayMs: 0 });
  started.push(running);
  return running;
}

test('an odd graph has its namespace, all its edges in the week, and traffic on demand', async () => {
  const running = await startWith(odd);
  expect(running.namespace).toBe('/acme/aws-dev/k8s/odd-shop');
  const { edges } = await truthAt(running.controlUrl);
  const truly = edges.filter((edge) => edge.true);
  expect(truly.length).toBe(4 + 3 + 1 + 4 + 4 + 4);
  expect(truly.filter(({ seenInWeek, verdict }) => !seenInWeek || verdict !== 'Accept')).toEqual([]);
  const { connections } = await control(running.controlUrl, '/exercise', 'POST');
  expect(connections).toBeGreaterThan(truly.length);
});

test('a workload that only starts up was started in the week', async () => {
  const running = await startWith(odd);
  const quiet = running.world.pods.filter(({ workload }) => workload === 'quiet');
  expect(quiet.some(({ diedMs }) => diedMs !== undefined)).toBe(true);
});

test('an application that talks to nobody is a world too', async () => {
  const running = await startWith({ app: 'hermit', services: [workload('alone')] });
  expect((await truthAt(running.controlUrl)).edges.every((edge) => !edge.true)).toBe(true);
});

test('an edge to a workload that is not there is said at once, by name', async () => {
  const graph = { app: 'x', services: [workload('a')], edges: [{ from: 'a', to: 'ghost', protocol: 'TCP', port: 1 }] };
  await expect(startWith(graph)).rejects.toThrow('names the workload "ghost"');
});
