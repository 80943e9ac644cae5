/** How reports become edges: nothing lost, nothing counted twice, in whatever order windows come. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Edge } from '#core/edge.ts';
import type { Endpoint, Flow } from '#core/flow.ts';
import { edgeId, type FoldContext, foldFlows, mergeEdges, unknownUnitOf } from '#core/fold.ts';
import { nameTable } from '#core/names.ts';

const NAMESPACE = '/acme/aws-dev/k8s/hipster-shop';
const NOON = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** `frontend-1`, `frontend-2`… are the frontend's. */
const context: FoldContext = {
  unitToWorkload: (unit) =>
    unit.startsWith('stranger')
      ? undefined
      : { key: JSON.stringify([NAMESPACE, `app=${unit.split('-')[0]}`]), namespace: NAMESPACE },
  names: nameTable(),
};

function unit(id: string): Endpoint {
  return { type: 'ProcessingUnit', id, ip: '10.0.0.5' };
}

function outside(ip: string, id = 'default'): Endpoint {
  return { type: 'ExternalNetwork', id, ip };
}

function flow(more: Partial<Flow> = {}): Flow {
  return {
    at: NOON,
    value: 1,
    namespace: NAMESPACE,
    action: 'Accept',
    policyId: 'default',
    source: unit('frontend-1'),
    destination: unit('cart-1'),
    protocol: 6,
    port: 7070,
    ...more,
  };
}

function folded(...flows: Flow[]): Edge[] {
  return foldFlows(flows, context).edges;
}

function theOneOf(edges: readonly Edge[]): Edge {
  expect(edges).toHaveLength(1);
  return edges[0] as Edge;
}

test('two pods of the frontend that call two pods of the cart are one edge', () => {
  const edge = theOneOf(
    folded(
      flow({ value: 3 }),
      flow({ source: unit('frontend-2'), at: NOON + MINUTE, value: 2 }),
      flow({ destination: unit('cart-2'), at: NOON - DAY }),
    ),
  );
  expect(edge).toMatchObject({
    source: { kind: 'workload', workload: JSON.stringify([NAMESPACE, 'app=frontend']), namespace: NAMESPACE },
    destination: { kind: 'workload', workload: JSON.stringify([NAMESPACE, 'app=cart']), namespace: NAMESPACE },
    protocol: 6,
    port: 7070,
    action: 'Accept',
    policyId: 'default',
    count: 6,
    reports: 3,
    firstSeen: NOON - DAY,
    lastSeen: NOON + MINUTE,
    days: ['2026-11-21', '2026-11-22'],
    units: ['cart-1', 'cart-2', 'frontend-1', 'frontend-2'],
  });
});

test.each<[string, Partial<Flow>]>([
  ['another port', { port: 7071 }],
  ['no port', { protocol: 1 }],
  ['another protocol', { protocol: 17 }],
  ['another verdict', { action: 'Reject' }],
  ['another ruleset', { policyId: '5f9' }],
  ['another ruleset at the other end', { remotePolicyId: '5f9' }],
  ['another rule', { ruleName: 'pods-in' }],
  ['another reason to be dropped', { dropReason: 'token' }],
  ['another workload', { destination: unit('redis-1') }],
  ['an address instead of a processing unit', { destination: outside('10.0.0.9') }],
])('%s makes another edge', (_, more) => {
  expect(folded(flow(), flow(more))).toHaveLength(2);
});

test('another external network at the same address makes another edge, for the policy was another', () => {
  expect(
    folded(flow({ destination: outside('1.2.3.4') }), flow({ destination: outside('1.2.3.4', 'n1') })),
  ).toHaveLength(2);
});

test('two addresses in one external network are two edges', () => {
  const [one, other] = [outside('1.2.3.4', 'n1'), outside('1.2.3.5', 'n1')];
  expect(folded(flow({ destination: one }), flow({ destination: other }))).toHaveLength(2);
  expect(folded(flow({ source: one }), flow({ source: other }))).toHaveLength(2);
});

