/** The few namespaces, tags, addresses, names and ports that worlds are made of; few, so that they meet. */
export const SHOP = '/acme/dev/shop';
/** Three deep; a sibling; and one whose name only begins like another's. */
export const NAMESPACES = ['/acme', '/acme/dev', SHOP, '/acme/dev/bank', '/acme/development', '/acme/dev/shop/till'];

const ADDRESSES4 = ['10.0.0.5', '10.0.0.4', '10.0.1.5', '10.1.2.3', '172.16.0.1', '203.0.113.7', '255.255.255.255'];
const ADDRESSES6 = ['2001:db8::1', '2001:db8:0:1::5', 'fd00::1', '::1'];
export const ADDRESSES = [...ADDRESSES4, '0.0.0.0', '9.255.255.255', '10.0.0.255', '10.0.1.0', ...ADDRESSES6];

const CIDRS = [
  ...['0.0.0.0/0', '10.0.0.0/8', '10.0.0.0/16', '10.0.0.0/24', '10.0.0.9/24', '10.0.0.4/31', '10.0.0.5/32'],
  ...['10.1.0.0/16', '128.0.0.0/1', '203.0.113.0/24', '172.16.0.0/12'],
  ...['::/0', '2001:db8::/32', '2001:DB8:0:1::/64', '2001:db8::1/128', '2001:db8::/127', 'fd00::/8'],
];
const NAME_ENTRIES = [
  ...['api.example.com', 'API.Example.com.', 'example.com', '*.example.com', '*.EXAMPLE.com.', '*.api.example.com'],
  ...['*.com', 'other.test', '999.1.1.1'],
];
export const WIDE = [
  '0.0.0.0/0',
  '10.0.0.0/8',
  '10.0.0.0/16',
  '::/0',
  '2001:db8::/32',
  '*.example.com',
  'api.example.com',
];
export const ENTRIES = [
  ...CIDRS,
  ...CIDRS.slice(1).map((cidr) => `!${cidr}`),
  ...['10.0.0.5', '203.0.113.7'],
  ...NAME_ENTRIES,
  ...NAME_ENTRIES,
];
export const NAMES = [
  ...['api.example.com', 'Api.Example.COM.', 'example.com', 'example.com.', 'v1.api.example.com', 'notexample.com'],
  ...['other.test', 'nobody.invalid', '999.1.1.1'],
];

export const LABELS = [
  ...['app=web', 'app=cart', 'app=webshop', 'role=front', 'role=back', 'tier=1', 'app:host:type=kubernetes'],
  ...['@org:tenant=acme', '@org:region=eu', '@app:k8s:namespace=shop'],
];
/** The console checks none of them: some end inside a value or a key, and the empty one is every tag's. */
export const PREFIXES = ['app=', 'role=', 'tier=', 'app=web', 'ro', '@app:', '@org:region=', ''];
export const NETWORK_NAMES = ['inside', 'outside', 'named', 'web'];

export const ALL_UNITS = '$identity=processingunit';
export const UNIT_TAGS = [...LABELS, ALL_UNITS, '$type=Docker', ...NAMESPACES.map((path) => `$namespace=${path}`)];
export const NETWORK_TAGS = [
  ...NETWORK_NAMES.map((name) => `externalnetwork:name=${name}`),
  ...['$identity=externalnetwork', '$type=Subnet', `$namespace=${SHOP}`, '$namespace=/acme', 'role=front', 'team=net'],
];
/** Tags that a restart changes: the product may be in doubt about them, and only about them. */
export const VOLATILE_TAGS = ['$name=web', '$id=unit-1', 'pod-template-hash=5d4'];

/** Every form of console-api.md 4.5, and no form at all. */
export const PORTS = [
  ...[['any'], ['ANY'], ['tcp/443'], ['TCP/443'], ['tcp/80:90'], ['tcp/1:65535'], ['tcp/0'], ['tcp/65535']],
  ...[
    ['tcp/80', 'tcp/443'],
    ['tcp/443', 'udp/53'],
    ['udp/53'],
    ['Udp/50:60'],
    ['udp/53', 'icmp/8/0'],
    ['tcp/0443'],
    ['tcp/+80'],
  ],
  ...[['icmp'], ['ICMP'], ['icmp/8'], ['icmp/8/0'], ['icmp/3/0,1,4:6'], ['icmp/3/4'], ['icmp/8', 'icmp/3/1:5']],
  ...[['icmp6'], ['IPv6-ICMP'], ['icmp6/128'], ['ipv6-icmp/1/3:4'], ['icmp', 'icmp6', 'gre']],
  ...[['gre'], ['GRE'], ['esp', 'AH'], ['sctp'], ['udplite'], []],
];

export const TRANSPORT = [
  ...[443, 80, 79, 90, 91, 85, 0, 1, 65535, 53].map((port) => ({ protocol: 'tcp' as const, port })),
  ...[53, 49, 50, 60, 61, 443].map((port) => ({ protocol: 'udp' as const, port })),
];
const ICMP_TYPES = [[8, 0] as const, [8, 1] as const, ...[0, 1, 2, 3, 4, 5, 6, 7].map((code) => [3, code] as const)];
export const PINGS = ICMP_TYPES.map(([icmpType, icmpCode]) => ({
  protocol: 'icmp' as const,
  icmpType,
  icmpCode,
}));
export const OTHERS = [
  ...[[128, 0] as const, [1, 2] as const, [1, 3] as const, [1, 4] as const, [1, 5] as const].map(
    ([icmpType, icmpCode]) => ({ protocol: 'icmp6', icmpType, icmpCode }),
  ),
  ...['gre', 'esp', 'ah', 'sctp', 'igmp'].map((protocol) => ({ protocol })),
];

const ALL_NETWORKS = '$identity=externalnetwork';
export const USUAL_OBJECTS = [
  ...[ALL_UNITS, ALL_UNITS, ALL_UNITS, 'app=web', 'app=web', 'role=front', '$type=Docker', '@org:region=eu'],
  ...[ALL_NETWORKS, ALL_NETWORKS, ALL_NETWORKS, ...NETWORK_TAGS.slice(0, 4), 'team=net'],
];
export const USUAL_SUBJECTS = [
  ...[ALL_UNITS, ALL_UNITS, ALL_UNITS, ALL_UNITS, ALL_UNITS],
  ...[`$namespace=${SHOP}`, 'app=web', 'role=front'],
];

/** A unit at a public address is not known by identity. */
export const PUBLIC_ADDRESS = '203.0.113.7';
export const UNIT_ADDRESSES = ['10.0.0.4', '10.0.1.5', '172.16.0.1', PUBLIC_ADDRESS];
