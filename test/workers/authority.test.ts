/** Every verb, in every phase, by everybody whom the configuration does not let: refused, and nothing has changed. */
import { expect, test } from 'vitest';
import { LOCKDOWN_PHASES } from '#core/lockdown-state.ts';
import { GOVERNED, type GovernedVerb, type Role, type Wish } from '#core/request.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import { people } from '#sandbox/slack/seed.ts';
import { aHouse, type Name } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';

const redis = ownRedisForTests();

type Steering = Exclude<GovernedVerb, 'start'>;
const VERBS = GOVERNED.filter((verb): verb is Steering => verb !== 'start');

const PEOPLE: readonly (readonly [Name, readonly Role[]])[] = [
  ['alice', ['requester']],
  ['boris', ['approver']],
  ['erin', []],
];

function wishOf(verb: Steering, stage: Stage): Wish {
  const because = 'I would like to have it so.';
  const all: Record<Steering, Wish> = {
    next: { verb: 'next' },
    pause: { verb: 'pause' },
    resume: { verb: 'resume' },
    cancel: { verb: 'cancel', written: 'take-back' },
    release: { verb: 'release', because },
    confirm: { verb: 'confirm' },
    undo: { verb: 'undo', stage },
    reopen: { verb: 'reopen', stage },
    'leave-out': { verb: 'leave-out', stage, because },
    'go-on-unproven': { verb: 'go-on-unproven', stage },
    'decide-residual': { verb: 'decide-residual', stage, nonce: 'n', answers: {} },
    sponsor: { verb: 'sponsor', stage, nonce: 'n', group: 'g', because },
    'try-again': { verb: 'try-again', stage },
  };
  return all[verb];
}

test('who may not use a verb may not use it in any phase, about any stage', { timeout: 120_000 }, async () => {
  const house = await aHouse(redis(), {
    namespace: {
      requesters: { users: [people.alice] },
      approval: { users: [people.boris, people.chitra] },
      stages: {},
    },
    // Each verb is for one role alone, so that the other one is refused it, too.
    settings: {
      authority: Object.fromEntries(GOVERNED.map((verb, at) => [verb, [at % 2 === 0 ? 'requester' : 'approver']])),
    },
  });
  await house.start();
  let tried = 0;
  for (const phase of LOCKDOWN_PHASES) {
    const before = await house.put({ phase });
    for (const verb of VERBS) {
      const stage = STAGES[tried % STAGES.length] ?? 'dns';
      const allowed: readonly Role[] = house.settings.authority[verb];
      for (const [who, roles] of PEOPLE) {
        if (allowed.some((role) => roles.includes(role))) continue;
        tried += 1;
        const told = await house.wish(who, wishOf(verb, stage));
        expect(told, `${who}: ${verb} while ${phase}`).toEqual([expect.stringContaining('you are none of them')]);
      }
    }
    expect(await house.lockdown(), phase).toEqual(before);
  }
  expect(tried).toBe(LOCKDOWN_PHASES.length * VERBS.length * 2);
});
