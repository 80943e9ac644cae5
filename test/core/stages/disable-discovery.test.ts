/** What is asked before discovery mode ends, what is advised, and what the answers change. */
import { expect, test } from 'vitest';
import type { Residual } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import type { Policy } from '#core/policy.ts';
import { withChanges } from '#core/replay.ts';
import { draftStage } from '#core/stages/draft-stage.ts';
import { compile } from '#core/verdict.ts';
import type { Workload } from '#core/workload.ts';
import {
  brief,
  edge,
  evidence,
  kubernetes,
  NO_ANSWERS,
  network,
  policy,
  ruleset,
  SETTINGS,
  SHOP,
  withPrefixes,
  workload,
} from '#test/support/evidence.ts';

const frontend = workload('frontend');
const cart = workload('cartservice');
const OTHER = '/acme/aws-dev/k8s/billing';
const billing = workload('billing', ['app=billing'], OTHER);

function residualOf(
  edges: ReturnType<typeof edge>[],
  answers = NO_ANSWERS,
  more = {},
  others: readonly Workload[] = [],
) {
  return draftStage(
    'disable-discovery',
    evidence([frontend, cart, billing, ...others], edges, more),
    SETTINGS,
    answers,
  );
}

test('a namespace with nothing left to ask only changes its default actions, and remembers the former ones', () => {
  const draft = residualOf([]);
  expect(draft.changes).toEqual([
    {
      kind: 'set-default-actions',
      actions: { incoming: 'Reject', outgoing: 'Reject' },
      former: { incoming: 'Inherit', outgoing: 'Inherit' },
    },
  ]);
  expect(draft.residual).toEqual([]);
});

test('steady traffic to a bare address is advised to be allowed, by that address and for that workload', () => {
  const draft = residualOf([edge(frontend, '203.0.113.77', 'tcp/5432')]);
  const [only] = draft.residual;
  expect(only).toMatchObject({ advice: 'allow' });
  expect(only?.changes).toMatchObject([
    { kind: 'add-tag-prefixes', prefixes: ['app='] },
    { network: { name: 'residual-203-0-113-77', entries: ['203.0.113.77'] } },
    {
      ruleset: { name: 'allow-residual-203-0-113-77-from-frontend', outgoingRules: [{ protocolPorts: ['tcp/5432'] }] },
    },
  ]);
  expect(only?.because).toContain('203.0.113.77');
});

test('an undecided question changes nothing but stays in sight', () => {
  const draft = residualOf([edge(frontend, '203.0.113.77', 'tcp/5432')]);
  expect(draft.changes.map((change) => change.kind)).toEqual(['set-default-actions']);
  expect(draft.residual[0]?.decision).toBeUndefined();
  expect(draft.remarks[0]).toMatchObject({ level: 'stop' });
});

test('what somebody answered with allow is in the changes and then accepted; what was blocked is not', () => {
  const edges = [edge(frontend, '203.0.113.77', 'tcp/5432'), edge(cart, '203.0.113.88', 'tcp/5432')];
  const ids = residualOf(edges).residual.map((one) => [one.group.source, one.group.id] as const);
  const answers = {
    residual: Object.fromEntries(
      ids.map(([source, id]) => [
        id,
        { answer: source === 'frontend' ? ('allow' as const) : ('block' as const), by: 'U1' },
      ]),
    ),
  };
  const draft = residualOf(edges, answers);
  expect(draft.allows).toEqual([edges[0]?.id]);
  expect(draft.remarks.filter((remark) => remark.level === 'stop')).toEqual([]);
});

test('a scan, a single knock and a strange resolver are advised to be blocked', () => {
  const scan = [21, 22, 23, 25, 80, 110, 443].map((port) => edge('203.0.113.66', cart, `tcp/${port}`, brief(2, 1)));
  const knock = edge('198.51.100.99', frontend, 'tcp/8443', brief(2, 1));
  const resolver = edge(frontend, '9.9.9.9', 'udp/53');
  const draft = residualOf([...scan, knock, resolver]);
  expect(draft.residual.map((one) => one.advice)).toEqual(['block', 'block', 'block']);
  const scanned = draft.residual.find((one) => one.group.id.startsWith('scan-'));
  expect(scanned?.unchosen).toBeUndefined();
  expect(scan.map((one) => accepted(scanned, policy(), one))).toEqual(scan.map(() => 'accept'));
});

