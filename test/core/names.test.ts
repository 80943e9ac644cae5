/** Whose name an address had, and when. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DnsLookup } from '#core/flow.ts';
import { nameTable } from '#core/names.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function lookup(name: string, at: number, more: Partial<DnsLookup> = {}): DnsLookup {
  return { at, processingUnitId: 'frontend-1', name, ips: ['52.0.0.1'], cnames: [], ...more };
}

function learned(...lookups: DnsLookup[]) {
  const table = nameTable();
  for (const one of lookups) table.learn(one);
  return table;
}

test('a pod means the name it looked up before it connected', () => {
  const table = learned(lookup('api.example.com', NOON));
  expect(table.namesFor('frontend-1', '52.0.0.1', NOON + 5 * HOUR)).toEqual(['api.example.com']);
});

test('a pod does not mean a name it looked up long after', () => {
  const table = learned(lookup('api.example.com', NOON));
  expect(table.namesFor('frontend-1', '52.0.0.1', NOON - 3 * MINUTE)).toEqual([]);
});

test('a lookup reported within two minutes after the flow may have led to it', () => {
  const table = learned(lookup('api.example.com', NOON));
  expect(table.namesFor('frontend-1', '52.0.0.1', NOON - 2 * MINUTE)).toEqual(['api.example.com']);
});

test('another pod’s lookup is no reason, only a hint', () => {
  const table = learned(lookup('api.example.com', NOON));
  expect(table.namesFor('cart-1', '52.0.0.1', NOON)).toEqual([]);
  expect(table.namesElsewhere('52.0.0.1', NOON)).toEqual(['api.example.com']);
  expect(table.namesElsewhere('52.0.0.1', NOON - HOUR)).toEqual([]);
});

test('an address that changed hands means its new name, and at the time of the old one its old name', () => {
  const table = learned(
    lookup('old.example.com', NOON),
    lookup('new.example.com', NOON + 30 * HOUR),
    lookup('new.example.com', NOON + 31 * HOUR),
  );
  expect(table.namesFor('frontend-1', '52.0.0.1', NOON + HOUR)).toEqual(['old.example.com']);
  expect(table.namesFor('frontend-1', '52.0.0.1', NOON + 32 * HOUR)).toEqual(['new.example.com']);
});

test('an address that goes back to its first name is understood at each time', () => {
  const table = learned(
    lookup('a.example.com', NOON),
    lookup('b.example.com', NOON + 10 * HOUR),
    lookup('a.example.com', NOON + 20 * HOUR),
  );
  const at = (hours: number) => table.namesFor('frontend-1', '52.0.0.1', NOON + hours * HOUR);
  expect([at(5), at(15), at(25)]).toEqual([['a.example.com'], ['b.example.com'], ['a.example.com']]);
});

test('two names looked up within the hour share the address', () => {
  const table = learned(lookup('b.example.com', NOON), lookup('a.example.com', NOON + 50 * MINUTE));
  expect(table.namesFor('frontend-1', '52.0.0.1', NOON + 2 * HOUR)).toEqual(['a.example.com', 'b.example.com']);
});

test('the name that was asked for counts, not the one the answer points to', () => {
  const table = learned(lookup('shop.example.com', NOON, { cnames: ['lb-7.cdn.example.net'] }));
  expect(table.namesFor('frontend-1', '52.0.0.1', NOON)).toEqual(['shop.example.com']);
});

test('a lookup that found nothing teaches nothing', () => {
  const table = learned(lookup('api.example.com.hipster-shop.svc.cluster.local', NOON, { ips: [] }));
  expect(table.toJSON().units).toEqual({});
});

test('one IPv6 address is the same in every spelling, and a prefix of one address is that address', () => {
  const table = learned(lookup('six.example.com', NOON, { ips: ['2001:0DB8:0:0::1', '52.0.0.9/32'] }));
  expect(table.namesFor('frontend-1', '2001:db8::1', NOON)).toEqual(['six.example.com']);
  expect(table.namesFor('frontend-1', '52.0.0.9', NOON)).toEqual(['six.example.com']);
});

test('a pod that has looked up more addresses than are kept forgets the one it looked up longest ago', () => {
  const table = nameTable(undefined, { keepHours: 24, addressesPerUnitMax: 3 });
  for (const at of [1, 2, 3]) table.learn(lookup(`n${at}.example.com`, NOON + at, { ips: [`52.0.0.${at}`] }));
  table.learn(lookup('n1.example.com', NOON + 4, { ips: ['52.0.0.1'] }));
  table.learn(lookup('n4.example.com', NOON + 5, { ips: ['52.0.0.4'] }));
  const known = [1, 2, 3, 4].filter((at) => table.namesFor('frontend-1', `52.0.0.${at}`, NOON + 9).length > 0);
  expect(known).toEqual([1, 3, 4]);
  expect(table.namesElsewhere('52.0.0.2', NOON + 9)).toEqual([]);
});

test('lookups older than what is kept are not put away, however late they were learned', () => {
  const table = nameTable(undefined, { keepHours: 24, addressesPerUnitMax: 8 });
  table.learn(lookup('old.example.com', NOON, { ips: ['52.0.0.1'] }));
  table.learn(lookup('new.example.com', NOON + 25 * HOUR, { ips: ['52.0.0.2'] }));
  table.learn(lookup('late.example.com', NOON, { ips: ['52.0.0.3'] }));
  expect(Object.keys(table.toJSON().units['frontend-1'] ?? {})).toEqual(['52.0.0.2']);
  expect(table.namesElsewhere('52.0.0.1', NOON + 25 * HOUR)).toEqual([]);
  expect(table.namesElsewhere('52.0.0.2', NOON + 25 * HOUR)).toEqual(['new.example.com']);
});

test('a lookup that closes the gap between two makes one run of them', () => {
  const lookups = [0, 90, 45].map((minutes) => lookup('api.example.com', NOON + minutes * MINUTE));
  expect(learned(...lookups).toJSON().units).toEqual({
    'frontend-1': { '52.0.0.1': [['api.example.com', NOON, NOON + 90 * MINUTE]] },
  });
});

const anyLookup = fc.record({
  at: fc.integer({ min: 0, max: 20 }).map((half) => NOON + half * 30 * MINUTE),
  processingUnitId: fc.constantFrom('frontend-1', 'cart-1'),
  name: fc.constantFrom('a.example.com', 'b.example.com', 'c.example.com'),
  ips: fc.uniqueArray(fc.constantFrom('52.0.0.1', '52.0.0.2', '2001:db8::1'), { maxLength: 2 }),
  cnames: fc.constant([]),
});

function answers(table: ReturnType<typeof nameTable>): unknown {
  const times = Array.from({ length: 24 }, (_, half) => NOON + half * 30 * MINUTE);
  return times.flatMap((at) =>
    ['52.0.0.1', '52.0.0.2', '2001:db8::1'].map((ip) => [
      table.namesFor('frontend-1', ip, at),
      table.namesFor('cart-1', ip, at),
      table.namesElsewhere(ip, at),
    ]),
  );
}

test('a table kept as JSON between windows answers as one that was never put away', () => {
  fc.assert(
    fc.property(fc.array(anyLookup), fc.array(anyLookup), (before, after) => {
      const whole = learned(...before, ...after);
      const kept = nameTable(JSON.parse(JSON.stringify(learned(...before))));
      for (const one of after) kept.learn(one);
      expect(answers(kept)).toEqual(answers(whole));
    }),
  );
});

test('lookups that arrive in another order give the same answers', () => {
  fc.assert(
    fc.property(fc.array(anyLookup), (lookups) => {
      expect(answers(learned(...lookups.toReversed()))).toEqual(answers(learned(...lookups)));
    }),
  );
});

test('names asked for once are right for every flow of the time they are said to hold', () => {
  const times = Array.from({ length: 64 }, (_, tenth) => NOON + tenth * 10 * MINUTE);
  fc.assert(
    fc.property(fc.array(anyLookup), fc.constantFrom(...times), (lookups, at) => {
      const table = learned(...lookups);
      const [own, elsewhere] = [table.spanFor('frontend-1', '52.0.0.1', at), table.spanElsewhere('52.0.0.1', at)];
      for (const one of times) {
        if (one >= own.from && one < own.until)
          expect(table.namesFor('frontend-1', '52.0.0.1', one)).toEqual(own.names);
        if (one >= elsewhere.from && one < elsewhere.until)
          expect(table.namesElsewhere('52.0.0.1', one)).toEqual(elsewhere.names);
      }
    }),
  );
});
