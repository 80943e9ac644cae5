/** A last stage whose worker dies, is refused or is not alone while it cuts: nothing stays cut that nobody watches. */

import { describe, expect, test } from 'vitest';
import { people } from '#sandbox/slack/seed.ts';
import { aHouse, type House, type HouseOptions, SECURITY } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';

const redis = ownRedisForTests();
const CUT = 'disable-discovery' as const;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

type SetDefaultActions = House['deps']['consoleApi']['setDefaultActions'];

const apply = (house: House) => house.run('apply-stage', { lockdown: house.id, stage: CUT });
const created = async (house: House) => (await house.objects()).map(({ name }) => name).sort();
const times = async (house: House, event: string) => (await house.history()).filter((type) => type === event).length;

async function defaults(house: House): Promise<string[]> {
  const { defaultPUIncomingTrafficAction, defaultPUOutgoingTrafficAction } = await house.namespaceObject();
  return [String(defaultPUIncomingTrafficAction), String(defaultPUOutgoingTrafficAction)];
}

/** Everything answered by Erin; DNS alone is allowed, all else knowingly blocked. */
const answered = (house: House) => house.answerAll('erin', ({ ports }) => ports.includes('udp/53'));

/** Approved by two who typed the name; nothing applied yet. */
async function approvedToCut(house: House): Promise<void> {
  await house.asking(CUT);
  await answered(house);
  await house.approve(CUT, 'apply-stage');
  expect((await house.stage(CUT)).phase).toBe('applying');
}

/** Stands where the default actions are set to Reject: `cut` does it. */
function around(meanwhile: (cut: () => ReturnType<SetDefaultActions>) => ReturnType<SetDefaultActions>): HouseOptions {
  return {
    between: (deps) => ({
      ...deps,
      consoleApi: {
        ...deps.consoleApi,
        setDefaultActions(...given) {
          const cut = () => deps.consoleApi.setDefaultActions(...given);
          return given[1].incoming === 'Reject' ? meanwhile(cut) : cut();
        },
      },
    }),
  };
}

/** The console has committed, and the worker never heard of it. */
async function crashedAfterTheCut(): Promise<House> {
  let crash = true;
  const house = await aHouse(
    redis(),
    around(async (cut) => {
      const done = await cut();
      if (crash) throw new Error('the process died');
      return done;
    }),
  );
  await approvedToCut(house);
  await expect(apply(house)).rejects.toThrow('the process died');
  crash = false;
  expect(await defaults(house)).toEqual(['Reject', 'Reject']);
  return house;
}

async function expectWatched(house: House): Promise<void> {
  await house.settle('watch-lockdown');
  expect(await house.lockdown()).toMatchObject({ phase: 'watching', stages: { [CUT]: { phase: 'allowed' } } });
  expect(await defaults(house)).toEqual(['Reject', 'Reject']);
  expect(await times(house, 'applied')).toBe(1);
  expect(await times(house, 'draft-outdated')).toBe(0);
}

async function expectGivenBack(house: House): Promise<void> {
  await house.settle();
  expect((await house.lockdown()).phase).toBe('released');
  expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
}

describe('a worker that died right after the namespace was cut', () => {
  test('is followed by one that goes on to watch, although Slack cannot tell who anybody is', async () => {
    const house = await crashedAfterTheCut();
    await house.around.fault({ method: 'users.info', error: 'internal_error', count: 3 });
    await apply(house);
    await house.around.clearFaults();
    await expectWatched(house);
  });

  test('is followed by one that goes on to watch, although an approver’s account is gone a day later', async () => {
    const house = await crashedAfterTheCut();
    await house.around.setPerson('chitra', { deleted: true });
    house.later(DAY);
    await apply(house);
    await expectWatched(house);
  });

  test('is followed by one that goes on to watch, although new traffic has come', async () => {
    const house = await crashedAfterTheCut();
    await house.exercise('time', 'cron', 'scan');
    await apply(house);
    await expectWatched(house);
  });

  test('and is followed by nobody: the sweep gives the namespace back once nobody confirmed in time', async () => {
    const house = await crashedAfterTheCut();
    expect(await house.wish('alice', { verb: 'pause' })).toEqual([expect.stringContaining('That changes nothing now')]);
    house.later(9 * MINUTE);
    await house.run('sweep', {});
    await house.settle('apply-stage');
    expect((await house.lockdown()).phase).toBe('securing');
    house.later(2 * MINUTE);
    await house.run('sweep', {});
    await house.settle('apply-stage');
    await expectGivenBack(house);
  });
});