test('a scanner that comes back for the fifth time is still advised to be blocked, and the question stays the same', () => {
  const visits = (times: number) =>
    [23, 2323, 3389, 5900, 8888, 9200, 11211, 27018].map((port) =>
      edge('74.38.65.88', cart, `tcp/${port}`, { ...brief(times, 60), days: ['2026-11-19', '2026-11-20'] }),
    );
  const [first, fifth] = [1, 5].map((times) => residualOf(visits(times)).residual);
  expect(fifth).toMatchObject([{ advice: 'block' }]);
  expect(fifth?.[0]).not.toHaveProperty('unchosen');
  expect(fifth?.[0]?.group.id).toBe(first?.[0]?.group.id);
});

const steadily = [frontend, cart, workload('adservice')].flatMap((one) =>
  ['tcp/443', 'tcp/8443'].map((port) => edge('151.101.3.3', one, port, { count: 10_000 })),
);

test('a monitor that calls six doors alike, all of them open to the public, is the business of web-server and no scan', () => {
  const published = ['frontend', 'cartservice', 'adservice'].map((app) => ({
    name: app,
    type: 'LoadBalancer' as const,
    clusterIps: [],
    selector: { app },
    ports: [443, 8443].map((port) => ({ port, targetPort: port, protocol: 'TCP' as const })),
  }));
  const workloads = [frontend, cart, workload('adservice')];
  const facts = evidence(workloads, steadily, { kubernetes: kubernetes({ services: published }) });
  expect(draftStage('web-server', facts, SETTINGS, NO_ANSWERS).allows).toHaveLength(6);
});

test('a monitor whose doors no cluster tells of is asked about with no answer chosen beforehand, and can be allowed', () => {
  const [only, ...others] = residualOf(steadily, NO_ANSWERS, {}, [workload('adservice')]).residual;
  expect(others).toEqual([]);
  expect(only).toMatchObject({ advice: 'block', unchosen: true });
  expect(only?.adviceBecause).toContain('as scans do, and monitors');
  const ours = steadily.filter(
    ({ destination }) => destination.kind === 'workload' && destination.workload === cart.key,
  );
  expect(ours.map((one) => accepted(only, policy(), one))).toEqual(['accept', 'accept']);
});

const agents = Array.from({ length: 6 }, (_, at) => workload(`store-${at}`));
const nightly = (times: Partial<Edge>) => agents.map((one) => edge('10.20.0.5', one, 'tcp/9102', times));

test('the backup host that calls six workloads three times on three days is no scan, and is advised to be allowed', () => {
  const days = ['2026-11-16', '2026-11-17', '2026-11-18'];
  const { residual } = residualOf(nightly({ count: 3, reports: 3, days }), NO_ANSWERS, {}, agents);
  expect(residual.map(({ advice }) => advice)).toEqual(residual.map(() => 'allow'));
  expect(residual.every(({ changes }) => changes.length > 0)).toBe(true);
});

test('a host inside that came to six workloads once is asked about with no answer chosen beforehand', () => {
  const { residual } = residualOf(nightly(brief(1, 1)), NO_ANSWERS, {}, agents);
  expect(residual.map(({ unchosen }) => unchosen)).toEqual(residual.map(() => true));
  expect(residual.every(({ changes }) => changes.length > 0)).toBe(true);
});

test('a host inside that tries six doors of one workload in a minute is still a scan; on two days it is none', () => {
  const doors = (times: Partial<Edge>) =>
    [21, 22, 23, 25, 80, 110].map((port) => edge('10.20.0.5', cart, `tcp/${port}`, times));
  expect(residualOf(doors(brief(2, 1))).residual[0]?.adviceBecause).toBe('it looks like a scan');
  const returning = residualOf(doors({ ...brief(2, 1), days: ['2026-11-19', '2026-11-20'] })).residual;
  expect(returning.map(({ adviceBecause }) => adviceBecause)).not.toContain('it looks like a scan');
});

test('one address of the internet that tries several ports every day is not waved through', () => {
  const ports = ['tcp/22', 'tcp/3389', 'tcp/5900'];
  const [only] = residualOf(ports.map((port) => edge('198.51.100.99', cart, port))).residual;
  expect(only).toMatchObject({ advice: 'block' });
});

