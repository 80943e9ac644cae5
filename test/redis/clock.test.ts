/** A clock that jumped: said, and nothing that depends on time is decided by it. */
import { describe, expect, test } from 'vitest';
import { clockCheck } from '#redis/clock.ts';
import { aHouse, type House } from '#test/support/house.ts';
import { redisForTests } from '#test/support/redis.ts';

const memory = redisForTests(12);
const HOUR = 3_600_000;

describe('the clock of this machine beside that of Redis', () => {
  test('is fine while both agree, and half a minute is no matter', async () => {
    for (const offMs of [0, 30_000, -30_000])
      expect(await clockCheck(memory.redis, () => Date.now() + offMs)()).toBeUndefined();
  });

  test('is told when it is far ahead or behind', async () => {
    expect(await clockCheck(memory.redis, () => Date.now() + 2 * HOUR)()).toMatch(/7\d{3} seconds ahead of the clock/);
    expect(await clockCheck(memory.redis, () => Date.now() - 90_000)()).toMatch(/(89|90|91) seconds behind the clock/);
  });
});

describe('while the two do not agree', () => {
  /** The sweep of a machine whose clock has jumped by four days. */
  async function jumped(house: House): Promise<void> {
    house.later(96 * HOUR);
    await house.run('sweep', {});
    await house.settle('collect-flows', 'remind', 'watch-lockdown');
  }
  const askingTheTime = (own: () => number) => ({
    between: (deps: House['deps']) => ({ ...deps, clockTrouble: clockCheck(memory.redis, own) }),
  });

  test('a question does not expire, and the operator reads why', async () => {
    let house: House | undefined;
    house = await aHouse(
      memory,
      askingTheTime(() => house?.now() ?? Date.now()),
    );
    await house.asking('dns');
    await jumped(house);
    expect((await house.stage('dns')).phase).toBe('asking');
    expect(JSON.stringify(house.journalled)).toContain('nothing that depends on time is decided here');
  });

  test('a namespace that nobody has confirmed yet is not given back', async () => {
    let house: House | undefined;
    house = await aHouse(
      memory,
      askingTheTime(() => house?.now() ?? Date.now()),
    );
    await house.asking('disable-discovery');
    await house.answerAll('erin');
    await house.approve('disable-discovery', 'watch-lockdown');
    expect((await house.lockdown()).phase).toBe('watching');
    await jumped(house);
    await house.run('watch-lockdown', { lockdown: house.id });
    await house.settle('watch-lockdown', 'collect-flows', 'remind');
    expect((await house.lockdown()).phase).toBe('watching');
  });
});
