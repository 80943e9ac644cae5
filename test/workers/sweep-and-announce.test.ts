/** What happens by itself: deadlines, steps that got lost, and cards that show the truth. */
import { UnrecoverableError, Worker } from 'bullmq';
import { describe, expect, onTestFinished, test } from 'vitest';
import { QUEUE_PREFIX } from '#redis/keys.ts';
import { leaving } from '#redis/leaving.ts';
import { people } from '#sandbox/slack/seed.ts';
import { cardNames } from '#slack/card-names.ts';
import { slackClient } from '#slack/client.ts';
import { textFingerprint } from '#slack/views/shown-text.ts';
import { aHouse, CHANNEL, type House } from '#test/support/house.ts';
import { redisForTests } from '#test/support/redis.ts';
import { aLockdown } from '#test/support/slack-lockdowns.ts';
import { inTurn } from '#workers/looking-for-cards.ts';
import { keepSweeping } from '#workers/schedules.ts';
import { sweep as sweepOf } from '#workers/sweep.ts';

const redis = redisForTests(9);
const failed = (error: Error) => {
  throw error;
};
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

async function sweep(house: House): Promise<void> {
  house.later(MINUTE);
  await house.run('sweep', {});
}
const repaired = (house: House) => house.journalled.filter(({ line }) => line === 'repaired').map(({ step }) => step);
async function deleted({ slack }: House, { channel, ts }: { channel: string; ts: string }): Promise<void> {
  await fetch(`${slack.apiUrl}chat.delete`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ channel, ts }),
  });
}
function aSignal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}
async function losesTheQueue(): Promise<void> {
  for (const key of await redis.redis.keys('*queue*')) await redis.redis.del(key);
}

describe('a queue that somebody held up', () => {
  test.each([
    ['paused', { paused: '1' }],
    ['paused by another word', { paused: '0' }],
    ['throttled to nothing', { concurrency: '0' }],
  ] as const)('and that is %s goes on within a minute, and an operator reads it', async (_, meta) => {
    const house = await aHouse(redis);
    await house.start();
    const { id, team } = await house.lockdown();
    const user = people.alice;
    const request = { id: 'r1', lockdown: id, team, user, person: user, channel: CHANNEL, at: house.now() };
    await redis.redis.hset(`${QUEUE_PREFIX}:record-request:meta`, meta);
    await house.queues.add('record-request', { ...request, wish: { verb: 'pause' } }, 'r1');
    await house.settle();
    expect((await house.lockdown()).paused).toBe(false);
    await sweep(house);
    await house.settle();
    expect((await house.lockdown()).paused).toBe(true);
    expect(house.journalled).toContainEqual({
      line: 'warned',
      because: expect.stringContaining('The queue record-request was paused or throttled'),
    });
    house.journalled.length = 0;
    await sweep(house);
    expect(house.journalled.filter(({ line }) => line === 'warned')).toEqual([]);
  });
});

describe('time alone', () => {
  test('ends discovery on the day it was planned for, and opens the first stage', async () => {
    const house = await aHouse(redis);
    await house.start();
    await house.exercise();
    house.later(6 * DAY);
    await sweep(house);
    await house.settle();
    expect((await house.lockdown()).phase).toBe('discovering');
    house.later(DAY);
    await sweep(house);
    await house.settle();
    expect(await house.history()).toContain('discovery-ended');
    expect((await house.lockdown()).phase).toBe('securing');
  });

  test('does not end the discovery of a lockdown that is paused', async () => {
    const house = await aHouse(redis);
    await house.start();
    await house.wish('alice', { verb: 'pause' });
    house.later(8 * DAY);
    await sweep(house);
    await house.settle();
    expect((await house.lockdown()).phase).toBe('discovering');
  });

  test('lets a question expire, which is not a no, and a late vote is answered', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.vote('boris', 'dns');
    const late = await house.signedVote('chitra', 'dns');
    house.later(4 * DAY);
    await sweep(house);
    await sweep(house);
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('expired');
    expect((await house.history()).filter((type) => type === 'expired')).toHaveLength(1);
    expect((await house.seen()).join('\n')).toContain('That is no denial');
    expect(await house.wish('chitra', { verb: 'vote', stage: 'dns', vote: late })).toEqual([
      expect.stringContaining('outdated'),
    ]);
    expect(await house.objects()).toEqual([]);
  });

  test('lets no question expire while the lockdown is paused, and does so once it is resumed', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.wish('alice', { verb: 'pause' });
    house.later(4 * DAY);
    await sweep(house);
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('asking');
    await house.wish('alice', { verb: 'resume' });
    await sweep(house);
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('expired');
  });

  test('does not let a question expire because the one before it was about to', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    const before = (await house.stage('dns')).ask?.nonce ?? '';
    await house.vote('boris', 'dns', { decision: 'deny', reason: 'wait' });
    await house.wish('alice', { verb: 'reopen', stage: 'dns' });
    await house.settle();
    await house.happens({ type: 'expired', stage: 'dns', nonce: before });
    expect((await house.stage('dns')).phase).toBe('asking');
  });
});

