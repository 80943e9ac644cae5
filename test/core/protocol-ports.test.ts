/** Holds what a rule's ports match against the console's grammar. */
import { expect, test } from 'vitest';
import { ICMP, ICMP6, TCP, UDP } from '#core/flow.ts';
import { ALL, NO, parseProtocolPorts, portLabel, SOME } from '#core/protocol-ports.ts';

const GRE = 47;

test('a rule for one port matches that port of that protocol only', () => {
  const ports = parseProtocolPorts(['tcp/443', 'UDP/53']);
  expect(ports.matches(TCP, 443)).toBe(true);
  expect(ports.matches(TCP, 53)).toBe(false);
  expect(ports.matches(UDP, 53)).toBe(true);
  expect(ports.matches(UDP, 443)).toBe(false);
  expect(ports.matches(ICMP)).toBe(false);
});

test('a range holds both its ends', () => {
  const ports = parseProtocolPorts(['tcp/1:65535', 'udp/1000:2000']);
  expect([0, 1, 65535].map((port) => ports.matches(TCP, port))).toEqual([false, true, true]);
  expect([999, 1000, 2000, 2001].map((port) => ports.matches(UDP, port))).toEqual([false, true, true, false]);
});

test('a report without a port is about port 0, which the console leaves out', () => {
  expect(parseProtocolPorts(['tcp/0']).matches(TCP)).toBe(true);
  expect(parseProtocolPorts(['tcp/1:65535']).matches(TCP)).toBe(false);
});

test('any matches every protocol, and an empty list none', () => {
  expect([TCP, UDP, ICMP, ICMP6, GRE, 253].every((protocol) => parseProtocolPorts(['Any']).matches(protocol, 7))).toBe(
    true,
  );
  expect([TCP, UDP, ICMP, ICMP6, GRE, 253].some((protocol) => parseProtocolPorts([]).matches(protocol, 7))).toBe(false);
});

test('other protocols are matched by their name', () => {
  expect(parseProtocolPorts(['gre']).matches(GRE)).toBe(true);
  expect(parseProtocolPorts(['esp']).matches(GRE)).toBe(false);
});

test('icmp6 and ipv6-icmp are both what reports number 58', () => {
  expect(parseProtocolPorts(['icmp6']).matches(ICMP6, undefined, 128, 0)).toBe(true);
  expect(parseProtocolPorts(['ipv6-icmp/128']).matches(ICMP6, undefined, 128, 0)).toBe(true);
  expect(parseProtocolPorts(['icmp']).matches(ICMP6, undefined, 128, 0)).toBe(false);
});

test('ICMP is matched by type and by lists and ranges of codes', () => {
  const ports = parseProtocolPorts(['icmp/3/0,1,4:6', 'icmp/8']);
  const matches = (type: number, code: number) => ports.matches(ICMP, undefined, type, code);
  expect([0, 1, 2, 3, 4, 5, 6, 7].filter((code) => matches(3, code))).toEqual([0, 1, 4, 5, 6]);
  expect(matches(8, 0) && matches(8, 77)).toBe(true);
  expect(matches(0, 0)).toBe(false);
});

test('where no ICMP type is known, a rule for some types covers some, and a rule for all of them all', () => {
  expect(parseProtocolPorts(['icmp/8/0']).coverage(ICMP)).toBe(SOME);
  expect(parseProtocolPorts(['icmp/8/0', 'icmp']).coverage(ICMP)).toBe(ALL);
  expect(parseProtocolPorts(['icmp6/8']).coverage(ICMP)).toBe(NO);
  expect(parseProtocolPorts(['icmp/3/4']).coverage(ICMP, undefined, 3)).toBe(SOME);
  expect(parseProtocolPorts(['icmp/3/4']).matches(ICMP)).toBe(false);
});

test.each([
  'tcp',
  'udp',
  'tcp/80,443',
  'tcp/80-90',
  'tcp/90:80',
  'tcp/65536',
  'tcp/-1',
  'tcp/',
  '6/80',
  'http',
  ' any',
])('%s, which the console refuses, matches nothing', (text) => {
  const ports = parseProtocolPorts([text]);
  for (const port of [0, 80, 85, 443, 65535]) expect(ports.matches(TCP, port) || ports.matches(UDP, port)).toBe(false);
});

test('people read tcp/443, udp/53, icmp, icmp6, gre', () => {
  expect([portLabel(TCP, 443), portLabel(UDP, 53), portLabel(ICMP), portLabel(ICMP6), portLabel(GRE)]).toEqual([
    'tcp/443',
    'udp/53',
    'icmp',
    'icmp6',
    'gre',
  ]);
  expect(portLabel(41)).toBe('protocol-41');
  expect(portLabel(200)).toBe('protocol-200');
});
