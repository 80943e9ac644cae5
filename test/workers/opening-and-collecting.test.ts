/** How a lockdown begins: who may have one, what is read of the past, and what people are told meanwhile. */
import { describe, expect, test } from 'vitest';
import { people } from '#sandbox/slack/seed.ts';
import { aHouse, CHANNEL, type House } from '#test/support/house.ts';
import { redisForTests } from '#test/support/redis.ts';

const redis = redisForTests(8);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const CLUSTER = '/acme/aws-dev/k8s';
/** The cluster and everything below it is configured, so that only the console's answer decides. */
const everywhere = {
  settings: {
    namespaces: [CLUSTER, `${CLUSTER}/*`].map((match) => ({
      match,
      channel: CHANNEL,
      requesters: { users: [people.alice] },
      approval: { users: [people.boris, people.chitra] },
    })),
  },
};

async function refusal(house: House, namespace: string): Promise<string[]> {
  await house.start({ namespace });
  expect(await house.deps.lockdowns.read(house.id)).toBeUndefined();
  expect(await house.seen()).toEqual([]);
  return house.whispers('alice');
}

describe('a lockdown is not opened', () => {
  test('for a namespace that the console does not know', async () => {
    const house = await aHouse(redis, everywhere);
    expect(await refusal(house, `${CLUSTER}/nowhere`)).toEqual([
      expect.stringContaining(`The console does not know ${CLUSTER}/nowhere`),
    ]);
  });

  test('for the cluster itself', async () => {
    const house = await aHouse(redis, everywhere);
    expect(await refusal(house, CLUSTER)).toEqual([expect.stringContaining('is the cluster itself')]);
  });

  test('for a namespace without approvers in the configuration', async () => {
    const house = await aHouse(redis);
    expect(await refusal(house, `${CLUSTER}/bank`)).toEqual([expect.stringContaining('No approvers are configured')]);
  });

  test('where discovery mode is already off', async () => {
    const house = await aHouse(redis);
    await house.changeNamespace({ defaultPUIncomingTrafficAction: 'Reject', defaultPUOutgoingTrafficAction: 'Reject' });
    expect(await refusal(house, house.namespace)).toEqual([
      expect.stringContaining('answered with Reject (incoming) and Reject (outgoing)'),
    ]);
  });

  test('for a namespace that is protected on the console', async () => {
    const house = await aHouse(redis);
    await house.changeNamespace({ protected: true });
    expect(await refusal(house, house.namespace)).toEqual([expect.stringContaining('is protected on the console')]);
  });

  test('while the console refuses the credential; the person is told', async () => {
    const house = await aHouse(redis);
    await house.control('POST', '/faults', { status: 401, count: 0 });
    expect(await refusal(house, house.namespace)).toEqual([
      expect.stringContaining('The console refused the credential'),
    ]);
  });

  test('a second time for the same namespace: whoever comes second is told of the first', async () => {
    const house = await aHouse(redis);
    await house.start();
    await house.start({ id: 'hipster-shop-0002', user: people.diego });
    expect(await house.whispers('diego')).toEqual([expect.stringContaining('is already open')]);
    expect((await house.deps.lockdowns.open()).map(({ id }) => id)).toEqual([house.id]);
  });

  test('because of a start that was held up until the one typed after it had been carried out and had ended', async () => {
    const house = await aHouse(redis);
    const first = { id: 'hipster-shop-0002', at: house.now() };
    house.later(15_000);
    await house.start();
    await house.wish('alice', { verb: 'cancel', written: 'nothing' });
    await house.settle();
    house.later(60_000);
    await house.start(first);
    expect(await house.whispers('alice')).toContainEqual(expect.stringContaining('was opened and has ended'));
    expect(await house.deps.lockdowns.open()).toEqual([]);
    await house.start({ id: 'hipster-shop-0003' });
    expect((await house.deps.lockdowns.open()).map(({ id }) => id)).toEqual(['hipster-shop-0003']);
  });

  test('twice by two commands at the same moment', async () => {
    const house = await aHouse(redis);
    await Promise.all([house.start(), house.start({ id: 'hipster-shop-0002', user: people.diego })]);
    expect(await house.deps.lockdowns.open()).toHaveLength(1);
    expect([...(await house.whispers('alice')), ...(await house.whispers('diego'))]).toHaveLength(1);
  });
});

