/** Holds the verdict and the sandbox's enforcer together: two implementations of one chapter, over worlds made by chance. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Edge, Peer } from '#core/edge.ts';
import { BY_DEFAULT, ICMP, ICMP6, TCP, UDP } from '#core/flow.ts';
import type { Policy } from '#core/policy.ts';
import { wireTags } from '#core/tags.ts';
import { compile, type DecidedBy, type Judge, type Verdict } from '#core/verdict.ts';
import { isStableTag, type Workload } from '#core/workload.ts';
import { isNetwork } from '#sandbox/console/enforcer/address.ts';
import { type Connection, judge as enforce, type Finding } from '#sandbox/console/enforcer/connection.ts';
import { type Decision, decide, type Unit } from '#sandbox/console/enforcer/decide.ts';
import { keyOf, policyAt, workloadsIn } from '#test/support/world-policy.ts';
import { anyWorld, type Question, type World, type WorldConnection } from '#test/support/worlds.ts';

/** `LOCKSTEP_WORLDS_SEED=… LOCKSTEP_WORLDS=…` look at other worlds, or at more. */
const seed = Number(process.env.LOCKSTEP_WORLDS_SEED ?? 20_260_101);
const numRuns = Number(process.env.LOCKSTEP_WORLDS ?? 20_000);

const NUMBERS: Readonly<Record<string, number>> = {
  ...{ icmp: ICMP, igmp: 2, tcp: TCP, udp: UDP, gre: 47, esp: 50, ah: 51, icmp6: ICMP6, sctp: 132 },
};

/** What must be met in one world of two hundred at least, or the worlds have become too poor to prove anything. */
const MET = [
  ...[
    'question: Accept by rule',
    'question: Reject by rule',
    'question: Accept by default',
    'question: Reject by default',
  ],
  ...['with an address: accept by rule', 'with an address: reject by rule', 'with an address: uncertain by rule'],
  ...['between units: accept by rule', 'between units: reject by rule'],
  ...['UDP by identity: accept by rule', 'UDP by identity: reject by rule'],
];

class Tally {
  private readonly counts = new Map<string, number>();
  add(what: string): void {
    this.counts.set(what, this.count(what) + 1);
  }
  count(what: string): number {
    return this.counts.get(what) ?? 0;
  }
}

/** One world with everything that both sides need to answer about it. */
type Held = {
  readonly world: World;
  readonly judge: Judge;
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly wireTagsOf: (unit: Unit) => Promise<string[]>;
  readonly tally: Tally;
};

test(`the verdict and the enforcer agree about ${numRuns} worlds (seed ${seed})`, { timeout: 300_000 }, async () => {
  process.stdout.write(`Worlds: ${numRuns} from seed ${seed} (LOCKSTEP_WORLDS, LOCKSTEP_WORLDS_SEED)\n`);
  const tally = new Tally();
  await fc.assert(
    fc.asyncProperty(anyWorld, async (world) => {
      const held = await hold(world, tally);
      for (const question of world.questions) await compareQuestion(held, question);
      for (const connection of world.connections) compareConnection(held, connection);
    }),
    { seed, numRuns },
  );
  for (const what of MET) expect(tally.count(what), what).toBeGreaterThanOrEqual(Math.floor(numRuns / 200));
});

async function hold(world: World, tally: Tally): Promise<Held> {
  const policies = new Map<string, Policy>();
  const read = async (namespace: string) => {
    const policy = policies.get(namespace) ?? (await policyAt(world, namespace));
    policies.set(namespace, policy);
    return policy;
  };
  const workloads = workloadsIn(world);
  return {
    world,
    judge: compile(await read(world.home), workloads),
    workloads,
    wireTagsOf: async ({ namespace, tags }) => wireTags(tags, (await read(namespace)).prefixes.effective),
    tally,
  };
}

/** One direction at one unit: everything is known, so that all matching rules must be the same as well. */
async function compareQuestion(held: Held, { direction, traffic, peer }: Question): Promise<void> {
  const { world, judge, workloads, tally } = held;
  const unit = world.units[0] as Unit;
  const workload = workloads.get(keyOf(unit)) as Workload;
  const { protocol, ...rest } = traffic;
  const asked = 'unit' in peer ? { tags: await held.wireTagsOf(peer.unit) } : peer;
  const mine = judge.ask(workload, direction, { ...rest, protocol: NUMBERS[protocol] as number, peer: asked });
  const theirs = decide({ ...traffic, policy: world.policy, unit, direction, peer });

  const inDoubt = subjectsInDoubt(world) || ('address' in peer && nameless(world, direction, peer.names));
  if (mine.outcome === 'uncertain') {
    tally.add('question in doubt');
    expect(inDoubt, 'a doubt has a reason').toBe(true);
    return;
  }
  if (!subjectsInDoubt(world)) {
    const names = mine.matching.map(({ ruleName }) => ruleName);
    expect(names.sort()).toEqual(
      enforcing(theirs)
        .map(({ rule }) => rule.name)
        .sort(),
    );
  }
  expect(mine.outcome).toBe(outcomeOf(theirs.action));
  expectDecidedBy(mine.by, theirs, inDoubt);
  tally.add(`question: ${theirs.action} by ${theirs.policyID === BY_DEFAULT ? 'default' : 'rule'}`);
}

