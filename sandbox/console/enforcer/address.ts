/** Which addresses a network entry covers. */
import { isIP, isIPv4, isIPv6 } from 'node:net';

/** The length of the prefix when the network covers the address. */
export function prefixCovering(network: string, address: string): number | undefined {
  const [base = '', length] = network.split('/');
  if (isIP(base) !== isIP(address)) return undefined;
  const bits = bitsOf(base);
  const prefix = length === undefined ? bits.length : Number(length);
  return bitsOf(address).startsWith(bits.slice(0, prefix)) ? prefix : undefined;
}

/** An entry that is not a network is a name. */
export function isNetwork(entry: string): boolean {
  const [base = '', length, ...rest] = entry.split('/');
  if (isIP(base) === 0 || rest.length > 0) return false;
  return length === undefined || (/^\d+$/.test(length) && Number(length) <= (isIPv4(base) ? 32 : 128));
}

/** Traffic between these carries the identity of both ends; elsewhere pods look like strangers. */
export function isManaged(address: string): boolean {
  return ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8'].some(
    (network) => prefixCovering(network, address) !== undefined,
  );
}

function bitsOf(address: string): string {
  return isIPv6(address)
    ? groupsOf(address)
        .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
        .join('')
    : address
        .split('.')
        .map((octet) => Number(octet).toString(2).padStart(8, '0'))
        .join('');
}

function groupsOf(address: string): string[] {
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  );
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  if (tail === undefined) return left;
  const right = tail === '' ? [] : tail.split(':');
  return [...left, ...new Array<string>(8 - left.length - right.length).fill('0'), ...right];
}
