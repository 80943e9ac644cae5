/** A caller dials a Service's port, its rules are asked for that one, and the report shows the container's. */
import { describe, expect, test } from 'vitest';
import { calledPorts } from '#core/called-ports.ts';
import type { Evidence } from '#core/evidence.ts';
import type { NetworkRule } from '#core/network-ruleset.ts';
import { withChanges } from '#core/replay.ts';
import { draftStage } from '#core/stages/draft-stage.ts';
import { compile, type Verdict } from '#core/verdict.ts';
import {
  edge,
  evidence,
  kubernetes,
  NO_ANSWERS,
  ruleset,
  SETTINGS,
  SHOP,
  withPrefixes,
  workload,
} from '#test/support/evidence.ts';

const REJECT = { incoming: 'Reject', outgoing: 'Reject' } as const;
const [WEB, MAIL] = [workload('web'), workload('mail')];
const ALL = [['$identity=processingunit', `$namespace=${SHOP}`]];
const CALL = edge(WEB, MAIL, 'tcp/8080');

const MAIL_SERVICE = {
  name: 'mail',
  type: 'ClusterIP' as const,
  clusterIps: ['10.75.1.9'],
  selector: { app: 'mail' },
  ports: [{ port: 5000, targetPort: 8080 as number | string, protocol: 'TCP' as const }],
};
const CLUSTER = kubernetes({ services: [MAIL_SERVICE] });

function rule(action: NetworkRule['action'], ...protocolPorts: string[]): NetworkRule {
  return { action, object: ALL, protocolPorts };
}

/** What an operator had written before anybody thought of a lockdown. */
function under(out: readonly NetworkRule[], cluster: Evidence['kubernetes'] = CLUSTER, into = ['any']): Evidence {
  const rulesets = [ruleset('theirs', { subject: ALL, incomingRules: [rule('Allow', ...into)], outgoingRules: out })];
  const policy = { ...withPrefixes('app='), rulesets };
  return evidence([WEB, MAIL], [CALL], { policy, ...(cluster ? { kubernetes: cluster } : {}) });
}

function without(facts: Evidence): Evidence {
  const { kubernetes: _, ...rest } = facts;
  return rest;
}

function judged(facts: Evidence, asked = CALL): Verdict {
  const called = calledPorts(facts);
  return compile(facts.policy, facts.workloads, { assume: REJECT, called }).judge(asked);
}

describe('a Service on port 5000 before a container on port 8080', () => {
  test('an operator’s ruleset for the container’s port alone is not said to allow it already, and the stage mends it', () => {
    const facts = under([rule('Allow', 'tcp/8080')], CLUSTER, ['tcp/8080']);
    expect(judged(facts)).toMatchObject({ outcome: 'uncertain', side: 'source' });
    expect(judged(facts).because).toBe(
      'Ruleset “theirs” may allow it: who dials tcp/8080 is accepted and who dials tcp/5000 is not, and reports show only the port of the container.',
    );
    for (const podsMode of ['namespace', 'observed'] as const) {
      const draft = draftStage('pods', facts, { ...SETTINGS, podsMode }, NO_ANSWERS);
      expect(draft.alreadyAllowed).toEqual([]);
      expect(draft.allows).toEqual([CALL.id]);
      const after = { ...facts, policy: withChanges(facts.policy, draft.changes) };
      expect(judged(after).outcome).toBe('accept');
    }
  });

  test('the last stage asks about it before it sets Reject', () => {
    const facts = under([rule('Allow', 'tcp/8080')], CLUSTER, ['tcp/8080']);
    const { residual } = draftStage('disable-discovery', facts, SETTINGS, NO_ANSWERS);
    expect(residual.map(({ group }) => `${group.source} → ${group.destination}`)).toEqual(['web → mail']);
    const [asked] = residual;
    if (!asked) throw new Error('nobody was asked');
    const answers = { residual: { [asked.group.id]: { answer: 'allow' as const, by: 'U1' } } };
    const draft = draftStage('disable-discovery', facts, SETTINGS, answers);
    const after = withChanges(facts.policy, draft.changes);
    expect(judged({ ...facts, policy: after }).outcome).toBe('accept');
  });

  test.each([
    ['both ports', ['tcp/5000', 'tcp/8080'], 'accept'],
    ['every port', ['tcp/1:65535'], 'accept'],
    ['the Service’s port alone', ['tcp/5000'], 'uncertain'],
    ['another port', ['tcp/9090'], 'reject'],
  ])('rules that let the caller dial %s', (_, ports, outcome) => {
    expect(judged(under([rule('Allow', ...ports)])).outcome).toBe(outcome);
  });

  test('a Reject on the Service’s port is not overlooked because the container’s port is allowed', () => {
    const facts = under([rule('Allow', 'tcp/8080'), rule('Reject', 'tcp/5000')]);
    expect(judged(facts).outcome).toBe('uncertain');
  });

  test('whoever reads why it would be cut reads all the ports that may have been dialled', () => {
    expect(judged(under([rule('Allow', 'tcp/9090')])).because).toBe(
      'No rule allows web to send tcp/8080 or tcp/5000 to mail, and what no rule allows is rejected by default.',
    );
  });

  test('what the caller’s end refused under the Service’s port is judged at the other end by the container’s', () => {
    const refused = edge(WEB, MAIL, 'tcp/5000', { action: 'Reject', dropReason: 'policy' });
    const facts = under([rule('Allow', 'any')], CLUSTER, ['tcp/8080']);
    expect(judged(facts, refused)).toMatchObject({ outcome: 'uncertain', side: 'destination' });
    expect(judged(under([rule('Allow', 'any')], CLUSTER, ['tcp/5000', 'tcp/8080']), refused).outcome).toBe('accept');
  });
});

