/** Stages of which only a part was written, or that two workers write at once: each object once, and none unapproved. */
import { describe, expect, test } from 'vitest';
import type { Stage } from '#core/stage.ts';
import { aHouse, type House } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';

const redis = ownRedisForTests();

const apply = (house: House, stage: Stage) => house.run('apply-stage', { lockdown: house.id, stage });
const created = async (house: House) => (await house.objects()).map(({ name }) => name).sort();
const times = async (house: House, event: string) => (await house.history()).filter((type) => type === event).length;

async function approvedDns(house: House): Promise<void> {
  await house.asking('dns');
  await house.approve('dns', 'apply-stage');
  expect((await house.stage('dns')).phase).toBe('applying');
}

describe('a stage that wrote half of what was approved', () => {
  test('is not left out; it is taken back, or tried again', async () => {
    const house = await aHouse(redis());
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

  /** All of it is on the console, and the worker died before it had said so. */
  async function crashedAfterTheLast(): Promise<House> {
    let crash = true;
    const house = await aHouse(redis(), {
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
    return house;
  }

  test('is gone on with: what it wrote itself is no reason to ask again', async () => {
    const house = await crashedAfterTheLast();
    await house.settle();
    expect(await times(house, 'applied')).toBe(1);
    expect(await times(house, 'draft-outdated')).toBe(0);
    expect((await house.stage('dns')).phase).toBe('verifying');
    expect(await created(house)).toEqual(['DNS', 'allow-dns']);
  });

  test('and is approved no more when it is tried again, leaves nothing on the console until it is approved anew', async () => {
    const house = await crashedAfterTheLast();
    await house.around.setPerson('chitra', { deleted: true });
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('asking');
    expect(await created(house)).toEqual([]);
    for (const who of ['boris', 'erin'] as const) await house.vote(who, 'dns');
    await house.settle();
    expect(await created(house)).toEqual(['DNS', 'allow-dns']);
  });

  test('and died before it was journalled, is taken back whole all the same', async () => {
    const house = await aHouse(redis(), {
      between: (deps) => ({
        ...deps,
        evidence: {
          ...deps.evidence,
          async keepWritten() {
            throw new Error('the process died');
          },
        },
      }),
    });
    await approvedDns(house);
    await expect(apply(house, 'dns')).rejects.toThrow('the process died');
    expect(await created(house)).toEqual(['DNS']);
    await house.wish('boris', { verb: 'undo', stage: 'dns' });
    await house.settle('apply-stage');
    expect(await created(house)).toEqual([]);
  });

  test('of its tag prefixes, and died before it had said so, gives exactly these back', async () => {
    const house = await aHouse(redis(), {
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

describe('two workers at the same approved stage', () => {
  test('because the lockdown was paused and resumed while it waited, apply it once', async () => {
    const house = await aHouse(redis());
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

  test('one of whom is late, after the stage was asked about and approved anew: it writes nothing more', async () => {
    let first = true;
    const house: House = await aHouse(redis(), {
      between: (deps) => ({
        ...deps,
        consoleApi: {
          ...deps.consoleApi,
          async ensureExternalNetwork(...given) {
            if (first) {
              first = false;
              await house.around.setPerson('chitra', { deleted: true });
              await apply(house, 'dns');
              await house.settle('apply-stage');
              for (const who of ['boris', 'erin'] as const) await house.vote(who, 'dns');
              expect(await house.stage('dns')).toMatchObject({ phase: 'applying', revision: 2 });
            }
            return deps.consoleApi.ensureExternalNetwork(...given);
          },
        },
      }),
    });
    await approvedDns(house);
    await apply(house, 'dns');
    expect(await created(house)).toEqual(['DNS']);
    await house.settle();
    expect(await created(house)).toEqual(['DNS', 'allow-dns']);
    expect((await house.stage('dns')).phase).toBe('verifying');
  });
});
