/** Every trap of the enforcer, one small world each. */
import { expect, test } from 'vitest';
import { judge } from '#sandbox/console/enforcer/connection.ts';
import { decide } from '#sandbox/console/enforcer/decide.ts';
import { createDnsCache } from '#sandbox/console/enforcer/dns-cache.ts';
import type { NetworkRule, Policy } from '#sandbox/console/objects.ts';
import { externalNetwork, namespace, ruleset, unit } from './support/policy.ts';

const everyone = [['$identity=processingunit']];
const ns = '/acme/shop';

function policy(own: Partial<Policy> = {}): Policy {
  return { namespaces: [namespace('/acme'), namespace(ns)], externalNetworks: [], rulesets: [], ...own };
}

function allow(object: string[][], ...protocolPorts: string[]): NetworkRule {
  return { action: 'Allow', object, protocolPorts };
}

function reject(object: string[][], ...protocolPorts: string[]): NetworkRule {
  return { action: 'Reject', object, protocolPorts };
}

const web = unit(ns, 'web', ['app=web']);
const cart = unit(ns, 'cart', ['app=cart']);
const webEnd = { unit: web, address: '10.72.1.10' };
const cartEnd = { unit: cart, address: '10.72.2.10' };
const internet = externalNetwork(ns, 'internet', ['0.0.0.0/0']);
const toInternet = [['externalnetwork:name=internet']];

function outgoing(held: Policy, address: string, port: number, names: string[] = []) {
  const { action, policyID } = decide({
    policy: held,
    unit: web,
    direction: 'outgoing',
    peer: { address, names },
    protocol: 'tcp',
    port,
  });
  return `${action} by ${policyID}`;
}

test('a reject rule beats an allow rule, however exact the allow is', () => {
  const held = policy({
    externalNetworks: [internet, externalNetwork(ns, 'exact', ['198.51.100.7'])],
    rulesets: [
      ruleset(ns, 'yes', { outgoingRules: [allow([['externalnetwork:name=exact']], 'tcp/443')] }),
      ruleset(ns, 'no', { outgoingRules: [reject(toInternet, 'any')] }),
    ],
  });
  expect(outgoing(held, '198.51.100.7', 443)).toBe('Reject by no');
});

test('a connection between two pods needs the outgoing rule at the source and the incoming rule at the destination', () => {
  const connection = { protocol: 'tcp', port: 7070, source: webEnd, destination: cartEnd } as const;
  const out = ruleset(ns, 'out', { outgoingRules: [allow(everyone, 'tcp/7070')] });
  const into = ruleset(ns, 'into', { incomingRules: [allow(everyone, 'tcp/7070')] });

  const onlyOut = judge(policy({ rulesets: [out] }), connection);
  expect([onlyOut.action, onlyOut.findings[0]?.reporter.ID]).toEqual(['Reject', 'cart']);

  const onlyInto = judge(policy({ rulesets: [into] }), connection);
  expect([onlyInto.action, onlyInto.findings[0]?.reporter.ID]).toEqual(['Reject', 'web']);

  const both = judge(policy({ rulesets: [out, into] }), connection);
  expect([both.action, both.findings.length]).toEqual(['Accept', 1]);
  expect(both.findings[0]?.decision.policyID).toBe('into');
  expect(both.findings[0]?.remote?.policyID).toBe('out');
});

test('the source is asked for the port it dialled, the destination for the port of the pod', () => {
  const held = policy({
    rulesets: [
      ruleset(ns, 'both', { outgoingRules: [allow(everyone, 'tcp/80')], incomingRules: [allow(everyone, 'tcp/8080')] }),
    ],
  });
  const connection = { protocol: 'tcp', port: 8080, dialledPort: 80, source: webEnd, destination: cartEnd } as const;
  expect(judge(held, connection).action).toBe('Accept');
  expect(judge(held, { ...connection, dialledPort: 8080 }).action).toBe('Reject');
});

test('a ping between pods is judged by address: a rule between pods does not cover it', () => {
  const between = ruleset(ns, 'pods', {
    outgoingRules: [allow(everyone, 'any')],
    incomingRules: [allow(everyone, 'any')],
  });
  const ping = { protocol: 'icmp', icmpType: 8, icmpCode: 0, source: webEnd, destination: cartEnd } as const;
  expect(judge(policy({ rulesets: [between] }), ping).action).toBe('Reject');

  const byAddress = ruleset(ns, 'ping', {
    outgoingRules: [allow(toInternet, 'icmp/8/0')],
    incomingRules: [allow(toInternet, 'icmp/8/0')],
  });
  const allowed = judge(policy({ externalNetworks: [internet], rulesets: [byAddress] }), ping);
  expect([allowed.action, allowed.findings.length]).toEqual(['Accept', 2]);
});

