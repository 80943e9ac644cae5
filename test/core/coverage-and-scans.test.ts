/** What a stranger who tries doors does to the estimate of what has not been seen: nothing. */
import { expect, test } from 'vitest';
import { coverage } from '#core/coverage.ts';
import { brief, edge, evidence, workload } from '#test/support/evidence.ts';

const web = workload('web');
const store = workload('store');
const steady = [edge(web, store, 'tcp/6379'), edge('198.51.100.7', web, 'tcp/443')];

test('eight knocks from one stranger do not make half of the application look unseen', () => {
  const knocks = [23, 2323, 3389, 5900, 8888, 9200, 11_211, 27_018].map((port) =>
    edge('74.38.65.88', web, `tcp/${port}`, brief(1, 0)),
  );
  expect(coverage(evidence([web, store], [...steady, ...knocks]), 'UTC')).toMatchObject({ edges: 2, coverage: 1 });
});

test('a client seen once is counted: it may be the first of many', () => {
  const once = edge(web, '203.0.113.9', 'tcp/443', brief(1, 0));
  const { edges, byDays } = coverage(evidence([web, store], [...steady, once]), 'UTC');
  expect(edges).toBe(3);
  expect(byDays?.edges.value).toBeGreaterThanOrEqual(3);
});

test('a job from inside that comes every third day to six workloads is counted, and is no scan', () => {
  const stores = Array.from({ length: 6 }, (_, at) => workload(`store-${at}`));
  const days = ['2026-11-16', '2026-11-19'];
  const nightly = stores.map((one) => edge('10.20.0.5', one, 'tcp/9102', { count: 2, reports: 2, days }));
  expect(coverage(evidence([web, store, ...stores], [...steady, ...nightly]), 'UTC').edges).toBe(8);
});
