/** Jobs left in the Slack process's name: heard when it left them, and not when somebody else wrote them into Redis. */
import { expect, test } from 'vitest';
import { inbox } from '#redis/inbox.ts';
import { people } from '#sandbox/slack/seed.ts';
import { jobReceiptIsValid, publicKeyText, signJob } from '#slack/receipt.ts';
import type { JobData } from '#src/jobs.ts';
import { aHouse, SECURITY } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';
import { aReceiptKey } from '#test/support/slack-process.ts';
import { allSteps } from '#workers/all-steps.ts';
import { type FromSlack, type HearingDeps, heard, hearing } from '#workers/from-slack.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY_MS = 24 * 3_600_000;
const key = aReceiptKey();
const publicKeys = { [key.id]: publicKeyText(key) };
const isOurs: HearingDeps['jobReceiptIsValid'] = (name, data) => jobReceiptIsValid(name, data, publicKeys);
const own = ownRedisForTests();
const LONG = { groups: [SECURITY], needed: 2, expiresHours: 240 };

const wish: JobData<'record-request'> = {
  id: 'release-shop-1',
  lockdown: 'shop-1',
  team: 'T0ACME0001',
  user: people.boris,
  person: people.boris,
  channel: 'C0LOCKDOWN1',
  at: NOW,
  wish: { verb: 'release', because: 'the shop is down' },
};
const opening: JobData<'open-lockdown'> = {
  id: 'shop-1',
  namespace: '/acme/k8s/shop',
  days: 7,
  team: 'T0ACME0001',
  user: people.alice,
  channel: 'C0LOCKDOWN1',
  at: NOW,
};

function listening(now = NOW) {
  const forged: string[] = [];
  const again: string[] = [];
  const told: string[] = [];
  const kept = inbox(own().redis);
  const deps: HearingDeps = {
    inbox: kept,
    jobReceiptIsValid: isOurs,
    whisper: async ({ user }, text) => void told.push(`${user}: ${text}`),
    journal: {
      forgedJob: ({ because }) => void forged.push(because),
      heardBefore: ({ job }) => void again.push(job),
      refused: () => undefined,
      slackFailed: () => undefined,
    },
    now: () => now,
  };
  const left = async () => (await kept.waiting()).map(({ id }) => id);
  const leave = <Name extends FromSlack>(name: Name, data: JobData<Name>, id = data.id) =>
    kept.keep(id, { name, data, at: NOW });
  return { deps, forged, again, told, kept, left, leave };
}

test('what the Slack process left is heard', async () => {
  const { deps, forged, left, leave } = listening();
  const [asked, begun] = [signJob('record-request', wish, key), signJob('open-lockdown', opening, key)];
  await leave('record-request', asked);
  await leave('open-lockdown', begun, 'open-shop-1');
  expect(await heard(deps, 'record-request', asked, { id: wish.id })).toEqual(asked);
  expect(await heard(deps, 'open-lockdown', begun, { id: 'open-shop-1' })).toEqual(begun);
  expect(forged).toEqual([]);
  expect((await left()).sort()).toEqual(['open-shop-1', wish.id]);
});

const signed = signJob('record-request', wish, key);
test.each([
  ['without a receipt', wish],
  ['signed by a key of the forger’s own', signJob('record-request', wish, aReceiptKey())],
  ['signed by a key of the forger’s own under another id', signJob('record-request', wish, aReceiptKey('k2'))],
  ['in somebody else’s name', { ...signed, user: people.chitra }],
  ['for another lockdown', { ...signed, lockdown: 'bank-1' }],
  ['with another wish', { ...signed, wish: { verb: 'confirm' } as const }],
  ['with a receipt for another kind of job', { ...wish, receipt: signJob('open-lockdown', opening, key).receipt }],
])('Boris’s release %s is not heard nor kept, and an operator can count it', async (_, data) => {
  const { deps, forged, left, leave } = listening();
  await leave('record-request', data, wish.id);
  await expect(heard(deps, 'record-request', data, { id: wish.id })).rejects.toThrow('no valid receipt');
  expect(forged).toHaveLength(1);
  expect(await left()).toEqual([]);
});

