/** How near the estimates come where the truth is known, and where they are known to be deceived. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byDays, byVolume } from '#core/estimates.ts';

test('by volume is one less the share of flows on edges seen once', () => {
  expect(byVolume([1, 1, 2, 96])?.value).toBeCloseTo(0.98, 10);
});

// Esty 1983 worked by hand: n 100, f1 2, f2 1 → variance (0.02 · 0.98 + 0.02) / 100.
test('by volume has Esty’s interval', () => {
  const estimate = byVolume([1, 1, 2, 96]);
  expect(estimate?.low).toBeCloseTo(0.98 - 1.96 * Math.sqrt(0.0396 / 100), 10);
  expect(estimate?.high).toBe(1);
});

test('by volume, where nothing was seen once, still leaves room for what comes rarely', () => {
  const estimate = byVolume([50, 50]);
  expect(estimate).toEqual({ value: 1, low: 0.97, high: 1 });
});

test('nothing seen is no estimate', () => {
  expect(byVolume([])).toBeUndefined();
  expect(byDays([], 7)).toBeUndefined();
});

test('one day says nothing about the others', () => {
  expect(byDays([1, 1, 1], 1)).toBeUndefined();
});

// Chao 1987 worked by hand: S 10, Q1 4, Q2 2, m 5 → 10 + 4/5 · 16/4 = 13.2
test('by days is Chao’s estimate', () => {
  const estimate = byDays([1, 1, 1, 1, 2, 2, 5, 5, 5, 5], 5);
  expect(estimate?.edges.value).toBeCloseTo(13.2, 10);
  expect(estimate?.value).toBeCloseTo(10 / 13.2, 10);
  // Its variance is 2 · (0.4 · 4 + 0.64 · 8 + 0.16 · 16) = 18.56; the log-normal factor is then 5.36.
  const factor = Math.exp(1.96 * Math.sqrt(Math.log(1 + 18.56 / 3.2 ** 2)));
  expect(estimate?.edges.low).toBeCloseTo(10 + 3.2 / factor, 10);
  expect(estimate?.edges.high).toBeCloseTo(10 + 3.2 * factor, 10);
});

test('by days, where none was seen on exactly two days, is the bias-corrected one', () => {
  expect(byDays([1, 1, 1, 7], 7)?.edges.value).toBeCloseTo(4 + (6 / 7) * 3, 10);
});

// With three expected to be seen once, Chao's bias-corrected estimate is 6/7 · 3 · 2/2.
test('what was all seen every day is estimated to be all, with room for what comes so rarely that none was seen once', () => {
  const estimate = byDays(Array(100).fill(7), 7);
  expect(estimate).toMatchObject({ value: 1, high: 1, edges: { value: 100, low: 100 } });
  expect(estimate?.edges.high).toBeCloseTo(100 + (6 / 7) * 3, 10);
  expect(estimate?.low).toBeCloseTo(100 / (100 + (6 / 7) * 3), 10);
});

test('one edge of a hundred that was seen on a single day makes that room wider, not nothing', () => {
  const [one, none] = [byDays([1, ...Array(100).fill(7)], 7), byDays(Array(101).fill(7), 7)];
  expect(one?.value).toBe(1);
  expect(one?.low).toBeLessThan(none?.low ?? 0);
  expect(one?.low).toBeGreaterThan(0.9);
});

test('a hundred edges of which two come on one day in ten: the interval holds the truth when three days showed neither', () => {
  const estimate = byDays(Array(98).fill(3), 3);
  expect(estimate?.low).toBeLessThanOrEqual(0.98);
});

/** A small generator, so that the world is the same in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test.each([1, 2, 3, 4, 5])(
  'independent flows over 2,000 edges: by volume is within half a percent of the truth (seed %i)',
  (seed) => {
    const random = chance(seed);
    const weights = Array.from({ length: 2000 }, (_, rank) => 1 / (rank + 1) ** 1.1);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const cumulative: number[] = [];
    for (const weight of weights) cumulative.push((cumulative.at(-1) ?? 0) + weight / total);
    const counts = new Map<number, number>();
    for (let flow = 0; flow < 30_000; flow++) {
      const draw = random();
      const edge = cumulative.findIndex((until) => draw < until);
      counts.set(edge, (counts.get(edge) ?? 0) + 1);
    }
    const truth = [...counts.keys()].reduce((sum, edge) => sum + (weights[edge] ?? 0) / total, 0);
    const estimate = byVolume([...counts.values()]);
    expect(Math.abs((estimate?.value ?? 0) - truth)).toBeLessThan(0.005);
  },
);

test('jobs that come weekly, fifty flows at a time, deceive the volume and alarm the days', () => {
  const daily = Array.from({ length: 80 }, () => ({ count: 7000, days: 7 }));
  const weekly = Array.from({ length: 20 }, () => ({ count: 50, days: 1 }));
  const all = [...daily, ...weekly];
  expect(byVolume(all.map(({ count }) => count))?.value).toBe(1);
  expect(
    byDays(
      all.map(({ days }) => days),
      7,
    )?.value,
  ).toBeLessThan(0.5);
});

test('an estimate lies in its own interval, and a share between nothing and all', () => {
  const days = fc.integer({ min: 2, max: 31 });
  fc.assert(
    fc.property(
      days.chain((most) => fc.tuple(fc.constant(most), fc.array(fc.integer({ min: 1, max: most }), { minLength: 1 }))),
      ([most, seen]) => {
        for (const estimate of [byVolume(seen), byDays(seen, most)]) {
          if (!estimate) throw new Error('there is always an estimate here');
          const { low, value, high } = estimate;
          expect(low).toBeGreaterThanOrEqual(0);
          expect(low).toBeLessThanOrEqual(value);
          expect(value).toBeLessThanOrEqual(high);
          expect(high).toBeLessThanOrEqual(1);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