/** What the enforcers report of a connection is an edge; judged again it must come out as they decided. */
function compareConnection(held: Held, { traffic, names, ...ends }: WorldConnection): void {
  const { world, judge, tally } = held;
  const connection = { ...traffic, ...ends, names };
  for (const finding of enforce(world.policy, connection).findings) {
    if (finding.decision.policyID === 'local') continue;
    const edge = edgeOf(finding, connection);
    const verdict = judge.judge(edge);
    const between = edge.source.kind === 'workload' && edge.destination.kind === 'workload';
    tally.add(`${between ? 'between units' : 'with an address'}: ${verdict.outcome} by ${verdict.by.kind}`);
    if (between) compareBetween(world, connection, edge, verdict);
    else compareOneEnd(held, finding, edge, verdict);
  }
  const udp = udpByIdentity(world, connection);
  if (!udp) return;
  const edge = edgeOf(udp, connection);
  const verdict = judge.judge(edge);
  tally.add(`UDP by identity: ${verdict.outcome} by ${verdict.by.kind}`);
  compareBetween(world, connection, edge, verdict);
}

function compareOneEnd({ world, judge }: Held, { reporter, decision }: Finding, edge: Edge, verdict: Verdict): void {
  if (reporter.namespace !== world.home) {
    expect(verdict.outcome).toBe(outcomeOf(edge.action));
    return;
  }
  const side = edge.source.kind === 'workload' ? 'source' : 'destination';
  const direction = side === 'source' ? 'outgoing' : 'incoming';
  const inDoubt = subjectsInDoubt(world) || nameless(world, direction, edge.names) || typeless(world, edge);
  expect(verdict.side).toBe(side);
  if (verdict.outcome === 'uncertain') {
    expect(inDoubt, 'a doubt has a reason').toBe(true);
    return;
  }
  expect(verdict.outcome).toBe(outcomeOf(decision.action));
  expectDecidedBy(verdict.by, decision, inDoubt);
  if (inDoubt) return;
  const allowing = enforcing(decision).filter(({ rule }) => rule.action === 'Allow');
  const ids = (judge.whichAllow(edge)[side] ?? []).map(({ id }) => id);
  expect(ids.sort()).toEqual([...new Set(allowing.map(({ ruleset }) => ruleset.ID))].sort());
}

/** Both ends have their say, each where its namespace is ours; of the other end the record says what it decided. */
function compareBetween(world: World, connection: Connection, edge: Edge, verdict: Verdict): void {
  const decisions = decisionsOf(world, connection);
  const ours = (['destination', 'source'] as const).filter((side) => connection[side].unit?.namespace === world.home);
  const inDoubt = rulesInDoubt(world) || ours.length === 1;
  if (verdict.outcome === 'uncertain') {
    expect(inDoubt, 'a doubt has a reason').toBe(true);
    return;
  }
  expect(verdict.outcome).toBe(outcomeOf(edge.action));
  if (rulesInDoubt(world)) return;
  const failing = ours.find((side) => decisions[side].action === 'Reject');
  const byDefault = ours.find((side) => decisions[side].policyID === BY_DEFAULT);
  const telling = edge.action === 'Reject' ? failing : (byDefault ?? ours[0]);
  if (!telling) return;
  expectDecidedBy(verdict.by, decisions[telling], inDoubt);
  expect(verdict.side).toBe(edge.action === 'Accept' && !byDefault && ours.length === 2 ? undefined : telling);
}

/** What each end would decide if it knew the other by identity. */
function decisionsOf({ policy }: World, { source, destination, protocol, port }: Connection) {
  if (!source.unit || !destination.unit) throw new Error('only two units know each other by identity');
  return {
    destination: decide({
      ...{ policy, protocol, port },
      ...{ unit: destination.unit, direction: 'incoming', peer: { unit: source.unit } },
    }),
    source: decide({
      ...{ policy, protocol, port },
      ...{ unit: source.unit, direction: 'outgoing', peer: { unit: destination.unit } },
    }),
  };
}