test('what somebody wrote into a rule’s name cannot make two edges look like one', () => {
  expect(
    folded(
      flow({ ruleName: 'a', dropReason: 'b\u0000c' }),
      flow({ ruleName: 'a\u0000b', dropReason: 'c' }),
      flow({ ruleName: '["a"]', dropReason: 'c' }),
    ),
  ).toHaveLength(3);
});

test('a processing unit that talks to itself makes no edge, two pods of one workload do', () => {
  expect(folded(flow({ policyId: 'local' }), flow({ destination: unit('frontend-1') }))).toEqual([]);
  expect(folded(flow({ destination: unit('frontend-2') }))).toHaveLength(1);
});

test('an ICMP edge has no port at all', () => {
  const { port: _, ...icmp } = flow({ protocol: 1, source: outside('198.51.100.251'), destination: unit('cart-1') });
  expect(theOneOf(folded(icmp))).not.toHaveProperty('port');
});

test('days are UTC days, whatever the hour', () => {
  const midnight = Date.UTC(2026, 10, 22);
  expect(theOneOf(folded(flow({ at: midnight - 1 }), flow({ at: midnight }))).days).toEqual([
    '2026-11-21',
    '2026-11-22',
  ]);
});

test('of a hundred pods thirty-two are remembered, and the count is whole', () => {
  const flows = Array.from({ length: 100 }, (_, at) => flow({ source: unit(`frontend-${at}`) }));
  const edge = theOneOf(folded(...flows));
  expect(edge.units).toHaveLength(32);
  expect(edge.count).toBe(100);
});

test('a client known by its claims only is somewhere outside', () => {
  const source: Endpoint = { type: 'Claims', id: 'hash-of-claims', ip: '192.0.2.1' };
  expect(theOneOf(folded(flow({ source }))).source).toEqual({
    kind: 'address',
    address: '192.0.2.1',
    network: 'default',
  });
});

describe('a processing unit nobody knows the tags of', () => {
  test('is a peer of its own that says so, and is reported', () => {
    const result = foldFlows([flow({ source: unit('stranger-1'), remoteNamespace: '/acme/other' })], context);
    const { source } = theOneOf(result.edges);
    expect(source).toEqual({ kind: 'workload', workload: 'unknown:stranger-1', namespace: '/acme/other' });
    expect(source.kind === 'workload' && unknownUnitOf(source.workload)).toBe('stranger-1');
    expect(result.unknownUnits).toEqual(['stranger-1']);
  });

  test('is not mistaken for a known one', () => {
    expect(unknownUnitOf(JSON.stringify([NAMESPACE, 'app=unknown:x']))).toBeUndefined();
  });

  test.each<[string, Partial<Flow>, 'source' | 'destination', string]>([
    ['that was called and reported it', { destination: unit('stranger-1') }, 'destination', NAMESPACE],
    ['that called an address', { source: unit('stranger-1'), destination: outside('1.1.1.1') }, 'source', NAMESPACE],
    ['that called, where the other namespace is not said', { source: unit('stranger-1') }, 'source', ''],
    [
      'that was rejected by a pod of ours',
      { source: unit('stranger-1'), action: 'Reject', remoteNamespace: '/acme/other' },
      'source',
      '/acme/other',
    ],
    [
      'that rejected a pod of ours',
      { destination: unit('stranger-1'), action: 'Reject', namespace: '/acme/other' },
      'destination',
      '/acme/other',
    ],
    [
      'that rejected another unknown one next to it',
      { source: unit('stranger-2'), destination: unit('stranger-1'), action: 'Reject', remoteNamespace: NAMESPACE },
      'destination',
      NAMESPACE,
    ],
    [
      'that rejected another unknown one, where the report does not say which of the two it was',
      { source: unit('stranger-2'), destination: unit('stranger-1'), action: 'Reject', remoteNamespace: '/acme/other' },
      'destination',
      '',
    ],
  ])('%s has the namespace the report tells', (_, more, side, namespace) => {
    expect(theOneOf(folded(flow(more)))[side]).toMatchObject({ namespace });
  });
});

