/** Whoever reads names reads one of a hundred thousand letters in no time: nobody is kept busy by a long word. */
import { expect, test } from 'vitest';
import { parseAddress, parseCidr } from '#core/addresses.ts';
import { whyNotANamespace } from '#core/namespace.ts';
import { brandBelow, disguise, domainOf, lookAlike } from '#core/suspicion/look-alikes.ts';
import { addressInName, madeUp } from '#core/suspicion/name-shapes.ts';
import { decodeLabel } from '#core/suspicion/punycode.ts';
import { splitTag } from '#core/tags.ts';
import { literal, mrkdwn, visible } from '#slack/escape.ts';
import { parseCommand } from '#slack/parse-command.ts';

const LETTERS = 100_000;

const WORDS = {
  'one letter': 'a'.repeat(LETTERS),
  dots: '.'.repeat(LETTERS),
  'many labels': 'a.'.repeat(LETTERS / 2),
  digits: '1-'.repeat(LETTERS / 2),
  spaces: `x${' '.repeat(LETTERS)}y`,
  slashes: '/a'.repeat(LETTERS / 2),
  punycode: `xn--${'a9'.repeat(LETTERS / 2)}`,
  'letters that are not seen': '\u202e'.repeat(LETTERS),
  mentions: '<!'.repeat(LETTERS / 2),
};

const READERS: Readonly<Record<string, (word: string) => unknown>> = {
  parseAddress,
  parseCidr,
  whyNotANamespace,
  brandBelow,
  disguise,
  domainOf,
  lookAlike: (word) => lookAlike(word, []),
  madeUp,
  addressInName,
  decodeLabel,
  splitTag,
  visible,
  literal,
  mrkdwn,
  parseCommand,
  'parseCommand of a status': (word) => parseCommand(`status ${word}`),
  'parseCommand of a release': (word) => parseCommand(`release /acme/shop ${word}`),
};

/** Twice the word takes a reader about twice as long, and a reader that looks back again and again four times or worse. */
const PATIENCE_MS = 10_000;

test.each(Object.keys(READERS))('%s', { timeout: PATIENCE_MS }, (name) => {
  const read = READERS[name];
  for (const word of Object.values(WORDS)) expect(() => read?.(word)).not.toThrow();
});
