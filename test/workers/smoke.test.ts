/** Smoke. */
import { expect, test } from 'vitest';
import { aHouse } from '#test/support/house.ts';
import { redisForTests } from '#test/support/redis.ts';

const redis = redisForTests(1);

test('smoke', async () => {
  const t0 = Date.now();
  const house = await aHouse(redis);
  console.log('house', Date.now() - t0);
  const l = await house.asking('dns');
  console.log('asking', Date.now() - t0, l.phase, l.stages.dns);
  console.log((await house.seen()).join('\n=====\n'));
  await house.approve('dns');
  console.log('applied', Date.now() - t0, await house.history());
  console.log((await house.objects()).map((o) => o.name + JSON.stringify(o.annotations)));
  await house.exercise();
  await house.run('verify-stage', { lockdown: house.id, stage: 'dns' });
  await house.settle();
  console.log('verified', Date.now() - t0, await house.history(), (await house.stage('dns')));
  console.log(house.journalled.map((x) => JSON.stringify(x)).join('\n'));
  expect(1).toBe(1);
});
