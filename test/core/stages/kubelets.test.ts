/** Which addresses count as the cluster's nodes, and what they may do. */
import { expect, test } from 'vitest';
import { draftStage } from '#core/stages/draft-stage.ts';
import {
  edge,
  evidence,
  kubernetes,
  MONDAY,
  NO_ANSWERS,
  network,
  policy,
  ruleset,
  SETTINGS,
  SHOP,
  workload,
} from '#test/support/evidence.ts';

const frontend = workload('frontend');
const cart = workload('cartservice');

/** Every ten seconds for a day. */
const PROBE = { count: 8641, firstSeen: MONDAY, lastSeen: MONDAY + 86_400_000 };

function draftOf(edges: ReturnType<typeof edge>[], more = {}, settings = SETTINGS) {
  return draftStage('kubelets', evidence([frontend, cart], edges, more), settings, NO_ANSWERS);
}

test('the guide’s network and ruleset are drafted with every node of the cluster', () => {
  const seen = [edge('10.128.0.2', frontend, 'tcp/8080', PROBE)];
  const draft = draftOf(seen, { kubernetes: kubernetes() });
  expect(draft.changes).toEqual([
    {
      kind: 'create-external-network',
      network: {
        name: 'kubelet',
        entries: ['10.128.0.2', '10.128.0.3'],
        associatedTags: ['externalnetwork:name=kubelet'],
      },
    },
    {
      kind: 'create-ruleset',
      ruleset: {
        name: 'allow-kubelets',
        subject: [['$identity=processingunit', `$namespace=${SHOP}`]],
        incomingRules: [
          {
            name: 'kubelets',
            action: 'Allow',
            object: [['externalnetwork:name=kubelet']],
            protocolPorts: ['tcp/1:65535', 'icmp/8/0', 'icmp/0/0', 'icmp/11/0', 'icmp/3/4'],
          },
        ],
        outgoingRules: [],
      },
    },
  ]);
  expect(draft.allows).toEqual([seen[0]?.id]);
});

test('a node that claims an address outside the nodes’ ranges is not believed', () => {
  const nodes = [
    { name: 'node-a', addresses: ['10.128.0.2'] },
    { name: 'liar', addresses: ['198.51.100.7'] },
  ];
  const seen = [edge('10.128.0.2', frontend, 'tcp/8080'), edge('198.51.100.7', frontend, 'tcp/8080')];
  const draft = draftOf(seen, { kubernetes: kubernetes({ nodes }) });
  expect(draft.changes[0]).toMatchObject({ network: { entries: ['10.128.0.2'] } });
  expect(draft.remarks[0]).toMatchObject({ level: 'stop' });
  expect(draft.remarks[0]?.text).toContain('198.51.100.7');
});

test('without Kubernetes nodes are inferred from private sources at several workloads, and the card says so', () => {
  const seen = [
    edge('10.128.0.2', frontend, 'tcp/8080'),
    edge('10.128.0.2', cart, 'tcp/7070'),
    edge('10.128.0.9', cart, 'tcp/7070'),
  ];
  const draft = draftOf(seen);
  expect(draft.changes[0]).toMatchObject({ network: { entries: ['10.128.0.2'] } });
  expect(draft.remarks).toMatchObject([{ level: 'look' }]);
});

test('without Kubernetes the units of a mesh that gossips over UDP are not taken for nodes, however many they call', () => {
  const SENDERS = ['10.72.1.4', '10.72.2.5'];
  const gossip = SENDERS.flatMap((from) => [frontend, cart].map((to) => edge(from, to, 'udp/7946')));
  const pings = SENDERS.flatMap((from) => [frontend, cart].map((to) => edge(from, to, '1')));
  const draft = draftOf([...gossip, ...pings], {}, { ...SETTINGS, nodeCidrs: [] });
  expect(draft.changes).toEqual([]);
  expect(draft.unallowed).toEqual([]);
});

test('without Kubernetes a source that knocks every ten seconds at one workload is a node as well', () => {
  const draft = draftOf([edge('10.128.0.9', cart, 'tcp/7070', PROBE)]);
  expect(draft.changes[0]).toMatchObject({ network: { entries: ['10.128.0.9'] } });
});

test('a bridge gateway is split: probe ports at a probe’s rhythm, nothing else', () => {
  const probe = edge('172.17.0.1', cart, 'tcp/7070', PROBE);
  const masked = edge('172.17.0.1', frontend, 'tcp/8080', { count: 777 });
  const draft = draftOf([probe, masked], { kubernetes: kubernetes() });
  expect(draft.allows).toEqual([probe.id]);
  expect(draft.leftOut.map((left) => left.group.edges)).toEqual([[masked.id]]);
  expect(draft.remarks[0]).toMatchObject({ level: 'look' });
  const [created] = draft.changes.flatMap((change) => (change.kind === 'create-ruleset' ? [change.ruleset] : []));
  expect(created?.incomingRules[0]?.protocolPorts).toEqual(['tcp/7070']);
  expect(created?.subject).toEqual([['app=cartservice', '$identity=processingunit', `$namespace=${SHOP}`]]);
});

test('pings from nodes are covered as far as the guide goes, and the card says what cannot be known', () => {
  const draft = draftOf([edge('10.128.0.2', frontend, '1', PROBE)], { kubernetes: kubernetes() });
  expect(draft.changes).toHaveLength(2);
  expect(draft.remarks.map((remark) => remark.text).join()).toContain('Pings');
});

test('a node that also carries a load balancer’s clients is pointed out', () => {
  const services = [
    {
      name: 'frontend-external',
      type: 'LoadBalancer' as const,
      clusterIps: [],
      selector: { app: 'frontend' },
      ports: [{ port: 80, targetPort: 8080, nodePort: 31234, protocol: 'TCP' as const }],
    },
  ];
  const draft = draftOf([edge('10.128.0.2', frontend, 'tcp/8080')], { kubernetes: kubernetes({ services }) });
  expect(draft.remarks.map((remark) => remark.text).join()).toContain('frontend-external');
});

test('public clients are not the kubelets’ business', () => {
  expect(draftOf([edge('198.51.100.20', frontend, 'tcp/8080')], { kubernetes: kubernetes() }).changes).toEqual([]);
});

test('a node whose probes another stage’s rule allows already is not called unseen', () => {
  const internet = network('internet', 'externalnetwork:name=internet', ['0.0.0.0/0']);
  const open = ruleset('allow-web-server', {
    incomingRules: [
      { name: 'web', action: 'Allow', object: [['externalnetwork:name=internet']], protocolPorts: ['tcp/8080'] },
    ],
  });
  const seen = [edge('10.128.0.2', frontend, 'tcp/8080', PROBE), edge('10.128.0.3', cart, 'tcp/7070', PROBE)];
  const nodes = ['10.128.0.2', '10.128.0.3', '10.128.0.4'].map((address) => ({ name: address, addresses: [address] }));
  const draft = draftOf(seen, {
    kubernetes: kubernetes({ nodes }),
    policy: policy({ externalNetworks: [internet], rulesets: [open] }),
  });
  expect(draft.unallowed.map(({ source }) => source)).toEqual(['10.128.0.3']);
  expect(draft.alreadyAllowed.map(({ group }) => group.source)).toEqual(['10.128.0.2']);
  expect(draft.remarks.map(({ text }) => text)).toContain(
    '10.128.0.4 is a node too; no traffic from there was seen yet.',
  );
  expect(draft.breadth).toEqual({ seen: 2, possible: 6, of: 'pairs of nodes and workloads, on every TCP port' });
});
