/** Files that are made to be read differently than they look, or to be expensive to read. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printMistakes } from '#config/load.ts';
import { briefly, configuration, mistakesIn, NAMESPACES, REST } from '#test/support/configuration.ts';

const good = `${NAMESPACES}${REST}`;

test.each([
  [
    'no is a word and not false',
    good.replace('[S0614TZR7]', '[S0614TZR7], requesterMayVote: no'),
    /5:\d+ .*write false/,
  ],
  ['a directive would change what words mean', `%YAML 1.1\n---\n${good}`, /1:1 a % directive is not accepted/],
  ['a tag directive renames tags', `%TAG ! tag:acme.example,2000:\n---\n${good}`, /1:1 a % directive/],
  [
    'a tag of somebody’s own',
    good.replace('C024BE91L', '!channel C024BE91L'),
    /3:\d+ the tag !channel is not accepted/,
  ],
  [
    'a tag that YAML knows',
    good.replace('C024BE91L', '!!binary QzAyNEJFOTFM'),
    /3:\d+ the tag .*binary is not accepted/,
  ],
  ['a tag that changes nothing', good.replace('C024BE91L', '!!str C024BE91L'), /3:\d+ the tag .*str is not accepted/],
  ['a prototype', `${good}__proto__: { retentionDays: 1 }\n`, /8:1 __proto__ is not a setting/],
  ['a setting said twice', `${good}retentionDays: 1\nretentionDays: 2\n`, /9:1 "retentionDays" is said twice/],
  [
    'a number for a name',
    `${good}people:\n  12e45678: [U0000ASKS]\n`,
    /9:3 the name of a setting is text: write it in quotes/,
  ],
  ['a list for a name', `${good}? [a, b]\n: 1\n`, /8:3 the name of a setting is text/],
  ['a second document', `${good}---\nretentionDays: 1\n`, /a second document begins here/],
  ['half a character', `${good}people: { "\\ud800": [U0000ASKS] }\n`, /8:11 a character in this text is half of one/],
  ['an alias of what contains it', `${good}people: &a { x: *a }\n`, /8:17 \*a is inside of what it stands for/],
  ['an alias of nothing', `${good}people: *nobody\n`, /8:9 nothing above is called &nobody/],
  [
    'a merge, which is YAML 1.1',
    `${good}watch: { <<: { confirmMinutes: 5 } }\n`,
    /8:10 "<<" is not a setting of watch/,
  ],
  ['no YAML at all', `${good}watch: [\n`, /this is not YAML/],
  ['an empty file', '', /the file is nothing, but must be a group of settings/],
  ['a list', '- 1\n', /the file is a list, but must be a group of settings/],
])('%s', (_, yaml, expected) => {
  const told = briefly(mistakesIn(configuration(yaml)));
  expect(told.filter((sentence) => expected.test(sentence))).toHaveLength(1);
});

test('aliases that multiply to a thousand million entries are refused at once', () => {
  const levels = Array.from(
    { length: 9 },
    (_, at) => `l${at + 1}: &l${at + 1} [${Array(10).fill(`*l${at}`).join(', ')}]`,
  );
  const before = performance.now();
  const told = briefly(mistakesIn(configuration(`l0: &l0 [x]\n${levels.join('\n')}\n${good}`)));
  expect(told).toEqual([expect.stringContaining('aliases cannot be followed')]);
  expect(performance.now() - before).toBeLessThan(5000);
});

test.each([
  ['[', '['.repeat(100_000)],
  ['{a:', '{a: '.repeat(50_000)],
  ['- ', `${'- '.repeat(100_000)}x`],
  ['? ', `${'? '.repeat(100_000)}x`],
])('a hundred thousand levels of %s are refused at once', (_, yaml) => {
  const before = performance.now();
  expect(briefly(mistakesIn(configuration(yaml)))).toEqual([
    expect.stringContaining('nested more than 40 levels deep'),
  ]);
  expect(performance.now() - before).toBeLessThan(5000);
});

test('a file of more than 256 kB is not read', () => {
  const told = briefly(mistakesIn(configuration(`${good}# ${'x'.repeat(256 * 1024)}\n`)));
  expect(told).toEqual([expect.stringContaining('at most 256 kB are read')]);
});

test('a file that is not UTF-8 is refused as a whole', () => {
  const written = configuration();
  const file = written.write('latin1.yaml', Buffer.from('people: { m\xfcller: [] }\n', 'latin1'));
  expect(briefly(mistakesIn({ ...written, file }))).toEqual([expect.stringContaining('is not UTF-8 text')]);
});

test('a folder or a device is not a file', () => {
  const written = configuration();
  expect(briefly(mistakesIn({ ...written, file: written.folder }))).toEqual([expect.stringContaining('is not a file')]);
  expect(briefly(mistakesIn({ ...written, file: '/dev/zero' }))).toEqual([expect.stringContaining('is not a file')]);
});

test('brackets in comments and in texts are no levels', () => {
  expect(
    mistakesIn(configuration(`# ${'['.repeat(100)}\n${good}people: { "${'{'.repeat(30)}": [U0000ASKS] }\n`)),
  ).toEqual([]);
});

test('whatever a file says, the answer is a configuration or mistakes with their lines, never a crash', () => {
  const written = configuration();
  const pieces = [
    '&a',
    '*a',
    '<<:',
    '!!set',
    '!',
    '%TAG',
    '---',
    '...',
    '? ',
    '- ',
    ': ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '|',
    '>',
  ];
  const more = [
    '\n',
    '  ',
    '\t',
    '#',
    '@',
    '`',
    '\u0000',
    '\u2028',
    '\\ud800',
    '__proto__',
    'constructor',
    '.inf',
    '-0',
    '0x10',
    '~',
    '',
  ];
  const edit = fc.record({
    at: fc.nat(good.length),
    cut: fc.nat(30),
    piece: fc.oneof(fc.constantFrom(...pieces, ...more), fc.string({ maxLength: 8, unit: 'binary' })),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
      const yaml = edits.reduce((text, { at, cut, piece }) => text.slice(0, at) + piece + text.slice(at + cut), good);
      const mistakes = mistakesIn({ ...written, file: written.write('edited.yaml', yaml) });
      const text = printMistakes(mistakes);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      for (const { place } of mistakes) {
        if (!place) continue;
        expect(place.line).toBeGreaterThan(0);
        expect(place.column).toBeGreaterThan(0);
        expect(place.column).toBeLessThanOrEqual(place.text.length + 1);
      }
    }),
    { numRuns: 400 },
  );
});