test('traffic to another namespace is allowed on our side, by their tags and namespace, and says what they must do', () => {
  const seen = edge(frontend, billing, 'tcp/9000');
  const [only] = residualOf([seen]).residual;
  expect(only).toMatchObject({ advice: 'allow' });
  expect(only?.because).toContain(`${OTHER} needs a ruleset of its own for the incoming side`);
  expect(objectOf(only)).toEqual([['$identity=processingunit', `$namespace=${OTHER}`]]);
  expect(only?.because).toContain(`every processing unit of ${OTHER}`);
});

test('a prefix that every namespace inherits lets a rule name a workload elsewhere by its own tag', () => {
  const inherited = policy({ prefixes: { local: [], effective: [...policy().prefixes.effective, 'app='] } });
  const [only] = residualOf([edge(frontend, billing, 'tcp/9000')], NO_ANSWERS, { policy: inherited }).residual;
  expect(objectOf(only)).toEqual([['app=billing', '$identity=processingunit', `$namespace=${OTHER}`]]);
});

test('an ingress gateway of another namespace still reaches the product page once discovery mode is off, although only this namespace sends app=', () => {
  const seen = edge(billing, frontend, 'tcp/9080');
  const [only] = residualOf([seen], NO_ANSWERS, { policy: withPrefixes('app=') }).residual;
  expect(objectOf(only)).toEqual([['$identity=processingunit', `$namespace=${OTHER}`]]);
});

test('traffic from another namespace is our incoming side', () => {
  const [only] = residualOf([edge(billing, frontend, 'tcp/8080')]).residual;
  expect(only?.changes.at(-1)).toMatchObject({ ruleset: { name: 'allow-billing-to-frontend', outgoingRules: [] } });
});

test('many public clients are asked about as one, and the answer says that any address could come', () => {
  const clients = Array.from({ length: 20 }, (_, at) => edge(`198.51.100.${at + 1}`, cart, 'tcp/7070'));
  const draft = residualOf(clients);
  expect(draft.residual).toHaveLength(1);
  expect(draft.residual[0]?.because).toContain('any address could come');
});

test('an agent on every node that every workload reports to is one question', () => {
  const email = workload('emailservice');
  const nodes = { nodes: ['10.128.0.2', '10.128.0.3'].map((address) => ({ name: address, addresses: [address] })) };
  const edges = [frontend, cart, email].flatMap((one) => nodes.nodes.map((node) => edge(one, node.name, 'tcp/42699')));
  const facts = evidence([frontend, cart, email], edges, { kubernetes: kubernetes(nodes) });
  const draft = draftStage('disable-discovery', facts, SETTINGS, NO_ANSWERS);
  expect(draft.residual.map((one) => [one.group.source, one.group.destination])).toEqual([
    ['3 workloads', '10.128.0.2 and 10.128.0.3'],
  ]);
  expect(draft.residual[0]?.changes).toMatchObject([
    { network: { entries: ['10.128.0.2', '10.128.0.3'] } },
    { ruleset: { subject: [['$identity=processingunit', `$namespace=${SHOP}`]] } },
  ]);
});

test('two questions about the same address can each be allowed without the other', () => {
  const edges = [edge(frontend, '203.0.113.77', 'tcp/5432'), edge(cart, '203.0.113.77', 'tcp/5432')];
  const { residual } = residualOf(edges);
  expect(residual).toHaveLength(2);
  for (const one of residual) {
    const answers = { residual: { [one.group.id]: { answer: 'allow' as const, by: 'U1' } } };
    expect(residualOf(edges, answers).allows).toEqual(one.group.edges);
  }
  const both = {
    residual: Object.fromEntries(residual.map((one) => [one.group.id, { answer: 'allow' as const, by: 'U1' }])),
  };
  const created = residualOf(edges, both).changes.filter((change) => change.kind === 'create-external-network');
  expect(created).toHaveLength(1);
});

test('a name that also leads inside is advised to be blocked, and allowed by address only, if at all', () => {
  const named = (address: string, port: string) => edge(frontend, address, port, { names: ['cdn.evil.example'] });
  const draft = residualOf([named('198.51.100.9', 'tcp/443'), named('169.254.169.254', 'tcp/81')]);
  const advised = draft.residual.map((one) => [one.group.ports.join(), one.advice]);
  expect(advised.toSorted()).toEqual([
    ['tcp/443', 'block'],
    ['tcp/81', 'block'],
  ]);
  const entries = draft.residual.flatMap((one) =>
    one.changes.flatMap((change) => (change.kind === 'create-external-network' ? change.network.entries : [])),
  );
  expect(entries.toSorted()).toEqual(['169.254.169.254', '198.51.100.9']);
});

