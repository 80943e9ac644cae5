/** Small worlds, made by chance: what a console could hold, the units it is for, and what these could be asked or do. */
import fc from 'fast-check';
import type { End } from '#sandbox/console/enforcer/connection.ts';
import type { Unit } from '#sandbox/console/enforcer/decide.ts';
import type { Direction } from '#sandbox/console/enforcer/hierarchy.ts';
import type { ExternalNetwork, Namespace, NetworkRule, Policy, Ruleset } from '#sandbox/console/objects.ts';
import { externalNetwork, namespace, ruleset } from '#test/sandbox/support/policy.ts';

export interface World {
  /** The namespace whose policy is compiled. */
  home: string;
  policy: Policy;
  /** The first of them is at home. */
  units: Unit[];
  questions: Question[];
  connections: WorldConnection[];
}

export interface Traffic {
  protocol: string;
  port?: number;
  icmpType?: number;
  icmpCode?: number;
}

/** One direction at the first unit; the peer is another unit known by identity, or an address. */
export interface Question {
  direction: Direction;
  traffic: Traffic;
  peer: { unit: Unit } | { address: string; names: string[] };
}

export interface WorldConnection {
  source: End;
  destination: End;
  traffic: Traffic & { protocol: 'tcp' | 'udp' | 'icmp' };
  /** What the source had looked up for the destination. */
  names: string[];
}

const SHOP = '/acme/dev/shop';
/** Three deep; a sibling; and one whose name only begins like another's. */
const NAMESPACES = ['/acme', '/acme/dev', SHOP, '/acme/dev/bank', '/acme/development', '/acme/dev/shop/till'];

const ADDRESSES4 = ['10.0.0.5', '10.0.0.4', '10.0.1.5', '10.1.2.3', '172.16.0.1', '203.0.113.7', '255.255.255.255'];
const ADDRESSES6 = ['2001:db8::1', '2001:db8:0:1::5', 'fd00::1', '::1'];
const ADDRESSES = [...ADDRESSES4, '0.0.0.0', '9.255.255.255', '10.0.0.255', '10.0.1.0', ...ADDRESSES6];

const CIDRS = [
  ...['0.0.0.0/0', '10.0.0.0/8', '10.0.0.0/16', '10.0.0.0/24', '10.0.0.9/24', '10.0.0.4/31', '10.0.0.5/32'],
  ...['10.1.0.0/16', '128.0.0.0/1', '203.0.113.0/24', '172.16.0.0/12'],
  ...['::/0', '2001:db8::/32', '2001:DB8:0:1::/64', '2001:db8::1/128', '2001:db8::/127', 'fd00::/8'],
];
const NAME_ENTRIES = [
  ...['api.example.com', 'API.Example.com.', 'example.com', '*.example.com', '*.EXAMPLE.com.', '*.api.example.com'],
  ...['*.com', 'other.test', '999.1.1.1'],
];
const WIDE = ['0.0.0.0/0', '10.0.0.0/8', '10.0.0.0/16', '::/0', '2001:db8::/32', '*.example.com', 'api.example.com'];
const ENTRIES = [
  ...CIDRS,
  ...CIDRS.slice(1).map((cidr) => `!${cidr}`),
  ...['10.0.0.5', '203.0.113.7'],
  ...NAME_ENTRIES,
  ...NAME_ENTRIES,
];
const NAMES = [
  ...['api.example.com', 'Api.Example.COM.', 'example.com', 'example.com.', 'v1.api.example.com', 'notexample.com'],
  ...['other.test', 'nobody.invalid', '999.1.1.1'],
];

const LABELS = [
  ...['app=web', 'app=cart', 'app=webshop', 'role=front', 'role=back', 'tier=1', 'app:host:type=kubernetes'],
  ...['@org:tenant=acme', '@org:region=eu', '@app:k8s:namespace=shop'],
];
const PREFIXES = ['app=', 'role=', 'tier=', 'app=web', 'ro', '@app:', '@org:region='];
const NETWORK_NAMES = ['inside', 'outside', 'named', 'web'];

