/** What Lockstep learns from a cluster, and how it says that it cannot. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { KubernetesFailure } from '#kubernetes/errors.ts';
import { readKubernetesFacts } from '#kubernetes/facts.ts';
import { createWorld } from '#sandbox/console/world/world.ts';
import { startKubernetes } from '#sandbox/kubernetes/start.ts';
import { type Received, type Reply, scriptedServer } from '#test/console/scripted-server.ts';

async function kubeconfig(server: string, user: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-kubeconfig-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'config');
  await writeFile(
    path,
    `apiVersion: v1
kind: Config
current-context: laptop
contexts: [{ name: laptop, context: { cluster: laptop, user: bot } }]
clusters: [{ name: laptop, cluster: { server: "${server}", insecure-skip-tls-verify: true } }]
users: [{ name: bot, user: ${user} }]
`,
  );
  return path;
}

async function clusterThat(reply: (request: Received) => Reply) {
  const server = await scriptedServer(reply);
  return { path: await kubeconfig(server.url, '{ token: cluster-secret }'), received: server.received };
}

function node(name: string, ...addresses: string[]) {
  return {
    metadata: { name },
    status: {
      addresses: [
        ...addresses.map((address) => ({ type: 'InternalIP', address })),
        { type: 'ExternalIP', address: '203.0.113.9' },
        { type: 'Hostname', address: name },
      ],
    },
  };
}

const SERVICES = [
  {
    metadata: { name: 'frontend-external' },
    spec: {
      type: 'LoadBalancer',
      clusterIP: '10.75.1.1',
      clusterIPs: ['10.75.1.1', 'fd00::1'],
      selector: { app: 'frontend' },
      ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080, protocol: 'TCP' }],
    },
  },
  {
    metadata: { name: 'redis-cart' },
    spec: {
      clusterIP: 'None',
      ports: [
        { name: 'cart', port: 6379, targetPort: 'redis' },
        { port: 5353, protocol: 'UDP' },
      ],
    },
  },
];

const SLICES = '/apis/discovery.k8s.io/v1/namespaces/hipster-shop/endpointslices';

function slice(service: string, ...ports: { name: string; port: number }[]) {
  return { metadata: { labels: { 'kubernetes.io/service-name': service } }, addressType: 'IPv4', ports, endpoints: [] };
}

function wellBehaved({ path, query }: Received): Reply {
  const items = (list: unknown[], next?: string): Reply => ({
    json: { apiVersion: 'v1', kind: 'List', metadata: next ? { continue: next } : {}, items: list },
  });
  if (path === '/api/v1/nodes')
    return query.get('continue') === 'more'
      ? items([node('node-2', '10.128.0.3')])
      : items([node('node-1', '10.128.0.2', 'fd00::2')], 'more');
  if (path === '/api/v1/namespaces/hipster-shop/services') return items(SERVICES);
  if (path === SLICES)
    return query.get('continue') === 'more'
      ? items([
          slice('redis-cart', { name: 'cart', port: 6380 }),
          slice('frontend-external', { name: 'cart', port: 1 }),
        ])
      : items([slice('redis-cart', { name: 'cart', port: 6379 }, { name: 'other', port: 2 })], 'more');
  if (path === '/api/v1/namespaces/kube-system/services')
    return items([
      { metadata: { name: 'kube-dns' }, spec: { clusterIP: '10.75.240.10' } },
      { metadata: { name: 'metrics-server' }, spec: { clusterIP: '10.75.9.9' } },
    ]);
  return { status: 404, json: { kind: 'Status', code: 404 } };
}

test('who has no port with a name is not asked for the right to read endpoint slices', async () => {
  const ports = [{ port: 80, targetPort: 8080 }, { port: 81 }];
  const plain = [
    { metadata: { name: 'cart' }, spec: { selector: { app: 'cart' }, ports } },
    { metadata: { name: 'elsewhere' }, spec: { type: 'ExternalName', externalName: 'cart.example.com' } },
  ];
  const { path, received } = await clusterThat((request) =>
    request.path === '/api/v1/namespaces/hipster-shop/services' ? { json: { items: plain } } : wellBehaved(request),
  );

  const facts = await readKubernetesFacts({ kubeconfig: path }, 'hipster-shop');

  expect(facts.unread).toBeUndefined();
  expect(facts.services.flatMap(({ ports }) => ports.map(({ targetPort }) => targetPort))).toEqual([8080, 81]);
  expect(received.map(({ path: asked }) => asked)).not.toContain(SLICES);
});

test('where a Service without a selector leads is read off the endpoints that somebody listed, not off its target port', async () => {
  const byHand = ['legacy', 'idle'].map((name) => ({
    metadata: { name },
    spec: { clusterIP: '10.75.2.2', ports: [{ name: 'db', port: 443, targetPort: 443 }] },
  }));
  const { path } = await clusterThat((request) => {
    if (request.path === '/api/v1/namespaces/hipster-shop/services') return { json: { items: byHand } };
    return request.path === SLICES
      ? { json: { items: [slice('legacy', { name: 'db', port: 8443 })] } }
      : wellBehaved(request);
  });

  const { services } = await readKubernetesFacts({ kubeconfig: path }, 'hipster-shop');

  const port = { port: 443, targetPort: 443, protocol: 'TCP' };
  expect(services.map(({ name, ports }) => [name, ports])).toEqual([
    ['legacy', [{ ...port, targets: [8443] }]],
    ['idle', [{ ...port, targets: [] }]],
  ]);
});

test('a credential without the right to read endpoint slices still reads the rest, and people are told what is missing', async () => {
  const { path } = await clusterThat((request) =>
    request.path === SLICES ? { status: 403, json: { kind: 'Status', code: 403 } } : wellBehaved(request),
  );

  const facts = await readKubernetesFacts({ kubeconfig: path }, 'hipster-shop');

  expect(facts.unread).toEqual([
    'The credential has no right to read the endpoint slices of hipster-shop in the cluster. So nobody knows which ports of the containers their names in Services stand for, nor where Services without a selector lead.',
  ]);
  expect(facts.dnsAddresses).toEqual(['10.75.240.10']);
  const cart = facts.services.find(({ name }) => name === 'redis-cart');
  expect(cart?.ports[0]).toEqual({ port: 6379, targetPort: 'redis', protocol: 'TCP' });
});

test('nodes, services, the DNS service and what names of ports stand for are read, in pages, and nothing else', async () => {
  const { path, received } = await clusterThat(wellBehaved);

  const facts = await readKubernetesFacts({ kubeconfig: path, pageSize: 1 }, 'hipster-shop');

  expect(facts).toEqual({
    dnsAddresses: ['10.75.240.10'],
    nodes: [
      { name: 'node-1', addresses: ['10.128.0.2', 'fd00::2'] },
      { name: 'node-2', addresses: ['10.128.0.3'] },
    ],
    services: [
      {
        name: 'frontend-external',
        type: 'LoadBalancer',
        clusterIps: ['10.75.1.1', 'fd00::1'],
        selector: { app: 'frontend' },
        ports: [{ port: 80, targetPort: 8080, nodePort: 30080, protocol: 'TCP' }],
      },
      {
        name: 'redis-cart',
        type: 'ClusterIP',
        clusterIps: [],
        selector: {},
        ports: [
          { port: 6379, targetPort: 'redis', targets: [6379, 6380], protocol: 'TCP' },
          { port: 5353, targetPort: 5353, protocol: 'UDP', targets: [] },
        ],
      },
    ],
  });
  expect(received.map(({ method, path: asked }) => `${method} ${asked}`).sort()).toEqual([
    'GET /api/v1/namespaces/hipster-shop/services',
    'GET /api/v1/namespaces/kube-system/services',
    'GET /api/v1/nodes',
    'GET /api/v1/nodes',
    `GET ${SLICES}`,
    `GET ${SLICES}`,
  ]);
  expect(received.every(({ headers }) => headers.authorization === 'Bearer cluster-secret')).toBe(true);
});

test('the sandbox’s cluster is read over TLS, with its own authority and a token', async () => {
  const world = createWorld({ app: 'sandbox/apps/hipster-shop-v0.3.1.json', seed: '1', startMs: Date.now() });
  const cluster = await startKubernetes({ world });
  onTestFinished(() => cluster.stop());

  const facts = await readKubernetesFacts({ kubeconfig: cluster.kubeconfig }, 'hipster-shop');

  expect(facts.dnsAddresses).toEqual(['10.75.240.10']);
  expect(facts.nodes.length).toBeGreaterThan(0);
  expect(facts.nodes.every(({ addresses }) => addresses.length > 0)).toBe(true);
  expect(facts.services.map(({ name }) => name)).toContain('frontend');
});

test.each([
  ['exec', '{ exec: { apiVersion: client.authentication.k8s.io/v1, command: touch, args: [started] } }'],
  ['auth-provider', '{ auth-provider: { name: gcp, config: { cmd-path: touch } } }'],
])('a kubeconfig whose user starts a program (%s) is refused before anything is asked', async (_, user) => {
  const server = await scriptedServer(wellBehaved);
  const path = await kubeconfig(server.url, user);

  await expect(readKubernetesFacts({ kubeconfig: path }, 'hipster-shop')).rejects.toMatchObject({
    passing: false,
    message: expect.stringContaining('no program is started'),
  });
  expect(server.received).toHaveLength(0);
});

test('a cluster elsewhere whose certificate nobody verifies is refused', async () => {
  const path = await kubeconfig('https://cluster.example.com', '{ token: cluster-secret }');

  await expect(readKubernetesFacts({ kubeconfig: path }, 'hipster-shop')).rejects.toMatchObject({
    passing: false,
    message: expect.stringContaining('does not verify'),
  });
});

test.each([
  [401, false, /refused the credential/],
  [403, false, /no right to read the nodes/],
  [503, true, /answered 503 when asked for the nodes/],
] as const)('an answer %i says whether it passes and what was asked for', async (status, passing, sentence) => {
  const { path } = await clusterThat((request) =>
    request.path === '/api/v1/nodes' ? { status, json: { kind: 'Status', code: status } } : wellBehaved(request),
  );

  const failure = await readKubernetesFacts({ kubeconfig: path }, 'hipster-shop').catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(KubernetesFailure);
  expect(failure).toMatchObject({ passing, status, message: expect.stringMatching(sentence) });
  expect(JSON.stringify(failure)).not.toContain('cluster-secret');
});

test('a cluster that nobody can reach is a failure that may pass', async () => {
  const path = await kubeconfig('http://127.0.0.1:1', '{ token: cluster-secret }');

  await expect(readKubernetesFacts({ kubeconfig: path }, 'hipster-shop')).rejects.toMatchObject({ passing: true });
});

test('a kubeconfig that is not there, or is none, is said by its path', async () => {
  await expect(readKubernetesFacts({ kubeconfig: '/nowhere/config' }, 'hipster-shop')).rejects.toMatchObject({
    passing: false,
    message: expect.stringContaining('/nowhere/config'),
  });
});
