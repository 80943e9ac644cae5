/** How honest we are about what we have not seen. */
import { describe, expect, test } from 'vitest';
import { coverage } from '#core/coverage.ts';
import { coverageInWords } from '#core/coverage-words.ts';
import type { Edge, Peer } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import { edgeId } from '#core/fold.ts';
import type { Workload } from '#core/workload.ts';

const NAMESPACE = '/acme/aws-dev/k8s/hipster-shop';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MONDAY = Date.UTC(2026, 10, 16);
const WEEK = 7 * DAY;

function workload(name: string): Workload {
  return {
    key: JSON.stringify([NAMESPACE, `app=${name}`]),
    name,
    namespace: NAMESPACE,
    tags: [`app=${name}`],
    owners: [name],
    units: [],
  };
}

const shop = ['frontend', 'cart', 'checkout', 'payment', 'redis'].map(workload);

function peer(name: string): Peer {
  return { kind: 'workload', workload: workload(name).key, namespace: NAMESPACE };
}

function day(number: number): string {
  return new Date(MONDAY + (number - 1) * DAY).toISOString().slice(0, 10);
}

/** Seen on these days of the window, from its first to its last. */
function edge(from: string | Peer, to: string | Peer, days: number[], more: Partial<Edge> = {}): Edge {
  const source = typeof from === 'string' ? peer(from) : from;
  const destination = typeof to === 'string' ? peer(to) : to;
  const identity = { protocol: 6, port: 80, action: 'Accept' as const, policyId: 'default', ...more };
  return {
    id: edgeId({ source, destination, ...identity }),
    source,
    destination,
    names: [],
    namesElsewhere: [],
    count: 1000,
    reports: 100,
    firstSeen: MONDAY + (Math.min(...days) - 1) * DAY + HOUR,
    lastSeen: MONDAY + Math.max(...days) * DAY - HOUR,
    days: days.map(day),
    units: [],
    ...identity,
  };
}

const DAILY = [1, 2, 3, 4, 5, 6, 7];

const STEADY = [
  edge('frontend', 'cart', DAILY),
  edge('cart', 'redis', DAILY),
  edge('frontend', 'checkout', DAILY),
  edge('checkout', 'payment', DAILY),
];

function evidence(more: Partial<Evidence> = {}): Parameters<typeof coverage>[0] {
  return {
    edges: STEADY,
    workloads: new Map(shop.map((one) => [one.key, one])),
    policy: {
      namespace: NAMESPACE,
      prefixes: { local: [], effective: [] },
      own: { incoming: 'Inherit', outgoing: 'Inherit' },
      effective: { incoming: 'Allow', outgoing: 'Allow' },
      rulesets: [],
      externalNetworks: [],
    },
    from: MONDAY,
    to: MONDAY + WEEK,
    gaps: [],
    ...more,
  };
}

const of = (more: Partial<Evidence> = {}) => coverage(evidence(more), 'UTC');

describe('the recommendation', () => {
  test('a steady week is enough, and whoever has monthly jobs is asked', () => {
    expect(of()).toMatchObject({ advice: 'go on', coverage: 1, growing: false });
    expect(of().sentence).toBe(
      'Go on: 100 % of what there is seems to have been seen, but the turn of a month was not in it, so ask who has monthly jobs.',
    );
  });

  test('nothing seen is nothing known', () => {
    expect(of({ edges: [] })).toMatchObject({ advice: 'wait', edges: 0 });
    expect(of({ edges: [] })).not.toHaveProperty('coverage');
  });

  test('three days from Monday wait for the rest of the week', () => {
    const edges = [edge('frontend', 'cart', [1, 2, 3]), edge('cart', 'redis', [1, 2, 3])];
    expect(of({ edges, to: MONDAY + 3 * DAY }).sentence).toBe(
      'Wait for Thursday, Friday, Saturday and Sunday: the window has not held them yet.',
    );
  });

  test('reports that are missing for a day are waited for', () => {
    const gaps = [
      { from: MONDAY, to: MONDAY + 20 * HOUR, because: 'the console answered 503' },
      { from: MONDAY + 10 * HOUR, to: MONDAY + 24 * HOUR, because: 'truncated' },
    ];
    const result = of({ gaps });
    expect(result.gapHours).toBe(24);
    expect(result.sentence).toBe('Wait: the reports of 24 of 168 hours are missing.');
  });

  test('weekly jobs alarm, although their volume is nothing', () => {
    const result = of({ edges: [...STEADY, edge('payment', 'redis', [3]), edge('redis', 'payment', [7])] });
    expect(result.byVolume?.value).toBe(1);
    expect(result.byDays?.value).toBeLessThan(0.9);
    expect(result).toMatchObject({ advice: 'wait', coverage: result.byDays?.value });
  });

  test('a share that is nearly all is not rounded to all', () => {
    const rare = edge('payment', 'redis', DAILY, { count: 1 });
    const result = of({ edges: [...STEADY, rare] });
    expect(result.coverage).toBeGreaterThan(0.9997);
    expect(result.sentence).toContain('99.9 %');
  });

  test('edges that still come on the last days are waited for', () => {
    const late = ['a', 'b', 'c'].map((name, n) =>
      edge('frontend', name, [6, 7], { firstSeen: MONDAY + 6.5 * DAY + n }),
    );
    const result = of({ edges: [...STEADY, ...late] });
    expect(result).toMatchObject({ growing: true, newLately: 3 });
  });

  test('a workload that came late is named', () => {
    const result = of({
      edges: [...STEADY.slice(0, 3), edge('payment', 'redis', [4, 5, 6, 7], { firstSeen: MONDAY + 3.6 * DAY })],
    });
    expect(result.youngWorkloads).toEqual(['payment']);
    expect(result.sentence).toContain('but payment came only in the second half of the window');
  });
});

