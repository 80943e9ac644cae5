/** Which outside services are allowed, and by which names. */
import { expect, test } from 'vitest';
import type { Draft } from '#core/draft.ts';
import { draftStage } from '#core/stages/draft-stage.ts';
import { whyNoWildcard } from '#core/stages/external-names.ts';
import {
  edge,
  evidence,
  kubernetes,
  NO_ANSWERS,
  network,
  policy,
  ruleset,
  SETTINGS,
  SHOP,
  workload,
} from '#test/support/evidence.ts';

const frontend = workload('frontend');
const payment = workload('payment');
const WILD = { ...SETTINGS, wildcards: true };

function outgoing(name: string, address: string, port = 'tcp/443') {
  return edge(frontend, address, port, { names: [name], id: `${name} ${address} ${port}` });
}

function draftOf(edges: ReturnType<typeof edge>[], settings = SETTINGS, more = {}) {
  return draftStage('external-services', evidence([frontend, payment], edges, more), settings, NO_ANSWERS);
}

test('hosts of Google’s APIs are listed under the guide’s name, whatever addresses they rotate through', () => {
  const seen = [
    outgoing('logging.googleapis.com', '142.250.1.1'),
    outgoing('logging.googleapis.com', '142.250.1.2'),
    outgoing('cloudtrace.googleapis.com', '142.250.1.3'),
  ];
  const draft = draftOf(seen);
  expect(draft.changes).toEqual([
    {
      kind: 'create-external-network',
      network: {
        name: 'googleapis',
        entries: ['cloudtrace.googleapis.com', 'logging.googleapis.com'],
        associatedTags: ['externalnetwork:name=googleapis'],
      },
    },
    {
      kind: 'create-ruleset',
      ruleset: {
        name: 'allow-googleapis',
        subject: [[`$namespace=${SHOP}`, '$identity=processingunit']],
        incomingRules: [],
        outgoingRules: [
          {
            name: 'googleapis',
            action: 'Allow',
            object: [['externalnetwork:name=googleapis']],
            protocolPorts: ['tcp/443'],
          },
        ],
      },
    },
  ]);
  expect(draft.allows).toHaveLength(3);
});

test('a wildcard is drafted for one owner’s domain where the settings allow it, with the apex beside it where seen', () => {
  const seen = [
    outgoing('www.paypal.com', '64.4.250.36'),
    outgoing('api.paypal.com', '64.4.250.37'),
    outgoing('paypal.com', '64.4.250.38'),
  ];
  expect(networks(draftOf(seen))).toEqual([['paypal', 'api.paypal.com', 'paypal.com', 'www.paypal.com']]);
  const wild = draftOf(seen, WILD);
  expect(networks(wild)).toEqual([['paypal', '*.paypal.com', 'paypal.com']]);
  expect(wild.remarks).toMatchObject([{ level: 'look' }]);
  expect(wild.allows).toHaveLength(3);
});

test('a domain under which strangers have names is never a wildcard', () => {
  const seen = [
    outgoing('logging.googleapis.com', '142.250.1.1'),
    outgoing('cloudtrace.googleapis.com', '142.250.1.3'),
  ];
  const draft = draftOf(seen, WILD);
  expect(networks(draft)).toEqual([['googleapis', 'cloudtrace.googleapis.com', 'logging.googleapis.com']]);
  expect(draft.remarks[0]?.text).toContain('anybody can have a name below googleapis.com');
});

test.each([
  ['s3.amazonaws.com', false],
  ['amazonaws.com', false],
  ['windows.net', false],
  ['core.windows.net', false],
  ['github.io', false],
  ['co.uk', false],
  ['com', false],
  ['nip.io', false],
  ['paypal.com', true],
  ['example.co.uk', true],
])('below %s a wildcard is one owner’s: %s', (domain, is) => {
  expect(whyNoWildcard(domain) === undefined).toBe(is);
});

test('two services of one domain on different ports do not lend each other their ports', () => {
  const seen = [
    outgoing('api.example.com', '198.51.100.7', 'tcp/443'),
    outgoing('db.example.com', '198.51.100.8', 'tcp/5432'),
  ];
  expect(networks(draftOf(seen))).toEqual([
    ['api-example-com', 'api.example.com'],
    ['db-example-com', 'db.example.com'],
  ]);
});