test('a protocol the console cannot name, and one that no tags cover, are asked about without a remedy', () => {
  const draft = residualOf([edge(frontend, '203.0.113.5', '253'), edge(frontend, cart, '132')]);
  expect(draft.residual.map((one) => one.changes)).toEqual([[], []]);
});

test('pings between pods are allowed at both ends, for every address that pods have, and the answer says so', () => {
  const pings = [edge(frontend, '10.72.1.4', '1'), edge('10.72.2.5', cart, '1')];
  const { residual } = residualOf(pings);
  expect(residual.map(({ advice }) => advice)).toEqual(['allow', 'allow']);
  expect(residual.every(({ because }) => because.includes('every address of 10.72.0.0/22'))).toBe(true);
  for (const ping of pings) {
    const asked = residual.find(({ group }) => group.edges.includes(ping.id));
    expect(accepted(asked, policy(), ping)).toBe('accept');
  }
});

test('a ping that is reported from pod to pod is allowed by the addresses of pods at both ends, where these are known', () => {
  const neighbours = [edge(frontend, '10.72.1.4', 'udp/8125'), edge('10.72.2.5', cart, 'udp/8125')];
  const ping = edge(frontend, cart, '1');
  const asked = residualOf([...neighbours, ping]).residual.find(({ group }) => group.edges.includes(ping.id));
  expect(asked).toMatchObject({ advice: 'allow' });
  expect(accepted(asked, policy(), edge(frontend, '10.72.2.9', '1'))).toBe('accept');
  expect(accepted(asked, policy(), edge('10.72.1.9', cart, '1'))).toBe('accept');
});

test('a ping from pod to pod that nothing could allow is not advised to be allowed, nor blocked in passing', () => {
  const [only] = residualOf([edge(frontend, cart, '1')]).residual;
  expect(only).toMatchObject({ advice: 'block', unchosen: true, changes: [] });
  expect(only?.adviceBecause).toContain('no rule of this namespace could allow it');
});

test('pings whose kind no report tells are asked about although a ruleset covers the usual kinds, and may be allowed', () => {
  const inForce = policy({
    externalNetworks: [network('kubelet', 'externalnetwork:name=kubelet', ['10.128.0.2'])],
    rulesets: [
      ruleset('allow-kubelets', {
        incomingRules: [{ action: 'Allow', object: [['externalnetwork:name=kubelet']], protocolPorts: ['icmp/8/0'] }],
      }),
    ],
  });
  const draft = residualOf([edge('10.128.0.2', frontend, '1')], NO_ANSWERS, { policy: inForce });
  expect(draft.residual).toMatchObject([{ advice: 'allow' }]);
  expect(draft.residual[0]?.because).toContain('flow reports do not say which type it was');
  expect(accepted(draft.residual[0], inForce, edge('10.128.0.2', frontend, '1'))).toBe('accept');
});

const byName = (host: string, port: string) =>
  policy({
    externalNetworks: [network('there', 'externalnetwork:name=there', [host])],
    rulesets: [
      ruleset('allow-there', {
        outgoingRules: [{ action: 'Allow', object: [['externalnetwork:name=there']], protocolPorts: [port] }],
      }),
    ],
  });

test.each([
  [
    'whose workload has a pod that never asked for the name',
    { names: ['logging.googleapis.com'], count: 1000, unnamed: 1 },
    byName('logging.googleapis.com', 'tcp/443'),
    '1 of 1000 flows came from pods that were not seen to look up logging.googleapis.com',
  ],
  [
    'for which only others asked by a name that a rule allows',
    { namesElsewhere: ['logging.googleapis.com'] },
    byName('logging.googleapis.com', 'tcp/443'),
    'only other workloads were seen to look up logging.googleapis.com',
  ],
  [
    'under a name that a rule allows on another port',
    { namesElsewhere: ['logging.googleapis.com'] },
    byName('logging.googleapis.com', 'tcp/5432'),
    'No rule allows frontend to send tcp/443 to 142.250.1.1',
  ],
  [
    'under a name that no rule holds',
    { namesElsewhere: ['db.example.com'] },
    byName('logging.googleapis.com', 'tcp/443'),
    'none of them was seen to lead to this address',
  ],
])('an address %s is asked about, and allowed by itself', (_whose, lookups, inForce, because) => {
  const seen = edge(frontend, '142.250.1.1', 'tcp/443', lookups);
  const draft = residualOf([seen], NO_ANSWERS, { policy: inForce });
  expect(draft.leftOut).toEqual([]);
  expect(draft.residual).toMatchObject([{ advice: 'allow' }]);
  expect(draft.residual[0]?.because).toContain(because);
  expect(accepted(draft.residual[0], inForce, seen)).toBe('accept');
});

