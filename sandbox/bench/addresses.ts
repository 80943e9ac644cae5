/** Which external networks contain an address, beside what Node and the usual package offer. */
import { BlockList } from 'node:net';
import ipaddr from 'ipaddr.js';
import { addressTable, parseAddress, parseEntry } from '#core/addresses.ts';
import { createChance } from '#sandbox/console/world/chance.ts';
import { dotted, estate } from './estate.ts';
import { type Group, repeated } from './measure.ts';

const LOOKUPS = 1 << 16;

export const ADDRESSES: Group = {
  title: 'Which of 200 external networks (709 CIDRs) contain an address',
  cases: [
    {
      name: 'ipaddr.js, parsed once',
      of: 'look-ups',
      run: () => {
        const asked = Array.from(addresses().slice(0, 2_000), (value) => ipaddr.parse(dotted(value)));
        const find = byIpaddr();
        return repeated(5, asked.length, () => asked.map(find));
      },
    },
    {
      name: 'net.BlockList, one a network',
      of: 'look-ups',
      run: () => {
        const asked = Array.from(addresses().slice(0, 1_000), dotted);
        const lists = networks().map((cidrs) => {
          const list = new BlockList();
          for (const cidr of cidrs) {
            const [base = '', bits] = cidr.split('/');
            list.addSubnet(base, Number(bits));
          }
          return list;
        });
        return repeated(5, asked.length, () => asked.map((address) => lists.map((list) => list.check(address))));
      },
    },
    {
      name: 'Lockstep, from integers',
      of: 'look-ups',
      run: () => {
        const table = addressTable(networks().map((cidrs) => cidrs.map(parseEntry)));
        const asked = addresses();
        agree(table);
        return repeated(15, asked.length * 16, () => {
          let found = 0;
          for (let round = 0; round < 16; round++) for (const value of asked) found += table.find4(value);
          return found;
        });
      },
      target: {
        words: '10 million a second, 100 times ipaddr.js',
        met: (own, first) => own.perSecond >= Math.max(10_000_000, 100 * first.perSecond),
      },
    },
    {
      name: 'Lockstep, from integers, IPv6',
      of: 'look-ups',
      run: () => {
        const mapped = networks().map((cidrs) => cidrs.map((cidr) => parseEntry(inIpv6(cidr))));
        const table = addressTable(mapped);
        const asked = addresses();
        return repeated(15, asked.length * 16, () => {
          let found = 0;
          for (let round = 0; round < 16; round++)
            for (const value of asked) found += table.find6(0x20010db8, value, 0, 1);
          return found;
        });
      },
      target: { words: '10 million a second', met: (own) => own.perSecond >= 10_000_000 },
    },
    {
      name: 'Lockstep, from text',
      of: 'look-ups',
      run: () => {
        const table = addressTable(networks().map((cidrs) => cidrs.map(parseEntry)));
        const asked = Array.from(addresses(), dotted);
        return repeated(9, asked.length, () => {
          let found = 0;
          for (const address of asked) found += table.find(parseAddress(address) as never);
          return found;
        });
      },
    },
  ],
};

function networks(): string[][] {
  return estate().networks.map(({ cidrs }) => [...cidrs]);
}

/** `10.1.0.0/16` → `2001:db8:a01::/48`: the same ranges, 32 bits further on. */
function inIpv6(cidr: string): string {
  const [base = '', bits] = cidr.split('/');
  const [a = 0, b = 0, c = 0, d = 0] = base.split('.').map(Number);
  const group = (high: number, low: number) => (high * 256 + low).toString(16);
  return `2001:db8:${group(a, b)}:${group(c, d)}::/${32 + Number(bits)}`;
}

function addresses(): Uint32Array {
  const chance = createChance('addresses');
  return Uint32Array.from({ length: LOOKUPS }, () => Math.floor(chance.next() * 2 ** 32));
}

function byIpaddr(): (address: ipaddr.IPv4 | ipaddr.IPv6) => number[] {
  const parsed = networks().map((cidrs) => cidrs.map((cidr) => ipaddr.parseCIDR(cidr)));
  return (address) => parsed.flatMap((cidrs, nth) => (cidrs.some((cidr) => address.match(cidr)) ? [nth] : []));
}

function agree(table: ReturnType<typeof addressTable>): void {
  const find = byIpaddr();
  for (const value of addresses().slice(0, 2_000)) {
    const [ours, theirs] = [table.sets[table.find4(value)], find(ipaddr.parse(dotted(value)))];
    if (String(ours) !== String(theirs)) throw new Error(`${dotted(value)} is in ${theirs}, not in ${ours}`);
  }
}