test('an address nobody had asked a name for is left to people, never silently allowed', () => {
  const draft = draftOf([edge(frontend, '203.0.113.77', 'tcp/443')]);
  expect(draft.changes).toEqual([]);
  expect(draft.leftOut).toMatchObject([{ group: { addresses: ['203.0.113.77'] } }]);
});

test('a name that only another workload had asked for proves nothing', () => {
  const draft = draftOf([edge(payment, '142.250.1.1', 'tcp/443', { namesElsewhere: ['logging.googleapis.com'] })]);
  expect(draft.changes).toEqual([]);
});

test('a name that also leads to an inside address is stopped', () => {
  const seen = [
    outgoing('cdn.evil.example', '198.51.100.9'),
    outgoing('cdn.evil.example', '169.254.169.254', 'tcp/80'),
  ];
  const draft = draftOf(seen);
  expect(draft.changes).toEqual([]);
  expect(draft.remarks[0]).toMatchObject({ level: 'stop' });
});

test('the cluster’s API server is a network of its own, by address', () => {
  const seen = [edge(frontend, '10.75.240.1', 'tcp/443', { names: ['kubernetes.default.svc.cluster.local'] })];
  const draft = draftOf(seen);
  expect(networks(draft)).toEqual([['kubernetes-api', '10.75.240.1']]);
  expect(draft.remarks).toMatchObject([{ level: 'look' }]);
  expect(draft.allows).toHaveLength(1);
});

test('the API server is known from Kubernetes too, where no name was asked for', () => {
  const api = { name: 'kubernetes', type: 'ClusterIP' as const, clusterIps: ['10.75.240.1'], selector: {}, ports: [] };
  const draft = draftOf([edge(frontend, '10.75.240.1', 'tcp/443')], SETTINGS, {
    kubernetes: kubernetes({ services: [api] }),
  });
  expect(networks(draft)).toEqual([['kubernetes-api', '10.75.240.1']]);
});

test('names of the cluster and private addresses are no external services', () => {
  const seen = [
    edge(frontend, '10.75.240.7', 'tcp/80', { names: ['cart.hipster-shop.svc.cluster.local'] }),
    edge(frontend, '10.20.0.5', 'tcp/5432', { names: ['db.corp.example'] }),
  ];
  expect(draftOf(seen).changes).toEqual([]);
});

test('where pods may ask any resolver, no rule by name is proposed, and the ruleset to narrow is named', () => {
  const wide = policy({
    externalNetworks: [network('any', 'externalnetwork:name=any-dns', ['0.0.0.0/0'])],
    rulesets: [
      ruleset('any-dns', {
        outgoingRules: [{ action: 'Allow', object: [['externalnetwork:name=any-dns']], protocolPorts: ['udp/53'] }],
      }),
    ],
  });
  const draft = draftOf([outgoing('www.paypal.com', '64.4.250.36')], SETTINGS, { policy: wide });
  expect(draft.changes).toEqual([]);
  expect(draft.leftOut.map(({ group }) => group.names)).toEqual([['www.paypal.com']]);
  expect(draft.remarks[0]).toMatchObject({ level: 'stop' });
  expect(draft.remarks[0]?.text).toContain('any-dns');
});

function networks(draft: Draft) {
  return draft.changes.flatMap((change) =>
    change.kind === 'create-external-network' ? [[change.network.name, ...change.network.entries]] : [],
  );
}

test('how wide it is counts names as the card lists them, although one ruleset holds several', () => {
  const draft = draftOf([
    outgoing('logging.googleapis.com', '142.250.1.1'),
    outgoing('logging.googleapis.com', '142.250.1.2'),
    outgoing('cloudtrace.googleapis.com', '142.250.1.3'),
  ]);
  expect(draft.unallowed.map(({ destination }) => destination).sort()).toEqual([
    'cloudtrace.googleapis.com',
    'logging.googleapis.com',
  ]);
  expect(draft.breadth).toEqual({ seen: 2, possible: 4, of: 'pairs of workloads and names outside' });
});
