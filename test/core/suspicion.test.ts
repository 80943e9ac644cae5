/** What of a discovery week looks wrong, why, and how loudly it is said: the threat page's own examples. */
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import type { Edge } from '#core/edge.ts';
import { addressKind } from '#core/peers.ts';
import { setScene } from '#core/stages/scene.ts';
import { amongPlaces, KNOWN_PLACES, uploadPlace } from '#core/suspicion/known-places.ts';
import { lists, SUFFIXES } from '#core/suspicion/lists.ts';
import { brandBelow, disguise, lookAlike } from '#core/suspicion/look-alikes.ts';
import { addressInName, madeUp } from '#core/suspicion/name-shapes.ts';
import { decodeLabel } from '#core/suspicion/punycode.ts';
import { SIGNALS } from '#core/suspicion/signals.ts';
import { suspicionsOf } from '#core/suspicion/suspicion.ts';
import { type Workload, workloadsOf } from '#core/workload.ts';
import { edge, evidence, kubernetes, MONDAY, NO_ANSWERS, SETTINGS, unit, workload } from '#test/support/evidence.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const frontend = severalPods('frontend');
const payment = severalPods('payment');
const redis = workload('redis-cart');
const everybody = [frontend, payment, redis];

function severalPods(app: string): Workload {
  const units = ['aaaa1', 'bbbb2', 'cccc3'].map((word) => unit(`${app}-${word}`, [`app=${app}`]));
  const [only] = workloadsOf(units).values();
  if (!only) throw new Error('units of the same tags are one workload');
  return only;
}

/** Called by every pod, all week, unless something else is said. */
function calls(from: Workload, name: string | undefined, port = 'tcp/443', more: Partial<Edge> = {}): Edge {
  const names = name === undefined ? [] : [name];
  return edge(from, '198.51.100.40', port, { names, id: `${from.name} ${name} ${port}`, ...more });
}

const ONE_POD = { units: frontend.units.slice(0, 1), reports: 60 };
const LATE = {
  firstSeen: MONDAY + 6 * DAY + 2 * HOUR,
  lastSeen: MONDAY + 6 * DAY + 20 * HOUR,
  days: ['2026-11-22'],
};

function told(edges: readonly Edge[], about = edges[0], more = {}) {
  const facts = evidence(everybody, edges, { kubernetes: kubernetes(), ...more });
  const scene = setScene(facts, SETTINGS, NO_ANSWERS);
  const known = scene.edges.find(({ id }) => id === about?.id);
  return known ? scene.suspicions.of(known).map(({ id, level }) => `${id} ${level}`) : undefined;
}

test('a host that everybody calls all week is nothing to speak of', () => {
  expect(told([calls(frontend, 'api.example-pay.com')])).toEqual([]);
});

test.each([
  ['g00gleapis.com', 'S-07 stop'],
  ['logging-googleapis.com', 'S-07 stop'],
  ['paypa1.com', 'S-07 stop'],
  ['rnicrosoft.com', 'S-07 stop'],
  ['xn--80ak6aa92e.com', 'S-08 stop'],
  ['googleapis.com.evil.io', 'S-09 stop'],
  ['x7kq2vnp9dzt.info', 'S-10 look'],
  ['backup.s3.eu-west-1.amazonaws.com', 'S-18 look'],
  ['storage.googleapis.com', 'S-18 look'],
  ['transfer.sh', 'S-18 stop'],
  ['abc.ngrok-free.app', 'S-18 stop'],
  ['dns.google', 'S-21 stop'],
  ['xmr-eu1.nanopool.org', 'S-23 stop'],
  ['10-0-0-5.nip.io', 'S-29 stop'],
  ['home.duckdns.org', 'S-29 stop'],
  ['192-168-7-9.corp-names.example', 'S-29 stop'],
])('%s, called by everybody all week: %s', (name, flag) => {
  expect(told([calls(frontend, name)])).toContain(flag);
});

test.each([
  'logging.googleapis.com',
  'www.paypal.com',
  'd111111abcdef8.cloudfront.net',
  'ec2-54-93-12-7.eu-central-1.compute.amazonaws.com',
  'my-database.cq7x2kzzpl9w.eu-west-1.rds.amazonaws.com',
  'xn--mnchen-3ya.de',
  'xn--80aswg.xn--p1ai',
  'login.microsoftonline.com',
  'google-analytics.com',
  's3-customer-portal.example.com',
])('%s is an honest name', (name) => {
  const flags = told([calls(frontend, name)]) ?? ['not judged'];
  expect(flags.filter((flag) => !flag.endsWith('note'))).toEqual([]);
});

