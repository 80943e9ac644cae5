/** The two doors: what people may bring about, what only steps may, and what each of them is told. */
import { describe, expect, test } from 'vitest';
import type { Event } from '#core/events.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Wish } from '#core/request.ts';
import { people } from '#sandbox/slack/seed.ts';
import { askedUnder } from '#test/support/asked-under.ts';
import { aHouse, type House } from '#test/support/house.ts';
import { redisForTests } from '#test/support/redis.ts';

const redis = redisForTests(7);
const STAGE = 'dns' as const;

/** Everything somebody without any role could wish for. */
const WISHES: Wish[] = [
  { verb: 'decide-residual', stage: STAGE, nonce: 'n', answers: {} },
  { verb: 'sponsor', stage: STAGE, nonce: 'n', group: 'g', because: 'I know it well.' },
  { verb: 'next' },
  { verb: 'pause' },
  { verb: 'resume' },
  { verb: 'cancel', written: 'nothing' },
  { verb: 'release', because: 'why not' },
  { verb: 'confirm' },
  { verb: 'undo', stage: STAGE },
  { verb: 'reopen', stage: STAGE },
  { verb: 'leave-out', stage: STAGE, because: 'why not' },
  { verb: 'go-on-unproven', stage: STAGE },
  { verb: 'try-again', stage: STAGE },
  { verb: 'try-again' },
];

describe('somebody who has no role for the namespace', () => {
  test('is refused every verb, in a sentence to that person alone, and nothing changes', async () => {
    const house = await aHouse(redis, {
      namespace: {
        requesters: { users: [people.alice] },
        approval: { users: [people.boris, people.chitra] },
        stages: {},
      },
    });
    await house.asking('dns');
    const [before, seen] = [await house.lockdown(), await house.seen()];
    for (const wish of WISHES) {
      const told = await house.wish('erin', wish);
      expect(told, wish.verb).toEqual([
        expect.stringMatching(/^Not .*: the configuration lets .* you are none of them\.$/),
      ]);
    }
    expect(await house.vote('erin', 'dns')).toEqual([expect.stringContaining('not among the approvers')]);
    expect(await house.vote('erin', 'dns', { decision: 'deny' })).toEqual([
      expect.stringContaining('not among the approvers'),
    ]);
    await house.settle();
    expect(await house.lockdown()).toEqual(before);
    expect(await house.seen()).toEqual(seen);
    expect(await house.whispers('boris')).toEqual([]);
  });

  test.each([
    ['gus', 'Guests of this workspace decide nothing here.'],
    ['stranger', 'Only members of this workspace decide here; your account belongs to another one.'],
  ] as const)('%s, although the configuration names them, is refused for who they are', async (who, because) => {
    const house = await aHouse(redis, { namespace: { approval: { users: [people.boris, people[who]] } } });
    await house.asking('dns');
    await expect(house.wish(who, { verb: 'pause' })).resolves.toEqual([because]);
    expect((await house.lockdown()).paused).toBe(false);
  });

  test('cannot be told so when their account is gone, and is refused all the same', async () => {
    const house = await aHouse(redis, { namespace: { approval: { users: [people.boris, people.lena] } } });
    await house.asking('dns');
    await house.wish('lena', { verb: 'pause' });
    expect(house.journalled).toContainEqual(
      expect.objectContaining({ line: 'refused', user: people.lena, because: 'Your Slack account is deactivated.' }),
    );
    expect(house.journalled).toContainEqual(expect.objectContaining({ line: 'slackFailed' }));
    expect((await house.lockdown()).paused).toBe(false);
  });

  test('does not get in through another workspace, another person, or another’s vote', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    expect(await house.wish('boris', { verb: 'pause' }, { team: 'T0OTHER001' })).toEqual([
      'This lockdown belongs to another workspace.',
    ]);
    expect(await house.wish('boris', { verb: 'pause' }, { person: people.chitra })).toEqual([
      'Who you are was not established. Try again.',
    ]);
    const chitras = await house.signedVote('chitra', 'dns');
    expect(await house.wish('boris', { verb: 'vote', stage: 'dns', vote: chitras })).toEqual([
      'That vote carried no valid receipt, so it was not counted.',
    ]);
    const nonce = (await house.stage('dns')).ask?.nonce ?? '';
    await house.vote('chitra', 'dns');
    expect(await house.wish('boris', { verb: 'withdraw-vote', stage: 'dns', person: people.chitra, nonce })).toEqual([
      'Only your own vote can be withdrawn by you.',
    ]);
    expect((await house.stage('dns')).votes).toHaveLength(1);
    expect((await house.lockdown()).paused).toBe(false);
  });
});

