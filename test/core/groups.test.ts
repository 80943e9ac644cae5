/** What people see of edges: names they know, nothing that rotates, and a scan as one line. */
import { describe, expect, test } from 'vitest';
import type { EdgeGroup } from '#core/draft.ts';
import type { Edge, Peer } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import type { ExternalNetwork } from '#core/external-network.ts';
import { edgeId } from '#core/fold.ts';
import { describeGroups, groupEdges, scanLike, sightingKeys } from '#core/groups.ts';
import type { Workload } from '#core/workload.ts';

const NAMESPACE = '/acme/aws-dev/k8s/hipster-shop';
const NOON = Date.UTC(2026, 10, 22, 12);

function workload(name: string, namespace = NAMESPACE, tags: readonly string[] = [`app=${name}`]): Workload {
  return { key: JSON.stringify([namespace, ...tags]), name, namespace, tags, owners: [name], units: [] };
}

const frontend = workload('frontend');
const cart = workload('cart');
const billing = workload('billing', '/acme/aws-dev/k8s/billing');
const reviewsOne = workload('reviews', NAMESPACE, ['app=reviews', 'version=v1']);
const reviewsTwo = workload('reviews', NAMESPACE, ['app=reviews', 'version=v2']);

function network(name: string, ...entries: string[]): ExternalNetwork {
  return { id: `id-${name}`, name, namespace: NAMESPACE, entries, tags: [], propagate: false, annotations: {} };
}

const evidence: Pick<Evidence, 'workloads' | 'policy'> = {
  workloads: new Map([frontend, cart, billing, reviewsOne, reviewsTwo].map((one) => [one.key, one])),
  policy: {
    namespace: NAMESPACE,
    prefixes: { local: [], effective: [] },
    own: { incoming: 'Inherit', outgoing: 'Inherit' },
    effective: { incoming: 'Allow', outgoing: 'Allow' },
    rulesets: [],
    externalNetworks: [network('googleapis', '*.googleapis.com'), network('internet', '0.0.0.0/0')],
  },
};

function peer({ key, namespace }: Workload): Peer {
  return { kind: 'workload', workload: key, namespace };
}

function at(address: string, networkId = 'default'): Peer {
  return { kind: 'address', address, network: networkId };
}

function edge(source: Peer, destination: Peer, more: Partial<Edge> = {}): Edge {
  const identity = { protocol: 6, port: 443, action: 'Accept' as const, policyId: 'default', ...more };
  return {
    id: edgeId({ source, destination, ...identity }),
    source,
    destination,
    names: [],
    namesElsewhere: [],
    count: 10,
    reports: 5,
    firstSeen: NOON,
    lastSeen: NOON,
    days: ['2026-11-22'],
    units: [],
    ...identity,
  };
}

function grouped(...edges: Edge[]): EdgeGroup[] {
  return groupEdges(edges, evidence);
}

function lines(groups: readonly EdgeGroup[]): string[] {
  return groups.map((group) => `${group.source} → ${group.destination} ${group.ports.join(' ')}`);
}

describe('people read', () => {
  test.each<[string, Edge, string]>([
    ['the names of two workloads', edge(peer(frontend), peer(cart)), 'frontend → cart tcp/443'],
    [
      'the namespace of a workload that lives elsewhere',
      edge(peer(billing), peer(cart)),
      'billing (/acme/aws-dev/k8s/billing) → cart tcp/443',
    ],
    [
      'the external network the console reported',
      edge(peer(frontend), at('142.250.1.1', 'id-googleapis')),
      'frontend → googleapis tcp/443',
    ],
    [
      'the host name rather than a network that holds every address',
      edge(peer(frontend), at('142.250.1.1', 'id-internet'), { names: ['logging.googleapis.com'] }),
      'frontend → logging.googleapis.com tcp/443',
    ],
    [
      'the metadata service by what it is',
      edge(peer(frontend), at('169.254.169.254'), { port: 80 }),
      'frontend → metadata service tcp/80',
    ],
    ['internet for a client out there', edge(at('203.0.113.9'), peer(frontend)), 'internet → frontend tcp/443'],
    ['internet over IPv6 too', edge(at('2001:db8::9'), peer(frontend)), 'internet → frontend tcp/443'],
    ['the address of a node', edge(at('10.0.0.4'), peer(frontend)), '10.0.0.4 → frontend tcp/443'],
    ['the address of what nobody looked up', edge(peer(frontend), at('203.0.113.9')), 'frontend → 203.0.113.9 tcp/443'],
    ['that the console told no address', edge(at(''), peer(frontend)), 'unknown address → frontend tcp/443'],
    [
      'that nobody knows who it is',
      edge({ kind: 'workload', workload: 'unknown:5f2c', namespace: '' }, peer(cart)),
      'unknown unit 5f2c → cart tcp/443',
    ],
  ])('%s', (_, one, line) => {
    expect(lines(grouped(one))).toEqual([line]);
  });

  test('a telling tag where two workloads have one name', () => {
    const groups = grouped(edge(peer(reviewsOne), peer(cart)), edge(peer(reviewsTwo), peer(cart)));
    expect(lines(groups).sort()).toEqual([
      'reviews [version=v1] → cart tcp/443',
      'reviews [version=v2] → cart tcp/443',
    ]);
  });

  test('ports in the order of numbers, protocols apart', () => {
    const ports = [
      { port: 8080 },
      { port: 443 },
      { protocol: 17, port: 53 },
      { protocol: 1, port: undefined as unknown as number },
    ];
    const [group] = grouped(...ports.map((more) => edge(peer(frontend), peer(cart), more)));
    expect(group?.ports).toEqual(['icmp', 'tcp/443', 'tcp/8080', 'udp/53']);
  });
});

