/** What the form of a host name tells: made up by a machine, an address in disguise, something carried out in it. */
import { getDomain, getDomainWithoutSuffix } from 'tldts';
import { amongPlaces, KNOWN_PLACES } from './known-places.ts';

const MADE_UP_LENGTH = 12;
const MADE_UP_BITS = 3.5;
/** Words of any language have a vowel sooner than that. */
const CONSONANTS = 5;

/** Whether the part that somebody registered looks drawn by lot; with how much chance a letter holds, in bits. */
export function madeUp(host: string): { readonly label: string; readonly bits: number } | undefined {
  if (amongPlaces(host, KNOWN_PLACES.madeUpHosts) !== undefined) return undefined;
  const label = getDomainWithoutSuffix(host) ?? '';
  if (label.length < MADE_UP_LENGTH || label.startsWith('xn--')) return undefined;
  const bits = entropy(label);
  if (bits <= MADE_UP_BITS || hasVowelPattern(label)) return undefined;
  return { label, bits: Math.round(bits * 10) / 10 };
}

function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

/** `digitalocean-spaces` has one; `x7kq2vnp9dzt` has none. */
function hasVowelPattern(label: string): boolean {
  const letters = label.replace(/-/g, '');
  if (new RegExp(`[^aeiouy]{${CONSONANTS},}`).test(letters)) return false;
  return letters.replace(/[^aeiouy]/g, '').length >= letters.length / 5;
}

/** A name in which an address is written, whoever holds the domain: `10-0-0-5.nip.io`. */
export function addressInName(host: string): string | undefined {
  const [, inside] = /(?:^|[.-])((?:\d{1,3}[.-]){3}\d{1,3})[.-]/.exec(`${host}.`) ?? [];
  const parts = inside?.split(/[.-]/).map(Number) ?? [];
  return inside !== undefined && parts.every((part) => part <= 255) ? parts.join('.') : undefined;
}

const CARRIED_NAMES = 16;
const CARRIED_LETTERS = 30;

export type Carried = { readonly domain: string; readonly names: number; readonly letters: number };

/** Domains below which many long names were asked for: what is written into a name leaves with the question. */
export function carriers(hosts: Iterable<string>): Map<string, Carried> {
  const below = new Map<string, Set<string>>();
  for (const host of hosts) {
    const domain = getDomain(host, { allowPrivateDomains: true });
    if (domain === null || domain === host) continue;
    const names = below.get(domain) ?? new Set();
    below.set(domain, names.add(host.slice(0, -domain.length - 1)));
  }
  const found = new Map<string, Carried>();
  for (const [domain, names] of below) {
    const longest = [...names].map((name) => Math.max(...name.split('.').map((label) => label.length)));
    const letters = Math.round(longest.reduce((sum, length) => sum + length, 0) / longest.length);
    if (names.size >= CARRIED_NAMES && letters > CARRIED_LETTERS)
      found.set(domain, { domain, names: names.size, letters });
  }
  return found;
}
