/** Host names made to be taken for others: letters that look like others, one letter off, a brand in the wrong place. */
import { getDomain } from 'tldts';
import { KNOWN_PLACES } from './known-places.ts';
import { decodeLabel } from './punycode.ts';

/** Letters of other scripts, and digits, that read like Latin ones (from Unicode's confusables, the usual ones). */
const LOOKS_LIKE = new Map(
  Object.entries({
    a: 'аαạ',
    b: 'ьƅ',
    c: 'сϲ',
    d: 'ԁ',
    e: 'еєẹ',
    g: 'ɡց',
    h: 'һհ',
    i: 'іɩıỉ',
    j: 'јϳ',
    k: 'кκ',
    l: 'ӏιⅼ1',
    m: 'м',
    n: 'пո',
    o: 'оοօ0',
    p: 'рρ',
    q: 'ԛգ',
    r: 'гⲅ',
    s: 'ѕꜱ',
    t: 'тτ',
    u: 'υս',
    v: 'νѵ',
    w: 'ԝաω',
    x: 'хχ',
    y: 'уγү',
    z: 'ᴢ',
  }).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);

/** Shorter words are one letter from too many others. */
const WORD_MIN = 5;

export type Decoded = { readonly name: string; readonly because: string };

/** What a host name in other letters reads as, when it was made to read as Latin or mixes scripts. */
export function disguise(host: string): Decoded | undefined {
  if (!host.includes('xn--')) return undefined;
  for (const label of host.split('.').filter((each) => each.startsWith('xn--'))) {
    const decoded = decodeLabel(label);
    if (decoded === undefined) return { name: host, because: `${label} cannot be read` };
    const foreign = [...decoded].filter((letter) => !isLatin(letter) && /\p{L}/u.test(letter));
    if (foreign.length === 0) continue;
    const name = host.replace(label, decoded);
    if ([...decoded].some((letter) => /[a-z]/.test(letter)))
      return { name, because: `${decoded} mixes letters of several scripts` };
    if (foreign.every((letter) => LOOKS_LIKE.has(letter)))
      return { name, because: `${decoded} is written in letters that only look Latin` };
  }
  return undefined;
}

function isLatin(letter: string): boolean {
  return /\p{Script=Latin}/u.test(letter);
}

/** A known domain that stands left of another: `googleapis.com.evil.io`. */
export function brandBelow(host: string): string | undefined {
  const domain = getDomain(host);
  if (domain === null || host === domain) return undefined;
  const left = `.${host.slice(0, -domain.length - 1)}.`;
  return KNOWN_PLACES.brands.find((brand) => left.includes(`.${brand}.`));
}

/** A registrable domain, taken apart. */
export type Domain = {
  readonly domain: string;
  readonly word: string;
  readonly ending: string;
  /** How the word reads at a glance. */
  readonly glance: string;
};

export function domainOf(host: string): Domain | undefined {
  const domain = getDomain(host);
  if (domain === null) return undefined;
  const word = domain.slice(0, domain.indexOf('.'));
  return { domain, word, ending: domain.slice(word.length), glance: skeleton(word) };
}

const BRANDS = KNOWN_PLACES.brands.flatMap((brand) => domainOf(brand) ?? []);

/** The known domain that a host could be taken for. `usual`: domains that this namespace calls more often. */
export function lookAlike(host: string, usual: readonly Domain[]): string | undefined {
  const own = domainOf(host);
  if (!own || KNOWN_PLACES.brands.includes(own.domain)) return undefined;
  const brand = BRANDS.find((known) => isNear(own, known) || isGlued(host, own, known));
  if (brand) return brand.domain;
  return usual.find((other) => !isNumbered(own.domain, other.domain) && isNear(own, other))?.domain;
}

/** Dots made hyphens: `logging-googleapis.com` reads as `logging.googleapis.com`. */
function isGlued(host: string, own: Domain, known: Domain): boolean {
  return own.domain !== known.domain && host.replaceAll('-', '.').endsWith(`.${known.domain}`);
}

/** The same ending, and a word that reads the same or is one letter off. */
function isNear(own: Domain, known: Domain): boolean {
  if (own.ending !== known.ending || own.word === known.word || known.word.length < WORD_MIN) return false;
  return own.glance === known.glance || isOneEditAway(own.word, known.word);
}

/** `partner1.example` and `partner2.example` are counted, not imitated. */
function isNumbered(a: string, b: string): boolean {
  return a.replace(/\d+/g, '#') === b.replace(/\d+/g, '#');
}

function skeleton(word: string): string {
  const readable = word.startsWith('xn--') ? (decodeLabel(word) ?? word) : word;
  return [...readable]
    .map((letter) => LOOKS_LIKE.get(letter) ?? letter)
    .join('')
    .replaceAll('-', '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
}

/** One letter more, less, other, or two neighbours swapped. */
function isOneEditAway(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  if (a.length > b.length) return restA.slice(1) === restB;
  if (a.length < b.length) return restA === restB.slice(1);
  if (restA.slice(1) === restB.slice(1)) return true;
  return restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
}