test.each([
  ['emptied of its receipt', wish],
  ['made a confirm', { ...signed, wish: { verb: 'confirm' } as const }],
  ['made a copy of another one', signJob('record-request', { ...wish, id: 'release-shop-0' }, key)],
])(
  'Boris’s release that somebody %s while it waits in the queue is done as he wished it, and counted',
  async (_, data) => {
    const { deps, forged, left, leave } = listening();
    await leave('record-request', signed);
    expect(await heard(deps, 'record-request', data, { id: wish.id })).toEqual(signed);
    expect(forged).toEqual([expect.stringContaining('what was left under its id is done instead')]);
    expect(await left()).toEqual([wish.id]);
  },
);

test('a lockdown that Alice started is opened for her namespace although somebody wrote another one over it', async () => {
  const { deps, leave } = listening();
  const begun = signJob('open-lockdown', opening, key);
  await leave('open-lockdown', begun, 'open-shop-1');
  const over = { ...begun, namespace: '/acme/k8s/bank' };
  expect(await heard(deps, 'open-lockdown', over, { id: 'open-shop-1' })).toEqual(begun);
});

test('a release that Boris really wished for is not heard a second time under another id', async () => {
  const { deps } = listening();
  const again = heard(deps, 'record-request', signed, { id: 'release-shop-1-again' });
  await expect(again).rejects.toThrow('copy of another job');
});

test('a release is heard although the workers were away for days; after a week Boris is told that it was not done', async () => {
  const days = listening(NOW + 6 * DAY_MS);
  await days.leave('record-request', signed);
  expect(await heard(days.deps, 'record-request', signed, { id: wish.id })).toEqual(signed);
  const week = listening(NOW + 7 * DAY_MS + 1);
  expect(await heard(week.deps, 'record-request', signed, { id: wish.id })).toBe(undefined);
  expect(week.told).toEqual([
    expect.stringMatching(`${people.boris}: .*2026-11-22 12:00 UTC \\(release\\) was not done`),
  ]);
  expect(await week.left()).toEqual([]);
  expect(week.forged).toEqual([]);
});

test('a lockdown that Alice started and nobody opened for a week is not opened, and she is told', async () => {
  const { deps, told, left, leave } = listening(NOW + 8 * DAY_MS);
  const begun = signJob('open-lockdown', opening, key);
  await leave('open-lockdown', begun, 'open-shop-1');
  expect(await heard(deps, 'open-lockdown', begun, { id: 'open-shop-1' })).toBe(undefined);
  expect(told).toEqual([expect.stringContaining(`${people.alice}: `)]);
  expect(await left()).toEqual([]);
});

test('a wish that is too old stays kept while Slack does not answer, so that its owner is told later', async () => {
  const { deps, left, leave } = listening(NOW + 8 * DAY_MS);
  await leave('record-request', signed);
  const whisper = async () => {
    throw new Error('Slack is out');
  };
  await expect(heard({ ...deps, whisper }, 'record-request', signed, { id: wish.id })).rejects.toThrow('Slack is out');
  expect(await left()).toEqual([wish.id]);
});

test('Boris’s vote that was answered “recorded” counts however long the workers were away, while its question is open', async () => {
  const house = await aHouse(own(), { namespace: { approval: LONG } });
  await house.asking('dns');
  const vote = await house.signedVote('boris', 'dns');
  const id = 'vote-dns-1';
  const asked: JobData<'record-request'> = {
    ...wish,
    id,
    lockdown: house.id,
    at: house.now(),
    wish: { verb: 'vote', stage: 'dns', vote },
  };
  const left = signJob('record-request', asked, key);
  await inbox(own().redis).keep(id, { name: 'record-request', data: left, at: asked.at });
  house.later(9 * DAY_MS);
  const steps = hearing({ ...house.deps, inbox: inbox(own().redis), jobReceiptIsValid: isOurs }, allSteps(house.deps));
  await steps['record-request'](left, { id, attempt: 1, lastAttempt: false });
  expect((await house.stage('dns')).votes).toMatchObject([{ user: people.boris }]);
  expect(await inbox(own().redis).waiting()).toEqual([]);
});