describe('a last stage that failed after it had already cut', () => {
  /** Every answer was an error that does not pass with time. */
  async function failedAfterTheCut(): Promise<House> {
    const house = await aHouse(
      redis(),
      around(async (cut) => {
        await cut();
        throw Object.assign(new Error('The console answered with an error.'), { passing: false });
      }),
    );
    await approvedToCut(house);
    await house.settle();
    expect(await house.stage(CUT)).toMatchObject({ phase: 'failed', failedIn: 'applying' });
    expect(await defaults(house)).toEqual(['Reject', 'Reject']);
    return house;
  }

  test('gives the namespace back when the stage is taken back', async () => {
    const house = await failedAfterTheCut();
    await house.wish('boris', { verb: 'undo', stage: CUT });
    await house.settle();
    expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
    expect((await house.stage(CUT)).phase).toBe('waiting');
    expect(await created(house)).toEqual([]);
  });

  test('is not left as it is by a lockdown that is cancelled', async () => {
    const house = await failedAfterTheCut();
    expect(await house.wish('alice', { verb: 'cancel', written: 'keep' })).toEqual([
      expect.stringContaining('Discovery mode may be off already'),
    ]);
    await house.wish('alice', { verb: 'cancel', written: 'take-back' });
    await house.settle();
    expect((await house.lockdown()).phase).toBe('cancelled');
    expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
  });

  test('is neither left out nor paused', async () => {
    const house = await failedAfterTheCut();
    const nothing = [expect.stringContaining('That changes nothing now')];
    expect(await house.wish('boris', { verb: 'leave-out', stage: CUT, because: 'done by hand' })).toEqual(nothing);
    expect(await house.wish('alice', { verb: 'pause' })).toEqual(nothing);
    expect(await house.lockdown()).toMatchObject({ paused: false, stages: { [CUT]: { phase: 'failed' } } });
  });

  test('gives the namespace back by itself, once nobody confirmed in time', async () => {
    const house = await failedAfterTheCut();
    house.later(11 * MINUTE);
    await house.run('sweep', {});
    await expectGivenBack(house);
  });

  test('is released although it was taken back in the same moment', async () => {
    const house = await failedAfterTheCut();
    await house.wish('boris', { verb: 'undo', stage: CUT });
    expect(await house.wish('boris', { verb: 'release', because: 'both at once' })).toEqual([]);
    await house.settle('release-lockdown');
    expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
    expect((await house.lockdown()).phase).toBe('releasing');
    await expectGivenBack(house);
  });

  test('gives the namespace back at a word', async () => {
    const house = await failedAfterTheCut();
    expect(await house.wish('boris', { verb: 'release', because: 'the shop is slow' })).toEqual([]);
    await expectGivenBack(house);
  });
});

describe('a last stage that the console refused', () => {
  async function refused(): Promise<House> {
    const house = await aHouse(redis());
    await approvedToCut(house);
    await house.control('POST', '/faults', { method: 'PUT', path: '/namespaces', count: 0, status: 403 });
    await house.settle();
    await house.control('DELETE', '/faults');
    expect((await house.stage(CUT)).phase).toBe('failed');
    expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
    return house;
  }

  test('and that is tried again a month later, after new traffic, is asked about again, and nothing is written', {
    timeout: 120_000,
  }, async () => {
    const house = await refused();
    const writes = (await house.writes()).length;
    await house.exercise('time', 'cron', 'scan');
    house.later(30 * DAY);
    await house.wish('alice', { verb: 'try-again', stage: CUT });
    await house.settle();
    expect(await house.stage(CUT)).toMatchObject({ phase: 'asking', votes: [] });
    expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
    expect(await house.writes()).toHaveLength(writes);
  });

  test('gives back what the namespace had when it was approved at last, not what it had before the first try', async () => {
    const house = await refused();
    await house.changeNamespace({ defaultPUIncomingTrafficAction: 'Allow' });
    await house.wish('alice', { verb: 'try-again', stage: CUT });
    await house.settle();
    await house.approve(CUT, 'watch-lockdown');
    expect((await house.lockdown()).phase).toBe('watching');
    await house.wish('boris', { verb: 'release', because: 'the shop is slow' });
    await house.settle();
    expect((await house.lockdown()).phase).toBe('released');
    expect(await defaults(house)).toEqual(['Allow', 'Inherit']);
  });
});

