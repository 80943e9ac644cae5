/** Whoever changes what an approved rule means, without touching the draft, is seen before, at and after the writing. */
import { describe, expect, test } from 'vitest';
import { aHouse, type House, type HouseOptions } from '#test/support/house.ts';
import { redisForTests } from '#test/support/redis.ts';

const redis = redisForTests(13);
const TAG = 'externalnetwork:name=dns';

const night = async (house: House) => {
  await house.run('check-drift', { lockdown: house.id });
  await house.settle('verify-stage');
};
const alarms = async (house: House) => (await house.seen()).filter((line) => line.includes(':rotating_light:'));
const toldInThread = async (house: House) => (await alarms(house)).filter((line) => !line.includes('# Lockdown of'));

async function somebodysNetwork(house: House, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const body = { name: 'mine', entries: ['0.0.0.0/0'], associatedTags: [TAG], ...more };
  await house.byHand({ method: 'POST', namespace: house.namespace, path: '/externalnetworks', body });
}

async function dnsOnTheConsole(options: HouseOptions = {}): Promise<House> {
  const house = await aHouse(redis, options);
  await house.asking('dns');
  await house.approve('dns', 'verify-stage');
  expect((await house.stage('dns')).phase).toBe('verifying');
  return house;
}

describe('somebody who gives another network the tag that an approved rule names', () => {
  test('between the vote and the writing has the approvers asked again, and nothing is written', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.approve('dns', 'apply-stage');
    await somebodysNetwork(house);
    await house.settle('draft-stage');
    expect((await house.stage('dns')).phase).toBe('drafting');
    expect((await house.objects()).map(({ name }) => name)).toEqual(['mine']);
  });

  test('is not helped by annotations that say it is ours', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.approve('dns', 'apply-stage');
    const annotations = { 'lockstep.lockdown': [house.id], 'lockstep.stage': ['dns'] };
    await somebodysNetwork(house, { annotations });
    await house.run('apply-stage', { lockdown: house.id, stage: 'dns' });
    await house.settle('draft-stage');
    expect((await house.stage('dns')).because).toContain('it says it is this lockdown’s and is not: mine');
    expect((await house.objects()).map(({ name }) => name)).not.toContain('allow-dns');
  });

  test('afterwards is named in the thread and on the card, once, with what it opened', async () => {
    const house = await dnsOnTheConsole();
    await night(house);
    expect(await alarms(house)).toEqual([]);
    await somebodysNetwork(house);
    await night(house);
    await night(house);
    const told = await toldInThread(house);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(
      `${TAG}, which allow-dns names, now also means the external network mine of ${house.namespace} with 0.0.0.0/0.`,
    );
    expect((await alarms(house)).filter((line) => line.includes('# Lockdown of'))).toHaveLength(1);
    expect(house.journalled.filter(({ line }) => line === 'drifted')).toHaveLength(1);
    expect(await house.history()).toContain('drifted');
  });

  test('is noticed when the stage is verified, too', async () => {
    const house = await dnsOnTheConsole();
    await somebodysNetwork(house);
    await house.exercise();
    await house.run('verify-stage', { lockdown: house.id, stage: 'dns' });
    await house.settle('draft-stage', 'verify-stage');
    expect(await house.history()).toEqual(expect.arrayContaining(['seen-allowed', 'drifted']));
  });

  test('and takes it away again is told to be gone', async () => {
    const house = await dnsOnTheConsole();
    await somebodysNetwork(house);
    await night(house);
    const [mine] = (await house.objects()).filter(({ name }) => name === 'mine');
    await house.byHand({ method: 'DELETE', namespace: house.namespace, path: `/externalnetworks/${mine?.ID}` });
    await night(house);
    expect((await house.seen()).join('\n')).toContain('What had drifted is as it was approved again.');
    expect((await house.lockdown()).drift).toBeUndefined();
  });
});