describe('a queue that was wiped', () => {
  test('is rebuilt: a draft that was under way is drafted, the schedules come again', async () => {
    const house = await aHouse(redis);
    await house.start();
    await house.exercise();
    await house.wish('alice', { verb: 'next' });
    await losesTheQueue();
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('drafting');
    await sweep(house);
    expect(repaired(house)).toEqual(['draft-stage']);
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('asking');
    for (const schedule of ['collect-flows', 'remind'] as const)
      expect(await redis.redis.zcard(`{lockstep}:queue:${schedule}:repeat`)).toBe(1);
  });

  test('loses no applying and no verifying', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.approve('dns', 'apply-stage');
    await losesTheQueue();
    await sweep(house);
    await house.settle('verify-stage');
    expect((await house.stage('dns')).phase).toBe('verifying');
    await losesTheQueue();
    await house.exercise();
    await sweep(house);
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('allowed');
    expect(repaired(house)).toEqual(['apply-stage', 'verify-stage']);
  });

  test('is swept again, although nobody starts a worker anew', async () => {
    const house = await aHouse(redis);
    const sweeping = await keepSweeping(house.queues, 300, failed);
    onTestFinished(sweeping.stop);
    const scheduled = () => redis.redis.zcard('{lockstep}:queue:sweep:repeat');
    expect(await scheduled()).toBe(1);
    await losesTheQueue();
    await expect.poll(scheduled, { timeout: 20_000 }).toBe(1);
  });

  test('loses no vote that was answered “recorded”', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    const vote = await house.signedVote('boris', 'dns');
    const user = people.boris;
    const request = { lockdown: house.id, team: vote.team, user, person: user, channel: CHANNEL, at: house.now() };
    const data = { id: 'boris-1', ...request, wish: { verb: 'vote' as const, stage: 'dns' as const, vote } };
    const leave = leaving({ redis: redis.redis, queues: house.queues, onError: failed, now: house.now });
    expect(await leave('record-request', data, 'boris-1')).toBe('left');
    await losesTheQueue();
    await sweep(house);
    expect(repaired(house)).toEqual(['record-request']);
    await house.settle();
    expect((await house.stage('dns')).votes).toEqual([vote]);
    await losesTheQueue();
    await sweep(house);
    await house.settle();
    expect(await house.history()).toEqual(expect.arrayContaining(['vote-cast']));
    expect((await house.history()).filter((type) => type === 'vote-cast')).toHaveLength(1);
  });

  test('leaves no card behind that says a lockdown goes on which has ended', async () => {
    const house = await aHouse(redis);
    await house.start();
    await house.settle();
    await house.wish('alice', { verb: 'cancel', written: 'nothing' });
    await losesTheQueue();
    await house.settle();
    const card = async () => (await house.seen()).find((drawn) => drawn.includes('# Lockdown of'));
    expect((await house.lockdown()).phase).toBe('cancelled');
    expect(await card()).not.toMatch(/cancelled/i);
    await sweep(house);
    await house.settle();
    expect(await card()).toMatch(/cancelled/i);
  });

  test('is rebuilt although somebody wrote nonsense where clicks are kept, and the operator reads of it', async () => {
    const house = await aHouse(redis);
    await house.start();
    await redis.redis.hset('{lockstep}:left', 'a', 'no JSON', 'b', '{"name":"apply-stage","data":{},"at":1}');
    await sweep(house);
    expect(house.journalled.filter(({ line }) => line === 'warned').map(({ because }) => because)).toEqual([
      'what was kept as the job a is none, so it was dropped',
      'what was kept as the job b is none, so it was dropped',
    ]);
    expect(await redis.redis.exists('{lockstep}:left')).toBe(0);
  });

  test('posts a question once, although asking it was lost', async () => {
    const house = await aHouse(redis);
    await house.start();
    await house.exercise();
    await house.wish('alice', { verb: 'next' });
    await house.settle('ask-approval');
    await losesTheQueue();
    await sweep(house);
    await house.settle();
    await sweep(house);
    await house.settle();
    expect((await house.seen()).filter((drawn) => drawn.includes('# Approve dns for'))).toHaveLength(1);
  });
});

