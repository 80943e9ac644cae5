/** Flow reports read by their bytes say the same as flow reports parsed, however the console spells them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FlowMemo } from '#console/wire/flow-memo.ts';
import { flowReports } from '#console/wire/reports.ts';
import type { FlowKind } from '#core/flow.ts';

const SHOP = '/acme/aws-dev/k8s/hipster-shop';
const START = Date.parse('2026-11-02T00:00:00.000Z');

type Report = Record<string, unknown>;

/** Neither the marks of the list nor of a field may be taken for more than text. */
const MISLEADING = [
  'dns',
  '"},{"ID":"x',
  'a}b',
  '},{',
  ']}',
  '","value":7,"x":"',
  '\\"timestamp":"2026-11-02T00:00:00.000Z"',
  'ünïcode 🦊',
  '\u0000\u001f',
  '',
];
const text = fc.constantFrom(...MISLEADING);
const when = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 7_200_000 }).map((ms) => new Date(START + ms).toISOString()) },
  fc.constantFrom(
    '2026-11-02T00:00:07Z',
    '2026-11-02T00:00:07.1Z',
    '2026-11-02T00:00:07.123456789Z',
    '2026-11-02T24:00:00Z',
    '2026-11-02T24:00:01Z',
    '2026-11-02T23:60:00Z',
    '2026-02-30T01:00:00.000Z',
    '2026-13-01T01:00:00.000Z',
    '2026-11-02T00:00:07.Z',
    '2026-11-02T01:02:03+01:00',
    'yesterday',
    '',
  ),
  fc.constantFrom(7, null, undefined),
);
const often = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 2_000 }) },
  fc.constantFrom(0, -1, 1.5, 1e21, 9_007_199_254_740_991, 1e15, '3', null, undefined),
);
const id = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 40 }).map((nth) => `62728c19ed189b00018e74${10 + nth}`) },
  fc.oneof(text, fc.constantFrom(undefined, null, 5)),
);
const report: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc
      .record({
        ID: id,
        action: fc.constantFrom('Accept', 'Accept', 'Reject', 'Allow'),
        destinationID: fc.constantFrom('default', 'cart-1'),
        destinationIP: fc.constantFrom('10.0.0.1', '10.0.0.2', undefined),
        destinationPort: fc.constantFrom(53, 443, undefined, 70_000),
        destinationType: fc.constantFrom('ProcessingUnit', 'ExternalNetwork'),
        destinationFQDN: fc.constantFrom(undefined, undefined, 'Api.Example.com.'),
        namespace: fc.constantFrom(SHOP, SHOP, SHOP, undefined, ''),
        policyID: fc.constantFrom('default', '624c7217c7876300012bf9e4'),
        protocol: fc.constantFrom(1, 6, 17),
        ruleName: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: text }),
        serviceType: fc.constantFrom('L3', undefined),
        extra: fc.constantFrom(undefined, undefined, {}, [{ ID: 'x' }, { ID: 'y' }], { value: 3 }, [1, 2], 'x'),
        sourceID: fc.constantFrom('frontend-1', 'frontend-2'),
        sourceType: fc.constant('ProcessingUnit'),
        timestamp: when,
        value: often,
      })
      .map((fields): Report => fields),
  },
  fc.constantFrom(null, 'not even an object', 7, [], {}),
);

/** How one answer is written: key order, space, escapes, a field written twice. */
type Spelling = {
  readonly order: 'console' | 'sandbox' | 'any';
  readonly space: string;
  readonly escapes: 'none' | 'some' | 'all';
  readonly twice: string | undefined;
  readonly envelope: 'usual' | 'list first' | 'a second list' | 'a list elsewhere' | 'cut off';
  readonly chance: Iterator<number>;
};

