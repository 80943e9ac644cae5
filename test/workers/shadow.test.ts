/** A stage whose rules are only observed first: two questions, what enforcers say in between, and taking it all back. */
import { describe, expect, test } from 'vitest';
import { QUEUE_PREFIX } from '#redis/keys.ts';
import type { ConsoleOptions } from '#sandbox/console/start.ts';
import { aHouse, type House, type HouseOptions, SECURITY } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';

const redis = ownRedisForTests();
const MINUTE = 60_000;
const STAGE = 'dns';
const SHADOW: HouseOptions = { namespace: { stages: { [STAGE]: { shadow: true, shadowMinutes: 30 } } } };

const aShadowedHouse = (options: Partial<ConsoleOptions> = {}) => aHouse(redis(), { ...SHADOW, console: options });

type Rule = { readonly observationEnabled?: boolean };
/** Whether the enforcers observe or obey each rule of the namespace's rulesets. */
async function rules(house: House): Promise<Record<string, boolean[]>> {
  const rulesets = (await house.objects()).filter((object) => 'subject' in object);
  return Object.fromEntries(
    rulesets.map(({ name, incomingRules, outgoingRules }) => [
      name,
      [...((incomingRules ?? []) as Rule[]), ...((outgoingRules ?? []) as Rule[])].map((rule) =>
        Boolean(rule.observationEnabled),
      ),
    ]),
  );
}

/** The first question is answered, and the rules are on the console. */
async function observed(house: House): Promise<void> {
  await house.asking(STAGE);
  await house.approve(STAGE, 'shadow-stage');
  expect((await house.stage(STAGE)).phase).toBe('shadowing');
}

const look = async (house: House) => {
  await house.run('shadow-stage', { lockdown: house.id, stage: STAGE });
  await house.settle('shadow-stage');
};

/** The agreed time is over, and somebody looks. */
async function ended(house: House): Promise<void> {
  house.later(31 * MINUTE);
  await look(house);
}

