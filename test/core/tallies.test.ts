/** What the cards call an edge, where a replay says what becomes of it. */
import { expect, test } from 'vitest';
import { replay } from '#core/replay.ts';
import { talliesOf } from '#core/tallies.ts';
import { compile } from '#core/verdict.ts';
import { edge, evidence, network, policy, ruleset, workload } from '#test/support/evidence.ts';

const frontend = workload('frontend');
const REJECT = { incoming: 'Reject', outgoing: 'Reject' } as const;

test('an outside name with many addresses is one edge, and is cut when one of its addresses is', () => {
  const called = (address: string, name: string) =>
    edge(frontend, address, 'tcp/443', { names: [name], id: `${name} ${address}` });
  const edges = [
    called('142.250.1.1', 'trace.example.com'),
    called('142.250.1.2', 'trace.example.com'),
    called('142.250.9.9', 'mail.example.com'),
  ];
  const allowed = network('trace', 'externalnetwork:name=trace', ['142.250.1.1/32', '142.250.9.9/32']);
  const rules = ruleset('allow-trace', {
    outgoingRules: [
      { name: 'trace', action: 'Allow', object: [['externalnetwork:name=trace']], protocolPorts: ['tcp/443'] },
    ],
  });
  const facts = evidence([frontend], edges, { policy: policy({ externalNetworks: [allowed], rulesets: [rules] }) });
  const replayed = replay(edges, compile(facts.policy, facts.workloads, { assume: REJECT }));
  expect(replayed.cutEdges.map((each) => each.edge.id)).toEqual(['trace.example.com 142.250.1.2']);
  expect(talliesOf(edges, replayed, facts)).toEqual({
    kept: { edges: 1, flows: 2000 },
    cut: { edges: 1, flows: 1000 },
    uncertain: { edges: 0, flows: 0 },
  });
});
