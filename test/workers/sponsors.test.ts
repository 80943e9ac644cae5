/** Somebody answers for traffic that was kept out of a draft because it looks wrong. */
import { describe, expect, test } from 'vitest';
import { people } from '#sandbox/slack/seed.ts';
import { aHouse, type House, type Name } from '#test/support/house.ts';
import { redisForTests } from '#test/support/redis.ts';

const redis = redisForTests(14);
const BECAUSE = 'It reads the region it runs in from there.';

/** A store asks for the machine's credentials, which it never did, and the draft leaves it out. */
async function askedWithoutTheStore(): Promise<House> {
  const house = await aHouse(redis);
  await house.asking('metadata');
  await house.control('POST', '/flows', { from: 'redis-cart', to: '169.254.169.254', protocol: 'tcp', port: 80 });
  await house.wish('alice', { verb: 'reopen', stage: 'metadata' });
  await house.settle();
  return house;
}

const draft = async (house: House) => {
  const finding = await house.deps.evidence.draft(house.id, 'metadata');
  if (!finding) throw new Error('there is no draft');
  return finding.draft;
};

async function answersFor(house: House, who: Name, change: { nonce?: string; group?: string } = {}): Promise<string[]> {
  const [stopped] = (await draft(house)).stopped;
  const nonce = (await house.stage('metadata')).ask?.nonce ?? '';
  const group = stopped?.group.id ?? '';
  const heard = await house.wish(who, {
    verb: 'sponsor',
    stage: 'metadata',
    nonce,
    group,
    because: BECAUSE,
    ...change,
  });
  await house.settle();
  return heard;
}

const votesOf = async (house: House, ...names: readonly Name[]) => {
  const heard: string[] = [];
  for (const name of names) heard.push(...(await house.vote(name, 'metadata', { gesture: 'looked' })));
  await house.settle('verify-stage');
  return heard;
};

describe('somebody who answers for what looks wrong', () => {
  test('brings it into a new draft that carries the name and the reason', async () => {
    const house = await askedWithoutTheStore();
    const [stopped] = (await draft(house)).stopped;
    expect(stopped).toMatchObject({ group: { source: 'redis-cart' } });
    const before = (await house.stage('metadata')).ask;
    expect(await answersFor(house, 'erin')).toEqual([]);
    const { ask } = await house.stage('metadata');
    expect(ask?.digest).not.toBe(before?.digest);
    expect(ask?.nonce).not.toBe(before?.nonce);
    expect((await draft(house)).allows).toEqual(expect.arrayContaining([...(stopped?.group.edges ?? [])]));
    const seen = (await house.seen()).join('\n');
    expect(seen).toContain(`@${people.erin} answers for redis-cart → metadata service tcp/80`);
    expect(seen).toContain(`“${BECAUSE}”. That is @${people.erin}.`);
    expect(seen).toContain('*One more than usual*: It allows traffic that looks wrong');
  });

  test('does not vote, and one more than usual has to', async () => {
    const house = await askedWithoutTheStore();
    await answersFor(house, 'erin');
    expect(await votesOf(house, 'erin')).toEqual([expect.stringContaining('You answer for something unusual')]);
    await votesOf(house, 'boris', 'chitra');
    expect((await house.stage('metadata')).phase).toBe('asking');
    await votesOf(house, 'diego');
    expect((await house.stage('metadata')).phase).toBe('verifying');
  });

  test('is told when the card is outdated, when it is no such traffic, and when somebody was faster', async () => {
    const house = await askedWithoutTheStore();
    const outdated = [expect.stringContaining('That was for an outdated card')];
    expect(await answersFor(house, 'erin', { nonce: 'another' })).toEqual(outdated);
    expect(await answersFor(house, 'erin', { group: 'what was never stopped' })).toEqual(outdated);
    expect(await answersFor(house, 'erin')).toEqual([]);
    expect(await answersFor(house, 'boris')).toEqual(['Somebody answers for this already.']);
  });

  test('has to be allowed to: a guest answers for nothing', async () => {
    const house = await askedWithoutTheStore();
    expect(await answersFor(house, 'gus')).toHaveLength(1);
    expect((await draft(house)).stopped.map(({ sponsor }) => sponsor)).toEqual([undefined]);
  });
});
