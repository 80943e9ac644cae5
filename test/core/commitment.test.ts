/** What a commitment shows of a text, and what it does not. */
import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonical } from '#core/canonical.ts';
import { commitmentOf, commitments, saltOf } from '#core/commitment.ts';
import { digestOf } from '#core/digest.ts';

const SALT = 'the salt of hipster-shop';
const commit = commitments(SALT);

test('a commitment can be computed by whoever has the text and its own salt, in two lines', () => {
  const ownSalt = createHmac('sha256', SALT).update('lockstep/salt/v1\npaymentservice').digest('hex');
  const expected = createHash('sha256').update(`lockstep/text/v1\n${ownSalt}\npaymentservice`).digest('hex');
  expect(commit('paymentservice')).toBe(expected);
  expect(commitmentOf('paymentservice', saltOf('paymentservice', SALT))).toBe(expected);
});

test('one name is one commitment, two are two, and in another lockdown it is another', () => {
  expect(commit('U0BORIS001')).toBe(commit('U0BORIS001'));
  expect(commit('U0BORIS001')).not.toBe(commit('U0ERIN0001'));
  expect(commitments('the salt of the bank')('U0BORIS001')).not.toBe(commit('U0BORIS001'));
});

test('the salt of one text opens no other', () => {
  expect(commitmentOf('cartservice', saltOf('paymentservice', SALT))).not.toBe(commit('cartservice'));
});

test('a digest over commitments is the same for whoever has the commitments in the place of the texts', () => {
  const said = { by: 'U0BORIS001', votes: [{ for: 'dns' }] };
  const withheld = { [commit('by')]: commit('U0BORIS001'), [commit('votes')]: [{ [commit('for')]: commit('dns') }] };
  expect(canonical(said, commit)).toBe(canonical(withheld));
  expect(digestOf('entry', said, commit)).toBe(digestOf('entry', withheld));
  expect(digestOf('entry', { ...said, by: 'U0ERIN0001' }, commit)).not.toBe(digestOf('entry', withheld));
});

test('what has two ways to be written down has no digest over commitments either', () => {
  for (const strange of ['\ud800', undefined, 1.5, new Map(), { '\ud800': 1 }])
    expect(() => digestOf('entry', [strange], commit)).toThrow(TypeError);
});
