/** What people read when the configuration is another one than before. */
import { expect, test } from 'vitest';
import { differences } from '#core/setting-differences.ts';

const SHOP = { match: '/acme/shop', approval: { users: ['U1', 'U2'], needed: 2, requesterMayVote: false } };
const BANK = { match: '/acme/bank', approval: { users: ['U3'], needed: 1, requesterMayVote: false } };
const BEFORE = { namespaces: [SHOP, BANK], watch: { confirmMinutes: 60 } };

test('the same configuration differs in nothing, nor do namespaces in another order', () => {
  expect(differences(BEFORE, structuredClone(BEFORE))).toEqual([]);
  expect(differences(BEFORE, { ...BEFORE, namespaces: [BANK, SHOP] })).toEqual([]);
});

test('each setting is told as it was and as it is, lists by what came and what went', () => {
  const approval = { users: ['U2', 'U9'], needed: 1, requesterMayVote: true };
  const now = { namespaces: [{ ...SHOP, approval }, BANK], watch: { confirmMinutes: 0 }, people: { erin: ['U3'] } };
  expect(differences(BEFORE, now)).toEqual([
    'namespaces./acme/shop.approval.needed: 2 → 1',
    'namespaces./acme/shop.approval.requesterMayVote: false → true',
    'namespaces./acme/shop.approval.users: now with U9, without U1',
    'people.erin: not set → ["U3"]',
    'watch.confirmMinutes: 60 → 0',
  ]);
});

test('a configuration that is another one altogether is told in forty lines, and how many there were', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`s${at}`, at]));
  const told = differences({}, many);
  expect(told).toHaveLength(41);
  expect(told.at(-1)).toBe('and 60 more settings');
});
