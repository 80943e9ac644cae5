/** An approval is good for one application: what was taken back is not written again by whoever puts its lockdown back. */
import { describe, expect, test } from 'vitest';
import type { Stage } from '#core/stage.ts';
import { aHouse, type House } from '#test/support/house.ts';
import { copyOf } from '#test/support/put-back.ts';
import { ownRedisForTests } from '#test/support/redis.ts';

const own = ownRedisForTests();
const CUT = 'disable-discovery';
const MINUTE = 60_000;
const OPEN = ['Inherit', 'Inherit'];

const apply = (house: House, stage: Stage) => house.run('apply-stage', { lockdown: house.id, stage });
const created = async (house: House) => (await house.objects()).map(({ name }) => name).sort();

async function defaults(house: House): Promise<string[]> {
  const { defaultPUIncomingTrafficAction, defaultPUOutgoingTrafficAction } = await house.namespaceObject();
  return [String(defaultPUIncomingTrafficAction), String(defaultPUOutgoingTrafficAction)];
}

/** Approved, and copied by somebody before anything was written. */
async function approved(house: House, stage: Stage): Promise<() => Promise<void>> {
  await house.asking(stage);
  if (stage === CUT) await house.answerAll('erin');
  await house.approve(stage, 'apply-stage');
  expect((await house.stage(stage)).phase).toBe('applying');
  const putBack = await copyOf(own().redis);
  await house.settle('verify-stage', 'shadow-stage', 'watch-lockdown');
  return putBack;
}

async function cut(house: House): Promise<() => Promise<void>> {
  const putBack = await approved(house, CUT);
  expect((await house.lockdown()).phase).toBe('watching');
  return putBack;
}

async function released(house: House): Promise<void> {
  await house.wish('boris', { verb: 'release', because: 'the shop is slow' });
  await house.settle();
  expect((await house.lockdown()).phase).toBe('released');
}

/** The stage is asked about anew, and the thread says why. */
async function expectAskedAgain(house: House, stage: Stage): Promise<void> {
  await house.settle('draft-stage');
  const events = (await house.deps.lockdowns.history(house.id)).map(({ event }) => event);
  expect(events.findLast(({ type }) => type === 'draft-outdated')).toMatchObject({
    stage,
    because: expect.stringContaining('this approval was used up'),
  });
  expect((await house.stage(stage)).phase).toBe('drafting');
}

describe('an approval whose lockdown somebody puts back as it was', { timeout: 120_000 }, () => {
  test('after an undo does not create its rules again; the approvers are asked, and a new approval does', async () => {
    const house = await aHouse(own());
    const putBack = await approved(house, 'dns');
    await house.wish('boris', { verb: 'undo', stage: 'dns' });
    await house.settle();
    expect(await created(house)).toEqual([]);
    await putBack();
    await apply(house, 'dns');
    expect(await created(house)).toEqual([]);
    await expectAskedAgain(house, 'dns');
    await house.settle();
    await house.approve('dns', 'verify-stage');
    expect(await created(house)).toEqual(['DNS', 'allow-dns']);
  });

  test('after a release does not cut the namespace again', async () => {
    const house = await aHouse(own());
    const putBack = await cut(house);
    await released(house);
    await putBack();
    await apply(house, CUT);
    expect(await defaults(house)).toEqual(OPEN);
    await expectAskedAgain(house, CUT);
  });

  test('after the cut was lost with Redis, and given back at its deadline, does not cut it again', async () => {
    const house = await aHouse(own());
    const putBack = await cut(house);
    await own().redis.flushdb();
    for (let minute = 0; minute < 12; minute += 1) {
      house.later(MINUTE);
      await house.run('sweep', {});
    }
    expect(await defaults(house)).toEqual(OPEN);
    await putBack();
    await apply(house, CUT);
    expect(await defaults(house)).toEqual(OPEN);
    await expectAskedAgain(house, CUT);
  });

  test('after somebody opened the namespace on the console and it was released, does not cut it again', async () => {
    const house = await aHouse(own());
    const putBack = await cut(house);
    await house.changeNamespace({
      defaultPUIncomingTrafficAction: 'Inherit',
      defaultPUOutgoingTrafficAction: 'Inherit',
    });
    await released(house);
    expect(Object.keys((await house.namespaceObject()).annotations)).toEqual(['lockstep.spent']);
    await putBack();
    await apply(house, CUT);
    expect(await defaults(house)).toEqual(OPEN);
    await expectAskedAgain(house, CUT);
  });

  test('after somebody opened the namespace on the console alone, does not cut it again, and people hear why', async () => {
    const house = await aHouse(own());
    const putBack = await cut(house);
    await house.changeNamespace({
      defaultPUIncomingTrafficAction: 'Inherit',
      defaultPUOutgoingTrafficAction: 'Inherit',
    });
    await putBack();
    await expect(apply(house, CUT)).rejects.toThrow('somebody has opened it on the console since');
    await house.settle('draft-stage');
    expect(await defaults(house)).toEqual(OPEN);
    expect((await house.stage(CUT)).phase).toBe('failed');
  });

  test('for a shadow, whose rules were enforced since and then taken back, does not create them again', async () => {
    const house = await aHouse(own(), { namespace: { stages: { dns: { shadow: true, shadowMinutes: 30 } } } });
    const putBack = await approved(house, 'dns');
    expect((await house.stage('dns')).phase).toBe('shadowing');
    await house.exercise();
    house.later(31 * MINUTE);
    await house.run('shadow-stage', { lockdown: house.id, stage: 'dns' });
    await house.settle('verify-stage');
    await house.approve('dns', 'verify-stage');
    expect((await house.stage('dns')).phase).toBe('verifying');
    await house.wish('boris', { verb: 'undo', stage: 'dns' });
    await house.settle();
    await putBack();
    await apply(house, 'dns');
    expect(await created(house)).toEqual([]);
    await expectAskedAgain(house, 'dns');
  });
});

test('a released namespace carries nothing of Lockstep but which approval is spent, and until when', async () => {
  const house = await aHouse(own());
  await cut(house);
  expect((await house.namespaceObject()).annotations).toMatchObject({
    'lockstep.applied.disable-discovery': [house.id, expect.stringMatching(/^[0-9a-f]{32}$/), expect.any(String)],
  });
  await released(house);
  expect((await house.namespaceObject()).annotations).toEqual({
    'lockstep.spent': [expect.stringMatching(/^[0-9a-f]{32} 20\d\d-.*Z$/)],
  });
});
