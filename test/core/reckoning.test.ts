/** Holds what is said of a prediction once enforcers have really rejected. */
import { expect, test } from 'vitest';
import type { Edge } from '#core/edge.ts';
import { sameTraffic } from '#core/fold.ts';
import { groupEdges } from '#core/groups.ts';
import { Reckoning, reckon } from '#core/reckoning.ts';
import { edge, policy, workload } from '../support/evidence.ts';

const [frontend, cart, mail, cron] = ['frontend', 'cartservice', 'emailservice', 'cron'].map((name) => workload(name));
if (!frontend || !cart || !mail || !cron) throw new Error('four workloads');
const words = { workloads: new Map([frontend, cart, mail, cron].map((one) => [one.key, one])), policy: policy() };

const CUT_AT = Date.UTC(2026, 10, 23);
const MINUTE = 60_000;
const again = { lastSeen: CUT_AT + 10 * MINUTE };
const refused = { action: 'Reject', firstSeen: CUT_AT + MINUTE, lastSeen: CUT_AT + 10 * MINUTE } as const;

/** What of `recorded` was announced as cut and as uncertain; the rest as kept. */
function reckoned(
  recorded: readonly Edge[],
  since: readonly Edge[],
  foretold: Partial<Record<'cut' | 'uncertain', Edge[]>>,
) {
  const groups = (edges: readonly Edge[] = []) => groupEdges(sameTraffic(edges), words);
  return reckon({
    prediction: {
      cutGroups: groups(foretold.cut),
      uncertainGroups: groups(foretold.uncertain).map((group) => ({ group })),
    },
    edges: [...recorded, ...since],
    since: CUT_AT,
    settledAt: CUT_AT + MINUTE,
    readUpTo: CUT_AT + 20 * MINUTE,
    words,
  });
}

test('what was predicted cut and is rejected, and what was predicted kept and goes on, is no surprise', () => {
  const shop = edge(frontend, cart, 'tcp/7070', again);
  const scan = edge('203.0.113.9', frontend, 'tcp/22');
  const result = reckoned([shop, scan], [edge('203.0.113.9', frontend, 'tcp/22', refused)], { cut: [scan] });
  expect(result).toMatchObject({
    kept: { predicted: 1, accepted: 1, rejected: 0 },
    cut: { predicted: 1, accepted: 0, rejected: 1 },
    unforeseen: 0,
    surprises: [],
  });
  expect(Reckoning.parse(result)).toEqual(result);
});

test('an edge that was predicted kept and is rejected comes by name before one that was predicted cut and goes on', () => {
  const shop = edge(frontend, cart, 'tcp/7070', again);
  const post = edge(mail, '192.0.2.25', 'tcp/25', { names: ['smtp.example.com'] });
  const refusedPost = edge(mail, '192.0.2.25', 'tcp/25', { ...refused, names: ['smtp.example.com'] });
  expect(reckoned([shop, post], [refusedPost], { cut: [shop] }).surprises).toEqual([
    { edge: 'emailservice → smtp.example.com tcp/25', predicted: 'kept' },
    { edge: 'frontend → cartservice tcp/7070', predicted: 'cut' },
  ]);
});

test('what hurts most is named first', () => {
  const rare = edge(cron, cart, 'tcp/7070', { count: 2 });
  const busy = edge(frontend, cart, 'tcp/7070', { count: 90_000 });
  const both = [rare, busy].map((one) => ({ ...one, ...refused, id: `${one.id} refused` }));
  expect(reckoned([rare, busy], both, {}).surprises.map(({ edge: name }) => name)).toEqual([
    'frontend → cartservice tcp/7070',
    'cron → cartservice tcp/7070',
  ]);
});

test('an uncertain edge that came out either way is counted, and is no surprise', () => {
  const unsure = [edge(mail, '192.0.2.25', 'tcp/25', again), edge(cart, '192.0.2.26', 'tcp/443')];
  const result = reckoned(unsure, [edge(cart, '192.0.2.26', 'tcp/443', refused)], { uncertain: unsure });
  expect(result).toMatchObject({ uncertain: { predicted: 2, accepted: 1, rejected: 1 }, surprises: [] });
});

test('what nobody tried again proves nothing, and what nobody had ever seen was not predicted', () => {
  const monthly = edge(cron, cart, 'tcp/7070');
  const result = reckoned([monthly], [edge(cron, mail, 'tcp/8080', refused)], { cut: [monthly] });
  expect(result).toMatchObject({ cut: { predicted: 1, accepted: 0, rejected: 0 }, unforeseen: 1, surprises: [] });
});

test('what came through before the enforcers had heard of the change is not held against the prediction', () => {
  const late = edge(frontend, cart, 'tcp/7070', { lastSeen: CUT_AT + MINUTE / 2 });
  expect(reckoned([late], [], { cut: [late] })).toMatchObject({ cut: { accepted: 0 }, surprises: [] });
});

test('a handshake that failed, and what was rejected in discovery already, is no rejection that was not foreseen', () => {
  const shop = edge(frontend, cart, 'tcp/7070', again);
  const handshake = edge(frontend, cart, 'tcp/7070', { ...refused, dropReason: 'token' });
  const old = edge(cron, mail, 'tcp/25', { action: 'Reject', ...again });
  expect(reckoned([shop, old], [handshake], {})).toMatchObject({ kept: { rejected: 0 }, unforeseen: 0 });
});

test('another address of the same name is the same edge to people, and counts once', () => {
  const named = (address: string, more: Partial<Edge>) =>
    edge(mail, address, 'tcp/443', { names: ['api.example.com'], ...more });
  const result = reckoned([named('192.0.2.1', again), named('192.0.2.2', again)], [], {});
  expect(result.kept).toEqual({ predicted: 1, accepted: 1, rejected: 0 });
});
