/** Somebody changes who may approve, or how many it takes: those who approve see it, and what is asked stays as strict. */
import { expect, test } from 'vitest';
import type { Settings } from '#config/schema.ts';
import { aHouse, type House } from '#test/support/house.ts';
import { redisForTests } from '#test/support/redis.ts';

const redis = redisForTests(13);

/** A house whose configuration can be another one from one moment to the next, as after a restart. */
async function aHouseToReconfigure() {
  let change: (settings: Settings) => Settings = (settings) => settings;
  let configHash = 'a'.repeat(64);
  const house = await aHouse(redis, {
    between: (deps) => ({
      ...deps,
      get settings() {
        return change(deps.settings);
      },
      get configHash() {
        return configHash;
      },
    }),
  });
  const restartedWith = (hash: string, how: (settings: Settings) => Settings) => {
    change = how;
    configHash = hash.repeat(64);
  };
  return { house, restartedWith };
}

const sweep = async (house: House) => {
  await house.run('sweep', {});
  await house.settle();
};
const told = async (house: House) => (await house.seen()).filter((line) => line.includes('The configuration changed'));

function withOneApproval(settings: Settings): Settings {
  const namespaces = settings.namespaces.map((each) => ({
    ...each,
    approval: { ...each.approval, needed: 1, requesterMayVote: true, fromGroups: [] },
  }));
  return { ...settings, namespaces };
}

test('a restart with a weaker rule is posted and kept with what is different, once', async () => {
  const { house, restartedWith } = await aHouseToReconfigure();
  await house.asking('dns');
  await sweep(house);
  expect(await told(house)).toEqual([]);
  restartedWith('b', withOneApproval);
  await sweep(house);
  await sweep(house);
  const lines = await told(house);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`namespaces.${house.namespace}.approval.needed: 2 → 1`);
  expect(lines[0]).toContain(`namespaces.${house.namespace}.approval.requesterMayVote: false → true`);
  expect(lines[0]).toContain('Questions that are open keep the stricter of both rules.');
  const entries = await house.deps.lockdowns.history(house.id);
  expect(entries.map(({ event }) => event)).toContainEqual(
    expect.objectContaining({ type: 'configuration-changed', from: 'a'.repeat(64), to: 'b'.repeat(64) }),
  );
});

test('one vote is not enough for what was asked when it took two', async () => {
  const { house, restartedWith } = await aHouseToReconfigure();
  await house.asking('dns');
  restartedWith('b', withOneApproval);
  await house.vote('boris', 'dns');
  await house.settle();
  expect((await house.stage('dns')).phase).toBe('asking');
  expect((await house.objects()).map(({ name }) => name)).toEqual([]);
});

test('a restart with the same settings is not worth a word', async () => {
  const { house, restartedWith } = await aHouseToReconfigure();
  await house.asking('dns');
  await sweep(house);
  restartedWith('b', (settings) => settings);
  await sweep(house);
  expect(await told(house)).toEqual([]);
});