const ALL_UNITS = '$identity=processingunit';
const UNIT_TAGS = [...LABELS, ALL_UNITS, '$type=Docker', ...NAMESPACES.map((path) => `$namespace=${path}`)];
const NETWORK_TAGS = [
  ...NETWORK_NAMES.map((name) => `externalnetwork:name=${name}`),
  ...['$identity=externalnetwork', '$type=Subnet', `$namespace=${SHOP}`, '$namespace=/acme', 'role=front', 'team=net'],
];
/** Tags that a restart changes: the product may be in doubt about them, and only about them. */
const VOLATILE_TAGS = ['$name=web', '$id=unit-1', 'pod-template-hash=5d4'];

const PORTS = [
  ...[['any'], ['ANY'], ['tcp/443'], ['TCP/443'], ['tcp/80:90'], ['tcp/1:65535'], ['tcp/0'], ['tcp/65535']],
  ...[['tcp/80', 'tcp/443'], ['tcp/443', 'udp/53'], ['udp/53'], ['Udp/50:60'], ['udp/53', 'icmp/8/0']],
  ...[['icmp'], ['ICMP'], ['icmp/8'], ['icmp/8/0'], ['icmp/3/0,1,4:6'], ['icmp/3/4'], ['icmp/8', 'icmp/3/1:5']],
  ...[['icmp6'], ['IPv6-ICMP'], ['icmp6/128'], ['ipv6-icmp/1/3:4'], ['icmp', 'icmp6', 'gre']],
  ...[['gre'], ['GRE'], ['esp', 'AH'], ['sctp'], ['udplite'], []],
];

const TRANSPORT = [
  ...[443, 80, 79, 90, 91, 85, 0, 1, 65535, 53].map((port) => ({ protocol: 'tcp' as const, port })),
  ...[53, 49, 50, 60, 61, 443].map((port) => ({ protocol: 'udp' as const, port })),
];
const ICMP_TYPES = [[8, 0] as const, [8, 1] as const, ...[0, 1, 2, 3, 4, 5, 6, 7].map((code) => [3, code] as const)];
const PINGS = ICMP_TYPES.map(([icmpType, icmpCode]) => ({ protocol: 'icmp' as const, icmpType, icmpCode }));
const OTHERS = [
  ...[[128, 0] as const, [1, 2] as const, [1, 3] as const, [1, 4] as const, [1, 5] as const].map(
    ([icmpType, icmpCode]) => ({ protocol: 'icmp6', icmpType, icmpCode }),
  ),
  ...['gre', 'esp', 'ah', 'sctp', 'igmp'].map((protocol) => ({ protocol })),
];

const few = { size: 'max' } as const;

/** One choice of a weighted list: far cheaper than an arbitrary for each weight. */
function oneOf<Value>(...weighted: readonly (readonly [weight: number, values: readonly Value[]])[]) {
  return fc.constantFrom(
    ...weighted.flatMap(([weight, values]) => new Array<readonly Value[]>(weight).fill(values).flat()),
  );
}