test.each([-5, 5])(
  'a clock that is set %i minutes off in the middle of a stage loses nothing and does nothing twice',
  async (minutes) => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.vote('boris', 'dns');
    house.later(minutes * MINUTE);
    await house.vote('chitra', 'dns');
    await house.settle('apply-stage');
    house.later(minutes * MINUTE);
    await house.settle('verify-stage');
    expect((await house.stage('dns')).phase).toBe('verifying');
    house.later(-minutes * MINUTE);
    await sweep(house);
    await house.settle('verify-stage');
    const history = await house.history();
    expect(history.filter((type) => type === 'vote-cast')).toHaveLength(2);
    expect(history.filter((type) => type === 'applied')).toHaveLength(1);
    const cards = (await house.seen()).filter((drawn) => drawn.includes('# Lockdown of'));
    expect(cards).toEqual([expect.stringContaining('written, waiting for proof')]);
  },
);

test('while its channel is archived nothing is written; once it is back, that goes on and the cards are true', async () => {
  const house = await aHouse(redis);
  await house.asking('dns');
  await house.around.archive(CHANNEL);
  await house.approve('dns');
  expect((await house.stage('dns')).phase).toBe('applying');
  expect(await house.objects()).toEqual([]);
  const failures = house.journalled.filter(({ line }) => line === 'stepFailed').map(({ because }) => because);
  expect(failures).toContainEqual(expect.stringContaining('the channel of its cards is archived'));
  await house.around.unarchive(CHANNEL);
  await house.run('apply-stage', { lockdown: house.id, stage: 'dns' });
  await sweep(house);
  await house.settle('verify-stage');
  expect((await house.stage('dns')).phase).toBe('verifying');
  const cards = (await house.seen()).filter((drawn) => drawn.includes('# Lockdown of'));
  expect(cards).toEqual([expect.stringContaining('written, waiting for proof')]);
});

test('a step that was given up because its workers kept dying is started again, and its stage is neither closed nor failed', async () => {
  const house = await aHouse(redis);
  await house.asking('dns');
  await house.approve('dns', 'apply-stage');
  const dying = new Worker('apply-stage', null, {
    connection: { url: redis.url },
    prefix: QUEUE_PREFIX,
    autorun: false,
  });
  onTestFinished(() => dying.close(true));
  const job = await dying.getNextJob('dying', { block: false });
  await job?.moveToFailed(new UnrecoverableError('job stalled more than allowable limit'), 'dying');
  expect(await house.queues.underWay('apply-stage')).toEqual([]);
  expect((await house.stage('dns')).phase).toBe('applying');
  await sweep(house);
  await house.settle();
  expect((await house.stage('dns')).phase).toBe('verifying');
});

describe('a lockdown that waits for people', () => {
  test('is left in peace: the operator reads of no repair, and nobody of a card that changes every minute', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await sweep(house);
    await house.settle();
    const calls = (await house.around.calls('chat.update')).length;
    for (let minutes = 0; minutes < 3; minutes += 1) {
      await sweep(house);
      await house.settle();
    }
    expect(repaired(house)).toEqual([]);
    expect(await house.around.calls('chat.update')).toHaveLength(calls);
  });

  test('and is paused has nothing started for it', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.wish('alice', { verb: 'pause' });
    await losesTheQueue();
    await sweep(house);
    expect(repaired(house)).toEqual([]);
  });
});

