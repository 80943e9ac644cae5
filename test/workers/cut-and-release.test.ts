/** The end of a lockdown: discovery mode off, watched, confirmed or given back. */
import { describe, expect, test } from 'vitest';
import type { EdgeGroup } from '#core/draft.ts';
import { QUEUE_PREFIX } from '#redis/keys.ts';
import { aHouse, type House, type HouseOptions } from '#test/support/house.ts';
import { redisForTests } from '#test/support/redis.ts';

const redis = redisForTests(3);
const MINUTE = 60_000;

/** Which residual edges are allowed; all others are blocked knowingly. */
type Allowing = (group: EdgeGroup) => boolean;

/** Everything answered, approved by two with the name typed, and discovery mode switched off. */
async function cut(house: House, allowing: Allowing = () => false): Promise<void> {
  await toVote(house, allowing);
  await house.approve('disable-discovery', 'watch-lockdown');
  expect((await house.lockdown()).phase).toBe('watching');
}

async function toVote(house: House, allowing: Allowing = () => false): Promise<void> {
  await house.asking('disable-discovery');
  await house.answerAll('erin', allowing);
  expect((await house.stage('disable-discovery')).ask?.undecided).toBe(0);
}

const NOT_ERIN: HouseOptions = {
  namespace: {
    stages: { 'disable-discovery': { groups: ['S0SECURITY1'], needed: 2, fromGroups: [], reactions: false } },
  },
};

async function defaults(house: House): Promise<string[]> {
  const { defaultPUIncomingTrafficAction, defaultPUOutgoingTrafficAction } = await house.namespaceObject();
  return [String(defaultPUIncomingTrafficAction), String(defaultPUOutgoingTrafficAction)];
}

const watch = async (house: House) => {
  await house.run('watch-lockdown', { lockdown: house.id });
  await house.settle('watch-lockdown');
};
const sweep = async (house: House) => {
  await house.run('sweep', {});
  await house.settle();
};

describe('switching discovery mode off', () => {
  test('nobody can vote before every edge is answered', async () => {
    const house = await aHouse(redis, NOT_ERIN);
    await house.asking('disable-discovery');
    expect(await house.vote('boris', 'disable-discovery')).toEqual([
      expect.stringContaining('still wait for an answer'),
    ]);
  });

  test('a button or a reaction is not enough: the namespace’s name has to be typed', async () => {
    const house = await aHouse(redis);
    await toVote(house);
    for (const gesture of ['button', 'reaction'] as const)
      expect(await house.vote('boris', 'disable-discovery', { gesture })).toEqual([expect.stringMatching(/name/)]);
    expect((await house.stage('disable-discovery')).votes).toEqual([]);
  });

  test('whoever answered for the edges shaped the draft, and does not approve it', async () => {
    const house = await aHouse(redis);
    await toVote(house);
    expect(await house.vote('erin', 'disable-discovery')).toHaveLength(1);
    expect((await house.stage('disable-discovery')).votes).toEqual([]);
  });

  test('both default actions become Reject, and the namespace is watched', async () => {
    const house = await aHouse(redis);
    expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
    await cut(house);
    expect(await defaults(house)).toEqual(['Reject', 'Reject']);
    expect(await house.deps.evidence.former(house.id)).toMatchObject({ incoming: 'Inherit', outgoing: 'Inherit' });
  });

  test('a crash after the console had committed keeps what was there before, not Reject', async () => {
    const house = await aHouse(redis);
    await toVote(house);
    await house.approve('disable-discovery', 'apply-stage');
    await house.control('POST', '/faults', { method: 'PUT', path: '/namespaces', cutAfterCommit: true });
    await house.settle('watch-lockdown');
    expect(await defaults(house)).toEqual(['Reject', 'Reject']);
    await house.wish('boris', { verb: 'release', because: 'trying it' });
    await house.settle();
    expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
  });

  test('somebody who changed the default actions meanwhile is not overruled', async () => {
    const house = await aHouse(redis);
    await toVote(house);
    await house.approve('disable-discovery', 'apply-stage');
    await house.changeNamespace({ defaultPUIncomingTrafficAction: 'Allow' });
    await house.settle('watch-lockdown');
    expect(await defaults(house)).toEqual(['Allow', 'Inherit']);
    expect((await house.lockdown()).phase).toBe('securing');
  });
});