test('a workload that never talks is silent, whatever other namespaces do', () => {
  const elsewhere: Workload = { ...workload('other'), namespace: '/acme/other', key: 'other' };
  const workloads = new Map([...shop, elsewhere].map((one) => [one.key, one]));
  expect(of({ edges: STEADY.slice(0, 3), workloads }).silentWorkloads).toEqual(['payment']);
});

test('what was seen on one day only is listed as people know it', () => {
  const { onOneDayOnly } = of({ edges: [...STEADY, edge('payment', 'redis', [3])] });
  expect(onOneDayOnly.map((group) => `${group.source} → ${group.destination}`)).toEqual(['payment → redis']);
});

test('new edges are counted for each day of the window', () => {
  const { newPerDay } = of({ edges: [...STEADY, edge('payment', 'redis', [3, 4])] });
  expect(newPerDay.map(({ edges }) => edges)).toEqual([4, 0, 1, 0, 0, 0, 0]);
  expect(newPerDay[2]?.day).toBe('2026-11-18');
});

test('a thousand clients of the internet that come once each are one edge, not a thousand unseen ones', () => {
  const clients = Array.from({ length: 1000 }, (_, n) =>
    edge({ kind: 'address', address: `198.51.${n >> 8}.${n & 255}`, network: 'default' }, 'frontend', [1 + (n % 7)], {
      count: 1,
      reports: 1,
    }),
  );
  const result = of({ edges: [...STEADY, ...clients] });
  expect(result).toMatchObject({ edges: 5, flows: 5000, coverage: 1 });
});

test('what was rejected needs no rule and is not counted', () => {
  expect(of({ edges: [...STEADY, edge('redis', 'frontend', [1], { action: 'Reject' })] }).edges).toBe(STEADY.length);
});

test('a scan is not evidence of an application nobody has seen', () => {
  const scan = Array.from({ length: 500 }, (_, n) =>
    edge({ kind: 'address', address: '10.0.0.99', network: 'default' }, 'frontend', [2], {
      port: 1000 + n,
      count: 1,
      reports: 1,
    }),
  );
  expect(of({ edges: [...STEADY, ...scan] })).toMatchObject({ edges: 4, coverage: 1 });
});

describe('the figures beside the advice', () => {
  const words = (more: Partial<Evidence> = {}) => coverageInWords(coverage(evidence(more), 'UTC'));

  test('say both estimates with their intervals, the lower one first, and that it counts', () => {
    const rare = [edge('frontend', 'payment', [3], { count: 1 }), edge('cart', 'payment', [5], { count: 1 })];
    const [estimates] = words({ edges: [...STEADY, ...rare] });
    expect(estimates).toMatch(
      /^6 edges and 4,002 flows seen, scans aside: by days [\d.]+ % \([\d.]+ to [\d.]+\) of all edges, by volume 99\.9 % \([\d.]+ to [\d.]+\) of the flows to come; the lower, first one counts\.$/,
    );
  });

  test('say that nothing can be estimated where nothing was seen', () => {
    expect(words({ edges: [] })[0]).toBe(
      '0 edges and 0 flows seen, scans aside; how much there is cannot be estimated yet.',
    );
  });

  test('name what was seen on one day only, and count the new edges of each day', () => {
    const [, , once, perDay] = words({ edges: [...STEADY, edge('frontend', 'payment', [3], { port: 8443 })] });
    expect(once).toBe('Seen on one day only, scans aside: frontend → payment tcp/8443.');
    expect(perDay).toBe(
      'New edges by day: 4 on 11-16, 0 on 11-17, 1 on 11-18, 0 on 11-19, 0 on 11-20, 0 on 11-21, 0 on 11-22; no longer growing.',
    );
  });

  test('say which weekdays, nights and turns of a month the window held', () => {
    expect(words()[1]).toBe('Calendar: every weekday; 7 nights; no turn of a month.');
    expect(words({ from: MONDAY + 2 * DAY, to: MONDAY + 3 * DAY })[1]).toMatch(/no Monday, no Tuesday, no Thursday/);
  });

  test('name the blind spots: missing reports, young and silent workloads, and those nobody restarted', () => {
    const at = (newestUnitAt: number) => (one: Workload) => ({ ...one, newestUnitAt });
    const some = shop.map((one, index) => at(index === 0 ? MONDAY + DAY : MONDAY - DAY)(one));
    const blind = words({
      workloads: new Map([...some, at(MONDAY)(workload('report'))].map((one) => [one.key, one])),
      gaps: [{ from: MONDAY, to: MONDAY + 3 * HOUR, because: 'cut short' }],
    }).at(-1);
    expect(blind).toContain('the reports of 3 hours are missing or cut short');
    expect(blind).toContain('never seen to talk: report');
    expect(blind).toContain('not restarted in the window: cart, checkout, payment and 1 more');
    const old = words({ workloads: new Map(shop.map((one) => [one.key, at(MONDAY - 1)(one)])) }).at(-1);
    expect(old).toContain('no workload was restarted in the window');
    expect(words().at(-1)).toBe('Blind spots: none that are known.');
  });
});
