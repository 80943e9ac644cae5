/** Stages whose worker dies, is refused or is not alone while it writes: nothing stays cut that nobody watches. */

import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Stage } from '#core/stage.ts';
import { type PrivateRedis, startRedis } from '#sandbox/redis.ts';
import { people } from '#sandbox/slack/seed.ts';
import { aHouse, type House, type HouseOptions, SECURITY } from '#test/support/house.ts';

let server: PrivateRedis;
let redis: { redis: Redis; url: string };
beforeAll(async () => {
  server = await startRedis();
  redis = { redis: new Redis(server.url), url: server.url };
});
beforeEach(async () => {
  await redis.redis.flushdb();
});
afterAll(async () => {
  await redis.redis.quit();
  await server.stop();
});

const CUT = 'disable-discovery' as const;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

type SetDefaultActions = House['deps']['consoleApi']['setDefaultActions'];

const apply = (house: House, stage: Stage = CUT) => house.run('apply-stage', { lockdown: house.id, stage });
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

async function approvedDns(house: House): Promise<void> {
  await house.asking('dns');
  await house.approve('dns', 'apply-stage');
  expect((await house.stage('dns')).phase).toBe('applying');
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
    redis,
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
      redis,
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
    const house = await aHouse(redis);
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
    const house = await aHouse(redis);
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
    const house: House = await aHouse(redis, {
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
        redis,
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
      redis,
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

  test('because the lockdown was paused and resumed while it waited, apply it once', async () => {
    const house = await aHouse(redis);
    await approvedDns(house);
    await house.wish('alice', { verb: 'pause' });
    await house.wish('alice', { verb: 'resume' });
    expect(await house.queues.underWay('apply-stage')).toHaveLength(2);
    await house.settle();
    expect(await times(house, 'applied')).toBe(1);
    expect(await times(house, 'draft-outdated')).toBe(0);
    expect(await created(house)).toEqual(['DNS', 'allow-dns']);
    expect((await house.stage('dns')).phase).toBe('verifying');
  });
});

describe('a stage that wrote half of what was approved', () => {
  test('is not left out; it is taken back, or tried again', async () => {
    const house = await aHouse(redis);
    await approvedDns(house);
    const refusing = { method: 'POST', path: '/networkrulesetpolicies', count: 0, status: 403 };
    await house.control('POST', '/faults', refusing);
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('failed');
    expect(await created(house)).toEqual(['DNS']);
    expect(await house.wish('boris', { verb: 'leave-out', stage: 'dns', because: 'we do it by hand' })).toEqual([
      expect.stringContaining('That changes nothing now'),
    ]);
    expect((await house.stage('dns')).phase).toBe('failed');
    await house.wish('boris', { verb: 'undo', stage: 'dns' });
    await house.settle();
    expect(await created(house)).toEqual([]);
    expect((await house.stage('dns')).phase).toBe('waiting');
  });

  test('and is approved no more when it is tried again, leaves nothing on the console until it is approved anew', async () => {
    let crash = true;
    const house = await aHouse(redis, {
      between: (deps) => ({
        ...deps,
        consoleApi: {
          ...deps.consoleApi,
          async ensureRuleset(...given) {
            const made = await deps.consoleApi.ensureRuleset(...given);
            if (crash) throw new Error('the process died');
            return made;
          },
        },
      }),
    });
    await approvedDns(house);
    await expect(apply(house, 'dns')).rejects.toThrow('the process died');
    crash = false;
    expect(await created(house)).toEqual(['DNS', 'allow-dns']);
    await house.around.setPerson('chitra', { deleted: true });
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('asking');
    expect(await created(house)).toEqual([]);
    for (const who of ['boris', 'erin'] as const) await house.vote(who, 'dns');
    await house.settle();
    expect(await created(house)).toEqual(['DNS', 'allow-dns']);
  });

  test('of its tag prefixes, and died before it had said so, gives exactly these back', async () => {
    const house = await aHouse(redis, {
      between: (deps) => ({
        ...deps,
        consoleApi: {
          ...deps.consoleApi,
          async addTagPrefixes(...given) {
            await deps.consoleApi.addTagPrefixes(...given);
            throw new Error('the process died');
          },
        },
      }),
    });
    await house.changeNamespace({ tagPrefixes: ['team='] });
    await house.asking('web-server');
    await house.approve('web-server', 'apply-stage');
    await expect(apply(house, 'web-server')).rejects.toThrow('the process died');
    expect((await house.namespaceObject()).tagPrefixes).not.toEqual(['team=']);
    await house.wish('boris', { verb: 'undo', stage: 'web-server' });
    await house.settle('apply-stage');
    expect((await house.namespaceObject()).tagPrefixes).toEqual(['team=']);
  });
});

test('a draft that a slow worker keeps after the namespace was cut does not change what is given back', async () => {
  const house = await aHouse(redis);
  await house.asking(CUT);
  await answered(house);
  const late = await house.deps.evidence.draft(house.id, CUT);
  if (!late) throw new Error('a draft is kept');
  await house.approve(CUT, 'watch-lockdown');
  await house.deps.evidence.keepDraft(house.id, { ...late, digest: 'late', draft: { ...late.draft, changes: [] } });
  await house.wish('boris', { verb: 'release', because: 'the shop is slow' });
  await expectGivenBack(house);
});