describe('watching', () => {
  test('a rejected flow that had worked is posted, with the edges that were knowingly blocked told apart', async () => {
    const house = await aHouse(redis);
    await cut(house);
    await house.exercise();
    await watch(house);
    const finding = await house.deps.evidence.watch(house.id);
    expect(finding?.rejected.length).toBeGreaterThan(0);
    expect(finding?.rejected.every(({ known, acknowledged }) => known && acknowledged)).toBe(true);
    await house.control('POST', '/flows', { from: 'adservice', to: 'redis-cart', port: 6379 });
    await watch(house);
    const after = await house.deps.evidence.watch(house.id);
    expect(after?.rejected.filter(({ acknowledged }) => !acknowledged)).toMatchObject([{ known: false }]);
    expect((await house.seen()).join('\n')).toContain('tcp/6379');
  });

  test('an approver confirms, and the namespace is locked', async () => {
    const house = await aHouse(redis);
    await cut(house);
    await house.wish('boris', { verb: 'confirm' });
    await house.settle();
    expect((await house.lockdown()).phase).toBe('locked');
    await watch(house);
    expect(await defaults(house)).toEqual(['Reject', 'Reject']);
  });

  test('once it is confirmed, what was predicted stands beside what really happened, on the card and in the history', async () => {
    const house = await aHouse(redis);
    await cut(house, ({ ports }) => ports.includes('udp/53'));
    await removeAllowingRules(house);
    await house.exercise();
    await house.wish('boris', { verb: 'confirm' });
    await house.settle();
    const { phase, reckoning } = await house.lockdown();
    expect(phase).toBe('locked');
    expect(reckoning?.cut.predicted).toBeGreaterThan(10);
    expect(reckoning?.cut).toMatchObject({ accepted: 0, rejected: reckoning?.cut.predicted });
    // Somebody at the console removed what was to keep the look-ups alive.
    expect(reckoning?.kept.rejected).toBeGreaterThan(0);
    expect(reckoning?.surprises).toContainEqual({ edge: 'frontend → 10.75.240.10 udp/53', predicted: 'kept' });
    const seen = (await house.seen()).join('\n');
    expect(seen).toMatch(/\*(\d+) of \1 edges\* predicted cut and tried again were rejected\./);
    expect(seen).toContain('frontend → 10.75.240.10 udp/53: predicted kept, really rejected');
    await house.run('watch-lockdown', { lockdown: house.id });
    await sweep(house);
    expect((await house.history()).filter((type) => type === 'prediction-checked')).toHaveLength(1);
  });

  test('what is given back keeps how well it was predicted while it was cut, and the console is not asked for it', async () => {
    const house = await aHouse(redis);
    await cut(house);
    await house.exercise();
    await watch(house);
    await house.control('POST', '/faults', { method: 'POST', path: '/reportsqueries', status: 403, count: 0 });
    await house.wish('alice', { verb: 'release', because: 'the shop is slow' });
    await house.settle();
    const { phase, reckoning } = await house.lockdown();
    expect(phase).toBe('released');
    expect(reckoning?.cut.rejected).toBeGreaterThan(10);
  });

  test('a last look that was lost is taken again by the sweep', async () => {
    const house = await aHouse(redis);
    await cut(house);
    await house.wish('boris', { verb: 'confirm' });
    await house.settle('watch-lockdown');
    expect(await redis.redis.del(`${QUEUE_PREFIX}:watch-lockdown:wait`)).toBe(1);
    await house.settle();
    expect(await house.history()).not.toContain('prediction-checked');
    house.later(MINUTE);
    await sweep(house);
    expect(await house.history()).toContain('prediction-checked');
  });

  test('nobody confirms in time: the namespace has its former actions again, Inherit and not Allow', async () => {
    const house = await aHouse(redis);
    await cut(house);
    house.later(11 * MINUTE);
    await watch(house);
    expect((await house.lockdown()).phase).toBe('released');
    expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
    expect((await house.seen()).join('\n')).toContain('Nobody confirmed in time');
  });

  test('nobody confirms in time although the watching itself has failed: the namespace is given back all the same', async () => {
    const house = await aHouse(redis);
    await cut(house);
    await house.control('POST', '/faults', { method: 'POST', path: '/reportsqueries', status: 403, count: 0 });
    await expect(watch(house)).rejects.toThrow('The credential has no right');
    await house.settle();
    expect((await house.lockdown()).failedStep).toContain('watch-lockdown');
    house.later(11 * MINUTE);
    await sweep(house);
    expect((await house.lockdown()).phase).toBe('released');
    expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
  });

  test('where nobody has to confirm, nobody is waited for', async () => {
    const house = await aHouse(redis, { settings: { watch: { everySeconds: 1, confirmMinutes: 0 } } });
    await cut(house);
    house.later(1000 * MINUTE);
    await watch(house);
    await sweep(house);
    expect((await house.lockdown()).phase).toBe('watching');
  });

  test('more known edges cut than the approvers agreed to: the namespace is given back at once', async () => {
    const house = await aHouse(redis, {
      settings: { watch: { everySeconds: 1, confirmMinutes: 10, releaseAboveEdges: 1 } },
    });
    await cut(house, ({ ports }) => ports.includes('udp/53'));
    await removeAllowingRules(house);
    await house.exercise();
    await watch(house);
    expect((await house.lockdown()).phase).toBe('released');
    expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
    expect((await house.seen()).join('\n')).toContain('the agreed limit is 1');
  });

  test('a flood of edges nobody had ever seen gives nothing back', async () => {
    const house = await aHouse(redis, {
      settings: { watch: { everySeconds: 1, confirmMinutes: 10, releaseAboveEdges: 1 } },
    });
    await cut(house);
    for (const port of [81, 82, 83, 84])
      await house.control('POST', '/flows', { from: 'adservice', to: 'redis-cart', port });
    await watch(house);
    expect((await house.lockdown()).phase).toBe('watching');
  });

  test('edges that a pod made after the approvers were asked give nothing back, however often they are tried', async () => {
    const house = await aHouse(redis, {
      settings: { watch: { everySeconds: 1, confirmMinutes: 10, releaseAboveEdges: 2 } },
    });
    await toVote(house);
    const calls = async () => {
      for (const port of [81, 82, 83, 84])
        for (const from of ['adservice', 'frontend', 'cartservice'])
          await house.control('POST', '/flows', { from, to: 'redis-cart', port });
    };
    await calls();
    await house.run('collect-flows', { lockdown: house.id });
    await house.approve('disable-discovery', 'watch-lockdown');
    await calls();
    await watch(house);
    const finding = await house.deps.evidence.watch(house.id);
    expect(finding?.rejected.some(({ known, acknowledged }) => known && !acknowledged)).toBe(true);
    expect((await house.lockdown()).phase).toBe('watching');
    expect(await defaults(house)).toEqual(['Reject', 'Reject']);
  });

  test('pausing does not leave a namespace alone that was cut', async () => {
    const house = await aHouse(redis);
    await cut(house);
    await house.wish('alice', { verb: 'pause' });
    expect((await house.lockdown()).paused).toBe(false);
  });
});