test('what imitates a name that this namespace calls more often is stopped, what is merely counted on is not', () => {
  const usual = calls(payment, 'api.quartz-pay.io', 'tcp/443', { count: 9000 });
  expect(told([calls(frontend, 'api.quarzt-pay.io'), usual])).toContain('S-07 stop');
  const first = calls(payment, 'eu.partner-1.io', 'tcp/443', { count: 9000 });
  expect(told([calls(frontend, 'eu.partner-2.io'), first])).toEqual([]);
});

test('a bucket of which only one pod of three knows is stopped; the same bucket vouched for by others is not', () => {
  const bucket = 'backup.s3.eu-west-1.amazonaws.com';
  const alone = calls(frontend, bucket, 'tcp/443', ONE_POD);
  expect(told([alone])).toEqual(['S-18 stop']);
  expect(told([alone, calls(payment, bucket)], alone)).toEqual(['S-03 look', 'S-18 look']);
});

test('one pod of three that was seen only a few times proves nothing', () => {
  expect(told([calls(frontend, 'api.example-pay.com', 'tcp/443', { ...ONE_POD, reports: 5 })])).toEqual([]);
});

test('what begins on the last day is looked at, unless a pod began then too', () => {
  expect(told([calls(frontend, 'api.example-pay.com', 'tcp/443', LATE)])).toEqual(['S-01 look', 'S-04 note']);
  const id = `${Math.floor((LATE.firstSeen - 60_000) / 1000).toString(16)}00000000000000aa`;
  const fresh = workloadsOf([
    { ...unit('frontend-dddd4', ['app=frontend']), id },
    unit('frontend-aaaa1', ['app=frontend']),
  ]);
  const both = [...fresh.values()].flatMap(({ units }) => units);
  const late = calls(frontend, 'api.example-pay.com', 'tcp/443', { ...LATE, units: both });
  const facts = evidence([...fresh.values()], [late]);
  const { suspicions, edges } = setScene(facts, SETTINGS, NO_ANSWERS);
  expect(edges.flatMap((one) => suspicions.of(one))).toEqual([]);
});

test('in a window of a day nothing is late and nothing is on one day only', () => {
  const more = { from: MONDAY + 6 * DAY };
  const late = calls(frontend, 'api.example-pay.com', 'tcp/443', LATE);
  expect(told([late], late, more)).toEqual([]);
});

test('few connections are a note', () => {
  expect(told([calls(frontend, 'api.example-pay.com', 'tcp/443', { count: 3 })])).toEqual(['S-05 note']);
});

test('one pod that calls every minute, day and night, is a beacon', () => {
  const week = { firstSeen: MONDAY, lastSeen: MONDAY + 6 * DAY, count: 6 * 24 * 60 + 1 };
  const flags = told([calls(frontend, 'status.tidy-metrics.example', 'tcp/443', { ...ONE_POD, ...week })]);
  expect(flags).toEqual(['S-03 look', 'S-06 look']);
});

test('a bare address is a look, on a high port from one pod alone a stop, and a clock only a note', () => {
  expect(told([calls(frontend, undefined, 'tcp/8443')])).toEqual(['S-13 look']);
  expect(told([calls(frontend, undefined, 'tcp/8443', ONE_POD)])).toContain('S-13 stop');
  expect(told([calls(frontend, undefined, 'udp/123')])).toEqual(['S-13 note']);
  const elsewhere = { namesElsewhere: ['cdn.example.com'] };
  expect(told([calls(frontend, undefined, 'tcp/443', elsewhere)])).toEqual(['S-14 look']);
});

test.each([
  ['tcp/31337', 'S-15 look'],
  ['tcp/51234', 'S-15 look'],
  ['tcp/7654', 'S-15 note'],
  ['tcp/3333', 'S-23 stop'],
  ['tcp/853', 'S-21 stop'],
])('a named host outside on %s: %s', (port, flag) => {
  expect(told([calls(frontend, 'api.example-pay.com', port)])).toEqual([flag]);
});

test('a store’s port from outside is stopped; from a node it is a probe', () => {
  expect(told([edge('203.0.113.44', frontend, 'tcp/6379')])).toEqual(['S-16 stop']);
  expect(told([edge('10.128.0.2', redis, 'tcp/6379')])).toEqual([]);
  expect(told([edge('203.0.113.44', frontend, 'tcp/8080')])).toEqual([]);
});