describe('a vote', () => {
  test('whose receipt is over something else is not counted', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    const vote = await house.signedVote('boris', 'dns', { decision: 'deny', reason: 'no' });
    const turned = { ...vote, decision: 'approve' as const };
    expect(await house.wish('boris', { verb: 'vote', stage: 'dns', vote: turned })).toHaveLength(1);
    expect((await house.stage('dns')).votes).toEqual([]);
    expect(house.journalled).toContainEqual({
      line: 'forgedVote',
      lockdown: house.id,
      stage: 'dns',
      user: people.boris,
    });
  });

  test('for a draft that was superseded is answered, and not counted for the new one', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    const old = await house.signedVote('boris', 'dns');
    await house.wish('alice', { verb: 'next' });
    await house.vote('chitra', 'dns', { decision: 'deny', reason: 'wait' });
    await house.wish('alice', { verb: 'reopen', stage: 'dns' });
    await house.settle();
    // Even with the digest of now: the question is another one.
    const renewed = await house.signedVote('boris', 'dns', { nonce: old.nonce });
    for (const vote of [old, renewed])
      expect(await house.wish('boris', { verb: 'vote', stage: 'dns', vote })).toEqual([
        expect.stringContaining('That vote was for a card that is outdated'),
      ]);
    expect((await house.stage('dns')).votes).toEqual([]);
  });

  test('of Alice, who asked for the lockdown, is refused; her no is not', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    expect(await house.vote('alice', 'dns')).toEqual([
      'You asked for this lockdown, so somebody else has to approve it.',
    ]);
    await house.vote('alice', 'dns', { decision: 'deny', reason: 'I was too fast' });
    expect((await house.stage('dns')).phase).toBe('denied');
  });

  test('is one, however often and in whatever way one person says yes', async () => {
    const house = await aHouse(redis, { settings: { people: { boris: [people.boris, people.erin] } } });
    await house.asking('dns');
    await askedUnder(house);
    await house.wish(
      'boris',
      { verb: 'vote', stage: 'dns', vote: await house.signedVote('boris', 'dns', { person: 'boris' }) },
      { person: 'boris' },
    );
    await house.wish(
      'boris',
      {
        verb: 'vote',
        stage: 'dns',
        vote: await house.signedVote('boris', 'dns', { person: 'boris', gesture: 'reaction' }),
      },
      { person: 'boris' },
    );
    await house.wish(
      'erin',
      { verb: 'vote', stage: 'dns', vote: await house.signedVote('erin', 'dns', { person: 'boris' }) },
      { person: 'boris' },
    );
    expect((await house.stage('dns')).phase).toBe('asking');
    await house.vote('chitra', 'dns');
    expect((await house.stage('dns')).phase).toBe('applying');
  });

  test.each(['button', 'reaction'] as const)(
    'that approves what nobody may approve is refused, also as a %s',
    async (gesture) => {
      const house = await aHouse(redis);
      await house.asking('dns');
      const { stages } = await house.lockdown();
      const { ask } = stages.dns;
      if (!ask) throw new Error('nobody is asked');
      await house.put({ stages: { ...stages, dns: { ...stages.dns, ask: { ...ask, barred: 'Too many warnings.' } } } });
      expect(await house.vote('boris', 'dns', { gesture })).toEqual(['Too many warnings.']);
      expect((await house.stage('dns')).votes).toEqual([]);
      expect(await house.vote('boris', 'dns', { gesture, decision: 'deny', reason: 'look at them' })).toEqual([]);
      expect((await house.stage('dns')).phase).toBe('denied');
    },
  );

  test('that was withdrawn no longer counts', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await askedUnder(house);
    const nonce = (await house.stage('dns')).ask?.nonce ?? '';
    await house.vote('boris', 'dns', { gesture: 'reaction' });
    await house.wish('boris', { verb: 'withdraw-vote', stage: 'dns', person: people.boris, nonce });
    await house.vote('chitra', 'dns');
    expect((await house.stage('dns')).phase).toBe('asking');
  });

  test('that was counted is not called outdated when the worker died before it had said so', async () => {
    let crash = true;
    const house = await aHouse(redis, {
      between: (deps) => ({
        ...deps,
        queues: {
          ...deps.queues,
          async add(name, ...rest) {
            if (crash && name === 'apply-stage') throw new Error('the process died');
            return deps.queues.add(name, ...rest);
          },
        },
      }),
    });
    await house.asking('dns');
    await house.vote('chitra', 'dns');
    const vote = await house.signedVote('boris', 'dns');
    const again = () => house.wish('boris', { verb: 'vote', stage: 'dns', vote }, { id: 'vote-of-boris' });
    await expect(again()).rejects.toThrow('the process died');
    expect((await house.stage('dns')).phase).toBe('applying');
    crash = false;
    expect(await again()).toEqual([]);
    await house.settle('verify-stage');
    expect((await house.stage('dns')).phase).toBe('verifying');
  });
});