test('a group adds up its edges', () => {
  const groups = grouped(
    edge(peer(frontend), peer(cart), { count: 5, firstSeen: NOON - 9, days: ['2026-11-20', '2026-11-21'] }),
    edge(peer(frontend), peer(cart), { policyId: 'p1', count: 7, lastSeen: NOON + 9, days: ['2026-11-21'] }),
  );
  expect(groups).toHaveLength(1);
  expect(groups[0]).toMatchObject({ count: 12, firstSeen: NOON - 9, lastSeen: NOON + 9, days: 2 });
  expect(groups[0]?.edges).toHaveLength(2);
});

test('what flows most comes first, and of equals the latest', () => {
  const groups = grouped(
    edge(peer(frontend), peer(cart), { count: 5 }),
    edge(peer(cart), peer(frontend), { count: 9 }),
    edge(peer(cart), peer(billing), { count: 5, lastSeen: NOON + 1 }),
  );
  expect(groups.map((group) => group.count)).toEqual([9, 5, 5]);
  expect(groups[1]?.destination).toContain('billing');
});

describe('what rotates makes no new line', () => {
  const named = (address: string, ...names: string[]) => edge(peer(frontend), at(address), { names });

  test('a name behind many addresses is one group, with the same id whichever addresses were seen', () => {
    const one = grouped(named('142.250.0.1', 'logging.googleapis.com'));
    const later = grouped(
      named('142.250.0.2', 'logging.googleapis.com'),
      named('142.250.0.3', 'logging.googleapis.com'),
    );
    expect(later).toHaveLength(1);
    expect(later[0]?.id).toBe(one[0]?.id);
    expect(later[0]?.addresses).toEqual(['142.250.0.2', '142.250.0.3']);
  });

  test('an address two names share is in one group only, which lists both', () => {
    const groups = grouped(
      named('142.250.0.1', 'a.example.com', 'b.example.com'),
      named('142.250.0.2', 'b.example.com'),
      named('142.250.0.3', 'a.example.com'),
    );
    expect(groups.map((group) => [group.destination, group.edges.length]).sort()).toEqual([
      ['a.example.com', 2],
      ['b.example.com', 1],
    ]);
    expect(groups.find((group) => group.destination === 'a.example.com')?.names).toEqual([
      'a.example.com',
      'b.example.com',
    ]);
  });

  test('a thousand clients of the internet are one group for each workload they reach', () => {
    const clients = Array.from({ length: 1000 }, (_, n) =>
      edge(at(`198.51.${100 + (n >> 8)}.${n & 255}`), peer(frontend), { count: 1, reports: 1 }),
    );
    const groups = grouped(...clients, edge(at('198.51.100.1'), peer(cart)));
    expect(lines(groups)).toEqual(['internet → frontend tcp/443', 'internet → cart tcp/443']);
    expect(groups[0]?.addresses).toHaveLength(32);
    expect(groups[0]?.count).toBe(1000);
  });

  test('counts and times do not change an id', () => {
    const [before] = grouped(edge(peer(frontend), peer(cart)));
    const [after] = grouped(edge(peer(frontend), peer(cart), { count: 999, reports: 99, lastSeen: NOON + 1e9 }));
    expect(after?.id).toBe(before?.id);
  });

  test('a port that came later changes the id, so that no earlier decision covers it', () => {
    const [before] = grouped(edge(peer(frontend), peer(cart)));
    const [after] = grouped(edge(peer(frontend), peer(cart)), edge(peer(frontend), peer(cart), { port: 22 }));
    expect(after?.id).not.toBe(before?.id);
  });
});

test('the same edges in another order are the same groups', () => {
  const edges = [
    edge(peer(reviewsOne), peer(cart)),
    edge(peer(reviewsTwo), peer(cart), { port: 80 }),
    edge(peer(frontend), at('142.250.0.1'), { names: ['b.example.com'] }),
    edge(peer(frontend), at('142.250.0.2'), { names: ['a.example.com', 'b.example.com'] }),
    ...scan(at('10.0.0.99'), 40),
  ];
  expect(groupEdges(edges.toReversed(), evidence)).toEqual(groupEdges(edges, evidence));
});

function scan(source: Peer, ports: number, destination = peer(frontend), more: Partial<Edge> = {}): Edge[] {
  return Array.from({ length: ports }, (_, n) =>
    edge(source, destination, { port: 1000 + n, count: 1, reports: 1, ...more }),
  );
}

