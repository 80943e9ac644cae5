/** The questions the guide asks kubectl, and which numbers the names of ports stand for, asked with the ordinary client. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CoreV1Api, DiscoveryV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createWorld, podsAt, type World } from '#sandbox/console/world/world.ts';
import { type RunningKubernetes, startKubernetes } from '#sandbox/kubernetes/start.ts';

const app = fileURLToPath(new URL('../../sandbox/apps/hipster-shop-v0.3.1.json', import.meta.url));

let world: World;
let running: RunningKubernetes;
let cluster: CoreV1Api;

beforeAll(async () => {
  world = createWorld({ app, seed: '5', startMs: Date.UTC(2021, 9, 8) });
  running = await startKubernetes({ world });
  const config = new KubeConfig();
  config.loadFromFile(running.kubeconfig);
  cluster = config.makeApiClient(CoreV1Api);
});
afterAll(() => running.stop());

test('the nodes have the internal addresses from which kubelets probe', async () => {
  const { items } = await cluster.listNode();
  const addresses = items.map(({ status }) => status?.addresses?.find(({ type }) => type === 'InternalIP')?.address);
  expect(addresses).toEqual(world.nodes.map(({ address }) => address));
});

test('the services of the namespace tell port, target port and node port', async () => {
  const { items } = await cluster.listNamespacedService({ namespace: 'hipster-shop' });
  const named = (name: string) => items.find(({ metadata }) => metadata?.name === name)?.spec;
  expect(named('emailservice')?.ports?.[0]).toMatchObject({ port: 5000, targetPort: 8080, protocol: 'TCP' });
  expect(named('frontend-external')?.type).toBe('LoadBalancer');
  expect(named('frontend-external')?.ports?.[0]?.nodePort).toBeGreaterThanOrEqual(30_000);
  expect(named('frontend')?.ports?.[0]?.nodePort).toBeUndefined();
  expect(items.some(({ metadata }) => metadata?.name === 'kube-dns')).toBe(false);
});

test('the endpoints of a service tell which number a port has behind it, and where', async () => {
  const config = new KubeConfig();
  config.loadFromFile(running.kubeconfig);
  const api = config.makeApiClient(DiscoveryV1Api);
  const { items } = await api.listNamespacedEndpointSlice({ namespace: 'hipster-shop' });
  const [slice, ...more] = items.filter(
    ({ metadata }) => metadata?.labels?.['kubernetes.io/service-name'] === 'emailservice',
  );
  expect(more).toEqual([]);
  expect(slice?.ports).toMatchObject([{ port: 8080, protocol: 'TCP' }]);
  const addresses = podsAt(world, 'emailservice', world.startMs).map(({ address }) => address);
  expect(slice?.endpoints?.flatMap((endpoint) => endpoint.addresses)).toEqual(addresses);
});

test('the resolver of the cluster is a service in kube-system', async () => {
  const { spec } = await cluster.readNamespacedService({ name: 'kube-dns', namespace: 'kube-system' });
  expect(spec?.clusterIP).toBe('10.75.240.10');
  await expect(cluster.readNamespacedService({ name: 'kube-dns', namespace: 'hipster-shop' })).rejects.toMatchObject({
    code: 404,
  });
});

test('somebody without the token reads nothing, and nobody writes', async () => {
  const config = new KubeConfig();
  const stranger = parse(readFileSync(running.kubeconfig, 'utf8'));
  stranger.users[0].user.token = 'guessed';
  config.loadFromString(JSON.stringify(stranger));
  await expect(config.makeApiClient(CoreV1Api).listNode()).rejects.toMatchObject({ code: 401 });
  await expect(
    cluster.createNamespacedService({ namespace: 'hipster-shop', body: { metadata: { name: 'mine' } } }),
  ).rejects.toMatchObject({ code: 405 });
});
