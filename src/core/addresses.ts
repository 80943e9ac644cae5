/** What addresses and CIDRs are, and which of many networks contain an address. */

/** Four 32-bit words for IPv6; an IPv4 address inside IPv6 (`::ffff:10.0.0.1`) is the IPv4 address. */
export type Address =
  | { readonly family: 4; readonly value: number }
  | { readonly family: 6; readonly words: readonly [number, number, number, number] };

/** First and last address, inclusive. */
export type Cidr = {
  readonly family: 4 | 6;
  readonly bits: number;
  readonly first: bigint;
  readonly last: bigint;
};

/** One line of an external network: addresses, addresses taken out again, or a name. */
export type Entry =
  | { readonly kind: 'addresses'; readonly excluded: boolean; readonly cidr: Cidr }
  | { readonly kind: 'name'; readonly name: string };

/** A bare address is itself alone; what is no address at all is a name (console-api.md 4.6). */
export function parseEntry(text: string): Entry {
  const excluded = text.startsWith('!');
  const bare = excluded ? text.slice(1) : text;
  const cidr = parseCidr(bare) ?? parseCidr(`${bare}/${bare.includes(':') ? 128 : 32}`);
  return cidr ? { kind: 'addresses', excluded, cidr } : { kind: 'name', name: text };
}

export function parseAddress(text: string): Address | undefined {
  const value = parseIpv4(text);
  if (value !== undefined) return { family: 4, value };
  const words = parseIpv6(text);
  if (!words) return undefined;
  if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) return { family: 4, value: words[3] };
  return { family: 6, words };
}

/** As strict as the console's own parser: a mask is needed, leading zeros in an IPv4 address and zones are refused. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const mask = text.slice(slash + 1);
  if (slash < 0 || !/^[0-9]+$/.test(mask)) return undefined;
  const ipv4 = parseIpv4(text.slice(0, slash));
  if (ipv4 !== undefined) return cidrOf(4, 32, BigInt(ipv4), Number(mask));
  const words = parseIpv6(text.slice(0, slash));
  if (!words) return undefined;
  const mapped = words[0] === 0 && words[1] === 0 && words[2] === 0xffff && Number(mask) >= 96;
  return mapped ? cidrOf(4, 32, BigInt(words[3]), Number(mask) - 96) : cidrOf(6, 128, fromWords(words), Number(mask));
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.family === inner.family && outer.first <= inner.first && outer.last >= inner.last;
}

function cidrOf(family: 4 | 6, width: number, address: bigint, bits: number): Cidr | undefined {
  if (bits > width) return undefined;
  const host = (1n << BigInt(width - bits)) - 1n;
  const last = address | host;
  return { family, bits, first: last - host, last };
}

function parseIpv4(text: string): number | undefined {
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (part < 0 || ++dots > 3) return undefined;
      value = value * 256 + part;
      part = -1;
    } else if (code >= 48 && code <= 57 && part !== 0) {
      part = Math.max(part, 0) * 10 + code - 48;
      if (part > 255) return undefined;
    } else return undefined;
  }
  return dots === 3 && part >= 0 ? value * 256 + part : undefined;
}

function parseIpv6(text: string): [number, number, number, number] | undefined {
  const halves = text.split('::');
  if (!text.includes(':') || halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const dotted = (halves.length === 2 ? tail : head).at(-1);
  if (dotted?.includes('.')) {
    const ipv4 = parseIpv4(dotted);
    if (ipv4 === undefined) return undefined;
    (halves.length === 2 ? tail : head).splice(-1, 1, (ipv4 >>> 16).toString(16), (ipv4 & 0xffff).toString(16));
  }
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...new Array<string>(missing).fill('0'), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const word = (at: number) => Number.parseInt(`${groups[at]}${groups[at + 1]?.padStart(4, '0')}`, 16);
  return [word(0), word(2), word(4), word(6)];
}

function fromWords(words: readonly [number, number, number, number]): bigint {
  return words.reduce((value, word) => (value << 32n) | BigInt(word), 0n);
}

/** Which networks contain an address. A look-up answers with an index into `sets`, so that callers can keep work by set. */
export type AddressTable = {
  /** Indexes of networks, ascending; `sets[0]` is empty. */
  readonly sets: readonly (readonly number[])[];
  find4(value: number): number;
  find6(a: number, b: number, c: number, d: number): number;
  find(address: Address): number;
};

/**
 * The networks' ranges are cut into disjoint intervals once, each with the set of networks that cover it, so a look-up is
 * one binary search whatever the networks' number and overlap. Inside one network the longest prefix decides: an exclusion
 * takes out what is not written again more narrowly.
 */
