/** Whether processing units may ask resolvers that nobody trusts: then an answer of anybody's decides where a name leads. */
import type { Edge } from '#core/edge.ts';
import { BY_DEFAULT, SOMEWHERE, UDP } from '#core/flow.ts';
import type { Policy } from '#core/policy.ts';
import { parseProtocolPorts } from '#core/protocol-ports.ts';
import { compile } from '#core/verdict.ts';
import type { Workload } from '#core/workload.ts';

/** Of documentation ranges and of everybody's resolvers: a ruleset that allows several of them allows strangers. */
const STRANGERS = ['192.0.2.53', '198.51.100.53', '203.0.113.53', '8.8.8.8', '9.9.9.9', '1.1.1.1'];
const SEVERAL = 3;

/** The rulesets by which somebody of the namespace may ask strangers, as `name of namespace`; sorted. */
export function openResolvers(policy: Policy, own: readonly Workload[], all: ReadonlyMap<string, Workload>): string[] {
  const mayMatter = policy.rulesets.some((ruleset) =>
    ruleset.outgoingRules.some(
      (rule) => rule.action === 'Allow' && parseProtocolPorts(rule.protocolPorts).matches(UDP, 53),
    ),
  );
  if (!mayMatter) return [];
  const judge = compile(policy, all, { assume: { incoming: 'Reject', outgoing: 'Reject' } });
  const open = new Set<string>();
  for (const workload of own) {
    const deciding = STRANGERS.flatMap((address) => {
      const { outcome, by } = judge.judge(question(workload, address));
      return outcome === 'accept' && by.kind === 'rule' ? [by.ruleset] : [];
    });
    if (deciding.length >= SEVERAL) for (const id of deciding) open.add(id);
  }
  return policy.rulesets
    .filter(({ id }) => open.has(id))
    .map(({ name, namespace }) => `${name} of ${namespace}`)
    .sort();
}

function question(workload: Workload, address: string): Edge {
  return {
    id: `${workload.key} asks ${address}`,
    source: { kind: 'workload', workload: workload.key, namespace: workload.namespace },
    destination: { kind: 'address', address, network: SOMEWHERE },
    protocol: UDP,
    port: 53,
    action: 'Accept',
    policyId: BY_DEFAULT,
    names: [],
    namesElsewhere: [],
    count: 1,
    reports: 1,
    firstSeen: 0,
    lastSeen: 0,
    days: [],
    units: [],
  };
}