test('two hundred addresses behind one name are flux, unless the name is known to have many', () => {
  const many = (name: string) =>
    Array.from({ length: 200 }, (_, index) =>
      edge(frontend, `${40 + (index % 50)}.${index}.9.9`, 'tcp/443', { names: [name], id: `${name} ${index}` }),
    );
  expect(told(many('fast-edge.example'))).toEqual(['S-12 look']);
  expect(told(many('www.googleapis.com'))).toEqual([]);
});

test('a name answered outside and inside is stopped, and so is a name of the internet’s that leads to the metadata service', () => {
  const both = ['198.51.100.9', '10.9.9.9'].map((address) =>
    edge(frontend, address, 'tcp/443', { names: ['cdn.evil.example'], id: address }),
  );
  expect(told(both)).toContain('S-11 stop');
  const rebound = edge(frontend, '169.254.169.254', 'tcp/80', { names: ['ip.evil.example'] });
  expect(told([rebound])).toEqual(['S-11 stop', 'S-24 look']);
});

test('the metadata service: few who ask are looked at, a store that asks is stopped, many who ask are a habit', () => {
  const asks = (who: Workload) => edge(who, '169.254.169.254', 'tcp/80', { names: ['metadata.google.internal'] });
  expect(told([asks(frontend)])).toEqual(['S-24 look']);
  const cart = edge(payment, redis, 'tcp/6379');
  expect(told([asks(redis), cart])).toEqual(['S-24 stop']);
  const six = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => workload(name));
  const facts = evidence([...everybody, ...six], [asks(frontend), ...six.map(asks)]);
  const { suspicions, edges } = setScene(facts, SETTINGS, NO_ANSWERS);
  expect(edges.flatMap((one) => suspicions.of(one))).toEqual([]);
});

test('a store that calls out is looked at, unless nearly everybody calls there', () => {
  const cart = edge(payment, redis, 'tcp/6379');
  expect(told([calls(redis, 'status.example.com'), cart])).toEqual(['S-30 look']);
  const more = ['a', 'b', 'c'].map((name) => workload(name));
  const agents = [frontend, payment, redis, ...more].map((who) => calls(who, 'agent.example.com'));
  const facts = evidence([...everybody, ...more], [...agents, cart]);
  const { suspicions, edges } = setScene(facts, SETTINGS, NO_ANSWERS);
  expect(edges.flatMap((one) => suspicions.of(one))).toEqual([]);
});

test('a resolver that nobody trusts, over any protocol', () => {
  expect(told([edge(frontend, '203.0.113.9', 'udp/53')])).toEqual(['S-21 stop']);
  expect(told([edge(frontend, '10.75.240.10', 'udp/53')])).toEqual([]);
  expect(told([edge(frontend, '1.1.1.1', 'tcp/443')])).toContain('S-21 stop');
});

test('data carried out inside names', () => {
  const names = Array.from(
    { length: 20 },
    (_, index) => `${String(index).padStart(2, '0')}${'mzxw6ytboi'.repeat(4)}.t.carrier.net`,
  );
  expect(told([edge(frontend, '198.51.100.8', 'tcp/443', { names })])).toContain('S-22 stop');
});

test('a pod that tries hundreds of addresses or of ports is one scan', () => {
  const addresses = Array.from({ length: 100 }, (_, index) => edge(frontend, `198.51.${index}.7`, 'tcp/443'));
  expect(told(addresses)).toContain('S-26 stop');
  const ports = Array.from({ length: 100 }, (_, index) => edge(frontend, payment, `tcp/${2000 + index}`));
  expect(told(ports)).toContain('S-26 stop');
});

test('the work of a pod is not taken for part of a scan from the same pod', () => {
  const work = edge(frontend, payment, 'tcp/8080', { reports: 90 });
  const scan = Array.from({ length: 100 }, (_, index) =>
    edge(frontend, payment, `tcp/${2000 + index}`, { reports: 1 }),
  );
  expect(told([work, ...scan], work)).toEqual([]);
  expect(told([work, ...scan], scan[7])).toEqual(['S-26 stop']);
});