/** Where a console is told to, UDP carries identity as well; it is then decided and reported as TCP is. */
function udpByIdentity(world: World, connection: Connection): Finding | undefined {
  const { protocol, port } = connection;
  const [source, destination] = [connection.source.unit, connection.destination.unit];
  if (protocol !== 'udp' || !source || !destination || source.ID === destination.ID) return undefined;
  const decisions = decisionsOf(world, connection);
  const side =
    decisions.destination.action === 'Accept' && decisions.source.action === 'Reject' ? 'source' : 'destination';
  return {
    reporter: side === 'source' ? source : destination,
    decision: decisions[side],
    sourceType: 'ProcessingUnit',
    sourceID: source.ID,
    destinationType: 'ProcessingUnit',
    destinationID: destination.ID,
    port,
  };
}

/**
 * The rule that is named may be any of those that decide; where none does, it is the default. Where a rule perhaps matches and
 * the default decides the same, the outcome is certain and the default is named.
 */
function expectDecidedBy(by: DecidedBy, theirs: Decision, inDoubt: boolean): void {
  if (theirs.policyID === BY_DEFAULT || (inDoubt && by.kind === 'default')) {
    expect(by).toEqual({ kind: 'default' });
    return;
  }
  const deciding = enforcing(theirs).filter(({ rule }) => (rule.action === 'Allow') === (theirs.action === 'Accept'));
  expect(by.kind).toBe('rule');
  expect(deciding.map(({ ruleset, rule }) => `${ruleset.ID} ${rule.name}`)).toContain(
    by.kind === 'rule' ? `${by.ruleset} ${by.ruleName}` : '',
  );
}

function edgeOf(finding: Finding, { source, destination, protocol, names = [] }: Connection): Edge {
  const { decision, remote, port } = finding;
  const peer = (type: Finding['sourceType'], end: Connection['source'], network: string): Peer =>
    type === 'ProcessingUnit' && end.unit
      ? { kind: 'workload', workload: keyOf(end.unit), namespace: end.unit.namespace }
      : { kind: 'address', address: end.address, network };
  return {
    id: 'edge',
    source: peer(finding.sourceType, source, finding.sourceID),
    destination: peer(finding.destinationType, destination, finding.destinationID),
    protocol: NUMBERS[protocol] as number,
    ...(port === undefined ? {} : { port }),
    action: decision.action,
    policyId: decision.policyID,
    ...(remote ? { remotePolicyId: remote.policyID } : {}),
    ...(decision.action === 'Reject' ? { dropReason: 'policy' } : {}),
    names,
    namesElsewhere: [],
    count: 1,
    reports: 1,
    firstSeen: 0,
    lastSeen: 0,
    days: ['1970-01-01'],
    units: [finding.reporter.ID],
  };
}

/** Rules that only observe match too, and decide nothing. */
function enforcing({ matching }: Decision): Decision['matching'] {
  return matching.filter(({ rule }) => !rule.observationEnabled);
}

function outcomeOf(action: 'Accept' | 'Reject'): Verdict['outcome'] {
  return action === 'Accept' ? 'accept' : 'reject';
}

/** Whether a workload is selected may hang on a tag that a restart changes. */
function subjectsInDoubt({ policy }: World): boolean {
  return policy.rulesets.some(({ subject }) => subject.flat().some((tag) => !isStableTag(tag)));
}

function rulesInDoubt(world: World): boolean {
  const objects = world.policy.rulesets.flatMap(({ incomingRules, outgoingRules }) =>
    [...incomingRules, ...outgoingRules].flatMap(({ object }) => object.flat()),
  );
  return subjectsInDoubt(world) || objects.some((tag) => !isStableTag(tag));
}

/** A report of a ping does not say of which type it was. */
function typeless({ policy }: World, { protocol }: Edge): boolean {
  const rules = policy.rulesets.flatMap(({ incomingRules, outgoingRules }) => [...incomingRules, ...outgoingRules]);
  return protocol === ICMP && rules.some(({ protocolPorts }) => protocolPorts.some((text) => /^icmp\//i.test(text)));
}

/** Where no lookup was seen, nobody can say which name a rule would have known the address by. */
function nameless({ policy }: World, direction: 'incoming' | 'outgoing', names: readonly string[]): boolean {
  const anyName = policy.externalNetworks.some(
    ({ entries }) => !entries.every((entry) => isNetwork(entry.replace('!', ''))),
  );
  return direction === 'outgoing' && names.length === 0 && anyName;
}