/** OR of ANDs: mostly one clause of one tag or two, now and then none at all, or one without tags. */
function expression(tags: readonly string[], usual: readonly string[]): fc.Arbitrary<string[][]> {
  const tag = fc.constantFrom(...tags);
  const common = usual.map((one) => [[one]]);
  return fc.oneof(
    { weight: 14, arbitrary: fc.constantFrom(...common) },
    {
      weight: 5,
      arbitrary: fc.array(fc.array(tag, { minLength: 1, maxLength: 2, ...few }), {
        minLength: 1,
        maxLength: 3,
        ...few,
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom<string[][]>([], [[]], [[], [...usual]]) },
  );
}

const ALL_NETWORKS = '$identity=externalnetwork';
const USUAL_OBJECTS = [
  ...[ALL_UNITS, ALL_UNITS, ALL_UNITS, 'app=web', 'app=web', 'role=front', '$type=Docker'],
  ...[ALL_NETWORKS, ALL_NETWORKS, ALL_NETWORKS, ...NETWORK_TAGS.slice(0, 4), 'team=net'],
];
const USUAL_SUBJECTS = [
  ALL_UNITS,
  ALL_UNITS,
  ALL_UNITS,
  ALL_UNITS,
  ALL_UNITS,
  `$namespace=${SHOP}`,
  'app=web',
  'role=front',
];

function anyRule(more: readonly string[]): fc.Arbitrary<NetworkRule> {
  return fc.record({
    action: oneOf([2, ['Allow' as const]], [1, ['Reject' as const]]),
    object: expression([...UNIT_TAGS, ...NETWORK_TAGS, ...more], USUAL_OBJECTS),
    protocolPorts: oneOf(
      [1, PORTS],
      [8, [['any'], ['any'], ['any'], ['any'], ['tcp/443'], ['tcp/443', 'tcp/80:90'], ['udp/53']]],
    ),
    observationEnabled: oneOf([11, [false]], [1, [true]]),
  });
}

const home = oneOf([6, [SHOP]], [1, ['/acme/dev', '/acme']]);
const anyNamespace = fc.constantFrom(...NAMESPACES);
const holder = oneOf([8, [SHOP, SHOP, '/acme/dev']], [1, ['/', ...NAMESPACES]]);

function anyRuleset(more: readonly string[]): fc.Arbitrary<Omit<Ruleset, 'ID' | 'name'>> {
  const rules = fc.array(anyRule(more), { minLength: 1, maxLength: 3, ...few });
  return fc
    .record({
      namespace: holder,
      subject: expression([...UNIT_TAGS, ...more], USUAL_SUBJECTS),
      incomingRules: rules,
      outgoingRules: rules,
      propagate: oneOf([3, [true]], [1, [false]]),
      fallback: oneOf([7, [false]], [1, [true]]),
      disabled: oneOf([9, [false]], [1, [true]]),
    })
    .map(({ namespace: at, ...parts }) => ruleset(at, '', parts));
}

const anyNetwork: fc.Arbitrary<Omit<ExternalNetwork, 'ID'>> = fc
  .record({
    namespace: holder,
    name: fc.constantFrom(...NETWORK_NAMES),
    entries: fc.array(oneOf([1, ENTRIES], [12, WIDE]), { minLength: 1, maxLength: 4, ...few }),
    propagate: oneOf([2, [true]], [1, [false]]),
    associated: oneOf([3, [[]]], [1, [['role=front'], ['team=net'], ['app=web']]]),
  })
  .map(({ namespace: at, name, entries, propagate, associated }) => {
    const plain = externalNetwork(at, name, entries, { propagate });
    const normalizedTags = [...plain.normalizedTags, '$type=Subnet', '@org:tenant=acme', ...associated];
    return { ...plain, normalizedTags };
  });

const ownAction = oneOf([2, ['Inherit' as const]], [1, ['Allow' as const, 'Reject' as const]]);

/** All namespaces of the tree, one action a direction and some prefixes each. */
const allNamespaces: fc.Arbitrary<Namespace[]> = fc
  .tuple(
    ...NAMESPACES.map(() =>
      fc.tuple(ownAction, ownAction, fc.array(oneOf([1, PREFIXES], [3, ['app=', 'role=']]), { maxLength: 2, ...few })),
    ),
  )
  .map((all) =>
    all.map(([incoming, outgoing, tagPrefixes], index) =>
      namespace(NAMESPACES[index] as string, {
        defaultPUIncomingTrafficAction: incoming,
        defaultPUOutgoingTrafficAction: outgoing,
        tagPrefixes,
      }),
    ),
  );

const labels = fc.array(oneOf([1, LABELS], [6, ['app=web', 'role=front']], [1, ['pod-template-hash=5d4']]), {
  maxLength: 3,
  ...few,
});

function unitOf(at: string, index: number, own: readonly string[]): Unit {
  const name = index === 1 ? 'web' : `pod-${index}`;
  const computed = [ALL_UNITS, `$namespace=${at}`, '$type=Docker', `$name=${name}`, `$id=unit-${index}`];
  return { ID: `unit-${index}`, namespace: at, tags: [...new Set([...computed, ...own])] };
}

type Half = { readonly unit: number | undefined; readonly address: string };

/** Where a connection begins or ends: at one of the units, or at an address where none is. */
const half: fc.Arbitrary<Half> = fc.record({
  unit: oneOf<number | undefined>([1, [0, 1, 2, 3]], [2, [undefined]]),
  address: fc.constantFrom(...ADDRESSES),
});

/** Units have addresses that carry identity, but for one that has none of those. */
const UNIT_ADDRESSES = ['10.0.0.4', '10.0.1.5', '172.16.0.1', '203.0.113.7'];

const names = fc.array(fc.constantFrom(...NAMES), { maxLength: 2, ...few });

const anyQuestion = fc.record({
  direction: fc.constantFrom('incoming' as const, 'outgoing' as const),
  traffic: oneOf<Traffic>([1, TRANSPORT], [1, PINGS], [1, OTHERS], [10, TRANSPORT.slice(0, 2)]),
  peer: half,
  names,
});

const anyConnection = fc.record({
  source: half,
  destination: half,
  between: oneOf([1, [true]], [1, [false]]),
  traffic: oneOf<WorldConnection['traffic']>([2, TRANSPORT], [1, PINGS], [10, TRANSPORT.slice(0, 2)]),
  names,
});

function worldWith(volatile: readonly string[]): fc.Arbitrary<World> {
  return fc
    .record({
      home,
      namespaces: allNamespaces,
      rulesets: fc.array(anyRuleset(volatile), { minLength: 1, maxLength: 6, ...few }),
      externalNetworks: fc.array(anyNetwork, { minLength: 1, maxLength: 5, ...few }),
      elsewhere: fc.tuple(anyNamespace, anyNamespace),
      labels: fc.tuple(labels, labels, labels, labels),
      questions: fc.array(anyQuestion, { minLength: 2, maxLength: 4, ...few }),
      connections: fc.array(anyConnection, { minLength: 2, maxLength: 4, ...few }),
    })
    .map((made) => {
      const places = [made.home, made.home, ...made.elsewhere];
      const units = made.labels.map((own, index) => unitOf(places[index] as string, index, own));
      const endOf = ({ unit, address }: Half): End =>
        unit === undefined ? { address } : { address: UNIT_ADDRESSES[unit] as string, unit: units[unit] };
      return {
        home: made.home,
        policy: {
          namespaces: made.namespaces,
          externalNetworks: made.externalNetworks.map((network, index) => ({ ...network, ID: `network-${index}` })),
          rulesets: made.rulesets.map(named),
        },
        units,
        questions: made.questions.map(({ peer, names: known, ...asked }) => {
          const { unit, address } = endOf(peer);
          return { ...asked, peer: unit ? { unit } : { address, names: known } };
        }),
        connections: made.connections.map(({ source, destination, between, ...rest }) => {
          // Half of them are between units, and all have one at home.
          const [from, to] = [endOf(between ? { ...source, unit: source.unit ?? 0 } : source), endOf(destination)];
          if (between) return { ...rest, source: from, destination: to.unit ? to : endOf({ unit: 1, address: '' }) };
          if (from.unit || to.unit) return { ...rest, source: from, destination: to };
          return { ...rest, source: endOf({ unit: 0, address: '' }), destination: to };
        }),
      };
    });
}

/** Rules have names of their own, so that each can be told from the others. */
function named(made: Omit<Ruleset, 'ID' | 'name'>, index: number): Ruleset {
  const withNames = (rules: readonly NetworkRule[], letter: string) =>
    rules.map((rule, place) => ({ ...rule, name: `${index}-${letter}${place}` }));
  return {
    ...made,
    ID: `ruleset-${index}`,
    name: `ruleset ${index}`,
    incomingRules: withNames(made.incomingRules, 'in'),
    outgoingRules: withNames(made.outgoingRules, 'out'),
  };
}

/** In one world of eight some rules ask for tags that a restart changes. */
export const anyWorld: fc.Arbitrary<World> = fc.noBias(
  fc.oneof(
    { weight: 7, arbitrary: worldWith([]) },
    { weight: 1, arbitrary: worldWith([...VOLATILE_TAGS, ...VOLATILE_TAGS]) },
  ),
);