describe('names', () => {
  const names = nameTable();
  names.learn({ at: NOON, processingUnitId: 'frontend-1', name: 'api.example.com', ips: ['52.0.0.1'], cnames: [] });
  const withNames = { ...context, names };
  const call = flow({ destination: outside('52.0.0.1'), port: 443, at: NOON + MINUTE });

  test('an edge carries the name its source had looked up', () => {
    const edge = theOneOf(foldFlows([call], withNames).edges);
    expect(edge).toMatchObject({ names: ['api.example.com'], namesElsewhere: [] });
  });

  test('a name only another pod had looked up is a hint', () => {
    const edge = theOneOf(foldFlows([{ ...call, source: unit('cart-1') }], withNames).edges);
    expect(edge).toMatchObject({ names: [], namesElsewhere: ['api.example.com'] });
  });

  test('a name the console reports with the flow counts', () => {
    const edge = theOneOf(
      foldFlows([{ ...call, source: unit('cart-1'), destinationName: 'b.example.com' }], withNames).edges,
    );
    expect(edge).toMatchObject({ names: ['b.example.com'], namesElsewhere: [] });
  });

  test('who comes in from an address has no name, whoever had looked it up', () => {
    const edge = theOneOf(
      foldFlows([{ ...call, source: outside('52.0.0.1'), destination: unit('frontend-1') }], withNames).edges,
    );
    expect(edge).toMatchObject({ names: [], namesElsewhere: [] });
  });

  test('what a pod guessed before it looked the name up itself is forgotten', () => {
    const early = { ...call, source: unit('cart-1') };
    const later = { ...early, at: NOON + 90 * MINUTE };
    const both = nameTable(names.toJSON());
    both.learn({ at: later.at, processingUnitId: 'cart-1', name: 'b.example.com', ips: ['52.0.0.1'], cnames: [] });
    const edge = theOneOf(foldFlows([early, later], { ...context, names: both }).edges);
    expect(edge).toMatchObject({ names: ['b.example.com'], namesElsewhere: [], count: 2 });
  });

  test('a workload is known by its tags, not by a name somebody looked up', () => {
    const destination = { ...unit('cart-1'), ip: '52.0.0.1' };
    expect(theOneOf(foldFlows([{ ...call, destination }], withNames).edges).names).toEqual([]);
  });

  test('two pods of a workload share one edge: one’s name ends the other’s guess', () => {
    const edge = theOneOf(foldFlows([call, { ...call, source: unit('frontend-2') }], withNames).edges);
    expect(edge).toMatchObject({ names: ['api.example.com'], namesElsewhere: [], count: 2 });
  });

  test('what comes from a pod that never looked the name up is counted, although another pod of the workload had', () => {
    const silent = { ...call, source: unit('frontend-2'), value: 40 };
    const first = theOneOf(foldFlows([call, silent], withNames).edges);
    expect(first).toMatchObject({ names: ['api.example.com'], count: 41, unnamed: 40 });
    const both = mergeEdges(first, theOneOf(foldFlows([silent], withNames).edges));
    expect(both).toMatchObject({ names: ['api.example.com'], count: 81, unnamed: 80 });
    expect(theOneOf(foldFlows([call], withNames).edges)).not.toHaveProperty('unnamed');
    expect(theOneOf(folded(flow()))).not.toHaveProperty('unnamed');
  });

  test('a pod that asked in the middle of what was read had asked before as well, as far as anybody can tell', () => {
    const early = { ...call, at: NOON - MINUTE * 30 };
    expect(theOneOf(foldFlows([early, call], withNames).edges)).not.toHaveProperty('unnamed');
  });
});

