/** The journal in Redis says which objects a stage wrote; whoever writes there can name others, and none of them is touched. */
import { expect, test } from 'vitest';
import { key } from '#redis/keys.ts';
import { defaultActions, dnsThenCut, justBefore } from '#test/support/dns-then-cut.ts';
import { aHouse, type House } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';

const redis = ownRedisForTests();
const CUT = 'disable-discovery' as const;

test('a rule of somebody else that the journal names is neither overwritten nor deleted', async () => {
  const house = await aHouse(redis());
  const pods = ['$identity=processingunit', `$namespace=${house.namespace}`];
  const body = {
    name: 'quarantine',
    subject: [[...pods, 'app=evil']],
    incomingRules: [{ action: 'Reject', object: [pods], protocolPorts: ['tcp/1:65535'] }],
    outgoingRules: [],
  };
  await house.byHand({ method: 'POST', namespace: house.namespace, path: '/networkrulesetpolicies', body });
  const theirs = async () => (await house.objects()).find(({ name }) => name === 'quarantine');
  const before = await theirs();
  await house.asking('dns');
  const entry = { kind: 'ruleset', id: before?.ID, name: 'allow-dns', at: 1 };
  await redis().redis.rpush(key.objects(house.id, 'dns'), JSON.stringify(entry));
  await house.approve('dns', 'verify-stage');
  expect((await house.stage('dns')).phase).toBe('verifying');
  expect(await theirs()).toEqual(before);
  await house.wish('boris', { verb: 'undo', stage: 'dns' });
  await house.settle('verify-stage');
  expect(await house.objects()).toEqual([before]);
});

test('the rules of dns, named as the last stage’s while its votes are counted, are not deleted before the cut', async () => {
  let counting = false;
  const house: House = await dnsThenCut(
    redis(),
    justBefore('readProcessingUnits', async () => {
      if (!counting) return false;
      for (const object of await house.deps.evidence.written(house.id, 'dns'))
        await redis().redis.rpush(key.objects(house.id, CUT), JSON.stringify(object));
      return true;
    }),
  );
  for (const who of ['boris', 'chitra'] as const) await house.vote(who, CUT);
  counting = true;
  await house.settle('watch-lockdown');
  expect(await defaultActions(house)).toEqual(['Reject', 'Reject']);
  expect((await house.objects()).map(({ name }) => name).sort()).toEqual(['DNS', 'allow-dns']);
});
