/** A Redis that was emptied: the console still knows what was done, people hear of it, and no cut outlives its deadline. */
import { describe, expect, test } from 'vitest';
import { key } from '#redis/keys.ts';
import { aHouse, type House } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';

const own = ownRedisForTests();
const MINUTE = 60_000;
const INHERIT = { incoming: 'Inherit', outgoing: 'Inherit' };
const REJECT = { incoming: 'Reject', outgoing: 'Reject' };

async function sweep(house: House): Promise<void> {
  house.later(MINUTE);
  await house.run('sweep', {});
}
const pages = async (house: House) =>
  (await house.seen()).filter((drawn) => /Orphaned lockdown|Given back/.test(drawn));
const namespaceNow = async (house: House) => {
  const facts = await house.deps.consoleApi.readNamespace(house.namespace);
  if (!facts) throw new Error('the namespace is gone');
  return facts;
};

async function watching(house: House): Promise<void> {
  await house.asking('disable-discovery');
  await house.answerAll('erin');
  await house.approve('disable-discovery', 'watch-lockdown');
  expect((await house.lockdown()).phase).toBe('watching');
}

describe('after everything in Redis was lost', () => {
  test('a namespace that nobody had confirmed is told of within a minute, and given back at its deadline', async () => {
    const house = await aHouse(own());
    await watching(house);
    expect((await namespaceNow(house)).annotations).toMatchObject({
      'lockstep.lockdown': [house.id],
      'lockstep.former': ['Inherit', 'Inherit'],
      'lockstep.confirmBy': [expect.stringMatching(/^20.*Z$/)],
      'lockstep.ledger': [expect.stringMatching(/^\d+:[0-9a-f]{16}$/)],
    });
    await own().redis.flushall();
    await sweep(house);
    const [page, ...more] = await pages(house);
    expect(more).toEqual([]);
    expect(page).toContain(house.id);
    expect(page).toContain('nobody had confirmed that');
    expect(house.journalled.filter(({ line }) => line === 'orphaned')).toMatchObject([{ cut: true }]);
    expect((await namespaceNow(house)).own).toEqual(REJECT);
    for (let minute = 0; minute < 10; minute += 1) await sweep(house);
    expect(await namespaceNow(house)).toMatchObject({ own: INHERIT, annotations: {} });
    expect(await pages(house)).toEqual([page, expect.stringContaining('has its former default actions again')]);
  });

  test('one that somebody had confirmed is told of, and stays locked down', async () => {
    const house = await aHouse(own());
    await watching(house);
    await house.wish('boris', { verb: 'confirm' });
    await house.settle();
    expect((await namespaceNow(house)).annotations).not.toHaveProperty('lockstep.confirmBy');
    await own().redis.flushall();
    for (let minute = 0; minute < 12; minute += 1) await sweep(house);
    expect(await pages(house)).toEqual([
      expect.stringContaining('stays so until somebody changes that on the console'),
    ]);
    expect((await namespaceNow(house)).own).toEqual(REJECT);
  });

  test('one that somebody keeps by taking the deadline off on the console stays locked down', async () => {
    const house = await aHouse(own());
    await watching(house);
    await own().redis.flushall();
    await sweep(house);
    await house.deps.consoleApi.markNamespace(
      house.namespace,
      () => ({ marks: { 'lockstep.confirmBy': [] } }),
      'by-hand',
    );
    for (let minute = 0; minute < 12; minute += 1) await sweep(house);
    expect((await namespaceNow(house)).own).toEqual(REJECT);
    expect(await pages(house)).toHaveLength(1);
  });

  test('rules that it left behind are told of by name', async () => {
    const house = await aHouse(own());
    await house.asking('dns');
    await house.approve('dns', 'verify-stage');
    await own().redis.flushall();
    await sweep(house);
    await sweep(house);
    expect(await pages(house)).toEqual([expect.stringContaining('allow-dns')]);
    expect((await house.objects()).map(({ name }) => name)).toContain('allow-dns');
  });

  test('a backup that is restored in time goes on where it was, and nothing is given back twice', async () => {
    const house = await aHouse(own());
    await watching(house);
    const kept = await snapshot();
    await own().redis.flushall();
    await sweep(house);
    for (const { name, value } of kept) await own().redis.restore(name, 0, value, 'REPLACE');
    for (let minute = 0; minute < 3; minute += 1) await sweep(house);
    expect((await house.lockdown()).phase).toBe('watching');
    expect((await namespaceNow(house)).own).toEqual(REJECT);
    expect(await house.deps.orphans.all()).toEqual([]);
  });
});

