/** That a value can be written down in one way only, and that what cannot is refused. */

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical } from '#core/canonical.ts';

test('the strings and literals of RFC 8785 3.2.2 are written as the RFC writes them', () => {
  const value = { string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"\u002f', literals: [null, true, false] };
  expect(canonical(value)).toBe('{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}');
});

test('keys come in the order of RFC 8785 3.2.3, by UTF-16 code units', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  };
  expect(Object.values(JSON.parse(canonical(value)))).toEqual([
    'One',
    'Carriage Return',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ]);
  expect(canonical(value).indexOf('\\r')).toBeLessThan(canonical(value).indexOf('"1"'));
});

test('the short escapes are used where JSON has them and four hex digits where not', () => {
  expect(canonical('\b\t\n\f\r\u0000\u001f\u007f\u2028')).toBe('"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f\u2028"');
});

test('integers are written as ECMAScript writes them, up to the last safe one', () => {
  expect(canonical([0, -1, 9007199254740991, -9007199254740991])).toBe('[0,-1,9007199254740991,-9007199254740991]');
});

test('two spellings of one letter stay two strings', () => {
  expect(canonical('\u00e9')).not.toBe(canonical('e\u0301'));
});

const cycle: { self?: unknown } = {};
cycle.self = cycle;
const beside = Object.assign([1], { note: 2 });
const holes = [1];
holes[2] = 3;
class Ruleset {
  readonly name = 'allow-dns';
}

test.each([
  ['undefined', undefined],
  ['undefined as a property', { port: undefined }],
  ['undefined in an array', [undefined]],
  ['a Map', new Map([['a', 1]])],
  ['a Set', new Set([1])],
  ['a Date', new Date(0)],
  ['a RegExp', /x/],
  ['something with toJSON', { toJSON: () => 1 }],
  ['something with an inherited toJSON', Object.create({ toJSON: () => 1 })],
  ['an instance of a class', new Ruleset()],
  ['a boxed string', Object('text')],
  ['a float', 1.5],
  ['the first number that is rounded', 2 ** 53],
  ['minus zero', -0],
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['a bigint', 1n],
  ['a function', () => 1],
  ['a symbol', Symbol('s')],
  ['a symbol for a key', { [Symbol('s')]: 1 }],
  ['half a surrogate pair', 'a\ud800'],
  ['the other half', '\udc00a'],
  ['half a surrogate pair in a key', { '\ud800': 1 }],
  ['a cycle', cycle],
  ['an array with holes', holes],
  ['an array with a property beside', beside],
  ['a getter', Object.defineProperty({}, 'a', { enumerable: true, get: () => 1 })],
  ['a hidden property', Object.defineProperty({}, 'a', { enumerable: false, value: 1 })],
  ['a typed array', new Uint8Array(1)],
])('%s is refused', (_, value) => {
  expect(() => canonical(value)).toThrow(TypeError);
});

test('the same object twice is no cycle', () => {
  const clause = ['a=b'];
  expect(canonical({ one: clause, two: clause })).toBe('{"one":["a=b"],"two":["a=b"]}');
});

test('a refusal says where the value is', () => {
  expect(() => canonical({ changes: [{ port: 1.5 }] })).toThrow('$.changes[0].port');
});

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((number) => (number === 0 ? 0 : number)),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 3 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

test('two values are written alike exactly when they are equal', () => {
  fc.assert(
    fc.property(plain, plain, (a, b) => {
      expect(canonical(a) === canonical(b)).toBe(isDeepStrictEqual(a, b));
      expect(canonical(structuredClone(a))).toBe(canonical(a));
    }),
    { numRuns: 2000 },
  );
});

test('what is written can be read back, and is then written the same', () => {
  fc.assert(
    fc.property(plain, (value) => {
      const read: unknown = JSON.parse(canonical(value));
      expect(isDeepStrictEqual(read, value)).toBe(true);
      expect(canonical(read)).toBe(canonical(value));
    }),
    { numRuns: 1000 },
  );
});

test('the order in which an object was put together does not show', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), plain, { noNullPrototype: true }), (object) => {
      const reversed = Object.fromEntries(Object.entries(object).reverse());
      expect(canonical(reversed)).toBe(canonical(object));
    }),
  );
});
