/** What counts towards giving a cut namespace back: neither one pod nor one workload is enough. */
import { expect, test } from 'vitest';
import type { Edge } from '#core/edge.ts';
import { countedForRelease, rejectedSince } from '#core/rejected-since.ts';
import { type Workload, workloadsOf } from '#core/workload.ts';
import { edge, MONDAY, policy, unit, workload } from '#test/support/evidence.ts';

const frontend = replicas('frontend', 3);
const ads = workload('ads');
const cart = workload('cart');
const workloads = new Map([frontend, ads, cart].map((each) => [each.key, each]));
const PORTS = [1, 2, 3, 4, 5, 6];
const LIMIT = 3;

function replicas(name: string, count: number): Workload {
  const units = Array.from({ length: count }, (_, at) => unit(`${name}-5d8f7c9b4-abcd${at}`, [`app=${name}`]));
  const [all] = workloadsOf(units).values();
  if (!all) throw new Error('units make a workload');
  return all;
}
const rejected = (source: Workload, units: readonly string[], ports = PORTS): Edge[] =>
  ports.map((port) => edge(source, cart, `tcp/${port}`, { action: 'Reject', units: [...units, ...cart.units] }));
const counted = (hurt: readonly Edge[]) => countedForRelease(hurt, workloads, LIMIT);

test('what one pod of three says is rejected counts for nothing', () => {
  expect(counted(rejected(frontend, frontend.units.slice(0, 1)))).toBe(0);
});

test('what two pods of three say counts, but one workload alone is never enough', () => {
  expect(counted(rejected(frontend, frontend.units.slice(0, 2), [1, 2]))).toBe(2);
  expect(counted(rejected(frontend, frontend.units.slice(0, 2)))).toBe(LIMIT);
});

test('a workload that has one pod counts, and it takes another beside it', () => {
  expect(counted(rejected(ads, ads.units))).toBe(LIMIT);
  expect(counted([...rejected(ads, ads.units), ...rejected(frontend, frontend.units, [1])])).toBe(LIMIT + 1);
});

test('one pod that is refused by another of its own workload counts for nothing', () => {
  const [first = '', second = ''] = frontend.units;
  const among = edge(frontend, frontend, 'tcp/80', { action: 'Reject', units: [first, second] });
  expect(counted([among])).toBe(0);
  expect(counted([{ ...among, units: frontend.units }])).toBe(1);
});

test('clients out of the internet count for the workload that they ask, once two of its pods refuse them', () => {
  const from = (units: readonly string[]) => edge('198.51.100.7', frontend, 'tcp/443', { action: 'Reject', units });
  expect(counted([from(frontend.units.slice(0, 1))])).toBe(0);
  expect(counted([from(frontend.units)])).toBe(1);
  const many = PORTS.map((at) => edge(`198.51.100.${at}`, frontend, 'tcp/443', { units: frontend.units }));
  expect(counted(many)).toBe(LIMIT);
});

test('what worked only after the approvers were asked is known, and is no reason to give the namespace back', () => {
  const askedAt = MONDAY + 1000;
  const since = askedAt + 1000;
  const seenFirst = (firstSeen: number) => ({ firstSeen, lastSeen: firstSeen });
  const given = (firstSeen: number) =>
    rejectedSince({
      edges: [
        edge(ads, cart, 'tcp/81', seenFirst(firstSeen)),
        edge(ads, cart, 'tcp/81', { action: 'Reject', ...seenFirst(since + 1) }),
      ],
      since,
      finding: { draft: { residual: [] }, basis: { to: askedAt } },
      words: { workloads, policy: policy() },
    });
  expect(given(askedAt)).toMatchObject({
    rejected: [{ known: true, acknowledged: false }],
    hurt: [{ action: 'Reject' }],
  });
  expect(given(askedAt + 1)).toMatchObject({ rejected: [{ known: true, acknowledged: false }], hurt: [] });
});
