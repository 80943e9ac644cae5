/** A wish that was recorded or refused is done with: whoever puts its signed job into the queue once more is not heard. */
import { expect, test } from 'vitest';
import type { Wish } from '#core/request.ts';
import { inbox, REMEMBERED_MS } from '#redis/inbox.ts';
import { people } from '#sandbox/slack/seed.ts';
import { jobReceiptIsValid, publicKeyText, signJob } from '#slack/receipt.ts';
import type { JobData } from '#src/jobs.ts';
import { aHouse, CHANNEL, type House } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';
import { aReceiptKey } from '#test/support/slack-process.ts';
import { allSteps } from '#workers/all-steps.ts';
import { hearing } from '#workers/from-slack.ts';

const own = ownRedisForTests();
const key = aReceiptKey();
const TEAM = 'T0ACME0001';
const DAY_MS = 24 * 3_600_000;

/** Whatever the Slack process left stays as it was signed, so that somebody can put it there again. */
function queueOf(house: House, deps = house.deps) {
  const steps = hearing(
    {
      ...deps,
      inbox: inbox(own().redis),
      jobReceiptIsValid: (name, data) => jobReceiptIsValid(name, data, { [key.id]: publicKeyText(key) }),
    },
    allSteps(deps),
  );
  const job = (id: string) => ({ id, attempt: 1, lastAttempt: false });
  return {
    do: (data: JobData<'record-request'>) => steps['record-request'](data, job(data.id)),
    open: (data: JobData<'open-lockdown'>, id: string) => steps['open-lockdown'](data, job(id)),
  };
}

function signed(house: House, who: keyof typeof people, wish: Wish, id: string): JobData<'record-request'> {
  const user = people[who];
  const request: JobData<'record-request'> = {
    id,
    lockdown: house.id,
    team: TEAM,
    user,
    person: user,
    channel: CHANNEL,
    at: house.now(),
    wish,
  };
  return signJob('record-request', request, key);
}

const heardBefore = ({ journalled }: House) => journalled.filter(({ line }) => line === 'heardBefore').length;
const count = async (house: House, type: string) => (await house.history()).filter((each) => each === type).length;

test('a pause that Alice wished for twice, and that changed nothing the second time, does not pause days after she went on', async () => {
  const house = await aHouse(own());
  await house.start();
  const queue = queueOf(house);
  const [first, second] = ['pause-1', 'pause-2'].map((id) => signed(house, 'alice', { verb: 'pause' }, id)) as [
    JobData<'record-request'>,
    JobData<'record-request'>,
  ];
  await queue.do(first);
  await queue.do(second);
  await queue.do(signed(house, 'alice', { verb: 'resume' }, 'resume-1'));
  const told = await house.whispers('alice');
  expect(told).toEqual([expect.stringContaining('That changes nothing now')]);
  house.later(3 * DAY_MS);
  await queue.do(second);
  await queue.do(first);
  expect((await house.lockdown()).paused).toBe(false);
  expect(await count(house, 'paused')).toBe(1);
  expect(await house.whispers('alice')).toEqual(told);
  expect(heardBefore(house)).toBe(2);
});

test('a wish that was refused because Diego was not in the group is not granted once he is', async () => {
  const house = await aHouse(own());
  await house.around.setGroup('S0PLATFORM1', [people.alice, people.boris]);
  await house.start();
  const queue = queueOf(house);
  const wish = signed(house, 'diego', { verb: 'pause' }, 'pause-diego');
  await queue.do(wish);
  expect(await house.whispers('diego')).toHaveLength(1);
  await house.around.setGroup('S0PLATFORM1', [people.alice, people.boris, people.diego]);
  await queue.do(wish);
  expect((await house.lockdown()).paused).toBe(false);
  expect(await house.whispers('diego')).toHaveLength(1);
});

