/** A cut that arrives on the console after everybody has given it up, and whose worker dies: it is given back, and said. */
import { expect, test } from 'vitest';
import type { Wish } from '#core/request.ts';
import { key } from '#redis/keys.ts';
import { defaultActions, dnsThenCut } from '#test/support/dns-then-cut.ts';
import type { House } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';

const redis = ownRedisForTests();
const CUT = 'disable-discovery' as const;
const INHERIT = ['Inherit', 'Inherit'];
const REJECT = ['Reject', 'Reject'];
const REJECTING = { defaultPUIncomingTrafficAction: 'Reject', defaultPUOutgoingTrafficAction: 'Reject' };

const UNDO: Wish = { verb: 'undo', stage: CUT };
const CANCEL: Wish = { verb: 'cancel', written: 'take-back' };
const RELEASE: Wish = { verb: 'release', because: 'changed our minds' };

/** Its write is under way while somebody gives it up; it arrives at a console that takes whatever comes last. */
async function cutAfter(wish: Wish): Promise<House> {
  const house: House = await dnsThenCut(redis(), {
    between: (deps) => ({
      ...deps,
      consoleApi: {
        ...deps.consoleApi,
        async setDefaultActions(...given) {
          if (given[1].incoming !== 'Reject') return deps.consoleApi.setDefaultActions(...given);
          const { annotations } = await house.namespaceObject();
          await house.wish('chitra', wish);
          await house.settle('apply-stage', 'watch-lockdown');
          await house.changeNamespace({
            ...REJECTING,
            annotations: { ...annotations, ...given[4]?.marks?.(annotations) },
          });
          throw new Error('the process died');
        },
      },
    }),
  });
  for (const who of ['boris', 'chitra'] as const) await house.vote(who, CUT);
  await expect(house.run('apply-stage', { lockdown: house.id, stage: CUT })).rejects.toThrow('the process died');
  expect(await defaultActions(house)).toEqual(REJECT);
  return house;
}

const said = async (house: House) => (await house.seen()).filter((drawn) => drawn.includes('arrived late'));

test.each([
  ['undone', UNDO],
  ['cancelled', CANCEL],
  ['released', RELEASE],
] as const)(
  'a cut that was %s meanwhile is given back by the next try, and the channel hears of it',
  async (_, wish) => {
    const house = await cutAfter(wish);
    await house.run('apply-stage', { lockdown: house.id, stage: CUT });
    expect(await defaultActions(house)).toEqual(INHERIT);
    expect(await said(house)).toHaveLength(1);
  },
);

test.each([
  ['undone', UNDO],
  ['cancelled', CANCEL],
  ['released', RELEASE],
] as const)('a cut that was %s meanwhile, and is never tried again, is given back by the search', async (_, wish) => {
  const house = await cutAfter(wish);
  await redis().redis.del(key.searched());
  await house.run('sweep', {});
  expect(await defaultActions(house)).toEqual(INHERIT);
  expect(await said(house)).toHaveLength(1);
});

test('a write of the cut that is older than a release is refused by the console', async () => {
  let before: Awaited<ReturnType<House['namespaceObject']>> | undefined;
  const house: House = await dnsThenCut(redis(), {
    between: (deps) => ({
      ...deps,
      consoleApi: {
        ...deps.consoleApi,
        async setDefaultActions(...given) {
          if (given[1].incoming === 'Reject') {
            before = await house.namespaceObject();
            await house.wish('chitra', RELEASE);
            await house.settle('apply-stage', 'watch-lockdown');
          }
          return deps.consoleApi.setDefaultActions(...given);
        },
      },
    }),
  });
  await house.approve(CUT, 'watch-lockdown');
  expect((await house.lockdown()).phase).toBe('released');
  expect(await defaultActions(house)).toEqual(INHERIT);
  expect((await house.writes()).some(({ object }) => object.defaultPUIncomingTrafficAction === 'Reject')).toBe(false);
  expect((await house.namespaceObject()).updateTime).not.toBe(before?.updateTime);
});

test('a namespace that is watched is not given back by a job that comes once more', async () => {
  const house = await dnsThenCut(redis());
  await house.approve(CUT, 'watch-lockdown');
  await house.run('apply-stage', { lockdown: house.id, stage: CUT });
  await house.wish('boris', { verb: 'confirm' });
  await house.settle();
  await house.run('apply-stage', { lockdown: house.id, stage: CUT });
  await redis().redis.del(key.searched());
  await house.run('sweep', {});
  expect(await defaultActions(house)).toEqual(REJECT);
  expect(await said(house)).toEqual([]);
});