describe('a stage in shadow', () => {
  test('is approved to be observed, and what the enforcers say agrees with the prediction', async () => {
    const house = await aShadowedHouse();
    await house.asking(STAGE);
    const question = (await house.seen()).join('\n');
    expect(question).toContain('# Approve dns for hipster-shop, only observed at first?');
    expect(question).toContain('for 30 minutes the rules are only observed');
    await house.approve(STAGE, 'shadow-stage');
    expect(await rules(house)).toEqual({ 'allow-dns': [true] });
    await house.exercise();
    await look(house);
    expect((await house.stage(STAGE)).phase).toBe('shadowing');
    const finding = await house.deps.evidence.shadow(house.id, STAGE);
    expect(finding).toMatchObject({ told: 'apart', disagreements: [], unused: [] });
    expect(finding?.agreed).toBeGreaterThan(5);
  });

  test('is enforced only by a second approval with a digest, a question and votes of its own', async () => {
    const house = await aShadowedHouse();
    await observed(house);
    const first = (await house.stage(STAGE)).ask;
    const old = await house.signedVote('boris', STAGE);
    await house.exercise();
    await ended(house);
    const { ask, votes, phase } = await house.stage(STAGE);
    expect(phase).toBe('asking');
    expect(votes).toEqual([]);
    expect(ask?.digest).not.toBe(first?.digest);
    expect(ask?.nonce).not.toBe(first?.nonce);
    expect(ask?.shadowMinutes).toBeUndefined();
    expect(await house.wish('boris', { verb: 'vote', stage: STAGE, vote: old })).toEqual([
      expect.stringContaining('outdated'),
    ]);
    expect(await rules(house)).toEqual({ 'allow-dns': [true] });
    expect((await house.seen()).join('\n')).toMatch(/the enforcers agree with the prediction for (\d+) of \1\./);

    const before = await house.objects();
    await house.approve(STAGE, 'verify-stage');
    expect((await house.stage(STAGE)).phase).toBe('verifying');
    expect(await rules(house)).toEqual({ 'allow-dns': [false] });
    expect((await house.objects()).map(({ ID }) => ID)).toEqual(before.map(({ ID }) => ID));
    const [ruleset] = (await house.objects()).filter((object) => 'subject' in object);
    expect(ruleset?.annotations['lockstep.digest']).toEqual([ask?.digest]);
    await house.exercise();
    await house.run('verify-stage', { lockdown: house.id, stage: STAGE });
    await house.settle('verify-stage');
    expect((await house.stage(STAGE)).phase).toBe('allowed');
  });

  test('is compared just as well on a console that reports the observed verdict in the place of the real one', async () => {
    const house = await aShadowedHouse({ observation: 'in-place' });
    await observed(house);
    await house.exercise();
    await ended(house);
    const finding = await house.deps.evidence.shadow(house.id, STAGE);
    expect(finding).toMatchObject({ told: 'in-place', disagreements: [] });
    expect(finding?.agreed).toBeGreaterThan(5);
  });

  test('says so where the reports carry no observation at all, instead of inventing disagreements', async () => {
    const house = await aShadowedHouse({ observation: 'never' });
    await observed(house);
    await house.exercise();
    await ended(house);
    expect((await house.stage(STAGE)).phase).toBe('asking');
    expect((await house.seen()).join('\n')).toContain('The reports carry no observation at all');
    expect((await house.deps.evidence.shadow(house.id, STAGE))?.told).toBe('never');
  });

  test('names each disagreement with its reason', async () => {
    const house = await aShadowedHouse();
    await observed(house);
    // Somebody at the console narrows the rules while they are observed.
    const [ruleset] = (await house.objects()).filter((object) => 'subject' in object);
    if (!ruleset) throw new Error('no ruleset');
    const subject = [['$identity=processingunit', `$namespace=${house.namespace}`, 'app=frontend']];
    await house.changeNamespace({ tagPrefixes: ['app='] });
    const path = `/networkrulesetpolicies/${ruleset.ID}`;
    await house.byHand({ method: 'PUT', namespace: house.namespace, path, body: { ...ruleset, subject } });
    await house.exercise();
    await ended(house);
    const finding = await house.deps.evidence.shadow(house.id, STAGE);
    expect(finding?.disagreements.length).toBeGreaterThan(5);
    expect(finding?.disagreements.every(({ kind }) => kind === 'unmatched')).toBe(true);
    const seen = (await house.seen()).join('\n');
    expect(seen).toContain('predicted accepted, observed as matched by no rule.');
    expect(seen).not.toMatch(/frontend → 10\.75\.240\.10[^\n]*predicted accepted/);
    expect((await house.history()).filter((type) => type === 'shadow-ended')).toHaveLength(1);
  });

  test('that is denied the second time is left out, and nothing of it stays on the console', async () => {
    const house = await aShadowedHouse();
    await observed(house);
    await house.exercise();
    await ended(house);
    await house.vote('boris', STAGE, { decision: 'deny', reason: 'not yet' });
    await house.settle();
    expect((await house.stage(STAGE)).phase).toBe('denied');
    expect(await rules(house)).toEqual({ 'allow-dns': [true] });
    await house.wish('boris', { verb: 'leave-out', stage: STAGE, because: 'the parent will allow it' });
    await house.settle();
    expect((await house.stage(STAGE)).phase).toBe('skipped');
    expect(await house.objects()).toEqual([]);
    expect((await house.stage('pods')).phase).toBe('asking');
  });

  test('is taken back while it is observed, and is observed again when it is opened anew', async () => {
    const house = await aShadowedHouse();
    await observed(house);
    await house.wish('boris', { verb: 'undo', stage: STAGE });
    await house.settle('shadow-stage');
    expect(await house.objects()).toEqual([]);
    expect(await house.stage(STAGE)).toMatchObject({ phase: 'waiting', objects: [] });
    expect((await house.stage(STAGE)).shadow).toBeUndefined();
    await house.wish('alice', { verb: 'next' });
    await house.settle();
    expect((await house.stage(STAGE)).ask?.shadowMinutes).toBe(30);
  });

  test('whose cancelled lockdown takes everything back leaves nothing', async () => {
    const house = await aShadowedHouse();
    await observed(house);
    await house.wish('alice', { verb: 'cancel', written: 'take-back' });
    await house.settle('shadow-stage');
    expect((await house.lockdown()).phase).toBe('cancelled');
    expect(await house.objects()).toEqual([]);
  });

  test('whose votes fall away before it is enforced is taken back, and begins with the first question again', async () => {
    const house = await aShadowedHouse();
    await observed(house);
    await house.exercise();
    await ended(house);
    await house.approve(STAGE, 'apply-stage');
    expect((await house.stage(STAGE)).phase).toBe('applying');
    await house.around.setGroup(SECURITY, []);
    await house.settle('draft-stage');
    expect(await house.objects()).toEqual([]);
    expect(await house.stage(STAGE)).toMatchObject({ phase: 'drafting' });
    expect((await house.stage(STAGE)).shadow).toBeUndefined();
  });

  test('is not looked at while the lockdown is paused, and goes on when it is resumed', async () => {
    const house = await aShadowedHouse();
    await observed(house);
    await house.wish('alice', { verb: 'pause' });
    await ended(house);
    expect((await house.stage(STAGE)).phase).toBe('shadowing');
    await house.wish('alice', { verb: 'resume' });
    await house.settle();
    expect((await house.stage(STAGE)).phase).toBe('asking');
  });

  test('whose next look was lost is looked at again by the sweep', async () => {
    const house = await aShadowedHouse();
    await observed(house);
    house.later(31 * MINUTE);
    expect(await redis().redis.del(`${QUEUE_PREFIX}:shadow-stage:wait`)).toBe(1);
    await house.settle();
    expect((await house.stage(STAGE)).phase).toBe('shadowing');
    await house.run('sweep', {});
    await house.settle();
    expect((await house.stage(STAGE)).phase).toBe('asking');
  });
});
