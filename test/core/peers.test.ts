/** What an address at the other end is taken for. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addressKind,
  asEntry,
  atProbeRhythm,
  isApiServerName,
  isInsideName,
  isWithin,
  looksLikeBridge,
} from '#core/peers.ts';

test.each([
  ['169.254.169.254', 'metadata'],
  ['fd00:ec2::254', 'metadata'],
  ['169.254.20.10', 'link-local'],
  ['127.0.0.1', 'loopback'],
  ['::1', 'loopback'],
  ['0.0.0.0', 'unspecified'],
  ['10.0.0.1', 'private'],
  ['100.64.3.4', 'private'],
  ['fd12::1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['203.0.113.9', 'public'],
  ['2600::1', 'public'],
  ['012.0.0.1', 'private'],
  ['8.8.8.256', 'not-an-address'],
  ['', 'not-an-address'],
  ['not an address', 'not-an-address'],
])('%s is %s', (address, kind) => {
  expect(addressKind(address)).toBe(kind);
});

test('an address is the same written as IPv6, and a number that is too large makes it none either way', () => {
  const number = fc.oneof(fc.constantFrom(0, 10, 100, 127, 169, 172, 192, 224, 254, 255, 256), fc.nat(300));
  fc.assert(
    fc.property(fc.tuple(number, number, number, number), (numbers) => {
      const address = numbers.join('.');
      expect(addressKind(address)).toBe(addressKind(`::ffff:${address}`));
    }),
  );
});

test('an address is within a range, or is the very address, in any spelling', () => {
  expect(isWithin('10.128.0.2', ['10.128.0.0/16'])).toBe(true);
  expect(isWithin('10.129.0.2', ['10.128.0.0/16', 'rubbish'])).toBe(false);
  expect(isWithin('fd00:0::35', ['fd00::35'])).toBe(true);
  expect(isWithin('10.0.0.1', ['fd00::/8'])).toBe(false);
});

test('the first address of a private range may be a bridge', () => {
  expect(['172.17.0.1', '10.244.3.1', '10.128.0.2', '198.51.100.1'].map(looksLikeBridge)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('the console takes IPv6 only with its mask', () => {
  expect(['10.0.0.1', 'fd00::35'].map(asEntry)).toEqual(['10.0.0.1', 'fd00::35/128']);
});

test('names of the cluster are told from names of the world', () => {
  expect(['kubernetes', 'kubernetes.default.svc.cluster.local', 'kubernetes.example.com'].map(isApiServerName)).toEqual(
    [true, true, false],
  );
  expect(
    ['cart', 'cart.shop.svc', 'cart.shop.svc.cluster.local', 'metadata.google.internal', 'paypal.com'].map(
      isInsideName,
    ),
  ).toEqual([true, true, true, true, false]);
});

test('a probe comes every so many seconds, at each pod on its own', () => {
  const hour = (count: number, units: number) => ({
    count,
    firstSeen: 0,
    lastSeen: 3_600_000,
    units: Array.from({ length: units }, (_, at) => String(at)),
  });
  expect(atProbeRhythm(hour(361, 1))).toBe(true);
  expect(atProbeRhythm(hour(721, 2))).toBe(true);
  expect(atProbeRhythm(hour(50, 1))).toBe(false);
  expect(atProbeRhythm(hour(2, 1))).toBe(false);
});
