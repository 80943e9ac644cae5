/** Whoever edits Slack's user groups decides nothing by putting somebody into one. */
import { expect, test } from 'vitest';
import type { Wish } from '#core/request.ts';
import { people } from '#sandbox/slack/seed.ts';
import { aHouse, type House, type HouseOptions, SECURITY } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';

const redis = ownRedisForTests();
const HOUR = 3_600_000;
const PLATFORM = 'S0PLATFORM1';
const because = 'Because I say so.';
const stage = 'disable-discovery' as const;

const DECIDING: readonly Wish[] = [
  { verb: 'cancel', written: 'take-back' },
  { verb: 'confirm' },
  { verb: 'undo', stage: 'dns' },
  { verb: 'leave-out', stage: 'dns', because },
  { verb: 'go-on-unproven', stage: 'dns' },
  { verb: 'decide-residual', stage, nonce: 'n', answers: {} },
  { verb: 'sponsor', stage, nonce: 'n', group: 'g', because },
];

/** Cut by two approvers; confirmed by nobody. */
async function cut(namespace: NonNullable<HouseOptions['namespace']>) {
  const house = await aHouse(redis(), { namespace });
  await house.asking(stage);
  await house.answerAll('erin');
  await house.approve(stage, 'watch-lockdown');
  expect((await house.lockdown()).phase).toBe('watching');
  return house;
}

const BY_GROUP = { requesters: { users: [people.alice] }, approval: { groups: [SECURITY], needed: 2 } };

test('somebody put into the approvers’ group after the cut neither confirms nor opens it, until a day has passed', async () => {
  const house = await cut(BY_GROUP);
  await house.around.setGroup(SECURITY, [people.boris, people.chitra, people.erin, people.diego]);
  const before = await house.lockdown();
  for (const wish of DECIDING)
    expect(await house.wish('diego', wish), wish.verb).toEqual([
      expect.stringMatching(/^Not .*: you were added to a user group of this namespace less than 24 hours ago/),
    ]);
  house.later(23 * HOUR);
  expect(await house.wish('diego', { verb: 'confirm' })).toEqual([expect.stringContaining('less than 24 hours ago')]);
  expect(await house.lockdown()).toEqual(before);
  house.later(HOUR);
  expect(await house.wish('diego', { verb: 'confirm' })).toEqual([]);
  expect((await house.lockdown()).phase).toBe('locked');
});

test('somebody put into the approvers’ group a moment ago may still give a cut namespace back', async () => {
  const house = await cut(BY_GROUP);
  await house.around.setGroup(SECURITY, [people.boris, people.chitra, people.erin, people.diego]);
  expect(await house.wish('diego', { verb: 'release', because })).toEqual([]);
  expect((await house.lockdown()).phase).toBe('releasing');
});

test('an approver who is named by id confirms at once, whatever group they were put into', async () => {
  const { requesters, approval } = BY_GROUP;
  const house = await cut({ requesters, approval: { ...approval, users: [people.diego] } });
  await house.around.setGroup(SECURITY, [people.boris, people.chitra, people.erin, people.diego]);
  expect(await house.wish('diego', { verb: 'confirm' })).toEqual([]);
  expect((await house.lockdown()).phase).toBe('locked');
});

/** The sweep looks at the groups every ten minutes. */
async function groupsAreSeen(house: House): Promise<void> {
  for (let minute = 0; minute < 10; minute += 1) {
    house.later(60_000);
    await house.run('sweep', {});
  }
}

const CANCEL = { verb: 'cancel', written: 'nothing' } as const;

test('somebody put into the requesters’ group cancels nothing that day, and who was in it does', async () => {
  const house = await aHouse(redis(), { namespace: { ...BY_GROUP, requesters: { groups: [PLATFORM] } } });
  await house.around.setGroup(PLATFORM, [people.alice]);
  await house.asking('dns');
  await groupsAreSeen(house);
  await house.around.setGroup(PLATFORM, [people.alice, people.diego]);
  expect(await house.wish('diego', CANCEL)).toEqual([
    expect.stringContaining('Not cancelled: you were added to a user group'),
  ]);
  expect((await house.lockdown()).phase).toBe('securing');
  expect(await house.wish('alice', CANCEL)).toEqual([]);
  expect((await house.lockdown()).phase).toBe('cancelled');
});

test('a group that was emptied and filled again does not count as one that has long been so', async () => {
  const house = await aHouse(redis(), { namespace: BY_GROUP });
  await house.asking('dns');
  await groupsAreSeen(house);
  await house.around.setGroup(SECURITY, []);
  await groupsAreSeen(house);
  await house.around.setGroup(SECURITY, [people.boris, people.diego]);
  expect(await house.wish('diego', CANCEL)).toEqual([expect.stringContaining('less than 24 hours ago')]);
  expect(await house.wish('boris', CANCEL)).toEqual([]);
  expect((await house.lockdown()).phase).toBe('cancelled');
});