describe('two workers at the same approved stage', () => {
  test('cut the namespace once and create each object once, and the votes stay what they are', async () => {
    const house = await aHouse(redis());
    await approvedToCut(house);
    await Promise.all([apply(house), apply(house)]);
    await expectWatched(house);
    const names = await created(house);
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(names.length);
  });

  test('of whom one dies after the cut while the other still counts: the other sees it, and the namespace is watched', async () => {
    let other = true;
    const crashing = around(async (cut) => {
      await cut();
      throw new Error('the process died');
    });
    const house: House = await aHouse(redis(), {
      between: (deps) => {
        const broken = crashing.between?.(deps) ?? deps;
        return {
          ...broken,
          directory: {
            ...deps.directory,
            async surely(user) {
              if (other && (await house.stage(CUT)).phase === 'applying') {
                other = false;
                await expect(apply(house)).rejects.toThrow('the process died');
              }
              return deps.directory.surely(user);
            },
          },
        };
      },
    });
    await approvedToCut(house);
    await apply(house);
    expect(other).toBe(false);
    await house.settle('apply-stage', 'watch-lockdown');
    expect((await house.lockdown()).phase).toBe('watching');
    expect(await defaults(house)).toEqual(['Reject', 'Reject']);
  });

  test.each([
    ['an approver’s account is gone', 'asking', (house: House) => house.around.setPerson('chitra', { deleted: true })],
    [
      'an approver left the group',
      'failed',
      (house: House) => house.around.setGroup(SECURITY, [people.boris, people.erin]),
    ],
  ] as const)(
    'of whom one finds that %s while the other is about to cut: the namespace is given back',
    async (_, phase, happens) => {
      let first = true;
      const house: House = await aHouse(
        redis(),
        around(async (cut) => {
          if (first) {
            first = false;
            await happens(house);
            await apply(house);
            await house.settle('apply-stage');
            expect((await house.stage(CUT)).phase).toBe(phase);
          }
          return cut();
        }),
      );
      await approvedToCut(house);
      await apply(house);
      await house.settle('apply-stage');
      expect(first).toBe(false);
      expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
      expect((await house.lockdown()).phase).toBe('securing');
    },
  );

  test('one of whom takes it back while the other is about to cut: the namespace is given back', async () => {
    const house: House = await aHouse(
      redis(),
      around(async (cut) => {
        await house.wish('boris', { verb: 'undo', stage: CUT });
        await house.settle('apply-stage');
        expect((await house.stage(CUT)).phase).toBe('waiting');
        return cut();
      }),
    );
    await approvedToCut(house);
    await apply(house);
    expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
    expect(await created(house)).toEqual([]);
  });
});

test('a draft that a slow worker keeps after the namespace was cut does not change what is given back', async () => {
  const house = await aHouse(redis());
  await house.asking(CUT);
  await answered(house);
  const late = await house.deps.evidence.draft(house.id, CUT);
  if (!late) throw new Error('a draft is kept');
  await house.approve(CUT, 'watch-lockdown');
  await house.deps.evidence.keepDraft(house.id, { ...late, digest: 'late', draft: { ...late.draft, changes: [] } });
  await house.wish('boris', { verb: 'release', because: 'the shop is slow' });
  await expectGivenBack(house);
});
