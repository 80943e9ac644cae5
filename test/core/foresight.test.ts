/** What is foreseen of a draft is what its policy says, though only what its changes concern is judged again. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calledPorts } from '#core/called-ports.ts';
import type { Change } from '#core/draft.ts';
import { judgeAfter } from '#core/foresight.ts';
import type { NetworkRule } from '#core/network-ruleset.ts';
import type { Policy } from '#core/policy.ts';
import { withChanges } from '#core/replay.ts';
import { compile, type Verdict } from '#core/verdict.ts';
import { edge, evidence, kubernetes, network, policy, ruleset, SHOP, workload } from '#test/support/evidence.ts';

const frontend = workload('frontend');
const cart = workload('cart', ['app=cart', 'role=store']);
const ledger = workload('ledger', ['app=ledger'], '/acme/aws-dev/k8s/bank');
const gone = workload('gone');

const PODS = ['$identity=processingunit', `$namespace=${SHOP}`];
const VENDOR = 'externalnetwork:name=vendor';
const ENDS = [frontend, cart, ledger, gone, '203.0.113.9', '10.75.240.10'];

const edges = ENDS.flatMap((source) =>
  ENDS.flatMap((destination) =>
    ['tcp/443', 'udp/53', '1'].flatMap((port) => [
      edge(source, destination, port, destination === '203.0.113.9' ? { names: ['api.vendor.com'] } : {}),
      edge(source, destination, port, { action: 'Reject', policyId: 'ruleset-of-somebody' }),
    ]),
  ),
);

function rule(action: NetworkRule['action'], object: string[], ...protocolPorts: string[]): NetworkRule {
  return { action, object: [object], protocolPorts };
}

const rules = fc.subarray([
  rule('Allow', PODS, 'tcp/443'),
  rule('Allow', ['app=cart', ...PODS], 'any'),
  rule('Allow', [VENDOR], 'tcp/443', 'icmp'),
  rule('Allow', ['$identity=externalnetwork'], 'udp/53'),
  rule('Reject', [VENDOR], 'any'),
  rule('Reject', ['role=store', ...PODS], 'tcp/1:1024'),
  rule('Allow', ['$name=cart', ...PODS], 'tcp/443'),
]);
const subjects = fc.constantFrom(PODS, ['app=cart', ...PODS], ['role=store', ...PODS], ['$name=frontend', ...PODS]);

const networks = fc.subarray([
  { name: 'vendor', entries: ['*.vendor.com'], associatedTags: [VENDOR] },
  { name: 'vendor addresses', entries: ['203.0.113.0/24'], associatedTags: [VENDOR] },
  { name: 'resolver', entries: ['10.75.240.10'], associatedTags: ['externalnetwork:name=resolver'] },
]);

const rulesets = fc.array(
  fc.record({ subject: subjects.map((subject) => [subject]), incomingRules: rules, outgoingRules: rules }),
  { maxLength: 3 },
);

const changes = fc
  .record({ networks, rulesets, prefixes: fc.subarray(['app=', 'role=', 'externalnetwork:name=']) })
  .map(({ networks: created, rulesets: drafted, prefixes }): Change[] => [
    ...(prefixes.length > 0 ? [{ kind: 'add-tag-prefixes' as const, prefixes }] : []),
    ...created.map((one) => ({ kind: 'create-external-network' as const, network: one })),
    ...drafted.map((one, nth) => ({ kind: 'create-ruleset' as const, ruleset: { name: `draft-${nth}`, ...one } })),
  ]);

const policies = fc
  .record({
    networks,
    rulesets,
    fallback: fc.boolean(),
    prefixes: fc.subarray(['app=', 'role=', 'externalnetwork:name=']),
  })
  .map(({ networks: there, rulesets: standing, fallback, prefixes }) =>
    policy({
      prefixes: { local: prefixes, effective: ['$identity=', '$namespace=', '$name=', ...prefixes] },
      externalNetworks: there.map(({ name, entries }) => network(name, VENDOR, entries)),
      rulesets: standing.map((one, nth) => ruleset(`standing-${nth}`, { ...one, fallback: fallback && nth === 0 })),
    }),
  );

const REJECT = { incoming: 'Reject', outgoing: 'Reject' } as const;

test('an approver is told of every edge what the policy says with all of the changes, whatever stood before', () => {
  fc.assert(
    fc.property(policies, changes, fc.boolean(), (before, made, isAsked) => {
      expectForeseen(before, made, isAsked);
    }),
    { numRuns: 150 },
  );
});

test('a rule that slept until its prefix is added is foreseen awake', () => {
  const outgoingRules = [rule('Allow', ['app=cart', ...PODS], 'any')];
  const incomingRules = [rule('Allow', PODS, 'any')];
  const asleep = policy({ rulesets: [ruleset('standing', { incomingRules, outgoingRules })] });
  const verdicts = expectForeseen(asleep, [{ kind: 'add-tag-prefixes', prefixes: ['app='] }]);
  expect(verdicts.filter(({ outcome }) => outcome === 'accept')).not.toEqual([]);
});

test('a fallback that a draft may end is foreseen as uncertain', () => {
  const incomingRules = [rule('Allow', PODS, 'any')];
  const standing = ruleset('standing', { fallback: true, incomingRules, outgoingRules: incomingRules });
  const silent = { name: 'draft', subject: [['$name=cart', ...PODS]], incomingRules: [], outgoingRules: [] };
  const verdicts = expectForeseen(policy({ rulesets: [standing] }), [{ kind: 'create-ruleset', ruleset: silent }]);
  expect(verdicts.filter(({ outcome, by }) => outcome === 'accept' && by.kind === 'rule')).toEqual([]);
});

function expectForeseen(before: Policy, made: readonly Change[], isAsked = true): readonly Verdict[] {
  const kubernetesSaid = isAsked ? { kubernetes: kubernetes() } : {};
  const facts = evidence([frontend, cart, ledger], edges, { policy: before, ...kubernetesSaid });
  const after = compile(withChanges(before, made), facts.workloads, { assume: REJECT, called: calledPorts(facts) });
  const foreseen = judgeAfter(facts, made).judgeAll(facts.edges);
  expect(foreseen.map(told)).toEqual(edges.map((one) => told(after.judge(one))));
  return foreseen;
}

/** In full: the words are found when somebody reads them. */
function told({ outcome, by, side, because }: Verdict) {
  return { outcome, by, side, because };
}