describe('what was written is looked at every night', () => {
  test('an entry that somebody added is told with what was approved', async () => {
    const house = await dnsOnTheConsole();
    const [dns] = (await house.objects()).filter(({ name }) => name === 'DNS');
    const path = `/externalnetworks/${dns?.ID}`;
    const body = { ...dns, entries: ['10.75.240.10/32', '198.51.100.7/32'] };
    await house.byHand({ method: 'PUT', namespace: house.namespace, path, body });
    await night(house);
    expect((await toldInThread(house)).join()).toContain(
      'The external network DNS now has 10.75.240.10/32, 198.51.100',
    );
  });

  test('a ruleset that is gone is told', async () => {
    const house = await dnsOnTheConsole();
    const [allow] = (await house.objects()).filter(({ name }) => name === 'allow-dns');
    const path = `/networkrulesetpolicies/${allow?.ID}`;
    await house.byHand({ method: 'DELETE', namespace: house.namespace, path });
    await night(house);
    expect((await toldInThread(house)).join()).toContain('The ruleset allow-dns, which was approved, is gone.');
  });

  test('a name below an approved wildcard that nobody had asked for is told, and stays told', async () => {
    let asked = ['api.example-pay.com', 'taken-over.example-pay.com', 'elsewhere.example'];
    const house = await dnsOnTheConsole({
      between: (deps) => ({
        ...deps,
        consoleApi: {
          ...deps.consoleApi,
          async *readDnsLookups(path, from, to) {
            yield* deps.consoleApi.readDnsLookups(path, from, to);
            const reports = asked.map((name) => ({ at: to - 1, processingUnitId: 'p', name, ips: [], cnames: [] }));
            yield { from, to, reports, unreadable: 0 };
          },
        },
        edges: {
          ...deps.edges,
          edges: async (id) =>
            (await deps.edges.edges(id)).map((edge) => ({ ...edge, names: ['api.example-pay.com'] })),
        },
      }),
    });
    const finding = await house.deps.evidence.draft(house.id, 'dns');
    if (!finding) throw new Error('there is a draft');
    const changes = finding.draft.changes.map((change) =>
      change.kind === 'create-external-network'
        ? { ...change, network: { ...change.network, entries: ['*.example-pay.com'] } }
        : change,
    );
    await house.deps.evidence.keepDraft(house.id, { ...finding, draft: { ...finding.draft, changes } });
    await night(house);
    asked = [];
    await night(house);
    const drift = (await house.lockdown()).drift ?? [];
    expect(drift.filter((each) => each.includes('for the first time'))).toEqual([
      'taken-over.example-pay.com was asked for, for the first time: the approved *.example-pay.com allows it.',
    ]);
  });

  test('the sweep has it looked at once a night', async () => {
    const house = await dnsOnTheConsole();
    await house.run('sweep', {});
    await house.run('sweep', {});
    expect(await house.queues.underWay('check-drift')).toHaveLength(1);
    house.later(24 * 3_600_000);
    await house.run('sweep', {});
    expect(await house.queues.underWay('check-drift')).toHaveLength(2);
  });
});

test('somebody who writes a ruleset that allows everything, and a prefix, past Lockstep is named in the thread', async () => {
  const house = await dnsOnTheConsole();
  await night(house);
  expect(await alarms(house)).toEqual([]);
  const everybody = [`$namespace=${house.namespace}`, '$identity=processingunit'];
  const rule = { object: [['$identity=processingunit']], action: 'Allow', protocolPorts: ['any'] };
  // Annotations are no proof: whoever may write rulesets may write them, too.
  const annotations = { 'lockstep.lockdown': [house.id], 'lockstep.stage': ['dns'] };
  const body = { name: 'allow-everything', subject: [everybody], incomingRules: [rule], outgoingRules: [rule] };
  const path = '/networkrulesetpolicies';
  await house.byHand({ method: 'POST', namespace: house.namespace, path, body: { ...body, annotations } });
  await house.changeNamespace({ tagPrefixes: ['team='] });
  await night(house);
  const told = (await toldInThread(house)).join('\n');
  expect(told).toContain('allow-everything');
  expect(told).toContain('team=');
});
