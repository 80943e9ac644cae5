/** Whether newer flows prove that the new rules carry the traffic. */
import { describe, expect, test } from 'vitest';
import type { Edge } from '#core/edge.ts';
import { isProven, proofOf, verification } from '#core/verification.ts';
import { edge, evidence, workload } from '#test/support/evidence.ts';

const FRIDAY = Date.UTC(2026, 10, 20);
const OURS = new Set(['allow-dns-id']);
const [frontend, cart] = [workload('frontend'), workload('cartservice')];
const words = evidence([frontend, cart], []);
const RESOLVER = '10.75.240.10';

const expected = [edge(frontend, RESOLVER, 'udp/53'), edge(cart, RESOLVER, 'udp/53')];
const later = { firstSeen: FRIDAY + 1000, lastSeen: FRIDAY + 2000 };
/** The same traffic again, after the change. */
const again = (more: Partial<Edge> = {}) =>
  [frontend, cart].map((one) => edge(one, RESOLVER, 'udp/53', { ...later, policyId: 'allow-dns-id', ...more }));

const states = (newer: readonly Edge[]) =>
  verification(expected, newer, OURS, words)
    .map(({ group, state }) => `${group.source} ${state}`)
    .sort();

describe('a stage', () => {
  test('is proven when every kind of traffic it allows was seen again under its own ruleset', () => {
    const groups = verification(expected, again(), OURS, words);
    expect(groups.map(({ state }) => state)).toEqual(['carried', 'carried']);
    expect(isProven(groups)).toBe(true);
    expect(groups.every(({ newest }) => newest === FRIDAY + 2000)).toBe(true);
    expect(proofOf(groups, ({ source }) => source)).toBe('2 of 2 carried by the new rules');
  });

  test('is proven, although the console now reports the address under the new external network', () => {
    const [one, two] = again();
    const underNetwork = [one, two].flatMap((each) =>
      each && each.destination.kind === 'address'
        ? [{ ...each, destination: { ...each.destination, network: 'the-new-one' } }]
        : [],
    );
    expect(states(underNetwork)).toEqual(['cartservice carried', 'frontend carried']);
  });

  test('is not proven by silence', () => {
    const groups = verification(expected, [], OURS, words);
    expect(groups.map(({ state }) => state)).toEqual(['not-seen', 'not-seen']);
    expect(isProven(groups)).toBe(false);
    expect(proofOf(groups, ({ source }) => source)).toMatch(
      /^0 of 2 carried by the new rules; not proven: .* \(no newer flow\)/,
    );
  });

  test('is not proven when one workload is missing, and it is said which', () => {
    const groups = verification(expected, again().slice(0, 1), OURS, words);
    expect(isProven(groups)).toBe(false);
    expect(proofOf(groups, ({ source }) => source)).toBe(
      '1 of 2 carried by the new rules; not proven: cartservice (no newer flow)',
    );
  });

  test('is not proven while newer flows are let through by the default action, even beside some that are carried', () => {
    const byDefault = again({ policyId: 'default' });
    expect(states(byDefault)).toEqual(['cartservice by-default', 'frontend by-default']);
    expect(states([...again(), ...byDefault.slice(0, 1)])).toEqual(['cartservice carried', 'frontend by-default']);
  });

  test('is not proven where the other end still lets it through by default', () => {
    expect(states(again({ remotePolicyId: 'default' }))).toEqual(['cartservice by-default', 'frontend by-default']);
  });

  test('is not proven where newer flows are rejected', () => {
    expect(states([...again(), ...again({ action: 'Reject', policyId: 'somebody-rejects' }).slice(1)])).toEqual([
      'cartservice rejected',
      'frontend carried',
    ]);
  });

  test('is not proven by somebody else’s ruleset', () => {
    expect(states(again({ policyId: 'theirs' }))).toEqual(['cartservice not-seen', 'frontend not-seen']);
  });

  test('that expects nothing proves nothing', () => {
    expect(isProven(verification([], again(), OURS, words))).toBe(false);
  });
});
