/** Whether enough people are left who may approve. */
import { expect, test } from 'vitest';
import { shortage } from '#core/quorum.ts';
import { ALICE, anAsk, BORIS, CHITRA, DIEGO, SECURITY } from '../support/slack-lockdowns.ts';

test('while only the requester is involved, enough are left', () => {
  expect(shortage(anAsk(), [ALICE])).toBeUndefined();
});

test('who answered for the draft is missing from the count, and from their group', () => {
  expect(shortage(anAsk(), [ALICE, BORIS, CHITRA])).toEqual({
    left: 1,
    needed: 2,
    groups: [{ group: SECURITY, left: 0, needed: 1 }],
  });
});

test('a group can fall short while enough people are left', () => {
  const ask = anAsk();
  const rule = { ...ask.rule, users: [DIEGO, ALICE] };
  expect(shortage({ ...ask, rule }, [BORIS, CHITRA])).toEqual({
    left: 2,
    needed: 2,
    groups: [{ group: SECURITY, left: 0, needed: 1 }],
  });
});

test('who answers for an edge that looked wrong is missing, and one more is needed', () => {
  const { rule, electorate } = anAsk();
  const extraApprovers = [{ because: 'Diego answers for an edge.', without: [DIEGO] }];
  expect(shortage({ rule: { ...rule, extraApprovers }, electorate }, [ALICE])).toEqual({
    left: 2,
    needed: 3,
    groups: [],
  });
});

test('where the requester may vote, nobody is missing', () => {
  const ask = anAsk();
  expect(shortage({ ...ask, rule: { ...ask.rule, requesterMayVote: true } }, [BORIS, CHITRA, DIEGO])).toBeUndefined();
});

test('two Slack ids of one person are one person', () => {
  const personOf = (user: string) => (user === CHITRA ? BORIS : user);
  expect(shortage(anAsk(), [ALICE, DIEGO], personOf)).toMatchObject({ left: 1, needed: 2 });
});
