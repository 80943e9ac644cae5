/** What ending discovery mode takes when little was seen before it, or little time is left to say that it went wrong. */
import { expect, test } from 'vitest';
import { outcome, stricter, whyNotWithoutReason } from '#core/approval.ts';
import type { Draft } from '#core/draft.ts';
import { ruleForDraft, type Safeguards } from '#core/extra-approvers.ts';
import { anAsk, aVote } from '#test/support/lockdowns.ts';

const CONFIGURED = anAsk().rule;
const SAFE: Safeguards = { windowHours: 168, confirmMinutes: 60, floors: { windowHours: 24, confirmMinutes: 10 } };
const LAST = { stage: 'disable-discovery', stopped: [], residual: [] } as const satisfies Partial<Draft>;
const BECAUSE = 'It was rehearsed on the twin of this namespace.';

const ruleWith = (change: Partial<Safeguards>, draft: Pick<Draft, 'stage' | 'stopped' | 'residual'> = LAST) =>
  ruleForDraft(draft, CONFIGURED, { ...SAFE, ...change });

test('a week seen and an hour to confirm take what the configuration asks for', () => {
  expect(ruleWith({})).toEqual(CONFIGURED);
  expect(ruleWith({ windowHours: 24, confirmMinutes: 10 })).toEqual(CONFIGURED);
});

test('two hours of flows take one approver more, each with a reason, and the card says why', () => {
  const rule = ruleWith({ windowHours: 2 });
  expect(rule).toMatchObject({ askWhy: true, extraApprovers: [{ without: [] }] });
  expect(rule.extraApprovers?.[0]?.because).toBe('Only 2 hours of flows were seen, where 24 hours are the least.');
});

test('too little time to confirm, or none, takes the same; both together still one more', () => {
  expect(ruleWith({ confirmMinutes: 5 }).extraApprovers?.[0]?.because).toContain('There are only 5 minutes to confirm');
  const both = ruleWith({ windowHours: 0.5, confirmMinutes: 0 }).extraApprovers;
  expect(both).toHaveLength(1);
  expect(both?.[0]?.because).toContain('nobody has to confirm afterwards, so nothing is given back by itself.');
});

test('stages that only allow take no more: they cut nothing', () => {
  expect(ruleWith({ windowHours: 0 }, { ...LAST, stage: 'dns' })).toEqual(CONFIGURED);
});

test('an approval without a reason counts for nothing where one is asked for', () => {
  const ask = anAsk({ rule: ruleWith({ windowHours: 2 }) });
  const votes = ['U0BORIS001', 'U0CHITRA01', 'U0ERIN0001'].map((user) => aVote(user, 'disable-discovery'));
  expect(outcome(votes, ask)).toMatchObject({ result: 'open', approving: [], needed: 3 });
  const reasoned = votes.map((vote) => ({ ...vote, reason: BECAUSE }));
  expect(outcome(reasoned.slice(0, 2), ask).result).toBe('open');
  expect(outcome(reasoned, ask).result).toBe('enough');
  expect(whyNotWithoutReason({ reason: '   because   ' }, ask.rule)).toContain('a reason of at least 10 characters');
  expect(whyNotWithoutReason({}, CONFIGURED)).toBeUndefined();
});

test('a floor that is lowered after the question was put changes nothing about the question', () => {
  const asked = ruleWith({ windowHours: 2 });
  expect(stricter(asked, CONFIGURED)).toMatchObject({ askWhy: true, extraApprovers: asked.extraApprovers });
});
