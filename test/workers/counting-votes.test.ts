/** The count that counts: votes that lie in the stored lockdown with a valid receipt, and still make nobody write. */
import { describe, expect, test } from 'vitest';
import type { Vote } from '#core/approval.ts';
import type { Stage } from '#core/stage.ts';
import { dnsAddress } from '#sandbox/console/world/cluster.ts';
import { asPerson } from '#sandbox/slack/people.ts';
import { people } from '#sandbox/slack/seed.ts';
import { cardNames } from '#slack/card-names.ts';
import { askedUnder } from '#test/support/asked-under.ts';
import { aHouse, CHANNEL, type House, type HouseOptions, type Name } from '#test/support/house.ts';
import { redisForTests } from '#test/support/redis.ts';

const redis = redisForTests(0);

/** Nothing stands out in its first draft, because its operator trusts the resolver: fewer looks than a draft takes are refused. */
function aPlainHouse(options: HouseOptions = {}): Promise<House> {
  return aHouse(redis, {
    ...options,
    namespace: { drafts: { trustedResolvers: [dnsAddress] }, ...options.namespace },
  });
}

type Change = Partial<Omit<Vote, 'receipt'>>;
type Said = readonly [Name, Change?];

/** The stage’s phase after a worker found these votes stored, enough by themselves, and counted again. */
async function counted(house: House, stage: Stage, ...said: readonly Said[]): Promise<string> {
  const votes: Vote[] = [];
  for (const [who, change] of said) votes.push(await house.signedVote(who, stage, change));
  const { stages } = await house.lockdown();
  await house.put({ stages: { ...stages, [stage]: { ...stages[stage], phase: 'applying', votes } } });
  await house.run('apply-stage', { lockdown: house.id, stage });
  await house.settle('draft-stage', 'verify-stage', 'watch-lockdown');
  return (await house.stage(stage)).phase;
}

/** Somebody really reacts to the card that asks about dns. */
async function reacts(house: House, who: Name, name: string): Promise<void> {
  const card = await house.deps.cards.get(house.id, cardNames.approval('dns', 1));
  await asPerson(house.slack.url, people[who]).react(CHANNEL, card?.ts ?? '', name);
}

async function expectNothingWritten(house: House): Promise<void> {
  expect(await house.history()).toContain('draft-outdated');
  expect(await house.writes()).toEqual([]);
}

/** Every edge that would be cut is knowingly blocked by Erin, and the last stage waits for votes. */
async function askedToCut(house: House): Promise<void> {
  await house.asking('disable-discovery');
  await house.answerAll('erin');
}