test('UDP between pods carries no identity either', () => {
  const between = ruleset(ns, 'pods', {
    outgoingRules: [allow(everyone, 'any')],
    incomingRules: [allow(everyone, 'any')],
  });
  const datagram = { protocol: 'udp', port: 8125, source: webEnd, destination: cartEnd } as const;
  const { action, findings } = judge(policy({ rulesets: [between] }), datagram);
  expect(action).toBe('Reject');
  expect(findings[0]?.destinationType).toBe('ExternalNetwork');
});

test('pods that meet over a public address look like strangers', () => {
  const between = ruleset(ns, 'pods', {
    outgoingRules: [allow(everyone, 'any')],
    incomingRules: [allow(everyone, 'any')],
  });
  const away = { unit: cart, address: '203.0.113.9' };
  const { action } = judge(policy({ rulesets: [between] }), {
    protocol: 'tcp',
    port: 7070,
    source: webEnd,
    destination: away,
  });
  expect(action).toBe('Reject');
});

test('an exclusion takes its addresses out of the network it is in', () => {
  const held = policy({
    externalNetworks: [externalNetwork(ns, 'internet', ['10.0.0.0/8', '!10.1.0.0/16'])],
    rulesets: [ruleset(ns, 'yes', { outgoingRules: [allow(toInternet, 'tcp/443')] })],
  });
  expect(outgoing(held, '10.2.0.1', 443)).toBe('Accept by yes');
  expect(outgoing(held, '10.1.0.1', 443)).toBe('Reject by default');
});

const google = externalNetwork(ns, 'google', ['*.googleapis.com']);
const toGoogle = [['externalnetwork:name=google']];

test('a name allows outgoing traffic to an address only when the pod looked the name up', () => {
  const held = policy({
    externalNetworks: [google],
    rulesets: [
      ruleset(ns, 'yes', { outgoingRules: [allow(toGoogle, 'tcp/443')], incomingRules: [allow(toGoogle, 'tcp/443')] }),
    ],
  });
  expect(outgoing(held, '142.250.1.1', 443)).toBe('Reject by default');
  expect(outgoing(held, '142.250.1.1', 443, ['logging.googleapis.com'])).toBe('Accept by yes');
  const peer = { address: '142.250.1.1', names: ['logging.googleapis.com'] };
  expect(decide({ policy: held, unit: web, direction: 'incoming', peer, protocol: 'tcp', port: 443 }).action).toBe(
    'Reject',
  );
});

test('a wildcard covers every name below, however deep, and not the apex', () => {
  const held = policy({
    externalNetworks: [google],
    rulesets: [ruleset(ns, 'yes', { outgoingRules: [allow(toGoogle, 'tcp/443')] })],
  });
  const to = (name: string) => outgoing(held, '142.250.1.1', 443, [name]);
  expect(to('a.b.googleapis.com')).toBe('Accept by yes');
  expect(to('A.GoogleAPIs.com.')).toBe('Accept by yes');
  expect(to('googleapis.com')).toBe('Reject by default');
  expect(to('evilgoogleapis.com')).toBe('Reject by default');
});

test('an enforcer learns only names somebody asks for, for the pod that asked, until they expire', () => {
  const cache = createDnsCache(60_000);
  cache.learn(policy(), web, 'a.googleapis.com', ['142.250.1.1'], 0);
  expect(cache.names(web, '142.250.1.1', 1)).toEqual([]);
  cache.learn(policy({ externalNetworks: [google] }), web, 'a.googleapis.com', ['142.250.1.1'], 1000);
  expect(cache.names(web, '142.250.1.1', 1001)).toEqual(['a.googleapis.com']);
  expect(cache.names(cart, '142.250.1.1', 1001)).toEqual([]);
  expect(cache.names(web, '142.250.1.1', 61_001)).toEqual([]);
});

test('a tag whose prefix is not effective never matches, neither as subject nor as object', () => {
  const bySubject = ruleset(ns, 'subject', { subject: [['app=web']], outgoingRules: [allow(toInternet, 'any')] });
  const held = policy({ externalNetworks: [internet], rulesets: [bySubject] });
  expect(outgoing(held, '198.51.100.7', 443)).toBe('Reject by default');
  const withPrefix = { ...held, namespaces: [namespace('/acme', { tagPrefixes: ['app='] }), namespace(ns)] };
  expect(outgoing(withPrefix, '198.51.100.7', 443)).toBe('Accept by subject');

  const byObject = ruleset(ns, 'object', { incomingRules: [allow([['app=web']], 'any')] });
  const question = { unit: cart, direction: 'incoming', peer: { unit: web }, protocol: 'tcp', port: 1 } as const;
  expect(decide({ ...question, policy: policy({ rulesets: [byObject] }) }).action).toBe('Reject');
  expect(
    decide({
      ...question,
      policy: policy({ rulesets: [byObject], namespaces: [namespace(ns, { tagPrefixes: ['app='] })] }),
    }).action,
  ).toBe('Accept');
});

