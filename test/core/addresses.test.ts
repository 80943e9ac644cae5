/** Holds the table of addresses against a plain reading of the same entries. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressTable, parseAddress, parseCidr, parseEntry } from '#core/addresses.ts';

function table(...networks: string[][]) {
  const addresses = addressTable(networks.map((entries) => entries.map(parseEntry)));
  return (text: string) => {
    const address = parseAddress(text);
    return address ? addresses.sets[addresses.find(address)] : undefined;
  };
}

test('an address is in every network that covers it, and in no other', () => {
  const find = table(['10.0.0.0/8'], ['10.1.0.0/16', '192.168.1.1'], ['0.0.0.0/0'], ['fd00::/8']);
  expect(find('10.1.2.3')).toEqual([0, 1, 2]);
  expect(find('10.2.0.0')).toEqual([0, 2]);
  expect(find('192.168.1.1')).toEqual([1, 2]);
  expect(find('192.168.1.2')).toEqual([2]);
  expect(find('0.0.0.0')).toEqual([2]);
  expect(find('255.255.255.255')).toEqual([2]);
});

test('an IPv6 network says nothing about IPv4, and the other way round', () => {
  const find = table(['::/0'], ['0.0.0.0/0'], ['2001:db8::1'], ['2001:db8::/32', '!2001:db8:1::/48']);
  expect(find('10.0.0.1')).toEqual([1]);
  expect(find('2001:db8::1')).toEqual([0, 2, 3]);
  expect(find('2001:db8:1:2::3')).toEqual([0]);
  expect(find('2001:db8:2::')).toEqual([0, 3]);
  expect(find('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toEqual([0]);
});

test('an IPv4 address written as IPv6 is the IPv4 address', () => {
  expect(table(['10.0.0.0/8'], ['::/0'])('::ffff:10.1.2.3')).toEqual([0]);
});

test('an exclusion takes addresses out of its own network only, and a narrower entry puts some back', () => {
  const find = table(['10.0.0.0/8', '!10.1.0.0/16', '10.1.2.0/24'], ['10.0.0.0/8']);
  expect(find('10.0.255.255')).toEqual([0, 1]);
  expect(find('10.1.0.0')).toEqual([1]);
  expect(find('10.1.2.255')).toEqual([0, 1]);
  expect(find('10.1.255.255')).toEqual([1]);
  expect(find('10.2.0.0')).toEqual([0, 1]);
});

test('names are no addresses', () => {
  expect(parseEntry('*.googleapis.com')).toEqual({ kind: 'name', name: '*.googleapis.com' });
  expect(parseEntry('999.1.1.1')).toEqual({ kind: 'name', name: '999.1.1.1' });
  expect(table(['www.example.com'])('93.184.216.34')).toEqual([]);
});

test.each([
  '10.0.0',
  '10.0.0.0.0',
  '010.0.0.1',
  '256.1.1.1',
  '10..0.1',
  '',
  ':',
  '1::2::3',
  '12345::',
  'fe80::1%eth0',
  '::1.2.3',
])('%j is not an address', (text) => expect(parseAddress(text)).toBeUndefined());

test.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0', '10.0.0/8', '::/129', '::1', '10.0.0.0/-1', '10.0.0.0/8 ', '/8'])(
  '%j is not a CIDR',
  (text) => expect(parseCidr(text)).toBeUndefined(),
);

test('a CIDR begins where its mask says, whatever address it was written with', () => {
  expect(parseCidr('10.9.8.7/8')).toEqual({ family: 4, bits: 8, first: 0x0a000000n, last: 0x0affffffn });
  expect(parseCidr('2001:DB8::9/32')).toEqual(parseCidr('2001:db8::/32'));
});

/** Addresses close together, so that networks overlap and touch. */
const bits4 = fc.integer({ min: 26, max: 32 });
const address4 = fc
  .tuple(fc.constantFrom(0, 10, 255), fc.nat(255))
  .map(([head, last]) => (head === 10 ? `10.0.0.${last}` : `${head}.${head}.${head}.${last}`));
const address6 = fc.nat(255).map((last) => `2001:db8::${last.toString(16)}`);
const block = fc.oneof(
  fc.tuple(address4, bits4),
  fc.tuple(
    address6,
    bits4.map((bits) => bits + 96),
  ),
);

test('for any networks and any address the table says what the longest prefix in each network says', () => {
  const entries = fc.array(fc.tuple(fc.boolean(), block), { maxLength: 6 });
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 5 }), fc.oneof(address4, address6), (networks, address) => {
      const lines = networks.map((list) => {
        const unique = new Map(
          list.map(([excluded, [base, bits]]) => {
            const cidr = parseCidr(`${base}/${bits}`);
            return [`${cidr?.family} ${cidr?.first}/${bits}`, `${excluded ? '!' : ''}${base}/${bits}`];
          }),
        );
        return [...unique.values()];
      });
      const expected = lines.flatMap((list, index) => (longestPrefixIncludes(list, address) ? [index] : []));
      expect(table(...lines)(address)).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});

function longestPrefixIncludes(lines: string[], address: string): boolean {
  const bare = address.includes(':') ? `${address}/128` : `${address}/32`;
  const one = parseCidr(bare);
  const covering = lines.flatMap((line) => {
    const cidr = parseCidr(line.replace('!', ''));
    const covers = cidr && one && cidr.family === one.family && cidr.first <= one.first && one.first <= cidr.last;
    return covers ? [{ bits: cidr.bits, excluded: line.startsWith('!') }] : [];
  });
  covering.sort((a, b) => b.bits - a.bits);
  return covering[0]?.excluded === false;
}