describe('a container’s port that its Service knows by name only', () => {
  const named = (...targets: (number | string)[]) => {
    const ports = targets.map((targetPort, at) => ({ port: 80 + at, targetPort, protocol: 'TCP' as const }));
    return kubernetes({ services: [{ ...MAIL_SERVICE, ports }] });
  };

  test.each([
    ['two names', ['http', 'metrics'], ['tcp/80', 'tcp/81', 'tcp/8080']],
    ['a number beside a name', [9000, 'metrics'], ['tcp/81', 'tcp/8080']],
    ['the right number beside a name', [8080, 'metrics'], ['tcp/80', 'tcp/81', 'tcp/8080']],
  ])(
    '%s that nobody resolves: callers may dial every port that could lead there, and the card says so',
    (_, targets, ports) => {
      const facts = { ...under([], named(...targets)), policy: withPrefixes('app=') };
      expect(judged(facts).outcome).toBe('reject');
      const draft = draftStage('pods', facts, { ...SETTINGS, podsMode: 'observed' }, NO_ANSWERS);
      const rulesets = draft.changes.flatMap((change) => (change.kind === 'create-ruleset' ? [change.ruleset] : []));
      expect(rulesets.flatMap((one) => one.outgoingRules.map(({ protocolPorts }) => protocolPorts))).toEqual([ports]);
      expect(rulesets.flatMap((one) => one.incomingRules.map(({ protocolPorts }) => protocolPorts))).toEqual([
        ['tcp/8080'],
      ]);
      const look = draft.remarks.find(({ text }) => text.includes('by name only'));
      expect(look).toMatchObject({ level: 'look', text: expect.stringContaining('“metrics”') });
      expect(judged({ ...facts, policy: withChanges(facts.policy, draft.changes) }).outcome).toBe('accept');
    },
  );
});

describe('a Service of which nobody knows whom it leads to', () => {
  const led = (more: object, targets?: readonly number[]) => {
    const port = { port: 443, targetPort: 8080, protocol: 'TCP' as const, ...(targets ? { targets } : {}) };
    return kubernetes({ services: [{ ...MAIL_SERVICE, ports: [port], ...more }] });
  };
  const outcomeUnder = (cluster: Evidence['kubernetes']) =>
    judged(under([rule('Allow', 'tcp/8080')], cluster, ['tcp/8080'])).outcome;

  test.each([
    ['that has no selector, its endpoints unread', led({ selector: {} }), 'uncertain'],
    ['that has no selector and endpoints on this port', led({ selector: {} }, [8080]), 'uncertain'],
    ['that has no selector and endpoints on another port', led({ selector: {} }, [5432]), 'accept'],
    ['that has no selector and no endpoints', led({ selector: {} }, []), 'accept'],
    ['that has no address of its own to translate at', led({ selector: {}, clusterIps: [] }), 'accept'],
    ['that stands for a name elsewhere', led({ selector: {}, type: 'ExternalName' }), 'accept'],
    ['whose selector is no label that was seen', led({ selector: { hidden: 'yes' } }), 'uncertain'],
    ['that is the cluster’s API server', led({ selector: {}, name: 'kubernetes' }), 'accept'],
  ])('%s: a rule for the container’s port alone is %s', (_, cluster, outcome) => {
    expect(outcomeUnder(cluster)).toBe(outcome);
  });

  test('is of no interest where another is known to lead there, unless somebody lists its endpoints by hand', () => {
    const [stray] = led({ name: 'stray', selector: { hidden: 'yes' } }).services;
    const [byHand] = led({ name: 'by-hand', selector: {} }, [8080]).services;
    if (!stray || !byHand) throw new Error('there are Services');
    const both = (other: typeof stray) =>
      judged(under([rule('Allow', 'tcp/8080', 'tcp/5000')], kubernetes({ services: [MAIL_SERVICE, other] }))).outcome;
    expect(both(stray)).toBe('accept');
    expect(both(byHand)).toBe('uncertain');
  });

  test('may be dialled by whoever was seen to call, and the card says which', () => {
    const facts = { ...under([], led({ selector: {} }, [8080])), policy: withPrefixes('app=') };
    const draft = draftStage('pods', facts, { ...SETTINGS, podsMode: 'observed' }, NO_ANSWERS);
    const rulesets = draft.changes.flatMap((change) => (change.kind === 'create-ruleset' ? [change.ruleset] : []));
    const ports = (direction: 'incomingRules' | 'outgoingRules') =>
      rulesets.flatMap((one) => one[direction]).flatMap(({ protocolPorts }) => protocolPorts);
    expect(ports('outgoingRules')).toEqual(['tcp/443', 'tcp/8080']);
    expect(ports('incomingRules')).toEqual(['tcp/8080']);
    expect(draft.remarks).toContainEqual({
      level: 'look',
      text: 'Nobody knows whom Service mail leads to: it selects no label that was seen. Whoever was seen to call mail may use its port, too: tcp/443.',
    });
    expect(judged({ ...facts, policy: withChanges(facts.policy, draft.changes) }).outcome).toBe('accept');
  });
});

