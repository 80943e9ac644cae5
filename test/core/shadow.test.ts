/** Holds how observed verdicts are found in reports, and what is said where they differ from the replay. */
import { describe, expect, test } from 'vitest';
import type { Change } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import type { FlowKind } from '#core/flow.ts';
import { FlowLog } from '#core/flow-log.ts';
import { nameTable } from '#core/names.ts';
import { withChanges } from '#core/replay.ts';
import { compareShadow, howObserved, inShadow, outOfShadow, ShadowFold, shadowInWords } from '#core/shadow.ts';
import { compile } from '#core/verdict.ts';
import { edge, network, policy, ruleset, SHOP, workload } from '../support/evidence.ts';

const OURS = new Set(['ours']);
const kind = (more: Partial<FlowKind>): FlowKind => ({
  namespace: SHOP,
  action: 'Accept',
  policyId: 'default',
  source: { type: 'ProcessingUnit', id: 'one' },
  destination: { type: 'ExternalNetwork', id: 'default', ip: '192.0.2.25' },
  protocol: 6,
  port: 25,
  ...more,
});

describe('an observed verdict of our rule', () => {
  test.each([
    ['beside the real one', { observed: { action: 'Accept', policyId: 'ours' } }, 'apart'],
    ['in its place', { policyId: 'ours', observed: { action: 'Accept', policyId: 'default' } }, 'in-place'],
    ['as if it acted', { policyId: 'ours' }, 'at-once'],
    ['nowhere', {}, undefined],
    ['of somebody else’s rule', { observed: { action: 'Reject', policyId: 'theirs' } }, undefined],
  ] as const)('is found %s', (_, said, how) => {
    expect(howObserved(kind(said), OURS)).toBe(how);
  });

  test('is counted apart from flows that no rule of ours matched, and from those of a pod to itself', () => {
    const fold = new ShadowFold(nameTable(), OURS);
    const kinds = [
      kind({ observed: { action: 'Accept', policyId: 'ours' } }),
      kind({ port: 26 }),
      kind({ port: 27, observed: { action: 'Reject', policyId: 'ours' } }),
      kind({ policyId: 'local' }),
    ];
    fold.add(new FlowLog(kinds, Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 1, 1, 1)));
    const ports = (of: ShadowFold['accepted']) => of.edges(() => undefined).edges.map(({ port }) => port);
    expect(ports(fold.accepted)).toEqual([25]);
    expect(ports(fold.others).sort()).toEqual([26, 27]);
    expect(fold).toMatchObject({ flows: 3, told: { apart: 2, 'in-place': 0, 'at-once': 0 } });
  });
});

const [mail, frontend, cart] = ['emailservice', 'frontend', 'cartservice'].map((name) => workload(name));
if (!mail || !frontend || !cart) throw new Error('three workloads');
const workloads = new Map([mail, frontend, cart].map((one) => [one.key, one]));
const smtp = network('smtp', 'externalnetwork:name=smtp', ['192.0.2.25', 'smtp.example.com']);
const rule = (more: object = {}) => ({
  action: 'Allow' as const,
  object: [['externalnetwork:name=smtp']],
  protocolPorts: ['tcp/25'],
  ...more,
});
const allowSmtp: Change = {
  kind: 'create-ruleset',
  ruleset: {
    name: 'allow-smtp',
    subject: [['$identity=processingunit', `$namespace=${SHOP}`]],
    incomingRules: [],
    outgoingRules: [rule()],
  },
};
const before = policy({ externalNetworks: [smtp] });
const told = { apart: 1, 'in-place': 0, 'at-once': 0 };

function compared(
  accepted: readonly Edge[],
  others: readonly Edge[],
  more: Partial<Parameters<typeof compareShadow>[0]> = {},
) {
  const judge = (of: typeof before) => compile(of, workloads, { assume: { incoming: 'Reject', outgoing: 'Reject' } });
  return compareShadow({
    ...{ expected: [], accepted, others, told, flows: 1 },
    without: judge(before),
    enforced: judge(withChanges(before, [allowSmtp])),
    words: { workloads, policy: before },
    ...more,
  });
}

const post = edge(mail, '192.0.2.25', 'tcp/25');

test('what would be accepted as predicted agrees; what no rule of ours is for is not spoken of', () => {
  const result = compared([post], [edge(frontend, cart, 'tcp/7070')]);
  expect(result).toMatchObject({ told: 'apart', agreed: 1, disagreements: [], unused: [] });
  expect(shadowInWords(result)).toBe('1 of 1 came out as predicted.');
});

test('what was predicted accepted and matched by no rule is a disagreement, with a reason', () => {
  const named = edge(mail, '192.0.2.25', 'tcp/25', { names: ['smtp.example.com'] });
  const { agreed, disagreements } = compared([], [named]);
  expect(agreed).toBe(0);
  expect(disagreements).toMatchObject([{ kind: 'unmatched', group: { source: 'emailservice' } }]);
  expect(disagreements[0]?.because).toContain('looked the name up again');
  expect(compared([], [post]).disagreements[0]?.because).toContain('older than the rule');
});

test('what was predicted cut and would be accepted is a disagreement, and comes first', () => {
  const wide = edge(frontend, cart, 'tcp/7070');
  const result = compared([wide], [post]);
  expect(result.disagreements.map(({ kind: each }) => each)).toEqual(['accepted', 'unmatched']);
  expect(result.disagreements[0]?.because).toContain('the source may still refuse it');
  expect(shadowInWords(result)).toBe(
    '0 of 2 came out as predicted; otherwise: frontend → cartservice tcp/7070, emailservice → smtp.example.com tcp/25.'.replace(
      'smtp.example.com',
      '192.0.2.25',
    ),
  );
});

test('connections that are older than the rule make it match only for some flows', () => {
  expect(compared([post], [post]).disagreements).toMatchObject([{ kind: 'partly' }]);
});

test('what somebody else’s rule accepts as well is not held against ours', () => {
  const theirs = policy({
    externalNetworks: [smtp],
    rulesets: [ruleset('theirs', { outgoingRules: [rule()] })],
  });
  const judge = compile(theirs, workloads, { assume: { incoming: 'Reject', outgoing: 'Reject' } });
  expect(compared([], [post], { without: judge })).toMatchObject({ agreed: 0, disagreements: [] });
});

test('what the draft allows and nobody used is named; without a newer flow nothing is said to agree', () => {
  expect(compared([], [], { expected: [post] }).unused).toMatchObject([{ source: 'emailservice' }]);
  expect(shadowInWords(compared([], [], { expected: [post], flows: 0 }))).toContain('No newer flow came');
});

test('reports without any observation, and rules that act at once, are said to be so', () => {
  const silent = { apart: 0, 'in-place': 0, 'at-once': 0 };
  expect(shadowInWords(compared([], [post], { told: silent }))).toContain('no observation at all');
  expect(shadowInWords(compared([post], [], { told: { ...silent, 'at-once': 3 } }))).toContain('act at once');
});

test('rules that go into shadow are observed, and are the same again when they come out of it', () => {
  const [observed] = inShadow([allowSmtp]);
  expect(observed).toMatchObject({ ruleset: { outgoingRules: [{ observationEnabled: true }] } });
  expect(outOfShadow(observed ? [observed] : [])).toEqual([allowSmtp]);
});