test('one namespace that cannot be given back keeps no other from it, and an operator reads which; nor does a silent Slack', async () => {
  let slackIsOut = false;
  const house = await aHouse(own(), {
    between: (deps) => {
      const { readNamespace } = deps.consoleApi;
      const consoleApi: typeof deps.consoleApi = {
        ...deps.consoleApi,
        readNamespace: async (path) => {
          if (path === '/acme/lost') throw new Error('the console refused it');
          return readNamespace(path);
        },
      };
      const postCard: typeof deps.poster.postCard = async (card) => {
        if (slackIsOut) throw new Error('Slack is out');
        return deps.poster.postCard(card);
      };
      return { ...deps, consoleApi, poster: { ...deps.poster, postCard } };
    },
  });
  await watching(house);
  await own().redis.flushall();
  await sweep(house);
  // Found before the other, and so settled before it.
  const found = await house.deps.orphans.all();
  await own().redis.del(key.orphans());
  await house.deps.orphans.keep({ namespace: '/acme/lost', lockdown: 'lost-1' });
  for (const orphan of found) await house.deps.orphans.keep(orphan);
  // An hour later the search is due again, and what it finds could not be told.
  await own().redis.del(key.searched());
  slackIsOut = true;
  house.later(11 * MINUTE);
  await house.run('sweep', {}).catch(() => undefined);
  expect((await namespaceNow(house)).own).toEqual(INHERIT);
  expect(house.journalled).toContainEqual({
    line: 'warned',
    because: '/acme/lost was cut by a lost lockdown and is not settled: the console refused it',
  });
});

test('whoever writes to Redis that a namespace is orphaned does not open it', async () => {
  const house = await aHouse(own());
  await watching(house);
  await house.wish('boris', { verb: 'confirm' });
  await house.settle();
  await own().redis.del(`{lockstep}:lockdown:${house.id}`, `{lockstep}:history:${house.id}`);
  await house.deps.orphans.keep({ namespace: house.namespace, lockdown: house.id });
  for (let minute = 0; minute < 12; minute += 1) await house.run('sweep', {});
  house.later(60 * MINUTE);
  await house.run('sweep', {});
  expect((await namespaceNow(house)).own).toEqual(REJECT);
});

test('a lockdown that is kept, or whose retention is over, is no orphan', async () => {
  const house = await aHouse(own());
  await house.asking('dns');
  await house.approve('dns', 'verify-stage');
  await sweep(house);
  expect(await pages(house)).toEqual([]);
  await house.wish('alice', { verb: 'cancel', written: 'keep' });
  await house.settle();
  house.later(401 * 24 * 60 * MINUTE);
  await sweep(house);
  expect(await house.deps.lockdowns.read(house.id)).toBeUndefined();
  house.later(61 * MINUTE);
  await sweep(house);
  expect(await pages(house)).toEqual([]);
});

test('a namespace that is cut in the name of a lockdown that has ended is told of once, and left to people', async () => {
  const house = await aHouse(own());
  await watching(house);
  const { annotations } = await house.namespaceObject();
  await house.wish('boris', { verb: 'release', because: 'the shop is slow' });
  await house.settle();
  await sweep(house);
  expect((await house.seen()).join('\n')).not.toContain('Cut by a lockdown that has ended');
  await house.changeNamespace({
    ...{ defaultPUIncomingTrafficAction: 'Reject', defaultPUOutgoingTrafficAction: 'Reject' },
    // As somebody had confirmed it, whom no clock is to overrule.
    annotations: Object.fromEntries(Object.entries(annotations).filter(([name]) => name !== 'lockstep.confirmBy')),
  });
  for (let hour = 0; hour < 2; hour += 1) {
    await own().redis.del(key.searched());
    await sweep(house);
  }
  const told = (await house.seen()).filter((drawn) => drawn.includes('Cut by a lockdown that has ended'));
  expect(told).toEqual([expect.stringContaining('incoming *Inherit*, outgoing *Inherit*')]);
  expect(house.journalled).toContainEqual({ line: 'warned', because: expect.stringContaining('nobody watches it') });
  expect((await namespaceNow(house)).own).toEqual(REJECT);
});

async function snapshot(): Promise<{ name: string; value: Buffer }[]> {
  const { redis } = own();
  const names = await redis.keys('{lockstep}:*');
  const kept = await Promise.all(names.map(async (name) => ({ name, value: await redis.dumpBuffer(name) })));
  return kept.flatMap(({ name, value }) => (value ? [{ name, value }] : []));
}
