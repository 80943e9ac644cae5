/** What the score of the drafts lets pass as one tag for several workloads, and what it does not. */
import { describe, expect, test } from 'vitest';
import { isNamedIn, twinsIn } from '#sandbox/quality/twins.ts';

const REMARKS = [
  'No tag tells migrate from cart, mail, web: the fewest are covered by app=shop. What one of them was seen to do, all of them may.',
  'No tag tells grease and oil apart: tier=back is on all of them. So it is on museum. What one of them was seen to do, all of them may.',
  'mail is called on its Service’s port and answers on its own: callers may use tcp/80.',
];
const isMeantFor = twinsIn(REMARKS, (name) => (['grease', 'oil'].includes(name) ? ['grease', 'oil'] : [name]));

describe('a rule that is meant for', () => {
  test.each([
    ['migrate', 'cart', true],
    ['cart', 'migrate', false],
    ['cart', 'mail', false],
    ['cart', 'cart', true],
    ['grease', 'oil', true],
    ['oil', 'museum', true],
    ['museum', 'oil', false],
    ['mail', 'web', false],
  ])('%s covers %s as well: %s', (meant, covered, is) => {
    expect(isMeantFor(meant, covered)).toBe(is);
  });
});

test('a name is not found in a longer one', () => {
  expect(isNamedIn('No tag tells cart-v2 from web', 'cart')).toBe(false);
  expect(isNamedIn('No tag tells cart from web', 'cart')).toBe(true);
});
