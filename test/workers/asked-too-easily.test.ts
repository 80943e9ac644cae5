/** What a question takes beyond the configuration stands in no configuration: struck out of Redis, it is asked for again. */
import { expect, test } from 'vitest';
import type { Ask } from '#core/approval.ts';
import { findingDigest } from '#core/digest.ts';
import { key } from '#redis/keys.ts';
import { defaultActions } from '#test/support/dns-then-cut.ts';
import { aHouse, type House, SECURITY } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';

const redis = ownRedisForTests();
const CUT = 'disable-discovery' as const;

/** The question as somebody writes it into Redis, with a digest and a draft that fit it. */
async function rewriteAsk(house: House, change: (ask: Ask) => Partial<Ask>): Promise<Ask> {
  const lockdown = await house.lockdown();
  const state = lockdown.stages[CUT];
  const finding = await house.deps.evidence.draft(house.id, CUT);
  if (!state.ask || !finding) throw new Error('nobody is asked');
  const changed = { ...state.ask, ...change(state.ask) };
  const digest = findingDigest(finding, changed.rule, lockdown.salt);
  const ask = { ...changed, digest };
  await house.deps.evidence.keepDraft(house.id, { ...finding, digest });
  const stages = { ...lockdown.stages, [CUT]: { ...state, ask } };
  await redis().redis.set(key.lockdown(house.id), JSON.stringify({ ...lockdown, stages }));
  return state.ask;
}

async function expectAskedAnew(house: House): Promise<Ask | undefined> {
  await house.settle('watch-lockdown');
  const { phase, ask } = await house.stage(CUT);
  expect(phase).toBe('asking');
  expect(await house.history()).toContain('draft-outdated');
  expect(await defaultActions(house)).toEqual(['Inherit', 'Inherit']);
  return ask;
}

test('one approver more and the reason that a weak safeguard takes are not struck out', async () => {
  const alone = { groups: [SECURITY], needed: 1, fromGroups: [], reactions: false };
  const house = await aHouse(redis(), {
    settings: { floors: { windowHours: 24, confirmMinutes: 60 } },
    namespace: { stages: { [CUT]: alone } },
  });
  await house.asking(CUT);
  await house.answerAll('erin');
  const honest = await rewriteAsk(house, ({ rule: { extraApprovers: _, askWhy: __, ...rule } }) => ({ rule }));
  expect(honest.rule).toMatchObject({ askWhy: true, extraApprovers: [expect.anything()] });
  await house.vote('boris', CUT);
  expect((await expectAskedAnew(house))?.rule).toEqual(honest.rule);
});

test('edges that nobody has answered for are not voted away', async () => {
  const house = await aHouse(redis());
  await house.asking(CUT);
  const honest = await rewriteAsk(house, () => ({ undecided: 0 }));
  expect(honest.undecided).toBeGreaterThan(0);
  for (const who of ['boris', 'chitra'] as const) await house.vote(who, CUT);
  expect((await expectAskedAnew(house))?.undecided).toBe(honest.undecided);
});