describe('the thread', () => {
  test('tells each thing once, in order, also when two announce at the same time', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.vote('boris', 'dns');
    await house.vote('chitra', 'dns', { decision: 'deny', reason: 'wrong resolver' });
    const announce = () => house.run('announce', { lockdown: house.id });
    await Promise.all([announce(), announce()]);
    await house.settle();
    const said = (await house.seen()).filter((drawn) => /^“[^”]*(vote cast|started early)”/.test(drawn));
    expect(said.map((drawn) => drawn.split('\n')[1])).toEqual([
      expect.stringContaining(`@${people.alice} ended discovery early`),
      expect.stringContaining(`@${people.boris} approved *dns*, having looked at what stands out; 1 of 2 needed`),
      expect.stringContaining(`@${people.chitra} denied *dns*: wrong resolver`),
    ]);
  });

  test('a card that somebody deleted in Slack comes back', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    const place = await house.deps.cards.get(house.id, 'approval-dns-r1');
    if (!place) throw new Error('the card is there');
    await deleted(house, place);
    await house.vote('boris', 'dns');
    await house.settle();
    const cards = (await house.seen()).filter((drawn) => drawn.includes('# Approve dns for'));
    expect(cards).toEqual([expect.stringContaining('*Approved by 1 of 2 needed*')]);
  });

  test('a question whose card somebody deleted comes back within a minute, once, although nothing about it has changed', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    const place = await house.deps.cards.get(house.id, 'approval-dns-r1');
    if (!place) throw new Error('the card is there');
    await deleted(house, place);
    await sweep(house);
    await house.settle();
    await sweep(house);
    await house.settle();
    expect(repaired(house)).toEqual(['ask-approval']);
    expect((await house.seen()).filter((drawn) => drawn.includes('# Approve dns for'))).toHaveLength(1);
    await house.approve('dns', 'apply-stage');
    expect((await house.stage('dns')).phase).toBe('applying');
  });

  test('the lockdown’s own card that somebody deleted comes back within a minute, once, although nothing about it has changed', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.settle();
    const place = await house.deps.cards.get(house.id, 'lockdown');
    if (!place) throw new Error('the card is there');
    await deleted(house, place);
    for (const _minute of [1, 2]) {
      await sweep(house);
      await house.settle();
    }
    expect(repaired(house)).toEqual(['announce']);
    expect((await house.seen()).filter((drawn) => drawn.includes('# Lockdown of'))).toHaveLength(1);
  });

  test('of a thousand lockdowns each has its cards looked at in its turn, and Slack is not asked for all at once', () => {
    const open = Array.from({ length: 1000 }, (_, number) => ({ ...aLockdown(), id: `shop-${number}` }));
    const turns = Array.from({ length: 17 }, (_, minute) => inTurn(open, 1_000 + minute).map(({ id }) => id));
    expect(Math.max(...turns.map(({ length }) => length))).toBeLessThanOrEqual(60);
    expect(turns.flat().sort()).toEqual(open.map(({ id }) => id).sort());
    expect(inTurn(open.slice(0, 60), 7)).toHaveLength(60);
  });

  test('of very many lockdowns those that nothing happened to are drawn in their turn, and the others within a minute', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.settle();
    const others = Array.from({ length: 150 }, (_, number) => aLockdown({ id: `other-${number}`, phase: 'locked' }));
    const listed = async () => [...others, await house.lockdown()];
    const behind: Record<string, boolean> = { [house.id]: true, 'other-7': true };
    const drawn = new Set<string>();
    const run = sweepOf({
      ...house.deps,
      lockdowns: { ...house.deps.lockdowns, open: listed },
      cards: { ...house.deps.cards, isBehind: async (id) => behind[id] ?? false, get: async () => undefined },
      queues: {
        ...house.deps.queues,
        add: async (name, data) => {
          if (name === 'announce' && 'lockdown' in data) drawn.add(String(data.lockdown));
        },
      },
    });
    await run();
    expect(drawn.size).toBeLessThanOrEqual(62);
    expect(drawn).toContain(house.id);
    expect(drawn).toContain('other-7');
    for (const _minute of [1, 2, 3]) {
      house.later(MINUTE);
      await run();
    }
    expect(drawn.size).toBe(151);
  });

  test('a Slack that is out of order for a while loses nothing of what happened', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.around.fault({ method: 'chat.postMessage', error: 'internal_error', count: 1000 });
    await house.vote('boris', 'dns');
    await house.settle();
    await house.around.clearFaults();
    await house.run('announce', { lockdown: house.id });
    expect((await house.seen()).join('\n')).toContain(`@${people.boris} approved *dns*`);
  });
});