test('a wish that was recorded is not recorded once more when hundreds of entries have followed', async () => {
  const house = await aHouse(own());
  await house.start();
  const queue = queueOf(house);
  const wish = signed(house, 'alice', { verb: 'pause' }, 'pause-1');
  await queue.do(wish);
  await queue.do(signed(house, 'alice', { verb: 'resume' }, 'resume-1'));
  const lockdown = await house.lockdown();
  const followed = Array.from({ length: 201 }, () => ({
    event: { type: 'resumed' as const, by: people.alice },
    from: 'discovering',
    to: 'discovering',
    steps: [],
  }));
  await house.deps.lockdowns.save(lockdown, followed, { at: house.now(), cause: 'others', config: 'test' });
  await queue.do(wish);
  expect((await house.lockdown()).paused).toBe(false);
  expect(await count(house, 'paused')).toBe(1);
});

test('a start that was refused because another lockdown was open opens nothing when that one has ended', async () => {
  const house = await aHouse(own());
  await house.start();
  const queue = queueOf(house);
  const { namespace } = house;
  const who = { team: TEAM, user: people.alice, channel: CHANNEL };
  const asked: JobData<'open-lockdown'> = { id: 'hipster-shop-0002', namespace, days: 7, ...who, at: house.now() };
  const start = signJob('open-lockdown', asked, key);
  await queue.open(start, 'open-hipster-shop-0002');
  await queue.do(signed(house, 'alice', { verb: 'cancel', written: 'nothing' }, 'cancel-1'));
  expect((await house.lockdown()).phase).toBe('cancelled');
  await queue.open(start, 'open-hipster-shop-0002');
  await queue.open(start, 'open-under-another-id');
  expect(await house.deps.lockdowns.openOf(namespace)).toBe(undefined);
  expect(heardBefore(house)).toBe(2);
});

test.each([
  ['before it is kept what Alice wished for', 'pause'],
  ['after that, before it is noted that she was heard', 'note'],
])('a worker that dies %s loses nothing: the next one does it, once', async (_, when) => {
  let dying = true;
  const die = async () => {
    if (dying) throw new Error('died');
  };
  const house = await aHouse(own());
  await house.start();
  const { deps } = house;
  const mortal = {
    ...deps,
    lockdowns: {
      ...deps.lockdowns,
      save: async (...given: Parameters<typeof deps.lockdowns.save>) => {
        if (when === 'pause') await die();
        return deps.lockdowns.save(...given);
      },
    },
    inbox: {
      ...deps.inbox,
      done: async (...given: Parameters<typeof deps.inbox.done>) => {
        await die();
        await deps.inbox.done(...given);
      },
    },
  };
  const queue = queueOf(house, mortal);
  const wish = signed(house, 'alice', { verb: 'pause' }, 'pause-1');
  await inbox(own().redis).keep(wish.id, { name: 'record-request', data: wish, at: wish.at });
  await expect(queue.do(wish)).rejects.toThrow('died');
  expect((await inbox(own().redis).waiting()).map(({ id }) => id)).toEqual([wish.id]);
  dying = false;
  await queue.do(wish);
  expect((await house.lockdown()).paused).toBe(true);
  expect(await count(house, 'paused')).toBe(1);
  expect(await inbox(own().redis).waiting()).toEqual([]);
  expect(await house.whispers('alice')).toEqual([]);
});

test('what was heard is remembered for as long as it could be heard, and then forgotten', async () => {
  const house = await aHouse(own());
  await house.start();
  const queue = queueOf(house);
  const vote = signed(house, 'boris', { verb: 'withdraw-vote', stage: 'dns', person: people.boris, nonce: 'n' }, 'w1');
  await queue.do(vote);
  house.later(REMEMBERED_MS - DAY_MS);
  await queue.do(signed(house, 'alice', { verb: 'pause' }, 'pause-late'));
  await queue.do(vote);
  expect(heardBefore(house)).toBe(1);
  house.later(3 * DAY_MS);
  await queue.do(signed(house, 'alice', { verb: 'resume' }, 'resume-late'));
  expect(await own().redis.zrange('{lockstep}:heard', '0', '-1')).toEqual([
    'record-request pause-late',
    'record-request resume-late',
  ]);
  await expect(queue.do(vote)).rejects.toThrow('nobody remembers any more whether it was heard');
});