const spelling: fc.Arbitrary<Spelling> = fc.record({
  order: fc.constantFrom('console', 'sandbox', 'any'),
  space: fc.constantFrom('', '', '', ' ', '\n\t'),
  escapes: fc.constantFrom('none', 'none', 'some', 'all'),
  twice: fc.constantFrom(undefined, undefined, undefined, 'ID', 'timestamp', 'value', 'action'),
  envelope: fc.constantFrom('usual', 'usual', 'usual', 'list first', 'a second list', 'a list elsewhere', 'cut off'),
  chance: fc.infiniteStream(fc.nat({ max: 0xffff })),
});

const PLAINLY: Spelling = {
  order: 'console',
  space: '',
  escapes: 'none',
  twice: undefined,
  envelope: 'usual',
  chance: [][Symbol.iterator](),
};

const FIRST: Record<Spelling['order'], readonly string[]> = {
  console: ['ID'],
  sandbox: ['ID', 'timestamp', 'value'],
  any: [],
};
const LAST: Record<Spelling['order'], readonly string[]> = { console: ['timestamp', 'value'], sandbox: [], any: [] };

function written(reports: readonly unknown[], spelled: Spelling): string {
  const list = `[${reports.map((one) => spell(one, spelled, true)).join(',')}]`;
  switch (spelled.envelope) {
    case 'usual':
      return `{"report":"Flows","flowReports":${list}}`;
    case 'list first':
      return `{"flowReports":${list},"report":"}]"}`;
    case 'a second list':
      return `{"flowReports":${list},"flowReports":[]}`;
    case 'a list elsewhere':
      return `{"older":{"flowReports":${list}},"flowReports":[]}`;
    case 'cut off':
      return `{"report":"Flows","flowReports":${list}`;
  }
}

function spell(value: unknown, spelled: Spelling, outermost = false): string {
  const { space } = spelled;
  if (typeof value === 'string') return spellText(value, spelled);
  if (Array.isArray(value)) return `[${value.map((one) => spell(one, spelled)).join(`${space},${space}`)}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  if (outermost) {
    const place = ([key]: [string, unknown]) =>
      FIRST[spelled.order].indexOf(key) >= 0
        ? FIRST[spelled.order].indexOf(key)
        : 10 + (LAST[spelled.order].indexOf(key) + 1) * 0x10000 + (spelled.order === 'any' ? draw(spelled) : 0);
    const placed = fields.map((field) => ({ field, at: place(field) })).sort((a, b) => a.at - b.at);
    fields.splice(0, fields.length, ...placed.map(({ field }) => field));
    const again = fields.find(([key]) => key === spelled.twice);
    if (again) fields.splice(draw(spelled) % (fields.length + 1), 0, again[0] === 'value' ? ['value', 9] : again);
  }
  const members = fields.map(([key, field]) => `${spellText(key, spelled)}${space}:${space}${spell(field, spelled)}`);
  return `{${space}${members.join(`${space},${space}`)}${space}}`;
}

function spellText(value: string, spelled: Spelling): string {
  const plain = JSON.stringify(value);
  if (spelled.escapes === 'none' || (spelled.escapes === 'some' && draw(spelled) % 8 > 0)) return plain;
  return `"${Array.from({ length: value.length }, (_, at) => `\\u${value.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`;
}

function draw({ chance }: Spelling): number {
  return chance.next().value ?? 0;
}

/** What the answer says to whoever reads, or the words with which it is refused. */
function said(reader: ReturnType<typeof flowReports>, json: string) {
  try {
    return reader.read(Buffer.from(json), 'POST /reportsqueries', SHOP);
  } catch (error) {
    return String(error);
  }
}

/** The same JSON, spelled so that no report is known by its bytes. */
function respelled(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), undefined, 1);
  } catch {
    return json;
  }
}

test('whatever the order of keys, the space and the escapes, an answer read by its bytes says what it says parsed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.array(report, { maxLength: 12 }), spelling), { maxLength: 6 }), (answers) => {
      const reader = flowReports();
      for (const [reports, spelled] of answers) {
        const json = written(reports, spelled);
        const [byBytes, again, parsed] = [said(reader, json), said(reader, json), said(flowReports(), respelled(json))];
        expect(byBytes).toEqual(parsed);
        expect(again).toEqual(parsed);
      }
    }),
    { numRuns: 2_000 },
  );
});