describe('a lockdown that is opened', () => {
  test('has one card in the channel, however often the job runs', async () => {
    const house = await aHouse(redis);
    await Promise.all([house.start(), house.start()]);
    await house.start();
    await house.settle();
    await house.run('announce', { lockdown: house.id });
    const cards = (await house.seen()).filter((drawn) => drawn.includes('# Lockdown of'));
    expect(cards).toHaveLength(1);
    expect(await house.history()).toEqual(['started']);
  });

  test('whose worker died before the schedules were set has them after the retry', async () => {
    let crash = true;
    const house = await aHouse(redis, {
      between: (deps) => ({
        ...deps,
        queues: {
          ...deps.queues,
          async schedule(...given) {
            if (crash) throw new Error('the process died');
            return deps.queues.schedule(...given);
          },
        },
      }),
    });
    await expect(house.start()).rejects.toThrow('the process died');
    crash = false;
    await house.start();
    await house.settle();
    expect(await house.whispers('alice')).toEqual([]);
    expect(await house.queues.underWay('collect-flows')).toHaveLength(1);
    expect((await house.deps.edges.collected(house.id))?.reports).toBe(0);
  });

  test('in a channel the bot is not in does not lose what it reads; its card comes once the bot is there', async () => {
    const house = await aHouse(redis, { namespace: { channel: 'C0GENERAL01' } });
    await house.start({ channel: 'C0GENERAL01' });
    await house.exercise();
    await house.settle();
    expect(house.journalled.filter(({ line }) => line === 'stepFailed')).toContainEqual(
      expect.objectContaining({ step: 'announce', because: expect.stringContaining('I am not in that channel') }),
    );
    await house.around.join('C0GENERAL01', 'U0LOCKSTEP');
    house.later(MINUTE);
    await house.run('sweep', {});
    await house.settle();
    expect((await house.deps.edges.collected(house.id))?.readUpTo).toBeGreaterThan(0);
    expect(await house.around.messages('C0GENERAL01')).toHaveLength(1);
  });
});

describe('reading the past', { timeout: 90_000 }, () => {
  test('a week that is already on the console is read in windows, each once, by several who start at once', async () => {
    const house = await aHouse(redis, {
      console: { recorded: true },
      settings: { discovery: { lookbackDays: 7, reportDelaySeconds: 0, windowHours: 24 } },
    });
    await house.start();
    const collect = () => house.run('collect-flows', { lockdown: house.id });
    await Promise.all([collect(), collect()]);
    const windows = house.journalled.filter(({ line, reports }) => line === 'collected' && Number(reports) > 0);
    const collected = await house.deps.edges.collected(house.id);
    expect(windows.length).toBeGreaterThanOrEqual(7);
    expect(collected?.reports).toBe(windows.reduce((sum, { reports }) => sum + Number(reports), 0));
    const days = new Set((await house.deps.edges.edges(house.id)).flatMap((edge) => edge.days));
    expect(days.size).toBeGreaterThanOrEqual(7);
    const counts = (await house.deps.edges.edges(house.id)).map(({ id, count }) => [id, count]);
    await collect();
    const again = new Map((await house.deps.edges.edges(house.id)).map(({ id, count }) => [id, count]));
    for (const [id, count] of counts) expect(again.get(String(id))).toBe(count);
  });

  test('pods that were replaced during the week are one workload, also when nobody knows their old names any more', async () => {
    const house = await aHouse(redis, {
      console: { recorded: true },
      settings: { discovery: { lookbackDays: 7, reportDelaySeconds: 0, windowHours: 24 } },
    });
    await house.start();
    await house.run('collect-flows', { lockdown: house.id });
    const units = await house.deps.edges.units(house.id);
    const known = new Set(units.map(({ id }) => id));
    const seen = new Set((await house.deps.edges.edges(house.id)).flatMap((edge) => edge.units));
    expect([...seen].filter((id) => !known.has(id))).toEqual([]);
    expect(units.length).toBeGreaterThan(house.running.world.graph.services.length);
  });

  test('a console that does not answer is trouble that the card speaks of, and reading goes on where it stopped', async () => {
    const house = await aHouse(redis);
    await house.start();
    await house.settle();
    const before = (await house.deps.edges.collected(house.id))?.readUpTo;
    await house.exercise();
    await house.control('POST', '/faults', { method: 'POST', path: '/reportsqueries', status: 503, count: 0 });
    await expect(house.run('collect-flows', { lockdown: house.id })).rejects.toThrow();
    expect(await house.deps.edges.collected(house.id)).toMatchObject({ readUpTo: before, trouble: expect.any(String) });
    await house.control('DELETE', '/faults');
    await house.run('collect-flows', { lockdown: house.id });
    const after = await house.deps.edges.collected(house.id);
    expect(after?.trouble).toBeUndefined();
    expect(after?.reports).toBeGreaterThan(0);
  });

  test('of a lockdown that has ended is over, and its schedule with it', async () => {
    const house = await aHouse(redis);
    await house.start();
    await house.wish('alice', { verb: 'cancel', written: 'nothing' });
    await house.settle();
    expect(await house.deps.edges.collected(house.id)).toBeUndefined();
    expect(await house.queues.underWay('collect-flows')).toEqual([]);
    expect(await redis.redis.zcard('{lockstep}:queue:collect-flows:repeat')).toBe(0);
  });
});

