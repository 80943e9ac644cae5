/** What discovery saw and what steps found, kept so that nothing is counted twice and nothing true is overwritten. */
import { describe, expect, test } from 'vitest';
import type { Edge } from '#core/edge.ts';
import { cardStore } from '#redis/card-store.ts';
import { edgeStore } from '#redis/edge-store.ts';
import { evidenceStore, type Written } from '#redis/evidence-store.ts';
import { edge, workload } from '#test/support/evidence.ts';
import { redisForTests } from '#test/support/redis.ts';

const { redis } = redisForTests(5);
const SHOP = 'shop-1';

describe('a window of reports', () => {
  const edges = edgeStore(redis);
  const frontendToCart = edge(workload('frontend'), workload('cartservice'), 'tcp/7070');
  const window = (from: number, to: number) => ({ from, to, reports: 10, gaps: [], names: null });
  const counted = (count: number): Edge => ({ ...frontendToCart, count });

  test('is never counted twice, whoever reads it at the same time', async () => {
    const kept = await Promise.all([1, 2, 3].map(() => edges.keepWindow(SHOP, window(0, 1000), [counted(10)], [])));
    expect(kept.filter(Boolean)).toHaveLength(1);
    expect(await edges.collected(SHOP)).toMatchObject({ from: 0, readUpTo: 1000, reports: 10 });
    expect(await edges.edges(SHOP)).toEqual([counted(10)]);
  });

  test('that does not begin where the last one ended is not counted', async () => {
    await edges.keepWindow(SHOP, window(0, 1000), [], []);
    expect(await edges.keepWindow(SHOP, window(500, 1500), [counted(1)], [])).toBe(false);
    expect(await edges.keepWindow(SHOP, window(1000, 2000), [counted(2)], [])).toBe(true);
    expect(await edges.collected(SHOP)).toMatchObject({ from: 0, readUpTo: 2000, reports: 20 });
  });

  test('that was read at last ends the trouble before it', async () => {
    await edges.keepWindow(SHOP, window(0, 1000), [], []);
    await edges.keepTrouble(SHOP, 'The console does not answer.');
    expect(await edges.collected(SHOP)).toMatchObject({ trouble: 'The console does not answer.' });
    await edges.keepWindow(SHOP, window(1000, 2000), [], []);
    expect(await edges.trouble(SHOP)).toBeUndefined();
  });
});

describe('what a stage wrote', () => {
  const evidence = evidenceStore(redis);
  const network = { kind: 'external-network', id: 'n1', name: 'internet', at: 1 } as const;
  const prefixes: Written = { kind: 'tag-prefixes', added: ['app='], at: 1 };

  test('is kept once, although two workers applied it at the same time', async () => {
    for (const object of [prefixes, network])
      await Promise.all([1, 2].map((at) => evidence.keepWritten(SHOP, 'web-server', { ...object, at })));
    const kept = await evidence.written(SHOP, 'web-server');
    expect(kept.map(({ kind }) => kind)).toEqual(['tag-prefixes', 'external-network']);
  });

  test('is kept again where it had to be created anew', async () => {
    for (const id of ['n1', 'n2']) await evidence.keepWritten(SHOP, 'web-server', { ...network, id });
    expect(await evidence.written(SHOP, 'web-server')).toHaveLength(2);
  });
});

describe('what the default actions were before', () => {
  const evidence = evidenceStore(redis);
  const former = { incoming: 'Inherit', outgoing: 'Allow', digest: 'd1', at: 1 } as const;

  test('is never overwritten by a second try, which would see Reject', async () => {
    await evidence.keepFormer(SHOP, former);
    await evidence.keepFormer(SHOP, { incoming: 'Reject', outgoing: 'Reject', digest: 'd1', at: 1 });
    expect(await evidence.former(SHOP)).toEqual(former);
  });

  test('is what the newest try was approved to give back, and to be confirmed from its time on', async () => {
    await evidence.keepFormer(SHOP, former);
    const newest = { incoming: 'Allow', outgoing: 'Inherit', digest: 'd2', at: 2 } as const;
    await evidence.keepFormer(SHOP, newest);
    expect(await evidence.former(SHOP)).toEqual(newest);
  });

  test('outlives another stage that is taken back, and not the last stage’s own', async () => {
    await evidence.keepFormer(SHOP, former);
    await evidence.forgetWritten(SHOP, 'dns');
    expect(await evidence.former(SHOP)).toEqual(former);
    await evidence.forgetWritten(SHOP, 'disable-discovery');
    expect(await evidence.former(SHOP)).toBeUndefined();
  });
});