test('names that the cluster resolves lead callers to their own Service’s ports only', () => {
  const ports = [
    { port: 80, targetPort: 'http', targets: [8080, 8081], protocol: 'TCP' as const },
    { port: 9090, targetPort: 'metrics', targets: [9102], protocol: 'TCP' as const },
  ];
  const facts = { ...under([], kubernetes({ services: [{ ...MAIL_SERVICE, ports }] })), policy: withPrefixes('app=') };
  const calls = [CALL, edge(WEB, MAIL, 'tcp/9102')];
  const ported = (edges: typeof calls) =>
    draftStage('pods', { ...facts, edges }, { ...SETTINGS, podsMode: 'observed' }, NO_ANSWERS).changes.flatMap(
      (change) =>
        change.kind === 'create-ruleset' ? change.ruleset.outgoingRules.flatMap((one) => one.protocolPorts) : [],
    );
  expect(ported([CALL])).toEqual(['tcp/80', 'tcp/8080']);
  expect(ported(calls)).toEqual(['tcp/80', 'tcp/8080', 'tcp/9090', 'tcp/9102']);
});

describe('no cluster to ask', () => {
  test.each([
    ['the port of the container', [rule('Allow', 'tcp/8080')], 'uncertain'],
    ['another port', [rule('Allow', 'tcp/5000')], 'uncertain'],
    ['every port', [rule('Allow', 'tcp/1:65535')], 'accept'],
    ['anything', [rule('Allow', 'any')], 'accept'],
    ['anything but one port', [rule('Allow', 'any'), rule('Reject', 'tcp/22')], 'accept'],
    ['anything but the container’s port', [rule('Allow', 'any'), rule('Reject', 'tcp/8080')], 'uncertain'],
    ['nothing, whatever else is allowed', [rule('Allow', 'any'), rule('Reject', 'tcp/1:65535')], 'reject'],
    ['other protocols', [rule('Allow', 'udp/8080')], 'reject'],
  ])('rules that let the caller dial %s', (_, out, outcome) => {
    const facts = without(under(out));
    expect(judged(facts).outcome).toBe(outcome);
    if (outcome === 'uncertain') expect(judged(facts).because).toContain('no cluster said on which port of a Service');
  });

  test('the caller’s end that accepts everything by default is in no doubt', () => {
    const facts = without(under([]));
    const judge = compile(facts.policy, facts.workloads, {
      assume: { incoming: 'Allow', outgoing: 'Allow' },
      called: calledPorts(facts),
    });
    expect(judge.judge(CALL).outcome).toBe('accept');
  });

  test('a call to a neighbour is allowed on any port, because nobody reads the neighbour’s Services', () => {
    const neighbour = workload('billing', ['@org:team=money'], '/acme/aws-dev/k8s/billing');
    const call = edge(WEB, neighbour, 'tcp/8080');
    const facts = evidence([WEB, neighbour], [call], { policy: withPrefixes('app='), kubernetes: CLUSTER });
    const [asked] = draftStage('disable-discovery', facts, SETTINGS, NO_ANSWERS).residual;
    if (!asked) throw new Error('nobody was asked');
    expect(asked.because).toContain('any port of it may be dialled');
    expect(judged({ ...facts, policy: withChanges(facts.policy, asked.changes) }, call).outcome).toBe('accept');
  });
});
