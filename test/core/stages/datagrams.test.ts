/** UDP between processing units, which carries no identity: one question for a workload, and an answer that outlives a restart. */
import { expect, test } from 'vitest';
import { draftStage } from '#core/stages/draft-stage.ts';
import { brief, edge, evidence, kubernetes, NO_ANSWERS, SETTINGS, workload } from '#test/support/evidence.ts';

const probe = workload('probe');
const sink = workload('sink');
const other = workload('other');
const behindService = kubernetes({
  services: [
    {
      name: 'sink',
      type: 'ClusterIP',
      clusterIps: ['10.75.241.20'],
      selector: { app: 'sink' },
      ports: [{ port: 80, targetPort: 8125, protocol: 'UDP' }],
    },
  ],
});

/** Each end reports the other by its address; the Service turns port 80 into 8125. */
const datagrams = [
  edge(probe, '10.72.3.10', 'udp/80'),
  edge(probe, '10.72.4.11', 'udp/80'),
  edge('10.72.1.12', sink, 'udp/8125'),
  edge('10.72.2.12', sink, 'udp/8125'),
];

function residualOf(edges: ReturnType<typeof edge>[], facts = behindService) {
  const seen = evidence([probe, sink, other], edges, { kubernetes: facts });
  return draftStage('disable-discovery', seen, { ...SETTINGS, nodeCidrs: [] }, NO_ANSWERS).residual;
}

function sendingOf(...from: Parameters<typeof residualOf>) {
  return residualOf(...from).find(({ group }) => group.source === 'probe');
}

test('a workload that sends datagrams to pods is one question, however many addresses they have', () => {
  const asked = residualOf(datagrams).map(({ group, advice }) => [group.source, group.destination, advice]);
  expect(asked.sort()).toEqual([
    ['probe', 'processing units, by address', 'allow'],
    ['processing units, by address', 'sink', 'allow'],
  ]);
});

test('after a restart the datagrams still arrive: the range of the pods is allowed, and the card says how wide that is', () => {
  const sending = sendingOf(datagrams);
  expect(sending?.changes).toContainEqual(
    expect.objectContaining({ network: expect.objectContaining({ entries: ['10.72.0.0/21'] }) }),
  );
  expect(sending?.because).toContain('every address of 10.72.0.0/21');
});

test('datagrams to a private address that nobody here answers are asked about by that address', () => {
  const [only] = residualOf([edge(probe, '192.168.9.9', 'udp/514')]);
  expect(only?.group.destination).toBe('192.168.9.9');
  expect(only?.changes).toContainEqual(
    expect.objectContaining({ network: expect.objectContaining({ entries: ['192.168.9.9'] }) }),
  );
});

test('a range that would hold a node is not taken whole', () => {
  const facts = kubernetes({ ...behindService, nodes: [{ name: 'node-a', addresses: ['10.72.0.9'] }] });
  const sending = sendingOf(datagrams, facts);
  expect(sending?.changes).toContainEqual(
    expect.objectContaining({
      network: expect.objectContaining({
        entries: ['10.72.1.0/24', '10.72.2.0/24', '10.72.3.0/24', '10.72.4.0/24'],
      }),
    }),
  );
});

test('a workload that asked an address inside once is not cut from it by default; from a strange one outside it is', () => {
  const residual = residualOf([
    edge(other, '10.200.3.9', 'tcp/389', brief(1, 0)),
    edge(other, '203.0.113.77', 'tcp/9443', brief(1, 0)),
  ]);
  const advice = Object.fromEntries(residual.map((one) => [one.group.destination, one.advice]));
  expect(advice).toEqual({ '10.200.3.9': 'allow', '203.0.113.77': 'block' });
});

test('what several workloads share is said to be on others too, who carry more besides', () => {
  const bare = workload('bare', ['@app:k8s:serviceaccountname=default']);
  const labelled = workload('labelled', ['@app:k8s:serviceaccountname=default', 'app=labelled']);
  const twin = { ...bare, owners: ['bare', 'twin'], name: 'bare / twin' };
  const draft = draftStage(
    'pods',
    evidence([twin, labelled, sink], [edge(twin, sink, 'tcp/80')], { kubernetes: kubernetes() }),
    { ...SETTINGS, podsMode: 'observed' },
    NO_ANSWERS,
  );
  expect(draft.remarks.map(({ text }) => text).join(' ')).toContain('So it is on labelled.');
});

test('without a cluster to ask, what lies close together is taken for the network of the pods', () => {
  const seen = evidence([probe, sink, other], [...datagrams, edge(probe, '192.168.9.9', 'udp/514')]);
  const { residual } = draftStage('disable-discovery', seen, { ...SETTINGS, nodeCidrs: [] }, NO_ANSWERS);
  expect(residual.map(({ group }) => group.destination).sort()).toEqual([
    '192.168.9.9',
    'processing units, by address',
    'sink',
  ]);
});

test('without a cluster to ask, a caller is not cut off because its Service listens elsewhere than the container', () => {
  const seen = evidence([probe, sink], [edge(probe, sink, 'tcp/8080')]);
  const { changes, remarks } = draftStage('pods', seen, { ...SETTINGS, podsMode: 'observed' }, NO_ANSWERS);
  const rulesets = changes.flatMap((change) => (change.kind === 'create-ruleset' ? [change.ruleset] : []));
  const ports = (direction: 'incomingRules' | 'outgoingRules') =>
    rulesets.flatMap((ruleset) => ruleset[direction]).flatMap(({ protocolPorts }) => protocolPorts);
  expect(ports('outgoingRules')).toEqual(['tcp/1:65535']);
  expect(ports('incomingRules')).toEqual(['tcp/8080']);
  expect(remarks.map(({ text }) => text).join(' ')).toContain('No cluster said which Services lead where');
});