describe('merging', () => {
  const text = fc.constantFrom('a', 'b', 'c', 'd');
  const day = fc.constantFrom('2026-11-20', '2026-11-21', '2026-11-22');
  const sorted = <T extends string>(item: fc.Arbitrary<T>, maxLength: number) =>
    fc.uniqueArray(item, { maxLength }).map((list) => list.sort());
  const view = fc
    .record({
      names: sorted(text, 3),
      hints: sorted(text, 3),
      count: fc.nat(1000),
      unnamed: fc.integer({ min: 1, max: 1000 }),
      reports: fc.nat(1000),
      firstSeen: fc.nat(1000),
      lastSeen: fc.nat(1000),
      days: sorted(day, 3),
      units: sorted(
        fc.nat(60).map((n) => `unit-${String(n).padStart(2, '0')}`),
        32,
      ),
    })
    .map(
      ({ hints, ...more }): Edge => ({
        ...theOneOf(folded(flow())),
        ...more,
        namesElsewhere: more.names.length ? [] : hints,
      }),
    );

  test('does not care which window comes first', () => {
    fc.assert(
      fc.property(view, view, (a, b) => {
        expect(mergeEdges(a, b)).toEqual(mergeEdges(b, a));
      }),
    );
  });

  test('does not care which two of three come together first', () => {
    fc.assert(
      fc.property(view, view, view, (a, b, c) => {
        expect(mergeEdges(mergeEdges(a, b), c)).toEqual(mergeEdges(a, mergeEdges(b, c)));
      }),
      { numRuns: 1000 },
    );
  });

  test('refuses two different edges', () => {
    const [a, b] = folded(flow(), flow({ port: 1 }));
    expect(() => mergeEdges(a as Edge, b as Edge)).toThrow('same edge');
  });

  const report = fc
    .record({
      at: fc.integer({ min: NOON, max: NOON + 3 * DAY }),
      value: fc.integer({ min: 1, max: 9 }),
      source: fc.constantFrom(unit('frontend-1'), unit('frontend-2'), unit('stranger-1'), outside('9.9.9.9')),
      destination: fc.constantFrom(unit('cart-1'), unit('cart-2'), outside('52.0.0.1'), outside('52.0.0.1', 'n1')),
      port: fc.constantFrom(80, 443),
      action: fc.constantFrom('Accept' as const, 'Reject' as const),
      policyId: fc.constantFrom('default', 'p1', 'local'),
      ruleName: fc.option(fc.constant('r'), { nil: undefined }),
    })
    .map(({ ruleName, ...more }) => flow({ ...more, ...(ruleName && { ruleName }) }));

  test('a week folded at once and the same week folded in windows and merged are the same', () => {
    fc.assert(
      fc.property(fc.array(report, { maxLength: 40 }), fc.nat(40), fc.nat(40), (flows, one, two) => {
        const [from, to] = [Math.min(one, two), Math.max(one, two)];
        const windows = [flows.slice(from, to), flows.slice(to), flows.slice(0, from)].map((part) => folded(...part));
        const merged = new Map<string, Edge>();
        for (const edge of windows.flat()) {
          const same = merged.get(edge.id);
          merged.set(edge.id, same ? mergeEdges(same, edge) : edge);
        }
        expect([...merged.values()].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(folded(...flows));
      }),
      { numRuns: 300 },
    );
  });

  test('every flow is counted in exactly one edge', () => {
    fc.assert(
      fc.property(fc.array(report, { maxLength: 40 }), (flows) => {
        const edges = folded(...flows);
        const sum = flows.filter((one) => one.policyId !== 'local').reduce((total, one) => total + one.value, 0);
        expect(edges.reduce((total, edge) => total + edge.count, 0)).toBe(sum);
        for (const edge of edges) expect(edgeId(edge)).toBe(edge.id);
      }),
    );
  });
});
