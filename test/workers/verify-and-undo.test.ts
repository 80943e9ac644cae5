/** Whether the rules are really used, and taking a stage back. */
import { describe, expect, test } from 'vitest';
import { aHouse, type House, SECURITY } from '#test/support/house.ts';
import { redisForTests } from '#test/support/redis.ts';

const redis = redisForTests(2);
const MINUTE = 60_000;
const verify = async (house: House) => {
  await house.run('verify-stage', { lockdown: house.id, stage: 'dns' });
  await house.settle('verify-stage');
};

/** The stage is on the console, and nothing has been looked at yet. */
async function applied(house: House): Promise<void> {
  await house.asking('dns');
  await house.approve('dns', 'verify-stage');
  expect((await house.stage('dns')).phase).toBe('verifying');
}

describe('verifying', () => {
  test('newer flows that carry our ruleset prove it, and the next stage opens', async () => {
    const house = await aHouse(redis);
    await applied(house);
    await house.exercise();
    await verify(house);
    expect(await house.stage('dns')).toMatchObject({
      phase: 'allowed',
      because: expect.stringMatching(/^(\d+) of \1 /),
    });
    expect((await house.stage('pods')).phase).toBe('asking');
  });

  test('without any newer flow nothing is proven, and after a while people are asked what to do', async () => {
    const house = await aHouse(redis);
    await applied(house);
    await verify(house);
    expect(await house.stage('dns')).toMatchObject({ phase: 'verifying' });
    expect((await house.stage('dns')).because).toBeUndefined();
    house.later(2 * MINUTE);
    await verify(house);
    expect(await house.stage('dns')).toMatchObject({ phase: 'verifying', because: expect.stringMatching(/^0 of /) });
    expect((await house.seen()).join('\n')).toContain('Go on without proof');
  });

  test('newer flows that the default action still lets through are no proof', async () => {
    const house = await aHouse(redis, { console: { policyDelayMs: 3600_000 } });
    await applied(house);
    await house.exercise();
    house.later(2 * MINUTE);
    await verify(house);
    expect(await house.stage('dns')).toMatchObject({
      phase: 'verifying',
      because: expect.stringContaining('default action'),
    });
  });

  test('what came before the change is no proof either', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.exercise();
    await house.approve('dns', 'verify-stage');
    await verify(house);
    expect((await house.stage('dns')).phase).toBe('verifying');
  });

  test('an approver goes on without proof; the one who asked for the lockdown may not', async () => {
    const house = await aHouse(redis, {
      namespace: { approval: { groups: [SECURITY] } },
    });
    await applied(house);
    expect(await house.wish('diego', { verb: 'go-on-unproven', stage: 'dns' })).toEqual([
      expect.stringContaining('Not gone on without proof'),
    ]);
    expect((await house.stage('dns')).phase).toBe('verifying');
    await house.wish('boris', { verb: 'go-on-unproven', stage: 'dns' });
    await house.settle('verify-stage');
    expect((await house.stage('dns')).phase).toBe('allowed');
  });

  test('a look that comes late, after somebody went on, says nothing', async () => {
    const house = await aHouse(redis);
    await applied(house);
    await house.wish('boris', { verb: 'go-on-unproven', stage: 'dns' });
    await house.settle('verify-stage');
    const before = await house.history();
    await verify(house);
    expect(await house.history()).toEqual(before);
  });

  test('the same look twice asks for one next look', async () => {
    const house = await aHouse(redis);
    await applied(house);
    await house.settle();
    const waiting = (await house.queues.underWay('verify-stage')).length;
    await verify(house);
    await verify(house);
    expect(await house.queues.underWay('verify-stage')).toHaveLength(waiting);
  });
});

describe('taking a stage back', () => {
  test('removes exactly what it created, and nothing that others wrote meanwhile', async () => {
    const house = await aHouse(redis);
    await applied(house);
    const body = { name: 'theirs', entries: ['192.0.2.0/24'], associatedTags: ['externalnetwork:name=theirs'] };
    await house.byHand({ method: 'POST', namespace: house.namespace, path: '/externalnetworks', body });
    await house.wish('boris', { verb: 'undo', stage: 'dns' });
    await house.settle();
    expect((await house.objects()).map(({ name }) => name)).toEqual(['theirs']);
    expect(await house.stage('dns')).toMatchObject({ phase: 'waiting', objects: [] });
  });

  test('is refused while discovery mode is off, whatever somebody has written into Redis', async () => {
    const house = await aHouse(redis);
    await applied(house);
    const names = (await house.objects()).map(({ name }) => name);
    await house.changeNamespace({ defaultPUIncomingTrafficAction: 'Reject', defaultPUOutgoingTrafficAction: 'Reject' });
    const { stages } = await house.lockdown();
    await house.put({ phase: 'watching', stages: { ...stages, dns: { ...stages.dns, phase: 'undoing' } } });
    await expect(house.run('undo-stage', { lockdown: house.id, stage: 'dns' })).rejects.toThrow(
      'would cut what they allow',
    );
    expect((await house.objects()).map(({ name }) => name)).toEqual(names);
  });

  test('twice does no harm, and a late undo of what is applied again does nothing', async () => {
    const house = await aHouse(redis);
    await applied(house);
    await house.wish('boris', { verb: 'undo', stage: 'dns' });
    const undo = () => house.run('undo-stage', { lockdown: house.id, stage: 'dns' });
    await Promise.all([undo(), undo()]);
    await house.settle();
    await house.wish('alice', { verb: 'next' });
    await house.settle('verify-stage');
    await house.approve('dns', 'verify-stage');
    await undo();
    expect((await house.objects()).map(({ name }) => name).sort()).toEqual(['DNS', 'allow-dns']);
    expect((await house.stage('dns')).phase).toBe('verifying');
  });

  test('goes on after a console that was down, and people see a stage that failed meanwhile', async () => {
    const house = await aHouse(redis);
    await applied(house);
    await house.wish('boris', { verb: 'undo', stage: 'dns' });
    await house.control('POST', '/faults', { status: 403, count: 0 });
    await house.settle();
    expect(await house.stage('dns')).toMatchObject({ phase: 'failed', failedIn: 'undoing' });
    await house.control('DELETE', '/faults');
    await house.wish('boris', { verb: 'try-again', stage: 'dns' });
    await house.settle();
    expect(await house.objects()).toEqual([]);
    expect((await house.stage('dns')).phase).toBe('waiting');
  });

  test('a lockdown that is cancelled takes back everything, also when the queue was lost on the way', async () => {
    const house = await aHouse(redis);
    await applied(house);
    expect(await house.wish('alice', { verb: 'cancel', written: 'nothing' })).toEqual([
      expect.stringContaining('Rules were created already'),
    ]);
    await house.wish('alice', { verb: 'cancel', written: 'take-back' });
    for (const key of await redis.redis.keys('*queue*')) await redis.redis.del(key);
    house.later(MINUTE);
    await house.run('sweep', {});
    await house.settle();
    expect((await house.lockdown()).phase).toBe('cancelled');
    expect(await house.objects()).toEqual([]);
  });

  test('a namespace that is locked down anew while an old lockdown is still being taken back loses neither', async () => {
    const house = await aHouse(redis);
    await applied(house);
    await house.wish('alice', { verb: 'cancel', written: 'take-back' });
    await house.start({ id: 'hipster-shop-0002' });
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('waiting');
    expect((await house.deps.lockdowns.openOf(house.namespace))?.id).toBe('hipster-shop-0002');
  });
});
