/** What is seen after people were asked: it is not part of the question, and nobody can keep a stage from being decided by it. */
import { describe, expect, test } from 'vitest';
import type { DraftFinding } from '#core/findings.ts';
import type { Stage } from '#core/stage.ts';
import { aHouse, type House } from '#test/support/house.ts';
import { redisForTests } from '#test/support/redis.ts';

const redis = redisForTests(14);
const OBSERVED = { namespace: { drafts: { podsMode: 'observed' } } };
/** One new edge an hour. */
const HOURS = 24;

const toANewPort = (hour: number) => ({ to: 'redis-cart', port: 20_000 + hour });
const toANewAddress = (hour: number) => ({ to: `198.51.100.${hour}`, port: 8443 });

/** A pod that never stops finding something new to call. */
function somebodyWhoKeepsTalking(house: House, somewhere = toANewPort) {
  let said = 0;
  return async (hours: number): Promise<void> => {
    for (let hour = 0; hour < hours; hour += 1) {
      said += 1;
      await house.control('POST', '/flows', { from: 'frontend', protocol: 'tcp', ...somewhere(said) });
    }
    await house.run('collect-flows', { lockdown: house.id });
    await house.settle('apply-stage', 'draft-stage');
  };
}

async function edgesNow(house: House): Promise<number> {
  return (await house.deps.edges.edges(house.id)).length;
}

async function keptAs(house: House, stage: Stage, change: (finding: DraftFinding) => Partial<DraftFinding>) {
  const finding = await house.deps.evidence.draft(house.id, stage);
  if (!finding) throw new Error('a draft is kept');
  await house.deps.evidence.keepDraft(house.id, { ...finding, ...change(finding) });
}

describe('somebody who calls a new place every hour', () => {
  test('voids nobody’s vote: the stage is applied as it was asked about', async () => {
    const house = await aHouse(redis, OBSERVED);
    const talk = somebodyWhoKeepsTalking(house);
    await house.asking('pods');
    const { ask } = await house.stage('pods');
    const before = await edgesNow(house);
    await house.vote('boris', 'pods');
    await talk(HOURS);
    await house.vote('chitra', 'pods');
    await talk(1);
    expect(await edgesNow(house)).toBe(before + HOURS + 1);
    await house.settle();
    expect((await house.stage('pods')).phase).toBe('verifying');
    expect((await house.stage('pods')).ask?.digest).toBe(ask?.digest);
    expect(await house.history()).not.toContain('draft-outdated');
  });

  test('brings no new question for every one that is answered: discovery mode is switched off', async () => {
    const house = await aHouse(redis);
    const talk = somebodyWhoKeepsTalking(house, toANewAddress);
    await house.asking('disable-discovery');
    const nonce = async () => (await house.stage('disable-discovery')).ask?.nonce ?? '';
    for (let undecided = 1, round = 0; undecided > 0; round += 1) {
      expect(round).toBeLessThan(40);
      await talk(1);
      const finding = await house.deps.evidence.draft(house.id, 'disable-discovery');
      const [open] = finding?.draft.residual.filter(({ decision }) => !decision) ?? [];
      if (!open) throw new Error('nothing is asked');
      const answers = { [open.group.id]: 'block' as const };
      await house.wish('erin', { verb: 'decide-residual', stage: 'disable-discovery', nonce: await nonce(), answers });
      await house.settle();
      undecided = (await house.stage('disable-discovery')).ask?.undecided ?? 0;
    }
    await talk(HOURS);
    await house.approve('disable-discovery', 'watch-lockdown');
    expect((await house.lockdown()).phase).toBe('watching');
  });

  test('is shown on the card with what would draft it, and only once', async () => {
    const house = await aHouse(redis, OBSERVED);
    const talk = somebodyWhoKeepsTalking(house);
    await house.asking('pods');
    await talk(2);
    const remind = async () => {
      for (const step of ['remind', 'announce'] as const) await house.run(step, { lockdown: house.id });
      const card = (await house.seen()).find((drawn) => drawn.includes('# Approve pods')) ?? '';
      return card.split('\n').filter((line) => line.includes('since this was asked') || line.includes('tcp/2000'));
    };
    const told = await remind();
    expect(told[0]).toContain(`\`/lockdown reopen ${house.namespace} pods\` drafts anew with it`);
    expect(told.slice(1).join()).toContain('frontend → redis-cart, tcp/20001');
    expect(await remind()).toEqual(told);
  });

  test('is heard when the stage is reopened: what was seen since is in the new draft', async () => {
    const house = await aHouse(redis, OBSERVED);
    const talk = somebodyWhoKeepsTalking(house);
    await house.asking('pods');
    await talk(2);
    await house.wish('alice', { verb: 'reopen', stage: 'pods' });
    await house.settle();
    const finding = await house.deps.evidence.draft(house.id, 'pods');
    expect(JSON.stringify(finding?.draft.changes)).toContain('tcp/20002');
    expect((await house.stage('pods')).ask?.digest).toBe(finding?.digest);
  });
});

describe('what people had before them when they voted', () => {
  test.each<[string, (finding: DraftFinding) => Partial<DraftFinding>]>([
    ['a warning is gone', ({ draft }) => ({ draft: { ...draft, remarks: [] } })],
    ['a doubt was added', ({ doubts }) => ({ doubts: [...doubts, 'The reports of an hour are missing.'] })],
    ['the list of edges is shorter', ({ draft }) => ({ draft: { ...draft, unallowed: draft.unallowed.slice(1) } })],
    ['other lists judged it', ({ basis }) => ({ basis: { ...basis, lists: { ...basis.lists, digest: '0' } } })],
    ['it claims a later window', ({ basis }) => ({ basis: { ...basis, to: basis.to + 1 } })],
  ])('is what is applied, or nothing: %s', async (_, change) => {
    const house = await aHouse(redis, OBSERVED);
    await house.asking('pods');
    await house.approve('pods', 'apply-stage');
    await keptAs(house, 'pods', change);
    await house.run('apply-stage', { lockdown: house.id, stage: 'pods' });
    expect(await house.writes()).toEqual([]);
  });

  test('is not replaced by other edges that somebody put in their place', async () => {
    const house = await aHouse(redis, OBSERVED);
    await house.asking('pods');
    await house.approve('pods', 'apply-stage');
    const text = (await house.deps.evidence.frozen(house.id)) ?? '';
    await house.deps.evidence.keepFrozen(house.id, text.replace('"count":', '"count":1'));
    await house.run('apply-stage', { lockdown: house.id, stage: 'pods' });
    expect(await house.writes()).toEqual([]);
  });
});

test('a draft that came to nothing three times has people asked to leave the namespace as it is', async () => {
  const house = await aHouse(redis, OBSERVED);
  await house.asking('pods');
  for (const round of [1, 2, 3]) {
    await house.happens({
      type: 'draft-outdated',
      stage: 'pods',
      because: `Somebody deployed for the ${round}. time.`,
    });
    await house.settle();
  }
  const asked = (await house.seen()).filter((line) => line.includes('Please leave the deployments'));
  expect(asked).toHaveLength(1);
  expect(asked[0]).toContain('That was the 3rd time.');
});