describe('a scan', () => {
  test('is one group, last, and leaves what its source really does alone', () => {
    const groups = grouped(
      ...scan(at('10.0.0.99'), 1200),
      ...scan(at('10.0.0.99'), 3, peer(cart)),
      edge(at('10.0.0.99'), peer(frontend), { port: 8080, count: 900, reports: 300 }),
      edge(peer(frontend), peer(cart), { count: 1 }),
    );
    expect(lines(groups.slice(0, 2))).toEqual(['10.0.0.99 → frontend tcp/8080', 'frontend → cart tcp/443']);
    expect(groups).toHaveLength(3);
    expect(groups[2]).toMatchObject({ destination: '2 destinations, 1200 ports (scan-like)', count: 1203 });
  });

  test('keeps its id however far it gets', () => {
    const [early] = grouped(...scan(at('10.0.0.99'), 20));
    const [late] = grouped(...scan(at('10.0.0.99'), 2000));
    expect(late?.id).toBe(early?.id);
  });

  test('shared out among many clients shows all the same', () => {
    const many = Array.from({ length: 200 }, (_, n) =>
      scan(at(`203.0.113.${n}`), 1, peer(frontend), { port: 2000 + n }),
    );
    const groups = grouped(...many.flat(), edge(at('203.0.113.1'), peer(frontend), { reports: 400 }));
    expect(lines(groups.slice(0, 1))).toEqual(['internet → frontend tcp/443']);
    expect(groups[1]?.destination).toBe('frontend, 200 ports (scan-like)');
  });

  test('by a workload over addresses without names is one group; its other rare edges are not part of it', () => {
    const sweep = Array.from({ length: 300 }, (_, n) =>
      edge(peer(cart), at(`203.0.113.${n % 256}`, `n${n}`), { reports: 1 }),
    );
    const groups = grouped(...sweep, edge(peer(cart), peer(billing), { reports: 1 }));
    expect(groups.map((group) => group.destination)).toEqual([
      'billing (/acme/aws-dev/k8s/billing)',
      '256 destinations, tcp/443 (scan-like)',
    ]);
  });

  test('does not take along the one host its source calls by name', () => {
    const named = edge(peer(cart), at('142.250.0.1'), { names: ['api.example.com'], reports: 1 });
    const groups = grouped(...scan(peer(cart), 40), named);
    expect(groups.map((group) => group.destination)).toEqual(['api.example.com', 'frontend, 40 ports (scan-like)']);
  });

  test('is not a node that asks every workload how it is', () => {
    const probes = Array.from({ length: 90 }, (_, n) => {
      const target = workload(`service-${n}`);
      return edge(at('10.0.0.4'), peer(target), { port: 9000 + n, reports: 1 });
    });
    expect(scanLike(probes, evidence).size).toBe(0);
  });

  test('is a sighting of nothing', () => {
    const real = edge(peer(frontend), peer(cart));
    expect([...sightingKeys([...scan(at('10.0.0.99'), 40), real], evidence).keys()]).toEqual([real.id]);
  });

  test('of a million flows over fifty thousand ports does not hide the one real edge', () => {
    const groups = grouped(...scan(at('10.0.0.99'), 50_000), edge(peer(frontend), peer(cart), { count: 2 }));
    expect(lines(groups.slice(0, 1))).toEqual(['frontend → cart tcp/443']);
    expect(groups).toHaveLength(2);
  });
});

test('two addresses of one name, or two verdicts, are one sighting; two ports are two', () => {
  const keys = sightingKeys(
    [
      edge(peer(frontend), at('142.250.0.1'), { names: ['a.example.com'] }),
      edge(peer(frontend), at('142.250.0.2'), { names: ['a.example.com'], policyId: 'p1' }),
      edge(peer(frontend), at('142.250.0.2'), { names: ['a.example.com'], port: 80 }),
    ],
    evidence,
  );
  expect(new Set(keys.values()).size).toBe(2);
});

test('a table in plain text', () => {
  const text = describeGroups(
    grouped(
      edge(peer(frontend), peer(cart), { count: 1200, days: ['2026-11-21', '2026-11-22'] }),
      edge(peer(frontend), at('142.250.0.1'), { names: ['logging.googleapis.com'] }),
    ),
  );
  expect(text).toBe(
    [
      'from      to                      ports    flows  days  last seen',
      'frontend  cart                    tcp/443  1200   2     2026-11-22 12:00',
      'frontend  logging.googleapis.com  tcp/443  10     1     2026-11-22 12:00',
      '',
    ].join('\n'),
  );
});

test('a label cannot break out of its row', () => {
  const hostile = workload('evil\nfrontend  cart\u202Etxt\u0000', NAMESPACE, ['app=evil']);
  const endless = workload('x'.repeat(10_000), NAMESPACE, ['app=endless']);
  const text = describeGroups(
    groupEdges([edge(peer(hostile), peer(endless))], {
      ...evidence,
      workloads: new Map([hostile, endless].map((one) => [one.key, one])),
    }),
  );
  expect(text.split('\n')).toHaveLength(3);
  for (const hidden of ['\u202E', '\u0000']) expect(text).not.toContain(hidden);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(250);
});