describe('reminding', () => {
  test('the day’s digest is posted once a day, and says how far discovery is', async () => {
    const house = await aHouse(redis);
    await house.start();
    await house.exercise();
    const remind = () => house.run('remind', { lockdown: house.id });
    await Promise.all([remind(), remind()]);
    await remind();
    const digests = async () => (await house.seen()).filter((drawn) => drawn.includes('# Day '));
    expect(await digests()).toEqual([expect.stringMatching(/# Day 1 of 7[\s\S]*allow-dns/)]);
    house.later(DAY);
    await remind();
    expect(await digests()).toHaveLength(2);
  });

  test('those who still owe a vote are nudged, and nobody else is', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.vote('boris', 'dns');
    const remind = () => house.run('remind', { lockdown: house.id });
    await remind();
    const quiet = (await house.seen()).length;
    house.later(5 * HOUR);
    await remind();
    await remind();
    const nudges = (await house.seen()).slice(quiet);
    expect(nudges).toHaveLength(1);
    for (const owing of ['chitra', 'diego', 'erin'] as const) expect(nudges[0]).toContain(`@${people[owing]}`);
    for (const done of ['alice', 'boris'] as const) expect(nudges[0]).not.toContain(`@${people[done]}`);
    house.later(9 * HOUR);
    await remind();
    expect((await house.seen()).slice(quiet)).toHaveLength(2);
  });

  test('ten questions on one day are not ten times as many nudges to one person', async () => {
    const house = await aHouse(redis, { settings: { reminders: { timeZone: 'UTC', nudgeAfterHours: 0.001 } } });
    await house.asking('dns');
    const { stages } = await house.lockdown();
    const { ask } = stages.dns;
    if (!ask) throw new Error('nothing is asked');
    const midnight = (Math.floor(house.now() / DAY) + 1) * DAY;
    house.later(midnight - house.now() + HOUR);
    for (let at = 0; at < 10; at += 1) {
      const other = { ...ask, nonce: `question-${at}`, askedAt: house.now() - HOUR, expiresAt: house.now() + DAY };
      await house.put({ stages: { ...stages, dns: { ...stages.dns, revision: at + 2, ask: other } } });
      await house.run('remind', { lockdown: house.id });
      house.later(HOUR);
    }
    const nudges = (await house.seen()).filter((drawn) => drawn.includes('for your vote'));
    expect(nudges.filter((drawn) => drawn.includes(`@${people.chitra}`))).toHaveLength(3);
  });

  test('nobody is nudged to vote while edges still wait for an answer, and they are once all are answered', async () => {
    const house = await aHouse(redis);
    const nudges = async () => {
      house.later(5 * HOUR);
      const quiet = (await house.seen()).length;
      await house.run('remind', { lockdown: house.id });
      return (await house.seen()).slice(quiet);
    };
    await house.asking('disable-discovery');
    expect((await house.stage('disable-discovery')).ask?.undecided).toBeGreaterThan(0);
    expect(await nudges()).toEqual([]);
    await house.answerAll('erin');
    expect((await house.stage('disable-discovery')).ask?.undecided).toBe(0);
    expect(await nudges()).toEqual([expect.stringContaining(`@${people.chitra}`)]);
  });
});
