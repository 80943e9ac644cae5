/** Who may vote, and what all votes amount to. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ApprovalRule,
  type Ask,
  goodUntil,
  inBoth,
  isTooOld,
  outcome,
  stricter,
  type Vote,
  whyMayNotDeny,
  whyMayNotVote,
} from '#core/approval.ts';

const [ALICE, BORIS, CHITRA, DIEGO] = ['U0ALICE001', 'U0BORIS001', 'U0CHITRA01', 'U0DIEGO001'] as const;
const SECURITY = 'S0SECURITY1';

function rule(change: Partial<ApprovalRule> = {}): ApprovalRule {
  return {
    users: [ALICE, DIEGO],
    groups: [SECURITY],
    needed: 2,
    fromGroups: [{ group: SECURITY, needed: 1 }],
    requesterMayVote: false,
    reactions: true,
    expiresHours: 72,
    ...change,
  };
}

function ask(change: Partial<Ask> = {}): Ask {
  return {
    nonce: 'n1',
    digest: 'd1',
    rule: rule(),
    electorate: { users: [ALICE, DIEGO], groups: { [SECURITY]: [BORIS, CHITRA] } },
    askedAt: 1000,
    expiresAt: 9000,
    undecided: 0,
    cuts: false,
    ...change,
  };
}

function vote(user: string, change: Partial<Vote> = {}): Vote {
  return {
    team: 'T0ACME0001',
    user,
    person: user,
    decision: 'approve',
    gesture: 'button',
    lockdown: 'shop-1',
    stage: 'dns',
    revision: 1,
    nonce: 'n1',
    digest: 'd1',
    at: 2000,
    receipt: { key: 'k1', signature: 's' },
    ...change,
  };
}

describe('votes', () => {
  test('of two people, one of them from security, are enough', () => {
    expect(outcome([vote(DIEGO)], ask()).result).toBe('open');
    expect(outcome([vote(DIEGO), vote(BORIS)], ask())).toMatchObject({ result: 'enough', missingFromGroups: [] });
  });

  test('of two people who are both not from security are not, and it is said who is missing', () => {
    expect(outcome([vote(DIEGO), vote(ALICE)], ask())).toMatchObject({
      result: 'open',
      missingFromGroups: [{ group: SECURITY, missing: 1 }],
    });
  });

  test('of one person through two accounts are one', () => {
    const twice = [vote(BORIS, { person: 'boris' }), vote(CHITRA, { person: 'boris' })];
    expect(outcome(twice, ask())).toMatchObject({ result: 'open', approving: [{ user: CHITRA }] });
  });

  test('count as what each person said last', () => {
    const changed = [vote(BORIS, { decision: 'deny' }), vote(BORIS, { at: 3000 }), vote(DIEGO)];
    expect(outcome(changed, ask()).result).toBe('enough');
  });

  test('with one no among them are a no, however many say yes', () => {
    const votes = [vote(BORIS), vote(DIEGO), vote(ALICE), vote(CHITRA, { decision: 'deny' })];
    expect(outcome(votes, ask()).result).toBe('denied');
  });

  test.each([
    ['another question', { nonce: 'n0' }],
    ['another draft', { digest: 'd0' }],
    ['a question that had expired', { at: 9001 }],
  ] as const)('for %s do not count', (_, change) => {
    expect(outcome([vote(BORIS, change), vote(DIEGO, change)], ask()).approving).toEqual([]);
  });

  test('give the same result in whatever order they arrive, where nobody changed their mind', () => {
    const people = [ALICE, BORIS, CHITRA, DIEGO];
    const votes = fc.uniqueArray(
      fc.record({ user: fc.constantFrom(...people), decision: fc.constantFrom('approve' as const, 'deny' as const) }),
      { selector: ({ user }) => user },
    );
    fc.assert(
      fc.property(votes, (given) => {
        const cast = given.map(({ user, decision }) => vote(user, { decision }));
        expect(outcome(cast.toReversed(), ask()).result).toBe(outcome(cast, ask()).result);
      }),
    );
  });
});

describe('a draft with an edge that Diego answers for', () => {
  const because = 'Diego answers for an edge that looked wrong.';
  const sponsored = ask({ rule: rule({ extraApprovers: [{ because, without: [DIEGO] }], requesterMayVote: true }) });

  test('takes one approval more than the configuration asks for', () => {
    expect(outcome([vote(BORIS), vote(CHITRA)], sponsored)).toMatchObject({ result: 'open', needed: 3 });
    expect(outcome([vote(BORIS), vote(CHITRA), vote(ALICE)], sponsored).result).toBe('enough');
  });

  test('is not approved by Diego, under whichever of his accounts, even where requesters may vote', () => {
    expect(outcome([vote(BORIS), vote(CHITRA), vote(DIEGO)], sponsored).result).toBe('open');
    expect(outcome([vote(BORIS), vote(CHITRA), vote(ALICE, { person: DIEGO })], sponsored).result).toBe('open');
    expect(whyMayNotVote({ user: DIEGO, person: DIEGO }, 'button', sponsored, [])).toContain('one more of them');
  });

  test('can be denied by Diego', () => {
    expect(whyMayNotDeny({ user: DIEGO, person: DIEGO }, sponsored)).toBeUndefined();
    expect(outcome([vote(DIEGO, { decision: 'deny' })], sponsored).result).toBe('denied');
  });

  test('stays so when it is counted again under the rule of the configuration', () => {
    expect(stricter(sponsored.rule, rule()).extraApprovers).toEqual(sponsored.rule.extraApprovers);
    expect(stricter(rule(), sponsored.rule).extraApprovers).toEqual(sponsored.rule.extraApprovers);
  });
});

describe('somebody', () => {
  const may = (user: string, gesture: Vote['gesture'] = 'button', change: Partial<Ask> = {}) =>
    whyMayNotVote({ user, person: user }, gesture, ask(change), [ALICE]);

  test('from the group may vote, by button and by reaction', () => {
    expect([may(BORIS), may(BORIS, 'reaction')]).toEqual([undefined, undefined]);
  });

  test('who is named nowhere may not', () => {
    expect(may('U0ERIN0001')).toContain('not among the approvers');
  });

  test('who asked for the lockdown may not, unless the rule says so', () => {
    expect(may(ALICE)).toContain('somebody else has to approve it');
    expect(may(ALICE, 'button', { rule: rule({ requesterMayVote: true }) })).toBeUndefined();
  });

  test('may not vote while an edge still waits for an answer', () => {
    expect(may(BORIS, 'button', { undecided: 1 })).toContain('One edge still waits');
    expect(may(BORIS, 'button', { undecided: 3 })).toContain('3 edges still wait');
  });

  test('has to type the name where traffic can be cut', () => {
    expect(may(BORIS, 'reaction', { cuts: true })).toContain('A reaction does not count here');
    expect(may(BORIS, 'button', { cuts: true })).toContain('typed');
    expect(may(BORIS, 'typed-name', { cuts: true })).toBeUndefined();
  });

  test('has to have looked at what stands out', () => {
    const looks = { rule: rule({ looks: 2 }) };
    expect(may(BORIS, 'reaction', looks)).toContain('stands out');
    expect(may(BORIS, 'button', looks)).toContain('takes a look at each');
    expect(may(BORIS, 'looked', looks)).toBeUndefined();
    expect(may(BORIS, 'looked', { ...looks, cuts: true })).toContain('typed');
    expect(stricter(rule({ looks: 2 }), rule()).looks).toBe(2);
  });

  test('may not vote by reaction where the rule does not want it', () => {
    expect(may(BORIS, 'reaction', { rule: rule({ reactions: false }) })).toContain('Reactions do not count');
  });
});

describe('between the question and the applying', () => {
  const anyRule = fc.record({
    users: fc.subarray([ALICE, BORIS, DIEGO]),
    groups: fc.subarray([SECURITY, 'S0PLATFORM1']),
    needed: fc.integer({ min: 1, max: 5 }),
    fromGroups: fc.uniqueArray(
      fc.record({ group: fc.constantFrom(SECURITY, 'S0PLATFORM1'), needed: fc.integer({ min: 1, max: 3 }) }),
      { selector: ({ group }) => group },
    ),
    requesterMayVote: fc.boolean(),
    reactions: fc.boolean(),
    expiresHours: fc.integer({ min: 1, max: 100 }),
  });

  test('a rule can only become stricter, whichever of the two is the newer one', () => {
    fc.assert(
      fc.property(anyRule, anyRule, (then, now) => {
        const both = stricter(then, now);
        for (const one of [then, now]) {
          expect(both.needed).toBeGreaterThanOrEqual(one.needed);
          expect(one.users).toEqual(expect.arrayContaining(both.users));
          expect(one.groups).toEqual(expect.arrayContaining(both.groups));
          expect(both.expiresHours).toBeLessThanOrEqual(one.expiresHours);
          expect(!both.requesterMayVote || one.requesterMayVote).toBe(true);
          expect(!both.reactions || one.reactions).toBe(true);
          for (const { group, needed } of one.fromGroups)
            expect(both.fromGroups.find((each) => each.group === group)?.needed).toBeGreaterThanOrEqual(needed);
        }
        expect(stricter(then, then)).toEqual({ ...then, fromGroups: then.fromGroups });
      }),
    );
  });

  test('whoever left the group, or joined it meanwhile, does not count', () => {
    const then = { users: [ALICE, DIEGO], groups: { [SECURITY]: [BORIS, CHITRA] } };
    const now = { users: [DIEGO], groups: { [SECURITY]: [CHITRA, 'U0ERIN0001'] } };
    expect(inBoth(then, now)).toEqual({ users: [DIEGO], groups: { [SECURITY]: [CHITRA] } });
  });

  test('a group that is gone has no members left', () => {
    expect(inBoth({ users: [], groups: { [SECURITY]: [BORIS] } }, { users: [], groups: {} })).toEqual({
      users: [],
      groups: { [SECURITY]: [] },
    });
  });
});

describe('an approval grows old', () => {
  const HOUR = 3_600_000;
  const first = vote(BORIS, { at: 0 });

  test('with its last vote: once its question could not stand open any more, it counts no more', () => {
    const approving = [first, vote(CHITRA, { at: 72 * HOUR })];
    expect(isTooOld(approving, rule(), 144 * HOUR)).toBe(false);
    expect(isTooOld(approving, rule(), 144 * HOUR + 1)).toBe(true);
  });

  test('and a young vote that is put beside old ones does not make it young again', () => {
    const approving = [first, vote(CHITRA, { at: 200 * HOUR })];
    expect(isTooOld(approving, rule(), 200 * HOUR)).toBe(true);
  });

  test('so there is a moment after which none of its votes counts, whatever is put beside it', () => {
    const approving = [first, vote(CHITRA, { at: 10 * HOUR })];
    const until = goodUntil(approving, rule());
    for (const old of approving) expect(isTooOld([old, vote(DIEGO, { at: until })], rule(), until + 1)).toBe(true);
  });
});
