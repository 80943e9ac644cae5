/** What came after the question: only what is new, and nobody's scan. */
import { expect, test } from 'vitest';
import { unallowedSince } from '#core/later.ts';
import { edge, policy, workload } from '#test/support/evidence.ts';

const frontend = workload('frontend');
const cart = workload('cart');
const ASKED = 1_000_000;
const words = { workloads: new Map([frontend, cart].map((one) => [one.key, one])), policy: policy() };
const at = (firstSeen: number, more: object = {}) => ({ firstSeen, lastSeen: firstSeen + 5, ...more });

test('a new edge is told; what was known, what a rule allows and what was rejected is not', () => {
  const edges = [
    edge(frontend, cart, 'tcp/7070', at(ASKED - 10)),
    edge(frontend, cart, 'tcp/8080', at(ASKED + 10)),
    edge(frontend, cart, 'tcp/9090', at(ASKED + 10, { policyId: 'a-ruleset' })),
    edge(cart, frontend, 'tcp/80', at(ASKED + 10, { action: 'Reject' })),
  ];
  expect(unallowedSince(edges, ASKED, words)).toMatchObject([
    { source: 'frontend', destination: 'cart', ports: ['tcp/8080'] },
  ]);
});

test('another address of a name that was known is nothing new', () => {
  const named = (address: string, firstSeen: number) =>
    edge(frontend, address, 'tcp/443', at(firstSeen, { names: ['api.example.com'] }));
  expect(unallowedSince([named('198.51.100.1', ASKED - 10), named('198.51.100.2', ASKED + 10)], ASKED, words)).toEqual(
    [],
  );
});