describe('a lockdown that ended long ago', () => {
  test('is forgotten when its retention is over, and the operator reads so', async () => {
    const house = await aHouse(redis, { settings: { retentionDays: 30 } });
    await house.start();
    await house.wish('alice', { verb: 'cancel', written: 'nothing' });
    await house.settle();
    house.later(29 * DAY);
    await sweep(house);
    expect(await house.deps.lockdowns.read(house.id)).toBeDefined();
    house.later(DAY);
    await sweep(house);
    expect(await house.deps.lockdowns.read(house.id)).toBeUndefined();
    expect(house.journalled).toContainEqual(
      expect.objectContaining({ line: 'forgot', lockdown: house.id, entries: 2 }),
    );
  });
});

describe('two versions of a card on their way at once', () => {
  /** The older version reaches Slack after the newer one; who sent the newer hears of it last. */
  async function crossing(older: 'is answered' | 'is never answered') {
    let held: 'nothing' | 'the older' | 'the newer' = 'nothing';
    const newerIsThere = aSignal();
    const olderIsDone = aSignal();
    const house = await aHouse(redis, {
      between: (deps) => ({
        ...deps,
        poster: {
          ...deps.poster,
          async updateCard(given) {
            if (held === 'nothing' || given.card !== cardNames.lockdown) return deps.poster.updateCard(given);
            if (held === 'the older') {
              held = 'the newer';
              await newerIsThere.given;
              const answer = await deps.poster.updateCard(given);
              if (older === 'is never answered') throw new Error('Slack did not answer in time');
              return answer;
            }
            held = 'nothing';
            const answer = await deps.poster.updateCard(given);
            newerIsThere.give();
            await olderIsDone.given;
            return answer;
          },
        },
      }),
    });
    await house.asking('dns');
    await house.wish('alice', { verb: 'pause' });
    held = 'the older';
    const first = house.run('announce', { lockdown: house.id }, { id: 'older' });
    await expect.poll(() => held).toBe('the newer');
    await house.wish('alice', { verb: 'resume' });
    const second = house.run('announce', { lockdown: house.id }, { id: 'newer' });
    await first.catch(() => undefined);
    olderIsDone.give();
    await second;
    return house;
  }
  const card = async (house: House) => (await house.seen())[0] ?? '';

  async function isPutRight(older: Parameters<typeof crossing>[0]): Promise<void> {
    const house = await crossing(older);
    expect(await card(house)).toMatch(/paused/i);
    await sweep(house);
    await house.settle();
    expect(await card(house)).not.toMatch(/paused/i);
  }

  test('do not leave the older one standing, whoever hears of its own last', () => isPutRight('is answered'));
  test('do not leave the older one standing, although its sender died', () => isPutRight('is never answered'));

  test('leave a card alone again once one was sent by itself', async () => {
    const house = await crossing('is answered');
    await sweep(house);
    await house.settle();
    const updates = async () => (await house.around.calls('chat.update')).length;
    const before = await updates();
    await sweep(house);
    await house.settle();
    expect(await updates()).toBe(before);
  });

  test('leave it alone too when a sender died, once that is long ago', async () => {
    const house = await crossing('is never answered');
    const shown = () => house.deps.cards.shown(house.id, cardNames.lockdown);
    expect(await shown()).toBeUndefined();
    await sweep(house);
    await sweep(house);
    await house.settle();
    expect(await shown()).toBeDefined();
  });
});

