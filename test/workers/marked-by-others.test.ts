/** Who may write rules on the console may also put our marks on them: nothing becomes ours by that. */
import { expect, test } from 'vitest';
import { aHouse, type House } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';

const redis = ownRedisForTests();

/** A rule that lets every workload reach the DNS service on any port, under the marks of our lockdown. */
async function aMarkedRule(house: House): Promise<void> {
  const { namespace } = house;
  const annotations = { 'lockstep.lockdown': [house.id], 'lockstep.stage': ['dns'] };
  const tag = 'externalnetwork:name=theirs';
  const network = { name: 'theirs', entries: ['10.75.240.10/32'], associatedTags: [tag], annotations };
  await house.byHand({ method: 'POST', namespace, path: '/externalnetworks', body: network });
  const ruleset = {
    name: 'their-rule',
    subject: [['$identity=processingunit', `$namespace=${namespace}`]],
    incomingRules: [],
    outgoingRules: [{ action: 'Allow', object: [[tag]], protocolPorts: ['any'] }],
    annotations,
  };
  await house.byHand({ method: 'POST', namespace, path: '/networkrulesetpolicies', body: ruleset });
}

test('a rule that allows it all, under our marks, voids the approval, is not taken for ours, and stays', async () => {
  const house = await aHouse(redis());
  await house.asking('dns');
  await house.approve('dns', 'apply-stage');
  await aMarkedRule(house);
  await house.settle('verify-stage');
  expect(await house.history()).toContain('draft-outdated');
  expect(await house.history()).not.toContain('applied');
  expect((await house.objects()).map(({ name }) => name).sort()).toEqual(['their-rule', 'theirs']);
  const events = (await house.deps.lockdowns.history(house.id)).map(({ event }) => event);
  const named = expect.stringMatching(/is not: their-rule, theirs\.$/);
  expect(events.find(({ type }) => type === 'draft-outdated')).toMatchObject({ because: named });
});

test('whoever takes the stage back hears which objects only carry its marks', async () => {
  const house = await aHouse(redis());
  await house.asking('dns');
  await house.approve('dns', 'verify-stage');
  await aMarkedRule(house);
  await house.wish('boris', { verb: 'undo', stage: 'dns' });
  await house.settle();
  expect((await house.objects()).map(({ name }) => name).sort()).toEqual(['their-rule', 'theirs']);
  const undone = (await house.deps.lockdowns.history(house.id)).map(({ event }) => event);
  expect(undone.findLast(({ type }) => type === 'undone')).toMatchObject({ left: ['their-rule', 'theirs'] });
});