test('a peer beside this namespace is a note, one from elsewhere a look', () => {
  const beside = workload('billing', [], '/acme/aws-dev/k8s/billing');
  const far = workload('ledger', [], '/acme/prod/bank');
  const facts = evidence([frontend, beside, far], [edge(frontend, beside, 'tcp/9000'), edge(far, frontend, 'tcp/80')]);
  const { suspicions, edges } = setScene(facts, SETTINGS, NO_ANSWERS);
  const all = edges.flatMap((one) => suspicions.of(one).map(({ id, level }) => `${id} ${level}`));
  expect(all.sort()).toEqual(['S-25 look', 'S-25 note']);
});

test('beside a sound name, a wrong one gets no rule and does not stop the edge', () => {
  const shared = edge(frontend, '198.51.100.8', 'tcp/443', { names: ['api.example-pay.com', 'transfer.sh'] });
  const facts = evidence(everybody, [shared]);
  const { suspicions, edges } = setScene(facts, SETTINGS, NO_ANSWERS);
  expect(edges.map((one) => suspicions.isStopped(one))).toEqual([false]);
  expect([...suspicions.stoppedNames]).toEqual(['transfer.sh']);
});

test('edges in another order give the same suspicions', () => {
  const edges = [
    calls(frontend, 'g00gleapis.com'),
    calls(frontend, undefined, 'tcp/8443', ONE_POD),
    edge(redis, '169.254.169.254', 'tcp/80'),
    edge(payment, redis, 'tcp/6379'),
  ];
  const context = {
    evidence: evidence(everybody, edges),
    scans: new Set<Edge>(),
    inwardNames: new Set<string>(),
    kindOf: addressKind,
    isTrustedResolver: () => true,
    isNode: () => false,
    isApiServer: () => false,
  };
  const there = suspicionsOf(edges, context);
  const back = suspicionsOf(edges.toReversed(), context);
  expect(edges.map((one) => back.of(one))).toEqual(edges.map((one) => there.of(one)));
  expect(edges.some((one) => there.isStopped(one))).toBe(true);
});

test('there are thirty signals, each judged somewhere or said not to be', () => {
  expect(SIGNALS.map(({ id }) => id)).toEqual(
    Array.from({ length: 30 }, (_, index) => `S-${String(index + 1).padStart(2, '0')}`),
  );
});

test('the lists have a date and a digest, no entry twice, and no brand below another', () => {
  expect(lists()).toMatchObject({
    date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  for (const list of Object.values(KNOWN_PLACES)) expect(new Set(list).size).toBe(list.length);
  expect(amongPlaces('evil-transfer.sh', KNOWN_PLACES.drops)).toBeUndefined();
});

test('the lists say of when their suffixes are: the version of the package that brings them', () => {
  const { version } = createRequire(import.meta.url)('tldts/package.json') as { version: string };
  expect(SUFFIXES).toBe(`tldts ${version}`);
});

test.each([
  ['bucket.s3.amazonaws.com', true],
  ['s3.eu-west-1.amazonaws.com', true],
  ['bucket.s3-eu-west-1.amazonaws.com', true],
  ['sqs.eu-west-1.amazonaws.com', false],
  ['acme.blob.core.windows.net', true],
  ['notstorage.googleapis.com', false],
])('%s takes uploads: %s', (host, takes) => {
  expect(uploadPlace(host) !== undefined).toBe(takes);
});

test.each([
  ['xn--80ak6aa92e', 'аррӏе'],
  ['xn--mnchen-3ya', 'münchen'],
  ['xn--wgv71a119e', '日本語'],
  ['plain', 'plain'],
])('%s reads %s', (label, reading) => {
  expect(decodeLabel(label)).toBe(reading);
});

test.each(['xn--', 'xn--99999999999999999999', 'xn--a-!'])(
  'what cannot be read as a label is not guessed: %s',
  (label) => {
    const decoded = decodeLabel(label);
    expect(decoded === undefined || decoded === '').toBe(true);
  },
);

test('the parts on their own: disguises, brands below others, made-up labels, addresses in names', () => {
  expect(disguise('xn--80ak6aa92e.com')?.name).toBe('аррӏе.com');
  expect(brandBelow('s3.cn-north-1.amazonaws.com.cn')).toBeUndefined();
  expect(brandBelow('login.github.com.account-check.org')).toBe('github.com');
  expect(lookAlike('googleapis.com', [])).toBeUndefined();
  expect(madeUp('digitaloceanspaces.com')).toBeUndefined();
  expect(madeUp('x7kq2vnp9dzt.info')?.label).toBe('x7kq2vnp9dzt');
  expect(addressInName('10-0-0-5.nip.io')).toBe('10.0.0.5');
  expect(addressInName('999-1-1-1.example.com')).toBeUndefined();
});