describe('releasing', () => {
  test('gives back exactly the former actions, once, and leaves the rules', async () => {
    const house = await aHouse(redis);
    await house.changeNamespace({ defaultPUIncomingTrafficAction: 'Allow' });
    await cut(house, ({ ports }) => ports.includes('udp/53'));
    const rules = (await house.objects()).length;
    await house.wish('alice', { verb: 'release', because: 'the shop is slow' });
    await house.settle('release-lockdown');
    const release = () => house.run('release-lockdown', { lockdown: house.id });
    await Promise.all([release(), release()]);
    await house.settle();
    await release();
    expect(await defaults(house)).toEqual(['Allow', 'Inherit']);
    expect((await house.history()).filter((type) => type === 'released')).toHaveLength(1);
    expect(await house.objects()).toHaveLength(rules);
    expect((await house.seen()).join('\n')).toContain('incoming *Allow*, outgoing *Inherit*');
  });

  test('former actions that were tampered with in Redis are refused, and people hear of it', async () => {
    const house = await aHouse(redis);
    await cut(house);
    const key = `{lockstep}:findings:${house.id}`;
    const former = JSON.parse((await redis.redis.hget(key, 'former')) ?? '{}');
    await redis.redis.hset(key, 'former', JSON.stringify({ ...former, incoming: 'Allow', outgoing: 'Allow' }));
    await house.wish('alice', { verb: 'release', because: 'the shop is slow' });
    await house.settle();
    expect(await defaults(house)).toEqual(['Reject', 'Reject']);
    expect((await house.lockdown()).failedStep).toContain('not what was approved');
    expect((await house.seen()).join('\n')).toContain('Somebody has to look at the console');
  });

  test('that failed is tried again by a person', async () => {
    const house = await aHouse(redis);
    await cut(house);
    await house.control('POST', '/faults', { method: 'PUT', path: '/namespaces', status: 403, count: 0 });
    await house.wish('alice', { verb: 'release', because: 'the shop is slow' });
    await house.settle();
    expect((await house.lockdown()).phase).toBe('releasing');
    await house.control('DELETE', '/faults');
    await house.wish('alice', { verb: 'try-again' });
    await house.settle();
    expect((await house.lockdown()).phase).toBe('released');
    expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
  });

  test('that failed because the console was down for an hour is done by itself once it is back', async () => {
    const house = await aHouse(redis);
    await cut(house);
    await house.control('POST', '/faults', { method: 'PUT', path: '/namespaces', status: 403, count: 0 });
    await house.wish('alice', { verb: 'release', because: 'the shop is slow' });
    await house.settle();
    for (let minutes = 0; minutes < 60; minutes += 15) {
      house.later(15 * MINUTE);
      await sweep(house);
    }
    expect((await house.lockdown()).failedStep).toContain('release-lockdown');
    expect((await house.history()).filter((type) => type === 'step-failed')).toHaveLength(1);
    expect((await house.seen()).join('\n')).toContain('It is tried again by itself every ten minutes');
    await house.control('DELETE', '/faults');
    house.later(10 * MINUTE);
    await sweep(house);
    expect((await house.lockdown()).phase).toBe('released');
    expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
  });

  test('of a lockdown that is not being released does nothing', async () => {
    const house = await aHouse(redis);
    await cut(house);
    await house.run('release-lockdown', { lockdown: house.id });
    expect(await defaults(house)).toEqual(['Reject', 'Reject']);
  });
});

/** Somebody at the console removes what the lockdown had allowed. */
async function removeAllowingRules(house: House): Promise<void> {
  const rulesets = (await house.objects()).filter((object) => 'subject' in object);
  for (const { ID } of rulesets)
    await house.byHand({ method: 'DELETE', namespace: house.namespace, path: `/networkrulesetpolicies/${ID}` });
}