export function addressTable(networks: readonly (readonly Entry[])[]): AddressTable {
  const sets: number[][] = [[]];
  const known = new Map<string, number>([['', 0]]);
  const intern = (active: ReadonlySet<number>) => {
    const members = [...active].sort((a, b) => a - b);
    const key = members.join();
    let set = known.get(key);
    if (set === undefined) {
      set = sets.push(members) - 1;
      known.set(key, set);
    }
    return set;
  };
  const find4 = search4(intervals(networks, 4, intern));
  const find6 = search6(intervals(networks, 6, intern));
  return {
    sets,
    find4,
    find6,
    find: (address) => (address.family === 4 ? find4(address.value) : find6(...address.words)),
  };
}

type Interval = { readonly first: bigint; readonly set: number };

/** Intervals without holes, ascending, from address zero. */
function intervals(
  networks: readonly (readonly Entry[])[],
  family: 4 | 6,
  intern: (active: ReadonlySet<number>) => number,
): Interval[] {
  const edges: { at: bigint; network: number; opens: boolean }[] = [];
  for (const [network, entries] of networks.entries()) {
    for (const [first, last] of covered(entries, family)) {
      edges.push({ at: first, network, opens: true }, { at: last + 1n, network, opens: false });
    }
  }
  // Where one range of a network ends and its next begins, the end comes first.
  edges.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : Number(a.opens) - Number(b.opens)));
  const result: Interval[] = [{ first: 0n, set: 0 }];
  const beyond = family === 4 ? 1n << 32n : 1n << 128n;
  const active = new Set<number>();
  for (const [index, edge] of edges.entries()) {
    if (edge.opens) active.add(edge.network);
    else active.delete(edge.network);
    if (edges[index + 1]?.at === edge.at || edge.at === beyond) continue;
    const set = intern(active);
    if (edge.at === 0n) result[0] = { first: 0n, set };
    else if (set !== result.at(-1)?.set) result.push({ first: edge.at, set });
  }
  return result;
}

/** The ranges one network covers, disjoint. CIDRs nest or are apart, so a stack of the open ones is enough. */
function covered(entries: readonly Entry[], family: 4 | 6): [bigint, bigint][] {
  const blocks = entries
    .flatMap((entry) =>
      entry.kind === 'addresses' && entry.cidr.family === family ? [{ ...entry.cidr, excluded: entry.excluded }] : [],
    )
    .sort((a, b) =>
      a.first < b.first ? -1 : a.first > b.first ? 1 : a.bits - b.bits || Number(a.excluded) - Number(b.excluded),
    );
  const ranges: [bigint, bigint][] = [];
  const open: typeof blocks = [];
  let at = 0n;
  const advance = (last: bigint) => {
    const innermost = open.at(-1);
    if (innermost && !innermost.excluded && at <= last) ranges.push([at, last]);
    if (last >= at) at = last + 1n;
  };
  const closeBefore = (first: bigint | undefined) => {
    for (let top = open.at(-1); top && (first === undefined || top.last < first); top = open.at(-1)) {
      advance(top.last);
      open.pop();
    }
  };
  for (const block of blocks) {
    closeBefore(block.first);
    advance(block.first - 1n);
    open.push(block);
  }
  closeBefore(undefined);
  return ranges;
}

/** Binary search between two neighbours of an index by the upper 16 bits: two or three steps in place of eleven. */
function search4(table: readonly Interval[]): (value: number) => number {
  const starts = Uint32Array.from(table, (interval) => Number(interval.first));
  const sets = Uint32Array.from(table, (interval) => interval.set);
  const pages = new Uint32Array(0x10001).fill(starts.length - 1);
  for (let page = 0, at = 0; page < 0x10000; page++) {
    while (at + 1 < starts.length && (starts[at + 1] as number) <= page * 0x10000) at++;
    pages[page] = at;
  }
  return (value) => {
    let low = pages[value >>> 16] as number;
    let high = pages[(value >>> 16) + 1] as number;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] as number) <= value) low = middle;
      else high = middle - 1;
    }
    return sets[low] as number;
  };
}

/** Four words a start, compared one after the other: nothing is allocated for a look-up. */
function search6(table: readonly Interval[]): (a: number, b: number, c: number, d: number) => number {
  const words = (shift: bigint) => Uint32Array.from(table, ({ first }) => Number((first >> shift) & 0xffffffffn));
  const [as, bs, cs, ds] = [words(96n), words(64n), words(32n), words(0n)];
  const sets = Uint32Array.from(table, (interval) => interval.set);
  return (a, b, c, d) => {
    let low = 0;
    let high = sets.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      let difference = (as[middle] as number) - a;
      if (difference === 0) difference = (bs[middle] as number) - b;
      if (difference === 0) difference = (cs[middle] as number) - c;
      if (difference === 0) difference = (ds[middle] as number) - d;
      if (difference <= 0) low = middle;
      else high = middle - 1;
    }
    return sets[low] as number;
  };
}