describe('a card in Slack', () => {
  const cards = cardStore(redis);
  const place = { channel: 'C0LOCKDOWN1', ts: '1732302000.000100', nonce: 'n1' };
  async function shows(fingerprint: string): Promise<void> {
    await cards.sent(SHOP, 'lockdown', await cards.beginSending(SHOP, 'lockdown', Date.now()), fingerprint);
  }

  test('is posted by the one who claimed it first; the others are in doubt until it is there', async () => {
    const claims = await Promise.all([1, 2, 3].map(() => cards.claim(SHOP, 'approval-dns-r1')));
    expect(claims.map(({ state }) => state).sort()).toEqual(['in doubt', 'in doubt', 'ours']);
    await cards.put(SHOP, 'approval-dns-r1', place, 'dns');
    expect(await cards.claim(SHOP, 'approval-dns-r1')).toMatchObject({ state: 'posted' });
  });

  test('is behind until it was drawn, and when somebody rewrote it or nobody knows what it shows', async () => {
    const isBehind = (entries: number) => cards.isBehind(SHOP, entries, ['lockdown', 'watch']);
    await cards.put(SHOP, 'lockdown', place);
    await cards.keepDrawn(SHOP, 3);
    expect(await isBehind(3)).toBe(true);
    await shows('fingerprint');
    expect(await isBehind(3)).toBe(false);
    expect(await isBehind(4)).toBe(true);
    await cards.markAltered(SHOP, 'lockdown');
    expect(await isBehind(3)).toBe(true);
    await cards.putRight(SHOP, 'lockdown');
    expect(await isBehind(3)).toBe(false);
    await cards.beginSending(SHOP, 'lockdown', Date.now());
    expect(await isBehind(3)).toBe(true);
  });

  test('whose poster fell silent is taken over by one alone, and whoever wakes sees that', async () => {
    const first = await cards.claim(SHOP, 'lockdown');
    if (first.state !== 'ours') throw new Error('somebody had claimed it');
    expect(await cards.holds(SHOP, 'lockdown', first.claim)).toBe(true);
    const taken = await Promise.all([1, 2, 3].map(() => cards.takeOver(SHOP, 'lockdown', first.claim)));
    expect(taken.filter((claim) => claim !== undefined)).toHaveLength(1);
    expect(await cards.holds(SHOP, 'lockdown', first.claim)).toBe(false);
  });

  test('that two posted is where the faster one says, for both', async () => {
    const other = { ...place, ts: '1763812900.000100' };
    expect(await cards.put(SHOP, 'lockdown', place)).toEqual(place);
    expect(await cards.put(SHOP, 'lockdown', other)).toEqual(place);
    expect(await cards.find(other.channel, other.ts)).toBeUndefined();
    const { claim } = { claim: '', ...(await cards.claim(SHOP, 'lockdown')) };
    expect(await cards.takeOver(SHOP, 'lockdown', claim)).toBeUndefined();
  });

  test('is found by its message, with the question it asked', async () => {
    await cards.put(SHOP, 'approval-dns-r1', place, 'dns');
    expect(await cards.find(place.channel, place.ts)).toEqual({
      lockdown: SHOP,
      card: 'approval-dns-r1',
      stage: 'dns',
      nonce: 'n1',
    });
    expect(await cards.find(place.channel, '1.1')).toBeUndefined();
  });

  test('is still found by its message when a file was attached in its thread', async () => {
    await cards.put(SHOP, 'lockdown', place);
    await cards.putFile(SHOP, 'edges-dns-r1', place);
    expect(await cards.find(place.channel, place.ts)).toMatchObject({ card: 'lockdown' });
    expect(await cards.claim(SHOP, 'edges-dns-r1')).toMatchObject({ state: 'posted' });
  });

  test('that somebody deleted may be posted once more', async () => {
    await cards.claim(SHOP, 'lockdown');
    await cards.put(SHOP, 'lockdown', place);
    await shows('fingerprint');
    await cards.drop(SHOP, 'lockdown', place);
    expect(await cards.shown(SHOP, 'lockdown')).toBeUndefined();
    expect(await cards.claim(SHOP, 'lockdown')).toMatchObject({ state: 'ours' });
  });

  test('that two find deleted at once is posted by the faster one alone', async () => {
    await cards.put(SHOP, 'lockdown', place);
    await cards.drop(SHOP, 'lockdown', place);
    expect(await cards.claim(SHOP, 'lockdown')).toMatchObject({ state: 'ours' });
    await cards.drop(SHOP, 'lockdown', place);
    expect(await cards.claim(SHOP, 'lockdown')).toMatchObject({ state: 'in doubt' });
    const again = { ...place, ts: '1763812900.000100' };
    await cards.put(SHOP, 'lockdown', again);
    await cards.drop(SHOP, 'lockdown', place);
    expect(await cards.get(SHOP, 'lockdown')).toEqual(again);
  });
});
