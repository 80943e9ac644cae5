/** Holds the verdict against the console's rules, one question at a time, and against what must hold of any policy. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Edge } from '#core/edge.ts';
import { ICMP, TCP, UDP } from '#core/flow.ts';
import type { NetworkRuleset } from '#core/network-ruleset.ts';
import type { Policy } from '#core/policy.ts';
import { compile } from '#core/verdict.ts';
import {
  ALLOW_ALL,
  allow,
  BANK,
  CLUSTER,
  cart,
  edge,
  far,
  frontend,
  ledger,
  net,
  network,
  policy,
  reject,
  ruleset,
  SHOP,
  workloadIn,
  workloads,
} from './acme.ts';

function judge(parts: Partial<Policy>, asked: Edge) {
  const verdict = compile(policy(parts), workloads).judge(asked);
  return { ...verdict, because: verdict.because };
}

const anyPod = [['$identity=processingunit', `$namespace=${SHOP}`]];
const resolver = network('dns', ['10.0.0.10']);
const toDns = edge(frontend, '10.0.0.10', { protocol: UDP, port: 53 });

describe('a namespace whose default is Reject', () => {
  test('rejects what no rule allows, and says who could not do what', () => {
    expect(judge({}, toDns)).toEqual({
      outcome: 'reject',
      by: { kind: 'default' },
      side: 'source',
      because: 'No rule allows frontend to send udp/53 to 10.0.0.10, and what no rule allows is rejected by default.',
    });
  });

  test('accepts what a rule allows, and names it', () => {
    const dns = ruleset('dns', { outgoing: [{ ...allow(net('dns'), 'udp/53'), name: 'resolve' }] });
    expect(judge({ rulesets: [dns], externalNetworks: [resolver] }, toDns)).toEqual({
      outcome: 'accept',
      by: { kind: 'rule', ruleset: 'id-of-dns', rulesetName: 'dns', ruleName: 'resolve' },
      side: 'source',
      because: 'Ruleset “dns” allows frontend to send udp/53.',
    });
  });

  test('can be asked as if its default were another one', () => {
    const judgeAll = compile(policy(), workloads, { assume: ALLOW_ALL });
    expect(judgeAll.judge(toDns)).toMatchObject({ outcome: 'accept', by: { kind: 'default' } });
  });

  test('keeps its two directions apart', () => {
    const effective = { incoming: 'Reject', outgoing: 'Allow' } as const;
    expect(judge({ effective }, toDns).outcome).toBe('accept');
    expect(judge({ effective }, edge('203.0.113.9', frontend)).outcome).toBe('reject');
  });
});

describe('rules', () => {
  const outcome = (rulesets: NetworkRuleset[], externalNetworks = [resolver]) =>
    judge({ rulesets, externalNetworks }, toDns).outcome;

  test('a Reject beats every Allow, wherever it stands', () => {
    const yes = ruleset('yes', { outgoing: [allow(net('dns'), 'any')] });
    const no = ruleset('no', { outgoing: [reject(net('dns'), 'udp/53')] });
    expect(outcome([yes, no])).toBe('reject');
    expect(outcome([no, yes])).toBe('reject');
  });

  test('a Reject for a wide network beats an Allow for an address in it', () => {
    const rules = [allow(net('dns'), 'udp/53'), reject(net('world'), 'any')];
    expect(outcome([ruleset('both', { outgoing: rules })], [resolver, network('world', ['0.0.0.0/0'])])).toBe('reject');
  });

  test('a disabled ruleset, an incoming rule, another port and no port at all allow nothing', () => {
    expect(outcome([ruleset('off', { disabled: true, outgoing: [allow(net('dns'), 'any')] })])).toBe('reject');
    expect(outcome([ruleset('in', { incoming: [allow(net('dns'), 'any')] })])).toBe('reject');
    expect(outcome([ruleset('tcp', { outgoing: [allow(net('dns'), 'tcp/53')] })])).toBe('reject');
    expect(outcome([ruleset('none', { outgoing: [allow(net('dns'))] })])).toBe('reject');
  });

  test('a rule that only observes decides nothing', () => {
    const watch = ruleset('watch', { outgoing: [{ ...allow(net('dns'), 'any'), observationEnabled: true }] });
    expect(outcome([watch])).toBe('reject');
  });

  test('a ruleset is for the units that its subject selects: one clause of several, with all its tags', () => {
    const subject = (...clauses: string[][]) =>
      outcome([ruleset('some', { subject: clauses, outgoing: [allow(net('dns'), 'any')] })]);
    expect(subject(['app=cart'], ['app=frontend', '$identity=processingunit'])).toBe('accept');
    expect(subject(['app=frontend', 'app=cart'])).toBe('reject');
    expect(subject([])).toBe('reject');
  });

  test('a tag whose prefix is not effective never matches, as subject or as object', () => {
    const subject = [['role=store']];
    const incoming = [allow('app=frontend', 'tcp/443')];
    const outgoing = [allow('app=cart', 'tcp/443')];
    const asked = edge(frontend, cart);
    const out = ruleset('out', { outgoing });
    const prefixed = { local: [], effective: [...policy().prefixes.effective, 'role='] };
    expect(judge({ rulesets: [out, ruleset('in', { subject, incoming })] }, asked).outcome).toBe('reject');
    expect(judge({ rulesets: [out, ruleset('in', { subject, incoming })], prefixes: prefixed }, asked).outcome).toBe(
      'accept',
    );
    const byRole = ruleset('out', { outgoing: [allow('role=store', 'tcp/443')] });
    expect(judge({ rulesets: [byRole, ruleset('in', { incoming })] }, asked).side).toBe('source');
  });

  test('an external network whose tag has no effective prefix is not found', () => {
    const untagged = network('dns', ['10.0.0.10'], { tags: ['team=net'] });
    expect(outcome([ruleset('dns', { outgoing: [allow('team=net', 'any')] })], [untagged])).toBe('reject');
  });
});

describe('what ancestors hand down', () => {
  const outgoing = [allow(net('dns'), 'udp/53')];

  test('a namespace whose parent allows DNS needs no DNS rule', () => {
    const handedDown = { namespace: CLUSTER, propagate: true };
    const parts = {
      rulesets: [ruleset('dns', { ...handedDown, subject: [['$identity=processingunit']], outgoing })],
      externalNetworks: [network('dns', ['10.0.0.10'], handedDown)],
    };
    expect(judge(parts, toDns)).toMatchObject({
      outcome: 'accept',
      because: `Ruleset “dns” of ${CLUSTER} allows frontend to send udp/53.`,
    });
    expect(compile(policy(parts), workloads).whichAllow(toDns)).toEqual({
      source: [{ id: 'id-of-dns', name: 'dns', namespace: CLUSTER }],
    });
  });

  test('what does not propagate, and what belongs to a neighbour, is not in force', () => {
    const kept = { namespace: CLUSTER, propagate: false };
    const neighbours = { namespace: BANK, propagate: true };
    expect(
      judge({ rulesets: [ruleset('dns', { ...kept, outgoing })], externalNetworks: [resolver] }, toDns).outcome,
    ).toBe('reject');
    const theirs = network('dns', ['10.0.0.10'], neighbours);
    expect(judge({ rulesets: [ruleset('dns', { outgoing })], externalNetworks: [theirs] }, toDns).outcome).toBe(
      'reject',
    );
  });
});

describe('fallback rulesets', () => {
  const fallback = ruleset('last', { fallback: true, outgoing: [allow(net('dns'), 'any')] });
  const outcome = (...rulesets: NetworkRuleset[]) =>
    judge({ rulesets: [...rulesets, fallback], externalNetworks: [resolver] }, toDns).outcome;

  test('count where no other ruleset was resolved for the unit', () => {
    expect(outcome()).toBe('accept');
    expect(outcome(ruleset('off', { disabled: true }))).toBe('accept');
    expect(outcome(ruleset('for cart', { subject: [['app=cart']] }))).toBe('accept');
  });

  test('do not count beside any other ruleset, even one that says nothing of this direction', () => {
    expect(outcome(ruleset('in', { incoming: [allow(net('dns'), 'any')] }))).toBe('reject');
  });

  test('are in doubt where the other ruleset is', () => {
    expect(outcome(ruleset('one pod', { subject: [['$name=frontend-0']] }))).toBe('uncertain');
  });
});

describe('a connection between workloads', () => {
  const out = ruleset('out', { subject: [['app=frontend']], outgoing: [allow('app=cart', 'tcp/443')] });
  const into = ruleset('in', { subject: [['app=cart']], incoming: [allow('app=frontend', 'tcp/443')] });
  const asked = edge(frontend, cart);

  test('needs an outgoing rule at its source and an incoming one at its destination', () => {
    expect(judge({ rulesets: [out] }, asked)).toMatchObject({ outcome: 'reject', side: 'destination' });
    expect(judge({ rulesets: [into] }, asked)).toMatchObject({ outcome: 'reject', side: 'source' });
    expect(judge({ rulesets: [out, into] }, asked)).toEqual({
      outcome: 'accept',
      by: { kind: 'rule', ruleset: 'id-of-in', rulesetName: 'in' },
      because: 'Ruleset “in” allows cart to accept tcp/443. Ruleset “out” allows frontend to send tcp/443.',
    });
  });

  test('is by default where one of its ends relies on the default', () => {
    const effective = { incoming: 'Reject', outgoing: 'Allow' } as const;
    expect(judge({ rulesets: [into], effective }, asked)).toMatchObject({
      outcome: 'accept',
      by: { kind: 'default' },
      side: 'source',
    });
  });

  test('says both ends where both would fail', () => {
    expect(judge({}, asked).because).toBe(
      'No rule allows cart to accept tcp/443 from frontend, and what no rule allows is rejected by default. ' +
        'No rule allows frontend to send tcp/443 to cart, and what no rule allows is rejected by default.',
    );
  });

  test('is not allowed by the addresses of its pods', () => {
    const world = network('world', ['0.0.0.0/0']);
    const all = ruleset('all', { incoming: [allow(net('world'), 'any')], outgoing: [allow(net('world'), 'any')] });
    expect(judge({ rulesets: [all], externalNetworks: [world] }, asked).outcome).toBe('reject');
  });

  test('over UDP is judged as it was reported: by identity, or by address', () => {
    const pods = ruleset('pods', { incoming: [allow(anyPod, 'any')], outgoing: [allow(anyPod, 'any')] });
    const udp = { protocol: UDP, port: 8125 };
    expect(judge({ rulesets: [pods] }, edge(frontend, cart, udp)).outcome).toBe('accept');
    expect(judge({ rulesets: [pods] }, edge(frontend, '10.4.0.7', udp)).outcome).toBe('reject');
    expect(judge({ rulesets: [pods] }, edge('10.4.0.7', cart, udp)).outcome).toBe('reject');
  });

  test('over ICMP is judged by address, which an edge between workloads does not hold', () => {
    const ping = edge(frontend, cart, { protocol: ICMP });
    const pods = ruleset('pods', { incoming: [allow(anyPod, 'any')], outgoing: [allow(anyPod, 'any')] });
    expect(judge({ rulesets: [pods] }, ping).outcome).toBe('reject');
    const some = network('some', ['10.4.0.0/16']);
    const byAddress = ruleset('ping', {
      incoming: [allow(net('some'), 'icmp')],
      outgoing: [allow(net('some'), 'icmp')],
    });
    expect(judge({ rulesets: [byAddress], externalNetworks: [some] }, ping).outcome).toBe('uncertain');
  });

  test('of a workload nobody knows any more is uncertain', () => {
    const gone = workloadIn(SHOP, 'gone');
    expect(judge({ rulesets: [out, into] }, edge(frontend, gone)).outcome).toBe('uncertain');
  });
});

describe('a connection to another namespace', () => {
  const out = ruleset('out', { outgoing: [allow(`$namespace=${BANK}`, 'tcp/443')] });

  test('is judged at our end, and at theirs as it was recorded', () => {
    expect(judge({ rulesets: [out] }, edge(frontend, ledger))).toMatchObject({
      outcome: 'accept',
      by: { kind: 'rule', ruleset: 'id-of-out' },
      because: `Ruleset “out” allows frontend to send tcp/443. ${BANK} accepted it at its end in the record.`,
    });
    expect(judge({}, edge(frontend, ledger))).toMatchObject({ outcome: 'reject', side: 'source' });
    expect(judge({}, edge(ledger, frontend))).toMatchObject({ outcome: 'reject', side: 'destination' });
  });

  test('stays rejected where they rejected it, and is uncertain where it may have been us', () => {
    const theirs = edge(frontend, ledger, { action: 'Reject', policyId: 'a-ruleset-of-the-bank' });
    expect(judge({ rulesets: [out] }, theirs)).toMatchObject({ outcome: 'reject', side: 'destination' });
    const somebodys = edge(frontend, ledger, { action: 'Reject' });
    expect(judge({ rulesets: [out] }, somebodys)).toMatchObject({ outcome: 'uncertain', side: 'destination' });
  });

  test('trusts inherited prefixes at a neighbour, and doubts those the neighbour may or may not have', () => {
    const byApp = ruleset('out', { outgoing: [allow('app=ledger', 'tcp/443')] });
    expect(judge({ rulesets: [byApp] }, edge(frontend, ledger))).toMatchObject({
      outcome: 'uncertain',
      because: `Ruleset “out” may allow it: its object needs app=ledger, and whether ${BANK} sends that tag hangs on its own tag prefixes.`,
    });
    const inherited = { local: [], effective: policy().prefixes.effective };
    expect(judge({ rulesets: [byApp], prefixes: inherited }, edge(frontend, ledger)).outcome).toBe('accept');
    const toFar = ruleset('out', { outgoing: [allow('app=far', 'tcp/443')] });
    expect(judge({ rulesets: [toFar], prefixes: inherited }, edge(frontend, far)).outcome).toBe('uncertain');
  });

  test('whose tags nobody could read is settled by its namespace, or left in doubt', () => {
    const stranger = workloadIn(BANK, 'stranger');
    expect(judge({ rulesets: [out] }, edge(frontend, stranger)).outcome).toBe('accept');
    expect(judge({}, edge(frontend, stranger)).outcome).toBe('reject');
    const byTeam = ruleset('out', { outgoing: [allow([['team=money', `$namespace=${BANK}`]], 'tcp/443')] });
    expect(judge({ rulesets: [byTeam] }, edge(frontend, stranger)).because).toBe(
      'Ruleset “out” may allow it: its object needs team=money, and the tags of the other workload could not be read.',
    );
    const toOthers = ruleset('out', { outgoing: [allow('$namespace=/other/prod/app', 'tcp/443')] });
    expect(judge({ rulesets: [toOthers] }, edge(frontend, stranger)).outcome).toBe('reject');
  });

  test('between two other namespaces is what the record says', () => {
    expect(judge({}, edge(ledger, far)).outcome).toBe('accept');
    expect(judge({}, edge(ledger, far, { action: 'Reject' })).outcome).toBe('reject');
  });
});

describe('names', () => {
  const google = network('google', ['*.googleapis.com', 'Google.com.']);
  const rulesets = [
    ruleset('google', { incoming: [allow(net('google'), 'any')], outgoing: [allow(net('google'), 'tcp/443')] }),
  ];
  const outcome = (names: string[], namesElsewhere: string[] = []) =>
    judge({ rulesets, externalNetworks: [google] }, edge(frontend, '142.250.1.1', { names, namesElsewhere }));

  test('allow by exact name and by wildcard, which holds everything below and not the apex', () => {
    expect(outcome(['logging.googleapis.com']).outcome).toBe('accept');
    expect(outcome(['a.b.googleapis.com']).outcome).toBe('accept');
    expect(outcome(['GOOGLE.com.']).outcome).toBe('accept');
    expect(outcome(['googleapis.com']).outcome).toBe('reject');
    expect(outcome(['www.google.com']).outcome).toBe('reject');
    expect(outcome(['notgoogleapis.com']).outcome).toBe('reject');
    expect(outcome(['other.org', 'logging.googleapis.com']).outcome).toBe('accept');
  });

  test('of one pod do not vouch for another that called without a look-up, however rarely', () => {
    const called = (unnamed: number) =>
      judge(
        { rulesets, externalNetworks: [google] },
        edge(frontend, '142.250.1.1', { names: ['logging.googleapis.com'], count: 1_000_000, unnamed }),
      );
    expect(called(999_999)).toMatchObject({
      outcome: 'uncertain',
      because:
        'Ruleset “google” may allow it: it allows names only, and 999999 of 1000000 flows came from pods that were not seen to look up logging.googleapis.com.',
    });
    expect(called(1).outcome).toBe('uncertain');
    expect(called(0).outcome).toBe('accept');
  });

  test('leave an address without a name uncertain, and say why', () => {
    expect(outcome([])).toEqual({
      outcome: 'uncertain',
      by: { kind: 'rule', ruleset: 'id-of-google', rulesetName: 'google' },
      side: 'source',
      because:
        'Ruleset “google” may allow it: it allows names only, and no lookup of the workload for this address was seen.',
    });
    expect(outcome([], ['logging.googleapis.com']).because).toContain(
      'only other workloads were seen to look up logging',
    );
    expect(outcome(['cdn.example'], ['logging.googleapis.com']).outcome).toBe('uncertain');
  });

  test('leave nothing uncertain that an address rule or another port settles', () => {
    const address = network('google', ['142.250.0.0/16', '*.googleapis.com']);
    const asked = edge(frontend, '142.250.1.1');
    expect(judge({ rulesets, externalNetworks: [address] }, asked).outcome).toBe('accept');
    expect(judge({ rulesets, externalNetworks: [google] }, { ...asked, port: 80 }).outcome).toBe('reject');
    expect(judge({ rulesets, externalNetworks: [google], effective: ALLOW_ALL }, asked).outcome).toBe('accept');
  });

  test('make a Reject uncertain too', () => {
    const no = [ruleset('no', { outgoing: [reject(net('google'), 'any')] })];
    const asked = edge(frontend, '142.250.1.1');
    expect(judge({ rulesets: no, externalNetworks: [google], effective: ALLOW_ALL }, asked).outcome).toBe('uncertain');
    expect(judge({ rulesets: no, externalNetworks: [google] }, asked).outcome).toBe('reject');
  });

  test('say nothing about incoming traffic', () => {
    const asked = edge('142.250.1.1', frontend, { names: ['logging.googleapis.com'] });
    expect(judge({ rulesets, externalNetworks: [google] }, asked).outcome).toBe('reject');
  });
});

describe('doubt', () => {
  test('a rule for a tag that changes with a restart is uncertain', () => {
    const one = (tag: string) => [ruleset('one pod', { subject: [[tag]], outgoing: [allow(net('dns'), 'any')] })];
    expect(judge({ rulesets: one('$name=frontend-0'), externalNetworks: [resolver] }, toDns)).toMatchObject({
      outcome: 'uncertain',
      because: 'Ruleset “one pod” may allow it: its subject needs $name=frontend-0, which changes with a restart.',
    });
    expect(judge({ rulesets: one('pod-template-hash=1'), externalNetworks: [resolver] }, toDns).outcome).toBe('reject');
  });

  test('so is one whose object needs such a tag of the peer', () => {
    const rules = [allow('$name=cart-0', 'tcp/443')];
    const pods = ruleset('pods', { incoming: [allow(anyPod, 'any')], outgoing: rules });
    expect(judge({ rulesets: [pods] }, edge(frontend, cart)).because).toContain('its object needs $name=cart-0');
  });

  test('a rule for some ICMP types is uncertain, one for all of them is not', () => {
    const ping = edge(frontend, '10.0.0.10', { protocol: ICMP });
    const outcome = (...ports: string[]) =>
      judge(
        { rulesets: [ruleset('ping', { outgoing: [allow(net('dns'), ...ports)] })], externalNetworks: [resolver] },
        ping,
      );
    expect(outcome('icmp').outcome).toBe('accept');
    expect(outcome('icmp/8/0').because).toContain('flow reports do not say which type');
    expect(outcome('icmp6').outcome).toBe('reject');
  });

  test('what was dropped for another reason than policy is not for rules to decide', () => {
    expect(judge({}, edge(frontend, cart, { action: 'Reject', dropReason: 'token' }))).toMatchObject({
      outcome: 'uncertain',
      because: 'It was dropped for another reason than policy (token); no rule would change that.',
    });
    expect(judge({}, edge(frontend, cart, { action: 'Reject', dropReason: 'policy' })).outcome).toBe('reject');
  });
});

describe('for any policy', () => {
  const action = fc.constantFrom('Allow' as const, 'Reject' as const);
  const object = fc.constantFrom(net('a'), net('b'), net('named'), 'app=cart', 'app=frontend', '$name=cart-0');
  const ports = fc.constantFrom(['any'], ['tcp/443'], ['tcp/1:100'], ['icmp/8'], []);
  const rule = fc
    .record({ action, object, ports })
    .map((one) => ({ ...allow(one.object, ...one.ports), action: one.action }));
  const anyRuleset = fc.record({
    subject: fc.constantFrom([['app=cart']], [['app=frontend']], anyPod, [['$name=frontend-0']]),
    incoming: fc.array(rule, { maxLength: 2 }),
    outgoing: fc.array(rule, { maxLength: 2 }),
    fallback: fc.boolean(),
    disabled: fc.boolean(),
    propagate: fc.boolean(),
    namespace: fc.constantFrom(SHOP, CLUSTER, BANK),
  });
  const rulesets = fc
    .array(anyRuleset, { maxLength: 5 })
    .map((list) => list.map((parts, index) => ruleset(`r${index}`, parts)));
  const externalNetworks = [
    network('a', ['10.0.0.0/8', '!10.1.0.0/16']),
    network('b', ['10.1.2.0/24']),
    network('named', ['*.example.com']),
  ];
  const asked = fc.constantFrom(
    edge(frontend, cart),
    edge(cart, ledger),
    edge(frontend, '10.1.2.3', { names: ['x.example.com'] }),
    edge(frontend, '10.2.0.1'),
    edge('10.1.0.1', cart, { port: 80 }),
    edge(cart, '10.1.2.3', { protocol: ICMP }),
  );
  const effective = fc.record({ incoming: action, outgoing: action });

  test('the order of its rulesets and rules never matters', () => {
    fc.assert(
      fc.property(rulesets, effective, asked, (list, defaults, one) => {
        const reversed = list.toReversed().map((each) => ({
          ...each,
          incomingRules: each.incomingRules.toReversed(),
          outgoingRules: each.outgoingRules.toReversed(),
        }));
        const before = judge({ rulesets: list, externalNetworks, effective: defaults }, one);
        const after = judge({ rulesets: reversed, externalNetworks, effective: defaults }, one);
        expect(after.outcome).toBe(before.outcome);
      }),
    );
  });

  const one = fc.record({ rule, to: fc.constantFrom('incoming' as const, 'outgoing' as const), subject: anyRuleset });
  const worse = { accept: 0, uncertain: 1, reject: 2 };

  test('one more Allow never rejects more, and one more Reject never accepts more, where no fallback is in play', () => {
    fc.assert(
      fc.property(rulesets, effective, asked, one, (list, defaults, edgeAsked, { rule: added, to, subject }) => {
        const normal = list.map((each) => ({ ...each, fallback: false }));
        const more = ruleset('more', { subject: subject.subject, [to]: [added] });
        const before = judge({ rulesets: normal, externalNetworks, effective: defaults }, edgeAsked).outcome;
        const after = judge({ rulesets: [...normal, more], externalNetworks, effective: defaults }, edgeAsked).outcome;
        if (added.action === 'Allow') expect(worse[after]).toBeLessThanOrEqual(worse[before]);
        else expect(worse[after]).toBeGreaterThanOrEqual(worse[before]);
      }),
    );
  });

  test('allowing by default rejects nothing that rejecting by default accepts', () => {
    fc.assert(
      fc.property(rulesets, asked, (list, edgeAsked) => {
        const locked = judge({ rulesets: list, externalNetworks }, edgeAsked).outcome;
        const open = judge({ rulesets: list, externalNetworks, effective: ALLOW_ALL }, edgeAsked).outcome;
        expect(worse[open]).toBeLessThanOrEqual(worse[locked]);
      }),
    );
  });

  test('a certain verdict stays when what was in doubt is settled by a lookup', () => {
    fc.assert(
      fc.property(rulesets, effective, fc.constantFrom('x.example.com', 'other.org'), (list, defaults, name) => {
        const nameless = edge(frontend, '10.2.0.1');
        const world = { rulesets: list, externalNetworks, effective: defaults };
        const before = judge(world, nameless).outcome;
        if (before !== 'uncertain') expect(judge(world, { ...nameless, names: [name] }).outcome).toBe(before);
      }),
    );
  });
});

test('what was asked about one edge is never the answer for another', () => {
  const gone = workloadIn(SHOP, 'gone');
  const nobody = workloadIn('/acme/dev/k8s/nobody', 'nobody');
  const ends = [frontend, cart, ledger, far, gone, nobody, '10.0.0.10', '142.250.1.1', '10.4.1.1', '2001:db8::1', ''];
  const anyEdge = fc
    .record({
      from: fc.oneof({ weight: 2, arbitrary: fc.constant(frontend) }, fc.constantFrom(...ends)),
      to: fc.oneof(fc.constantFrom(frontend, '142.250.1.1'), fc.constantFrom(...ends)),
      protocol: fc.constantFrom(ICMP, TCP, TCP, UDP),
      port: fc.constantFrom(undefined, 53, 443, 443),
      names: fc.subarray(['a.example.com', 'b.org']),
      namesElsewhere: fc.subarray(['a.example.com', 'c.org']),
    })
    .map(({ from, to, port, ...more }) => {
      const { port: _default, ...one } = edge(from, to, more);
      return port === undefined ? one : { ...one, port };
    });
  const rules = [
    allow(`$namespace=${SHOP}`, 'tcp/1:443'),
    allow(net('dns'), 'udp/53', 'tcp/53'),
    reject('app=cart', 'tcp/443'),
    allow(net('named'), 'tcp/443'),
    allow(net('pods'), 'any'),
  ];
  const asked = policy({
    rulesets: rules.map((rule, nth) => ruleset(`rules-${nth}`, { incoming: [rule], outgoing: [rule] })),
    externalNetworks: [
      resolver,
      network('named', ['*.example.com', 'c.org']),
      network('pods', ['10.4.0.0/16', '2001:db8::/32']),
    ],
  });
  const told = ({ outcome, by, side, because }: ReturnType<typeof judge>) => ({ outcome, by, side, because });
  fc.assert(
    fc.property(fc.array(anyEdge, { minLength: 50, maxLength: 80 }), (edges) => {
      const one = compile(asked, workloads);
      for (const each of edges) expect(told(one.judge(each))).toEqual(told(compile(asked, workloads).judge(each)));
    }),
  );
});