test('what a parent propagates holds below, what it keeps to itself does not', () => {
  const dns = (propagate: boolean) =>
    policy({
      externalNetworks: [externalNetwork('/acme', 'internet', ['0.0.0.0/0'], { propagate })],
      rulesets: [ruleset('/acme', 'parent', { outgoingRules: [allow(toInternet, 'tcp/443')], propagate: true })],
    });
  expect(outgoing(dns(true), '198.51.100.7', 443)).toBe('Accept by parent');
  expect(outgoing(dns(false), '198.51.100.7', 443)).toBe('Reject by default');
});

test('a fallback counts only where no other ruleset is meant for the pod', () => {
  const fallback = ruleset(ns, 'fallback', { outgoingRules: [allow(toInternet, 'any')], fallback: true });
  const other = ruleset(ns, 'other', { incomingRules: [allow(everyone, 'any')] });
  const alone = policy({ externalNetworks: [internet], rulesets: [fallback] });
  expect(outgoing(alone, '198.51.100.7', 443)).toBe('Accept by fallback');
  expect(outgoing({ ...alone, rulesets: [fallback, other] }, '198.51.100.7', 443)).toBe('Reject by default');
});

test('a disabled ruleset does nothing', () => {
  const off = ruleset(ns, 'off', { outgoingRules: [allow(toInternet, 'any')], disabled: true });
  expect(outgoing(policy({ externalNetworks: [internet], rulesets: [off] }), '198.51.100.7', 443)).toBe(
    'Reject by default',
  );
});

test('a namespace that inherits does as its nearest ancestor that does not, and rejects where nobody says anything', () => {
  expect(outgoing(policy(), '198.51.100.7', 443)).toBe('Reject by default');
  const open = policy({
    namespaces: [
      namespace('/', { defaultPUOutgoingTrafficAction: 'Reject' }),
      namespace('/acme', { defaultPUOutgoingTrafficAction: 'Allow' }),
      namespace(ns),
    ],
  });
  expect(outgoing(open, '198.51.100.7', 443)).toBe('Accept by default');
  expect(
    decide({
      policy: open,
      unit: web,
      direction: 'incoming',
      peer: { address: '198.51.100.7' },
      protocol: 'tcp',
      port: 80,
    }).action,
  ).toBe('Reject');
});

test('a network takes its flows out of Somewhere even before a rule names it, the longest prefix first', () => {
  const networks = [internet, externalNetwork(ns, 'office', ['198.51.100.0/24'])];
  const question = {
    unit: web,
    direction: 'outgoing',
    peer: { address: '198.51.100.7' },
    protocol: 'tcp',
    port: 443,
  } as const;
  const { networkID, policyID } = decide({ ...question, policy: policy({ externalNetworks: networks }) });
  expect([networkID, policyID]).toEqual(['office', 'default']);
});

test('a rule in observation mode is told and not obeyed', () => {
  const shadow = ruleset(ns, 'shadow', { outgoingRules: [{ ...reject(toInternet, 'any'), observationEnabled: true }] });
  const held = policy({
    namespaces: [namespace(ns, { defaultPUOutgoingTrafficAction: 'Allow' })],
    externalNetworks: [internet],
    rulesets: [shadow],
  });
  const question = {
    unit: web,
    direction: 'outgoing',
    peer: { address: '198.51.100.7' },
    protocol: 'tcp',
    port: 443,
  } as const;
  const { action, policyID, observed } = decide({ ...question, policy: held });
  expect([action, policyID, observed?.action, observed?.policyID]).toEqual(['Accept', 'default', 'Reject', 'shadow']);
});

test('a pod that calls itself is always accepted, and nobody decided it', () => {
  const { action, findings } = judge(policy(), { protocol: 'tcp', port: 8080, source: webEnd, destination: webEnd });
  expect([action, findings[0]?.decision.policyID]).toEqual(['Accept', 'local']);
});

test('an expression without $identity also means external networks', () => {
  const held = policy({
    externalNetworks: [internet],
    rulesets: [ruleset(ns, 'wide', { outgoingRules: [allow([[`$namespace=${ns}`]], 'any')] })],
  });
  expect(outgoing(held, '198.51.100.7', 443)).toBe('Accept by wide');
});

test('an empty list of ports means nothing', () => {
  const held = policy({
    externalNetworks: [internet],
    rulesets: [ruleset(ns, 'nothing', { outgoingRules: [allow(toInternet)] })],
  });
  expect(outgoing(held, '198.51.100.7', 443)).toBe('Reject by default');
});