describe('counted again just before writing', () => {
  test('two valid votes are enough, a button and a reaction', async () => {
    const house = await aPlainHouse();
    await house.asking('dns');
    await askedUnder(house);
    await reacts(house, 'chitra', '+1::skin-tone-3');
    expect(await counted(house, 'dns', ['boris'], ['chitra', { gesture: 'reaction' }])).toBe('verifying');
  });

  test.each([
    ['was taken off without our hearing of it', undefined],
    ['has become another one', 'eyes'],
    ['has become a no', 'x'],
  ])('a reaction that %s counts no more', async (_, now) => {
    const house = await aPlainHouse();
    await house.asking('dns');
    await askedUnder(house);
    if (now) await reacts(house, 'chitra', now);
    await reacts(house, 'diego', 'white_check_mark');
    expect(await counted(house, 'dns', ['boris'], ['chitra', { gesture: 'reaction' }])).toBe('drafting');
    await expectNothingWritten(house);
  });

  test('a reaction on a card that was deleted counts no more', async () => {
    const house = await aPlainHouse();
    await house.asking('dns');
    await askedUnder(house);
    await reacts(house, 'chitra', 'white_check_mark');
    const card = cardNames.approval('dns', 1);
    const place = await house.deps.cards.get(house.id, card);
    if (!place) throw new Error('the card is there');
    await house.deps.cards.drop(house.id, card, place);
    expect(await counted(house, 'dns', ['boris'], ['chitra', { gesture: 'reaction' }])).toBe('drafting');
    await expectNothingWritten(house);
  });

  test('while Slack does not say which reactions there are, the stage waits, and is applied once it does', async () => {
    const house = await aPlainHouse();
    await house.asking('dns');
    await askedUnder(house);
    await reacts(house, 'chitra', 'white_check_mark');
    await house.around.fault({ method: 'reactions.get', error: 'internal_error', count: 1 });
    await expect(counted(house, 'dns', ['boris'], ['chitra', { gesture: 'reaction' }])).rejects.toThrow(
      'reactions.get',
    );
    expect((await house.stage('dns')).phase).toBe('applying');
    expect(await house.writes()).toEqual([]);
    await house.run('apply-stage', { lockdown: house.id, stage: 'dns' });
    await house.settle('verify-stage');
    expect((await house.stage('dns')).phase).toBe('verifying');
  });

  test('a reaction counts for nothing where the configuration turned reactions off', async () => {
    const house = await aPlainHouse({
      namespace: { approval: { groups: ['S0SECURITY1'], needed: 2, reactions: false } },
    });
    await house.asking('dns');
    await askedUnder(house, { reactions: false });
    expect(await counted(house, 'dns', ['boris'], ['chitra', { gesture: 'reaction' }])).toBe('drafting');
    await expectNothingWritten(house);
  });

  test('Alice, who asked for the lockdown, is not one of the two', async () => {
    const house = await aPlainHouse();
    await house.asking('dns');
    expect(await counted(house, 'dns', ['boris'], ['alice'])).toBe('drafting');
    await expectNothingWritten(house);
  });

  test('Alice is one of the two where the configuration lets requesters vote', async () => {
    const house = await aPlainHouse({
      namespace: { approval: { groups: ['S0SECURITY1', 'S0PLATFORM1'], needed: 2, requesterMayVote: true } },
    });
    await house.asking('dns');
    expect(await counted(house, 'dns', ['boris'], ['alice'])).toBe('verifying');
  });

  test.each(['button', 'reaction'] as const)(
    'where something stands out, a %s is not a look at it',
    async (gesture) => {
      const house = await aPlainHouse();
      await house.asking('dns');
      await askedUnder(house, { looks: 1 });
      expect(await counted(house, 'dns', ['boris', { gesture: 'looked' }], ['chitra', { gesture }])).toBe('drafting');
      await expectNothingWritten(house);
    },
  );

  test('two who looked at what stands out are enough', async () => {
    const house = await aPlainHouse();
    await house.asking('dns');
    await askedUnder(house, { looks: 1 });
    const looked = { gesture: 'looked' } as const;
    expect(await counted(house, 'dns', ['boris', looked], ['chitra', looked])).toBe('verifying');
  });

  test('somebody who was never among the approvers adds nothing', async () => {
    const house = await aPlainHouse({ namespace: { approval: { groups: ['S0SECURITY1'], needed: 2 } } });
    await house.asking('dns');
    expect(await counted(house, 'dns', ['boris'], ['diego'])).toBe('drafting');
    await expectNothingWritten(house);
  });

  test.each([
    ['another lockdown', { lockdown: 'bank-0001' }],
    ['another stage', { stage: 'pods' }],
    ['another workspace', { team: 'T0OTHER001' }],
  ])('a vote that was really given, but for %s, is called forged', async (_, change) => {
    const house = await aPlainHouse();
    await house.asking('dns');
    expect(await counted(house, 'dns', ['boris'], ['chitra', change])).toBe('drafting');
    await expectNothingWritten(house);
    expect(house.journalled.filter(({ line }) => line === 'forgedVote')).toEqual([
      { line: 'forgedVote', lockdown: house.id, stage: 'dns', user: people.chitra },
    ]);
  });

  test.each([
    ['an earlier question', () => ({ nonce: 'an-earlier-one' })],
    ['another draft', () => ({ digest: '0'.repeat(64) })],
    ['a question that had expired by then', (expiresAt: number) => ({ at: expiresAt + 1 })],
  ])('a vote for %s adds nothing', async (_, change) => {
    const house = await aPlainHouse();
    await house.asking('dns');
    const expiresAt = (await house.stage('dns')).ask?.expiresAt ?? 0;
    expect(await counted(house, 'dns', ['boris'], ['chitra', change(expiresAt)])).toBe('drafting');
    await expectNothingWritten(house);
  });

  test('two Slack ids of one person are one vote, whatever person each of them was signed for', async () => {
    const house = await aPlainHouse({ settings: { people: { boris: [people.boris, people.erin] } } });
    await house.asking('dns');
    expect(await counted(house, 'dns', ['boris', { person: 'boris' }], ['erin', { person: people.erin }])).toBe(
      'drafting',
    );
    await expectNothingWritten(house);
  });

  test.each([
    ['Diego, by a reaction where reactions are off', 'diego', { gesture: 'reaction' }],
    ['Alice, who asked for the lockdown', 'alice', {}],
  ] as const)('a no is a no, also of %s', async (_, who, change) => {
    const house = await aPlainHouse({
      namespace: { approval: { groups: ['S0SECURITY1', 'S0PLATFORM1'], needed: 2, reactions: false } },
    });
    await house.asking('dns');
    expect(await counted(house, 'dns', ['boris'], ['chitra'], [who, { ...change, decision: 'deny' }])).toBe('drafting');
    await expectNothingWritten(house);
  });
});