test('a group that frontend calls by multicast is asked about, and allowed by its own address', () => {
  const announced = edge(frontend, '224.0.0.251', 'udp/5353');
  const draft = residualOf([announced]);
  expect(draft.residual).toMatchObject([{ advice: 'allow', group: { destination: '224.0.0.251' } }]);
  expect(accepted(draft.residual[0], policy(), announced)).toBe('accept');
});

/** What becomes of an edge if a question is answered with allow. */
function accepted(residual: Residual | undefined, inForce: Policy, asked: Edge): string {
  const after = withChanges(inForce, residual?.changes ?? []);
  const known = new Map([frontend, cart].map((one) => [one.key, one]));
  return compile(after, known, { assume: { incoming: 'Reject', outgoing: 'Reject' } }).judge(asked).outcome;
}

test('questions keep their ids when the same traffic goes on', () => {
  const once = residualOf([edge(frontend, '203.0.113.77', 'tcp/5432', { count: 10 })]).residual;
  const again = residualOf([edge(frontend, '203.0.113.77', 'tcp/5432', { count: 99 })]).residual;
  expect(again.map((one) => one.group.id)).toEqual(once.map((one) => one.group.id));
});

test('allowing every kind of question makes its own edges accepted', () => {
  const edges = [
    edge(frontend, '203.0.113.77', 'tcp/5432'),
    edge(frontend, '198.51.100.1', 'tcp/443', { names: ['api.example.com'] }),
    edge('10.9.0.7', cart, 'tcp/7070'),
    edge(frontend, '10.128.0.2', 'tcp/42699'),
    edge(frontend, '203.0.113.5', '1'),
    edge(frontend, cart, 'tcp/7070'),
  ];
  const facts = evidence([frontend, cart, billing], edges);
  const { residual } = draftStage('disable-discovery', facts, SETTINGS, NO_ANSWERS);
  const after = withChanges(
    facts.policy,
    residual.flatMap((one) => one.changes),
  );
  const judge = compile(after, facts.workloads, { assume: { incoming: 'Reject', outgoing: 'Reject' } });
  expect(edges.map((one) => judge.judge(one).outcome)).toEqual(edges.map(() => 'accept'));
});

test('discovery mode that is off already is not switched off again', () => {
  const off = policy({
    own: { incoming: 'Reject', outgoing: 'Reject' },
    effective: { incoming: 'Reject', outgoing: 'Reject' },
  });
  expect(residualOf([], NO_ANSWERS, { policy: off }).changes).toEqual([]);
});

test('nothing that is drafted names a label without its namespace', () => {
  const edges = [edge(frontend, billing, 'tcp/9000'), edge(frontend, '203.0.113.77', 'tcp/5432')];
  const clauses = residualOf(edges).residual.flatMap((one) =>
    one.changes.flatMap((change) =>
      change.kind === 'create-ruleset'
        ? [...change.ruleset.subject, ...change.ruleset.outgoingRules.flatMap((rule) => rule.object)]
        : [],
    ),
  );
  for (const clause of clauses.filter((one) => !one.some((tag) => tag.startsWith('externalnetwork:')))) {
    expect(clause).toContain('$identity=processingunit');
    expect(clause.some((tag) => tag === `$namespace=${SHOP}` || tag === `$namespace=${OTHER}`)).toBe(true);
  }
});

function objectOf(residual: Residual | undefined) {
  const rules = residual?.changes.flatMap((change) =>
    change.kind === 'create-ruleset' ? [...change.ruleset.outgoingRules, ...change.ruleset.incomingRules] : [],
  );
  return rules?.[0]?.object;
}
