/** The score of the drafts: real pipeline, simulated further week, and what it takes to fail. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { oddGraph } from '#sandbox/quality/odd.ts';
import { readOptions } from '#sandbox/quality/options.ts';
import { faultsOf, type Score, scoreOf } from '#sandbox/quality/score.ts';
import { drawScores } from '#sandbox/quality/table.ts';
import { redisForTests } from '#test/support/redis.ts';

const { redis } = redisForTests(15);
const folder = mkdtempSync(join(tmpdir(), 'quality-'));
afterAll(() => rmSync(folder, { recursive: true }));

function score(app: string, podsMode: Score['podsMode'] = 'observed'): Promise<Score> {
  return scoreOf({ app, seed: 1, windowDays: 1, podsMode, kubernetes: true, redis, onProgress: () => undefined });
}

describe('one day of Bookinfo with an external database', { timeout: 40_000 }, () => {
  const app = 'sandbox/apps/bookinfo-db-external.json';

  test('cuts only what the day did not show, and names it', async () => {
    const scored = await score(app);
    expect(scored).toMatchObject({ trueEdges: 23, seen: 21, cutThoughSeen: [] });
    expect(scored.cutBecauseUnseen).toEqual([
      'productpage-v1 → ratings-v1 tcp/9080',
      'productpage-v1 → ratings-v2 tcp/9080',
    ]);
    expect(scored.prediction).toMatchObject({ precision: 1, recall: 1, wrong: [] });
    expect(scored.prediction.rejected).toBeGreaterThan(0);
    expect(scored.completeness.edges.true).toBeLessThan(1);
    expect(faultsOf(scored)).toEqual([]);
    expect(drawScores([scored])).toContain('cut because unseen: productpage-v1 → ratings-v1 tcp/9080');
  });

  test('in the guide’s mode everybody may reach everybody, and the reason for each unseen pair says so', async () => {
    const { width, cutBecauseUnseen } = await score(app, 'namespace');
    expect(width.allowed).toBe(width.possible);
    expect(new Set(width.unseen.map(({ reason }) => reason))).toEqual(new Set(['namespace mode']));
    expect(cutBecauseUnseen).toEqual([]);
  });
});

test('a generated application with a third of UDP is locked down without a fault', { timeout: 40_000 }, async () => {
  const graph = oddGraph('1/3', 3);
  expect(graph.edges.some(({ protocol }) => protocol === 'UDP')).toBe(true);
  const file = join(folder, `${graph.app}.json`);
  writeFileSync(file, JSON.stringify(graph));
  const scored = await score(file);
  expect(scored.app).toBe('odd-3-datagrams');
  expect(scored.seen).toBeGreaterThan(10);
  expect(faultsOf(scored)).toEqual([]);
});

test('Services that know their containers’ ports by name cut nobody once the cluster resolves them', {
  timeout: 60_000,
}, async () => {
  const graph = oddGraph('1/10', 10);
  const targets = graph.services.flatMap(({ services }) => services.flatMap(({ ports }) => ports));
  expect(new Set(targets.map(({ targetPort }) => typeof targetPort))).toEqual(new Set(['string', 'number']));
  const file = join(folder, `${graph.app}.json`);
  writeFileSync(file, JSON.stringify(graph));
  const scored = await score(file);
  expect(scored.app).toBe('odd-10-named-ports');
  expect(scored.seen).toBeGreaterThan(10);
  expect(faultsOf(scored)).toEqual([]);
});

test('the same seed makes the same odd application, another one another', () => {
  expect(oddGraph('7/6', 6)).toEqual(oddGraph('7/6', 6));
  expect(oddGraph('8/6', 6)).not.toEqual(oddGraph('7/6', 6));
  expect(oddGraph('7/6', 6).services).toHaveLength(60);
});

test('a cut edge that was seen, a wrong prediction and a silent width are faults; an unseen cut is not', () => {
  const width = { possible: 2, allowed: 1, seen: 0, unseen: [], unexplained: [] };
  const tuple = { from: 'a', to: 'b', protocol: 'tcp', port: 80 } as const;
  const bare = { podsMode: 'observed', cutThoughSeen: [], prediction: { wrong: [] }, width } as unknown as Score;
  expect(faultsOf({ ...bare, cutBecauseUnseen: ['a → b tcp/80'] })).toEqual([]);
  expect(faultsOf({ ...bare, cutThoughSeen: ['a → b tcp/80'] })).toEqual(['seen and cut: a → b tcp/80']);
  const wrong = { ...bare.prediction, wrong: ['a → b tcp/80: predicted accept, really reject'] };
  expect(faultsOf({ ...bare, prediction: wrong })).toHaveLength(1);
  expect(faultsOf({ ...bare, width: { ...width, unexplained: [tuple] } })).toEqual([
    'allowed without a word: a → b tcp/80',
  ]);
});

test('options are read as they are written, and a wrong one is answered in a sentence', () => {
  expect(readOptions(['--app', 'a.json', 'b.json', '--window', '3d', '--seed', '4'])).toMatchObject({
    apps: ['a.json', 'b.json'],
    windowDays: 3,
    seed: 4,
    podsMode: 'observed',
  });
  expect(readOptions([])).toMatchObject({ apps: expect.objectContaining({ length: 5 }), odd: 0 });
  expect(readOptions(['--odd', '3'])).toMatchObject({ apps: [], odd: 3 });
  expect(() => readOptions(['--window', '2d'])).toThrow('--window takes 1d, 3d or 7d, not 2d');
  expect(() => readOptions(['--mode', 'wide'])).toThrow('--mode takes namespace or observed, not wide');
});