const ORDINARY = {
  ID: '62728c19ed189b00018e745d',
  action: 'Accept',
  destinationID: 'default',
  destinationIP: '10.75.240.10',
  destinationPort: 53,
  destinationType: 'ExternalNetwork',
  namespace: SHOP,
  policyID: 'default',
  protocol: 17,
  sourceID: 'frontend-1',
  sourceType: 'ProcessingUnit',
  timestamp: '2026-11-02T00:00:00.5Z',
  value: 2,
};

test('any bytes at all say the same read and parsed, or are refused with the same words', () => {
  const whole = written([ORDINARY, { ...ORDINARY, ID: 'b' }], PLAINLY);
  const reader = flowReports();
  expect(said(reader, whole)).toMatchObject({ size: 2, unreadable: 0 });
  const bits = fc.constantFrom('', '"', '}', ']', ',', '{', '\\', '9', ' ', '\u0000', '"value":7,');
  fc.assert(
    fc.property(fc.nat({ max: whole.length }), fc.nat({ max: 3 }), bits, (at, gone, put) => {
      const json = whole.slice(0, at) + put + whole.slice(at + gone);
      expect(said(reader, json)).toEqual(said(flowReports(), respelled(json)));
    }),
    { numRuns: 5_000 },
  );
});

test('a connection known for long is not believed an impossible time, count or id', () => {
  const reader = flowReports();
  const order = fc.constantFrom('console', 'sandbox');
  const numeral = fc.constantFrom('2', '0', '007', '-0', '2.0', '2e1', '99999999999999999', '', '+1', 'null');
  fc.assert(
    fc.property(order, id, when, numeral, (keys, ID, timestamp, value) => {
      const spelled: Spelling = { ...PLAINLY, order: keys };
      expect(said(reader, written([ORDINARY], spelled))).toMatchObject({ size: 1, unreadable: 0 });
      const json = written([{ ...ORDINARY, ID, timestamp, value: 424_242 }], spelled).replace('424242', value);
      expect(said(reader, json)).toEqual(said(flowReports(), respelled(json)));
    }),
    { numRuns: 2_000 },
  );
});

test('what the same bytes said once is understood without being parsed again, in either order of keys', () => {
  for (const order of ['console', 'sandbox'] as const) {
    let parsed = 0;
    const memo = new FlowMemo((report) => {
      parsed += 1;
      const { action, namespace, protocol } = report as typeof ORDINARY & FlowKind;
      const end = { type: 'ProcessingUnit', id: 'frontend-1' } as const;
      return { action, namespace, protocol, policyId: 'default', source: end, destination: end };
    });
    const heard: unknown[] = [];
    const listener = {
      known: (_: unknown, at: number, value: number, kind: FlowKind) => heard.push([at - START, value, kind.protocol]),
      plain: (one: unknown) => heard.push(one),
    };
    const reports = Array.from({ length: 1_000 }, (_, nth) => ({
      ...ORDINARY,
      ID: nth.toString(16).padStart(24, '0'),
      timestamp: new Date(START + nth * 10_007).toISOString(),
      protocol: nth % 2 === 0 ? 6 : 17,
      value: nth + 1,
    }));
    expect(memo.scan(Buffer.from(written(reports, { ...PLAINLY, order })), listener)).toBe(true);
    expect(heard).toEqual(reports.map((one, nth) => [nth * 10_007, one.value, one.protocol]));
    expect(parsed).toBe(2);
  }
});

test('bodies that never come back are forgotten, and nothing is lost by it', () => {
  const reader = flowReports();
  const padding = 'x'.repeat(60_000);
  for (let nth = 0; nth < 200; nth++) {
    const reports = [nth, nth % 7].map((name) => ({ ...ORDINARY, ID: `r${name}`, ruleName: `rule ${name}`, padding }));
    const answer = said(reader, written(reports, PLAINLY));
    expect(answer).toMatchObject({ whats: [{ ruleName: `rule ${nth}` }, { ruleName: `rule ${nth % 7}` }] });
  }
});
