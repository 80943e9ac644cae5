/** Holds the validator's rules one by one; the vendor's own answers are in conformance.test.ts. */
import { describe, expect, test } from 'vitest';
import { validate } from '#core/validation.ts';

function said(identity: Parameters<typeof validate>[0], object: unknown): string[] {
  return validate(identity, object).map(({ attribute, description }) => `${attribute}: ${description}`);
}

const rule = { action: 'Allow', object: [['app=frontend']], protocolPorts: ['tcp/443'] };

describe('an external network', () => {
  const network = (...entries: string[]) => said('externalnetwork', { name: 'dns', entries });

  test('is accepted with addresses, networks, exclusions and names', () => {
    expect(
      network('10.0.0.7', '10.0.0.0/8', '!10.1.0.0/16', '::/0', 'www.google.com.', '*.googleapis.com', '999.1.1.1'),
    ).toEqual([]);
  });

  test('without a name hears of nothing else', () => {
    expect(said('externalnetwork', { entries: [], associatedTags: ['$a=b'] })).toEqual([
      "name: Attribute 'name' is required",
    ]);
  });

  test.each(['::1', '*', '*google.com', '!www.x.com', '!10.1.2.3', '010.0.0.0/8', '10.0.0.0/33', 'x:443'])(
    'is refused with %s',
    (entry) => expect(network(entry)).toEqual([`entries: ${entry} is not a valid CIDR`]),
  );

  test('is refused with the same network twice, however it is written', () => {
    expect(network('10.0.0.1/8', '10.0.0.2/8')).toEqual(['entries: CIDR subnet parsed from 10.0.0.2/8 is duplicated']);
    expect(network('::/0', '!0::/0')).toEqual(['entries: CIDR subnet parsed from !0::/0 is duplicated']);
    expect(network('10.0.0.0/8', '::ffff:10.0.0.0/104')).toHaveLength(1);
    expect(network('10.0.0.1', '10.0.0.1')).toEqual([]);
  });

  test('is refused with an exclusion from nothing', () => {
    expect(network('10.0.0.0/16', '!10.1.0.0/16')).toEqual(['entries: !10.1.0.0/16 is not contained in any CIDR']);
    expect(network('10.1.0.0/24', '!10.1.0.0/16')).toHaveLength(1);
    expect(network('0.0.0.0/0', '!fd00::/8')).toHaveLength(1);
  });

  test('counts the letters of its name as people do', () => {
    expect(said('externalnetwork', { name: '😀'.repeat(256), entries: ['a'] })).toEqual([]);
    expect(said('externalnetwork', { name: '😀'.repeat(257), entries: ['a'] })).toHaveLength(1);
  });
});

