/** Not everything on port 53 asks for a name, and not every resolver is the cluster's DNS service. */
import { describe, expect, test } from 'vitest';
import type { Edge } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import { draftStage } from '#core/stages/draft-stage.ts';
import { brief, edge, evidence, kubernetes, NO_ANSWERS, SETTINGS, workload } from '#test/support/evidence.ts';

const [north, south, gate] = [workload('north'), workload('south'), workload('gate')];
const EVERYBODY = [north, south, gate];
const QUESTIONS = EVERYBODY.map((one) => edge(one, '10.75.240.10', 'udp/53'));

/** A mesh that gossips on the port of DNS: each end sees the other by its address. */
const GOSSIP = [
  edge(north, '10.72.2.5', 'udp/53'),
  edge(south, '10.72.1.4', 'udp/53'),
  edge('10.72.1.4', south, 'udp/53'),
  edge('10.72.2.5', north, 'udp/53'),
];

function seen(edges: readonly Edge[], more: Partial<Evidence> = { kubernetes: kubernetes() }): Evidence {
  return evidence(EVERYBODY, edges, more);
}

function dns(facts: Evidence) {
  const draft = draftStage('dns', facts, SETTINGS, NO_ANSWERS);
  const entries = draft.changes.flatMap((one) => (one.kind === 'create-external-network' ? one.network.entries : []));
  return { entries, looks: draft.remarks.filter(({ level }) => level === 'look').map(({ text }) => text) };
}

function asked(facts: Evidence) {
  return draftStage('disable-discovery', facts, SETTINGS, NO_ANSWERS).residual;
}

describe.each([
  ['with a cluster to ask', { kubernetes: kubernetes() }],
  ['without one', {}],
])('a mesh that gossips on udp/53, %s', (_, more: Partial<Evidence>) => {
  const facts = seen([...QUESTIONS, ...GOSSIP], more);

  test('is between processing units, and neither end is cut by default', () => {
    const gossip = asked(facts).filter(({ group }) => group.addresses.some((one) => one.startsWith('10.72.')));
    expect(gossip.map(({ advice }) => advice)).toEqual(['allow', 'allow', 'allow', 'allow']);
    expect(gossip.flatMap(({ group }) => group.edges).sort()).toEqual(GOSSIP.map(({ id }) => id).sort());
    expect(gossip.every(({ changes }) => changes.length > 0)).toBe(true);
  });

  test('is said to hold a port where names are asked, too', () => {
    const sending = asked(facts).filter(({ group }) => group.source === 'north' || group.source === 'south');
    expect(sending.map(({ because }) => because).join(' ')).toContain('On that port names are asked for, too');
  });

  test('puts no pod among the resolvers', () => {
    expect(dns(facts).entries).toEqual(['10.75.240.10']);
  });
});

test('a mesh on udp/53 that asks nobody for names is not taken for a resolver', () => {
  expect(dns(seen(GOSSIP, {})).entries).toEqual([]);
});

describe('a resolver that the namespace runs itself', () => {
  const lookup = workload('lookup');
  const service = {
    name: 'lookup',
    type: 'ClusterIP' as const,
    clusterIps: ['10.75.9.53'],
    selector: { app: 'lookup' },
    ports: [{ port: 53, targetPort: 5353, protocol: 'UDP' as const }],
  };
  const cluster = { kubernetes: kubernetes({ services: [service] }) };
  const facts = (address: string) =>
    evidence(
      [...EVERYBODY, lookup],
      [...QUESTIONS, edge(gate, address, 'udp/53'), edge('10.72.1.9', lookup, 'udp/5353')],
      cluster,
    );

  test.each([
    ['the address of a unit', '10.72.3.7'],
    ['the address of its Service', '10.75.9.53'],
  ])('and that is asked at %s can be allowed with the advised answer', (_, address) => {
    const calls = asked(facts(address)).filter(({ group }) => group.addresses.includes(address));
    expect(calls.map(({ advice, changes }) => [advice, changes.length > 0])).toEqual([['allow', true]]);
  });

  test('makes no stranger elsewhere in the private ranges a friend', () => {
    const [stranger] = asked(facts('10.9.9.9')).filter(({ group }) => group.addresses.includes('10.9.9.9'));
    expect(stranger?.advice).toBe('block');
    expect(stranger?.adviceBecause).toContain('neither the cluster');
  });
});

test('pods that gossip on another port do not make a stranger among their addresses a friend', () => {
  const gossip = GOSSIP.map((one) => ({ ...one, id: `${one.id} 7946`, port: 7946 }));
  const [stranger] = asked(seen([...QUESTIONS, ...gossip, edge(gate, '10.72.2.66', 'udp/53')])).filter(({ group }) =>
    group.addresses.includes('10.72.2.66'),
  );
  expect(stranger?.advice).toBe('block');
});

describe('a cache on each node that answers for the DNS service', () => {
  const CACHED = EVERYBODY.map((one) => edge(one, '169.254.20.10', 'udp/53'));

  test('is allowed although the cluster named another address, and the card says why', () => {
    const facts = seen(CACHED);
    expect(dns(facts).entries).toEqual(['169.254.20.10']);
    expect(dns(facts).looks.join(' ')).toContain('leads to the node a workload runs on');
  });

  test('is allowed beside the DNS service where only some workloads ask it', () => {
    const facts = seen([...QUESTIONS, edge(gate, '169.254.20.10', 'udp/53', brief(3, 20))]);
    expect(dns(facts).entries).toEqual(['10.75.240.10', '169.254.20.10']);
  });

  test('is allowed at another address of the node where most workloads ask it', () => {
    expect(dns(seen(EVERYBODY.map((one) => edge(one, '169.254.25.10', 'udp/53')))).entries).toEqual(['169.254.25.10']);
  });

  test('is not every address of the node: what one workload alone asks there is asked about', () => {
    const facts = seen([...QUESTIONS, edge(gate, '169.254.7.7', 'udp/53')]);
    expect(dns(facts).entries).toEqual(['10.75.240.10']);
  });
});