describe('a second click', () => {
  test('that changes nothing is answered with a sentence', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.wish('alice', { verb: 'pause' });
    expect(await house.wish('boris', { verb: 'pause' })).toEqual([expect.stringContaining('That changes nothing now')]);
  });

  test('delivered twice by Slack is one request', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    const pause = () => house.wish('alice', { verb: 'pause' }, { id: 'one-gesture' });
    expect([...(await pause()), ...(await pause())]).toEqual([]);
    expect((await house.history()).filter((type) => type === 'paused')).toHaveLength(1);
  });
});

describe('the next stage', () => {
  test('is not opened over one that is under way', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    expect(await house.wish('alice', { verb: 'next' })).toEqual([expect.stringContaining('dns is under way (asking)')]);
  });

  test('comes when a denied one is left out by an approver, whose edges stay in the residual', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.vote('boris', 'dns', { decision: 'deny', reason: 'not this resolver' });
    await house.wish('boris', { verb: 'leave-out', stage: 'dns', because: 'asked later' });
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('skipped');
    expect((await house.stage('pods')).phase).toBe('asking');
  });
});

test('a stage is not left out without a reason, also where the Slack process did not ask for one', async () => {
  const house = await aHouse(redis);
  await house.asking('dns');
  await house.vote('boris', 'dns', { decision: 'deny', reason: 'not this resolver' });
  for (const because of ['no', '            '])
    expect(await house.wish('boris', { verb: 'leave-out', stage: 'dns', because })).toEqual([
      'This takes a reason of at least 10 characters, which everybody in the thread reads.',
    ]);
  expect((await house.stage('dns')).phase).toBe('denied');
});

describe('what only people can bring about', () => {
  const nonce = 'n';
  const events: Event[] = [
    { type: 'started-early', by: people.boris },
    { type: 'cancelled', by: people.boris, written: 'keep' },
    { type: 'went-on-unproven', stage: STAGE, by: people.boris },
    { type: 'left-out', stage: STAGE, by: people.boris, because: 'x' },
    { type: 'undo-requested', stage: STAGE, by: people.boris },
    { type: 'confirmed', by: people.boris },
    { type: 'release-requested', by: people.boris, because: 'x' },
    { type: 'residual-decided', stage: STAGE, by: people.boris, answers: {} },
    { type: 'vote-withdrawn', stage: STAGE, person: people.boris, nonce, at: 0 },
    { type: 'tried-again', by: people.boris },
    { type: 'opened', stage: STAGE },
    { type: 'stage-closed', stage: STAGE },
    { type: 'discovery-disabled' },
    { type: 'sponsored', stage: STAGE, by: people.erin, group: 'g', what: 'a → b', because: 'I know it well.' },
  ];

  test('does not come in as something a step found, nor does what only the tables say', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    const before = await house.lockdown();
    const vote = await house.signedVote('boris', 'dns');
    for (const event of [...events, { type: 'vote-cast' as const, stage: STAGE, vote }])
      await expect(house.happens(event), event.type).rejects.toThrow('does not come in by this door');
    expect(await house.lockdown()).toEqual<Lockdown>(before);
  });
});

describe('a lockdown that is gone', () => {
  test('is said to be gone to whoever still clicks on its card', async () => {
    const house: House = await aHouse(redis);
    expect(await house.wish('alice', { verb: 'pause' })).toEqual(['This lockdown is not kept any more.']);
  });
});