describe('a ruleset', () => {
  const ruleset = (parts: object) =>
    said('networkrulesetpolicy', { name: 'r', subject: [['$identity=processingunit']], ...parts });

  test('may have no rules, and no ports in a rule', () => {
    expect(ruleset({})).toEqual([]);
    expect(ruleset({ incomingRules: [{ ...rule, protocolPorts: [] }, null] })).toEqual([]);
  });

  test('with an empty action allows, and says the same twice where another rule allows it', () => {
    expect(
      ruleset({
        outgoingRules: [
          { ...rule, action: '' },
          { ...rule, name: 'other', protocolPorts: ['TCP/443'] },
        ],
      }),
    ).toEqual(['outgoingRules: Duplicate network rules at the following indexes: [1, 2]']);
  });

  test('may say the same in both directions', () => {
    expect(ruleset({ incomingRules: [rule], outgoingRules: [rule] })).toEqual([]);
  });

  test('is told all that is wrong with an expression, once each', () => {
    expect(ruleset({ subject: [['a=b', 'a=b'], [], [], ['x', 'y']] })).toEqual([
      "subject: Duplicate tag in a sub-expression: 'a=b'",
      'subject: Duplicate equivalent sub-expressions found',
      'subject: Sub-expression must not be empty',
      "subject: 'x' must contain at least one '=' symbol separating two valid words",
    ]);
    expect(ruleset({ subject: undefined })).toEqual(['subject: Expression must contain at least one sub-expression']);
    expect(
      ruleset({
        subject: [
          ['a=1', 'b=2'],
          ['b=2', 'a=1'],
        ],
      }),
    ).toHaveLength(1);
  });

  test('has tags of less than 1024 bytes', () => {
    expect(ruleset({ subject: [[`k=${'é'.repeat(510)}`]] })).toEqual([]);
    expect(ruleset({ subject: [[`k=${'é'.repeat(511)}`]] })).toHaveLength(1);
  });

  test('has a rule name of at most 16 letters', () => {
    expect(ruleset({ incomingRules: [{ ...rule, name: 'x'.repeat(16) }] })).toEqual([]);
    expect(ruleset({ incomingRules: [{ ...rule, name: 'x'.repeat(17) }] })).toEqual([
      `name: Data '${'x'.repeat(17)}' of attribute 'name' should be less than 16 chars long`,
    ]);
  });

  test.each([
    ['tcp', "Protocol 'TCP' cannot be used without ports"],
    ['tcp/80-90', "Attribute 'protocolPorts' must be a port (xxx) or port range (xxx:yyy)"],
    ['tcp/65536:x', "Attribute 'protocolPorts' must be between 0 and 65535"],
    ['tcp/9223372036854775807', "Attribute 'protocolPorts' must be between 0 and 65535"],
    ['tcp/9223372036854775808', "Attribute 'protocolPorts' must be a port (xxx) or port range (xxx:yyy)"],
    ['tcp/80:80', "Attribute 'protocolPorts' left bound is greater than or equal to right bound"],
    ['icmp/', "Protocol 'ICMP' has missing type/code information"],
    ['icmp/+300', "Protocol 'ICMP' has invalid type notation: '300' should be between 0 and 255"],
    ['icmp6/8/0/0', "Protocol 'ICMP6' has invalid type notation: '0/0' is not a valid number"],
    ['icmp/3/6:4', "Protocol 'ICMP' has invalid code range order"],
    ['gre/1', "Protocol 'GRE' cannot be used with ports"],
    ['IPv6', "'IPV6' is not a valid protocol"],
    ['straße', "'STRAßE' is not a valid protocol"],
    ['A/N', "'A' is not a valid protocol"],
  ])('is refused with %s', (port, description) => {
    expect(ruleset({ incomingRules: [{ ...rule, protocolPorts: [port] }] })).toEqual([`protocolPorts: ${description}`]);
  });

  test('is refused with any beside something else, and with a port twice', () => {
    const ports = (...protocolPorts: string[]) => ruleset({ incomingRules: [{ ...rule, protocolPorts }] });
    expect(ports('tcp/1', 'Any')).toEqual(["protocolPorts: Protocol 'Any' cannot be used with other protocols"]);
    expect(ports('tcp/1', 'TCP/1')).toEqual(["protocolPorts: duplicate port: 'TCP/1'"]);
  });
});

describe('a namespace', () => {
  test('takes its default actions and tag prefixes as they are', () => {
    const actions = { defaultPUIncomingTrafficAction: 'Reject', defaultPUOutgoingTrafficAction: 'Inherit' };
    expect(said('namespace', { name: '/acme/shop', ...actions, tagPrefixes: ['', 'x'] })).toEqual([]);
  });

  test('is refused with another action, another type, another spelling', () => {
    expect(said('namespace', { name: 'a.b', defaultPUIncomingTrafficAction: '', type: 'Foo' })).toEqual([
      "defaultPUIncomingTrafficAction: Data '' of attribute 'defaultPUIncomingTrafficAction' is not in list '[Allow Reject Inherit]'",
      "name: Data 'a.b' of attribute 'name' must only contain alpha numerical characters, '-' or '_'",
      "type: Data 'Foo' of attribute 'type' is not in list '[Default Tenant CloudAccount Group Kubernetes ECS]'",
    ]);
  });

  test('keeps organizational metadata under its prefix', () => {
    expect(said('namespace', { name: 'a', organizationalMetadata: ['@org:a=b', 'a=b'] })).toEqual([
      'organizationalMetadata: Organizational metadata a=b must start with the reserved prefix @org:',
    ]);
  });

  test('is refused with a certificate validity that is no duration', () => {
    expect(said('namespace', { name: 'a', serviceCertificateValidity: '1h30m' })).toEqual([]);
    expect(said('namespace', { name: 'a', serviceCertificateValidity: '1 day' })).toHaveLength(1);
  });
});

test('JSON of another form is not an object to validate', () => {
  expect(() => validate('externalnetwork', { name: 'x', entries: 'www.x.com' })).toThrow();
  expect(() => validate('namespace', 'shop')).toThrow();
});
