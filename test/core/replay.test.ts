/** Holds what a replay counts, what it puts first, and what a policy becomes with a draft's changes. */
import { expect, test } from 'vitest';
import { inDiscoveryMode } from '#core/policy.ts';
import { replay, withChanges } from '#core/replay.ts';
import { compile } from '#core/verdict.ts';
import { ALLOW_ALL, allow, cart, edge, frontend, net, network, policy, ruleset, SHOP, workloads } from './acme.ts';

const LOCKED = { incoming: 'Reject', outgoing: 'Reject' } as const;
const googleNetwork = { name: 'google', entries: ['*.googleapis.com'], associatedTags: [net('google')] };
const googleRuleset = {
  name: 'google',
  subject: [['$identity=processingunit', `$namespace=${SHOP}`]],
  incomingRules: [],
  outgoingRules: [allow(net('google'), 'tcp/443')],
};

test('a replay counts what is kept, cut and uncertain by edges and by flows', () => {
  const after = withChanges(policy({ effective: ALLOW_ALL }), [
    { kind: 'create-external-network', network: googleNetwork },
    { kind: 'create-ruleset', ruleset: googleRuleset },
    { kind: 'set-default-actions', actions: LOCKED, former: ALLOW_ALL },
  ]);
  const edges = [
    edge(frontend, '142.250.1.1', { id: 'named', names: ['logging.googleapis.com'], count: 100 }),
    edge(frontend, '142.250.1.2', { id: 'nameless', count: 20 }),
    edge(frontend, cart, { id: 'pods', count: 3 }),
    edge('203.0.113.9', frontend, { id: 'scan', action: 'Reject', count: 5000 }),
  ];
  const result = replay(edges, compile(after, workloads));
  expect({ kept: result.kept, cut: result.cut, uncertain: result.uncertain }).toEqual({
    kept: { edges: 1, flows: 100 },
    cut: { edges: 1, flows: 3 },
    uncertain: { edges: 1, flows: 20 },
  });
  expect(result.cutEdges.map(({ edge: { id }, verdict }) => [id, verdict.outcome])).toEqual([['pods', 'reject']]);
  expect(result.uncertainEdges.map(({ edge: { id } }) => id)).toEqual(['nameless']);
});

test('of two edges that would be cut the recent, the frequent, the one of many units comes first', () => {
  const cut = (id: string, parts: object) => edge(frontend, cart, { id, lastSeen: 5, count: 5, ...parts });
  const order = (...edges: ReturnType<typeof cut>[]) =>
    replay(edges, compile(policy(), workloads)).cutEdges.map((one) => one.edge.id);
  expect(order(cut('old', { lastSeen: 1 }), cut('new', { lastSeen: 9 }))).toEqual(['new', 'old']);
  expect(order(cut('rare', { count: 1 }), cut('often', { count: 900 }))).toEqual(['often', 'rare']);
  expect(order(cut('one', { units: ['a'] }), cut('many', { units: ['a', 'b', 'c'] }))).toEqual(['many', 'one']);
  expect(order(cut('b', {}), cut('a', {}))).toEqual(['a', 'b']);
});

test('nothing recorded is nothing kept and nothing cut', () => {
  const none = { edges: 0, flows: 0 };
  expect(replay([], compile(policy(), workloads))).toEqual({
    kept: none,
    cut: none,
    uncertain: none,
    cutEdges: [],
    uncertainEdges: [],
  });
});

test('a drafted network has the tags that the console would give it', () => {
  const { externalNetworks } = withChanges(policy({ externalNetworks: [network('dns', ['10.0.0.10'])] }), [
    { kind: 'create-external-network', network: googleNetwork },
  ]);
  expect(externalNetworks.map(({ id }) => id)).toEqual(['id-of-dns', 'draft:google']);
  expect(externalNetworks[1]?.tags).toEqual([
    'externalnetwork:name=google',
    '$identity=externalnetwork',
    `$namespace=${SHOP}`,
    '$name=google',
    '$type=Subnet',
  ]);
});

test('a drafted ruleset joins those in force, and the policy it is drafted for stays as it was', () => {
  const before = policy({ rulesets: [ruleset('dns', {})] });
  const after = withChanges(before, [{ kind: 'create-ruleset', ruleset: googleRuleset }]);
  expect(after.rulesets.map(({ id, namespace }) => [id, namespace])).toEqual([
    ['id-of-dns', SHOP],
    ['draft:google', SHOP],
  ]);
  expect(before.rulesets).toHaveLength(1);
});

test('prefixes are added to those there are', () => {
  const { prefixes } = withChanges(policy(), [{ kind: 'add-tag-prefixes', prefixes: ['app=', 'role='] }]);
  expect(prefixes.local).toEqual(['app=', 'role=']);
  expect(prefixes.effective).toEqual([...policy().prefixes.effective, 'role=']);
});

test('a namespace given back to Inherit does what its parent does, or what it does now where nobody knows', () => {
  const inherit = { incoming: 'Inherit', outgoing: 'Reject' } as const;
  const change = { kind: 'set-default-actions', actions: inherit, former: LOCKED } as const;
  const known = withChanges(policy(), [change], ALLOW_ALL);
  expect(known.own).toEqual(inherit);
  expect(known.effective).toEqual({ incoming: 'Allow', outgoing: 'Reject' });
  expect(withChanges(policy(), [change]).effective).toEqual(LOCKED);
});

test('a namespace leaves discovery mode by its default actions alone', () => {
  const open = policy({ effective: ALLOW_ALL });
  expect(inDiscoveryMode(open)).toBe(true);
  expect(
    inDiscoveryMode(withChanges(open, [{ kind: 'set-default-actions', actions: LOCKED, former: ALLOW_ALL }])),
  ).toBe(false);
});
