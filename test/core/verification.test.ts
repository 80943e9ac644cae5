/** Whether newer flows prove that the new rules carry the traffic. */
import { describe, expect, test } from 'vitest';
import type { Edge } from '#core/edge.ts';
import type { KubernetesService } from '#core/evidence.ts';
import type { NetworkRuleset } from '#core/network-ruleset.ts';
import { isProven, proofOf, verification } from '#core/verification.ts';
import { edge, evidence, kubernetes, ruleset, SHOP, withPrefixes, workload } from '#test/support/evidence.ts';

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

  test('shows apart what a failed handshake dropped, and is proven where the same traffic came through as well', () => {
    const [carried, other] = again();
    const failed = { ...other, id: 'failed', action: 'Reject', policyId: 'default', dropReason: 'token' } as Edge;
    expect(states([carried as Edge, failed])).toEqual(['cartservice dropped', 'frontend carried']);
    expect(states([...again(), failed])).toEqual(['cartservice carried', 'frontend carried']);
    expect(states([...again(), { ...failed, dropReason: 'policy' }])).toContain('cartservice rejected');
    const groups = verification(expected, [carried as Edge, failed], OURS, words);
    expect(proofOf(groups, ({ source }) => source)).toContain('cartservice (dropped for another reason than policy)');
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

  describe('between two workloads, of which the destination reports alone,', () => {
    const atCart = ruleset('allow-cart', {
      subject: [[`$namespace=${SHOP}`, 'app=cartservice']],
      incomingRules: [{ action: 'Allow', object: [['app=frontend']], protocolPorts: ['tcp/7070'] }],
    });
    const atFrontend = (...protocolPorts: string[]) =>
      ruleset('allow-frontend', {
        subject: [[`$namespace=${SHOP}`, 'app=frontend']],
        outgoingRules: [{ action: 'Allow', object: [['app=cartservice']], protocolPorts }],
      });
    const service: KubernetesService = {
      name: 'cart',
      type: 'ClusterIP',
      clusterIps: ['10.75.0.9'],
      selector: { app: 'cartservice' },
      ports: [{ port: 80, targetPort: 7070, protocol: 'TCP' }],
    };
    const seenAgain = (more: Partial<Edge> = {}) => [
      edge(frontend, cart, 'tcp/7070', { ...later, policyId: 'allow-cart', ...more }),
    ];
    const proof = (rulesets: readonly NetworkRuleset[], newer: readonly Edge[]) =>
      verification([edge(frontend, cart, 'tcp/7070')], newer, new Set(['allow-cart', 'allow-frontend']), {
        ...evidence([frontend, cart], []),
        policy: { ...withPrefixes('app='), rulesets },
        kubernetes: kubernetes({ services: [service] }),
      });
    const stateOf = (...asked: Parameters<typeof proof>) => proof(...asked).map(({ state }) => state);

    test('a stage is not proven while no rule allows it at the source, which the default action still lets through', () => {
      const groups = proof([atCart], seenAgain());
      expect(groups.map(({ state }) => state)).toEqual(['one-end']);
      expect(isProven(groups)).toBe(false);
      expect(proofOf(groups, ({ source }) => source)).toBe(
        '0 of 1 carried by the new rules; not proven: frontend (carried at the destination, and no rule is known to allow it at the source)',
      );
    });

    test('it is proven where the rules on the console allow the source every port that it may have dialled', () => {
      expect(stateOf([atCart, atFrontend('tcp/80', 'tcp/7070')], seenAgain())).toEqual(['carried']);
      expect(stateOf([atCart, atFrontend('tcp/7070')], seenAgain())).toEqual(['one-end']);
    });

    test('it is proven where the report says itself which ruleset decided at the source', () => {
      expect(stateOf([atCart], seenAgain({ remotePolicyId: 'allow-frontend' }))).toEqual(['carried']);
    });
  });

  test('that expects nothing proves nothing', () => {
    expect(isProven(verification([], again(), OURS, words))).toBe(false);
  });
});