describe('what people may rightly read on a card', () => {
  test('is what it says now and what it said before, however many announce it at once', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    const card = cardNames.approval('dns', 1);
    const read = async () => {
      const { channel, ts } = (await house.deps.cards.get(house.id, card)) ?? { channel: '', ts: '' };
      const messages = await house.around.messages(channel);
      return textFingerprint({ ...messages.find((each) => each.ts === ts) });
    };
    const first = await read();
    await house.vote('boris', 'dns');
    await Promise.all(['a', 'b', 'c'].map((id) => house.run('announce', { lockdown: house.id }, { id })));
    const second = await read();
    expect(second).not.toBe(first);
    expect(await house.deps.cards.texts(house.id, card)).toEqual(expect.arrayContaining([first, second]));
    await house.vote('diego', 'dns', { decision: 'deny', reason: 'Not these, please.' });
    await house.run('announce', { lockdown: house.id });
    const now = await house.deps.cards.texts(house.id, card);
    expect(now).toEqual(expect.arrayContaining([second, await read()]));
    expect(now).not.toContain(first);
  });

  test('is known of the lockdown’s card also once a file was attached in its thread', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    const root = await house.deps.cards.get(house.id, cardNames.lockdown);
    expect(await house.deps.cards.get(house.id, 'edges-dns-r1')).toBeDefined();
    expect(await house.deps.cards.find(CHANNEL, root?.ts ?? '')).toMatchObject({ card: cardNames.lockdown });
  });

  test('is what was sent last, also when it was kept before others', async () => {
    const house = await aHouse(redis);
    const { cards } = house.deps;
    for (const text of ['a', 'b', 'c', 'd']) await cards.keepTexts('l', 'card', [text]);
    await cards.textsSent('l', 'card', ['d']);
    await cards.textsSent('l', 'card', ['a']);
    expect(await cards.texts('l', 'card')).toEqual(['a', 'd']);
  });

  test('comes back within a minute where somebody rewrote the card', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    const card = cardNames.approval('dns', 1);
    const place = await house.deps.cards.get(house.id, card);
    if (!place) throw new Error('there is no card');
    const before = await house.seen();
    const client = slackClient(house.slack.botToken, { slackApiUrl: house.slack.apiUrl });
    await client.chat.update({ channel: place.channel, ts: place.ts, text: 'Harmless', blocks: [] });
    await house.run('announce', { lockdown: house.id }, { id: 'knows-nothing' });
    expect(await house.seen()).not.toEqual(before);
    await house.deps.cards.markAltered(house.id, card);
    await house.run('announce', { lockdown: house.id }, { id: 'is-told' });
    expect(await house.seen()).toEqual(before);
    expect(await house.deps.cards.isAltered(house.id, card)).toBe(false);
  });
});

test('who was added to the approvers is known of long before the next question', async () => {
  const house = await aHouse(redis);
  await house.start();
  for (let minute = 0; minute < 10; minute += 1) await sweep(house);
  await house.around.setGroup('S0SECURITY1', [people.boris, people.chitra, people.erin, people.diego]);
  for (let minute = 0; minute < 10; minute += 1) await sweep(house);
  const members = [people.boris, people.diego];
  expect(await house.deps.groupAges.newcomers('S0SECURITY1', members, house.now(), 60 * MINUTE)).toEqual([
    people.diego,
  ]);
  expect(await house.deps.groupAges.newcomers('S0SECURITY1', members, house.now() + DAY, DAY)).toEqual([]);
});

describe('the channel in which people are asked', () => {
  const lines = async (house: House) =>
    (await house.seen()).flatMap((drawn) => drawn.split('\n').slice(1)).filter((line) => /channel/.test(line));
  const look = async (house: House) => house.run('announce', { lockdown: house.id });

  test('is told of once when it is renamed, shared with strangers, and no longer', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await look(house);
    expect(await lines(house)).toEqual([]);
    await house.around.setChannel(CHANNEL, { name: 'lockdown-approva1s' });
    await look(house);
    await look(house);
    await house.around.setChannel(CHANNEL, { shared: true });
    await look(house);
    await house.around.setChannel(CHANNEL, { shared: false });
    await look(house);
    expect(await lines(house)).toEqual([
      'This channel was renamed from `#lockdowns` to `#lockdown-approva1s`; it is the same channel.',
      'Take care: the channel of its cards is shared with another organisation. Approvals are held while that is so.',
      'The channel is as it was before, so approvals count again.',
    ]);
    expect(house.journalled.filter(({ line }) => line === 'channelChanged')).toHaveLength(3);
  });

  test('is told of in the log where nothing can be said in it', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.around.archive(CHANNEL);
    await look(house);
    expect(house.journalled).toContainEqual(
      expect.objectContaining({ line: 'channelChanged', because: expect.stringContaining('archived') as string }),
    );
  });
});