describe('counted again where Erin answers for an edge that looked wrong', () => {
  async function sponsored(change: HouseOptions = {}) {
    const house = await aPlainHouse(change);
    await house.asking('dns');
    const extraApprovers = [{ because: 'Erin answers for an edge that looked wrong.', without: [people.erin] }];
    await askedUnder(house, { extraApprovers });
    return house;
  }

  test('the two approvals of every other draft are not enough', async () => {
    const house = await sponsored();
    expect(await counted(house, 'dns', ['boris'], ['chitra'])).toBe('drafting');
    await expectNothingWritten(house);
  });

  test('three are', async () => {
    const house = await sponsored();
    expect(await counted(house, 'dns', ['boris'], ['chitra'], ['diego'])).toBe('verifying');
  });

  test('Erin is none of the three, nor is the account that became hers since', async () => {
    const house = await sponsored({ settings: { people: { erin: [people.erin, people.diego] } } });
    expect(await counted(house, 'dns', ['boris'], ['chitra'], ['diego', { person: 'erin' }])).toBe('drafting');
    await expectNothingWritten(house);
  });
});

describe('counted again just before a namespace is cut', () => {
  test('two who typed its name are enough', async () => {
    const house = await aPlainHouse();
    await askedToCut(house);
    expect(await counted(house, 'disable-discovery', ['boris'], ['chitra'])).toBe('allowed');
    expect((await house.lockdown()).phase).toBe('watching');
  });

  test.each(['button', 'reaction'] as const)('a %s is not a typed name', async (gesture) => {
    const house = await aPlainHouse({
      namespace: { stages: { 'disable-discovery': { groups: ['S0SECURITY1'], needed: 2, fromGroups: [] } } },
    });
    await askedToCut(house);
    expect(await counted(house, 'disable-discovery', ['boris'], ['chitra', { gesture }])).toBe('drafting');
    await expectNothingWritten(house);
  });

  test('Erin, who answered for its edges, is not one of the two', async () => {
    const house = await aPlainHouse();
    await askedToCut(house);
    expect(await counted(house, 'disable-discovery', ['boris'], ['erin'])).toBe('drafting');
    await expectNothingWritten(house);
  });
});
