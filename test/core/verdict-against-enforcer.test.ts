/** Holds the verdict and the sandbox's enforcer together: two implementations of one chapter, over worlds made by chance. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calledPorts } from '#core/called-ports.ts';
import type { Edge } from '#core/edge.ts';
import { BY_DEFAULT } from '#core/flow.ts';
import type { Policy } from '#core/policy.ts';
import { wireTags } from '#core/tags.ts';
import { compile, type DecidedBy, type Judge, type Verdict } from '#core/verdict.ts';
import type { Workload } from '#core/workload.ts';
import { type Connection, judge as enforce, type Finding } from '#sandbox/console/enforcer/connection.ts';
import { type Question as Asked, type Decision, decide, type Unit } from '#sandbox/console/enforcer/decide.ts';
import { nameless, rulesInDoubt, subjectsInDoubt, typeless } from '#test/support/world-doubts.ts';
import {
  decisionsOf,
  edgeOf,
  endsIn,
  knowEachOther,
  NUMBERS,
  udpByIdentity,
  unitsIn,
} from '#test/support/world-edges.ts';
import { keyOf, policyAt, workloadsIn } from '#test/support/world-policy.ts';
import { clusterOf, portDoubt } from '#test/support/world-ports.ts';
import { NAMES, PINGS } from '#test/support/world-words.ts';
import { anyWorld, type Question, type World, type WorldConnection } from '#test/support/worlds.ts';

/** `LOCKSTEP_WORLDS_SEED=… LOCKSTEP_WORLDS=…` look at other worlds, or at more. */
const seed = Number(process.env.LOCKSTEP_WORLDS_SEED ?? 20_260_101);
const numRuns = Number(process.env.LOCKSTEP_WORLDS ?? 20_000);

/** What must be met in one world of two hundred at least, or the worlds have become too poor to prove anything. */
const MET = [
  ...['question: Accept by rule', 'question: Reject by rule'],
  ...['question: Accept by default', 'question: Reject by default'],
  ...['with an address: accept by rule', 'with an address: reject by rule', 'with an address: uncertain by rule'],
  ...['between units: accept by rule', 'between units: reject by rule'],
  ...['dialled elsewhere: accept', 'dialled elsewhere: reject', 'dialled elsewhere: uncertain'],
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
  // Whether something rare is met often enough shows in many worlds only.
  if (numRuns < 10_000) return;
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
  const cluster = clusterOf(world);
  return {
    world,
    judge: compile(await read(world.home), workloads, {
      called: calledPorts({ namespace: world.home, workloads, ...(cluster ? { kubernetes: cluster } : {}) }),
    }),
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
  const question = { ...traffic, policy: world.policy, unit, direction, peer };
  const theirs = decide(question);
  const unknown = { name: 'address' in peer && nameless(world, direction, peer.names), type: false };
  const inDoubt = subjectsInDoubt(world) || unknown.name;
  if (mine.outcome === 'uncertain') {
    tally.add('question in doubt');
    expect(inDoubt, 'a doubt has a reason').toBe(true);
    return;
  }
  if (!subjectsInDoubt(world)) {
    const names = enforcing(theirs).map(({ rule }) => rule.name);
    expect(mine.matching.map(({ ruleName }) => ruleName).sort()).toEqual(names.sort());
  }
  expect(mine.outcome).toBe(outcomeOf(theirs.action));
  expectToStand(mine.outcome, question, unknown);
  expectDecidedBy(mine.by, theirs, inDoubt);
  tally.add(`question: ${theirs.action} by ${theirs.policyID === BY_DEFAULT ? 'default' : 'rule'}`);
}

/** What the enforcers report of a connection is an edge; judged again it must come out as they decided. */
function compareConnection(held: Held, { traffic, ...ends }: WorldConnection): void {
  const { world, judge, tally } = held;
  const connection = { ...traffic, ...ends };
  const { action, findings } = enforce(world.policy, connection);
  if (findings.some(({ decision }) => decision.policyID === 'local')) return;
  const outcomes: Verdict['outcome'][] = [];
  for (const finding of findings) {
    const edge = edgeOf(finding, connection);
    const verdict = judge.judge(edge);
    const between = edge.source.kind === 'workload' && edge.destination.kind === 'workload';
    tally.add(`${between ? 'between units' : 'with an address'}: ${verdict.outcome} by ${verdict.by.kind}`);
    expect(between).toBe(knowEachOther(connection));
    if (between) compareBetween(held, connection, edge, verdict);
    else compareOneEnd(held, connection, finding, edge, verdict);
    outcomes.push(verdict.outcome);
  }
  if (!outcomes.includes('uncertain')) expect(outcomes.includes('reject')).toBe(action === 'Reject');
  if (action === 'Accept') expect(endsIn(findings)).toEqual(unitsIn(connection));
  const udp = udpByIdentity(world, connection);
  if (!udp) return;
  const edge = edgeOf(udp, connection);
  const verdict = judge.judge(edge);
  tally.add(`UDP by identity: ${verdict.outcome} by ${verdict.by.kind}`);
  compareBetween(held, connection, edge, verdict);
}

function compareOneEnd(
  { world, judge }: Held,
  connection: Connection,
  { reporter, decision }: Finding,
  edge: Edge,
  verdict: Verdict,
): void {
  if (reporter.namespace !== world.home) {
    expect(verdict.outcome).toBe(outcomeOf(edge.action));
    return;
  }
  const side = edge.source.kind === 'workload' ? 'source' : 'destination';
  const direction = side === 'source' ? 'outgoing' : 'incoming';
  const unknown = { name: nameless(world, direction, edge.names), type: typeless(world, edge) };
  const inDoubt = subjectsInDoubt(world) || unknown.name || unknown.type;
  expect(verdict.side).toBe(side);
  if (verdict.outcome === 'uncertain') {
    expect(inDoubt, 'a doubt has a reason').toBe(true);
    return;
  }
  expect(verdict.outcome).toBe(outcomeOf(decision.action));
  const peer = { address: connection[side === 'source' ? 'destination' : 'source'].address, names: edge.names };
  const { port } = edge;
  const asked = {
    ...connection,
    policy: world.policy,
    unit: reporter,
    direction,
    peer,
    ...(port === undefined ? {} : { port }),
  } as const;
  expectToStand(verdict.outcome, asked, unknown);
  expectDecidedBy(verdict.by, decision, inDoubt);
  if (inDoubt) return;
  const allowing = enforcing(decision).filter(({ rule }) => rule.action === 'Allow');
  const ids = (judge.whichAllow(edge)[side] ?? []).map(({ id }) => id);
  expect(ids.sort()).toEqual([...new Set(allowing.map(({ ruleset }) => ruleset.ID))].sort());
}

/** Both ends have their say, each where its namespace is ours; of the other end the record says what it decided. */
function compareBetween({ world, tally }: Held, connection: Connection, edge: Edge, verdict: Verdict): void {
  const decisions = decisionsOf(world, connection);
  const ours = (['destination', 'source'] as const).filter((side) => connection[side].unit?.namespace === world.home);
  const inDoubt = rulesInDoubt(world) || ours.length === 1;
  const ports = portDoubt(world, connection, edge, ours);
  if (connection.dialledPort !== undefined) tally.add(`dialled elsewhere: ${verdict.outcome}`);
  if (verdict.outcome === 'uncertain') {
    expect(inDoubt || ports.varies, 'a doubt has a reason').toBe(true);
    return;
  }
  expect(verdict.outcome).toBe(outcomeOf(edge.action));
  if (rulesInDoubt(world)) return;
  const known = world.services && connection.destination.unit?.namespace === world.home;
  if (known && ports.varies) expect(ports.rejects, 'what hangs on the port that was dialled is uncertain').toBe(true);
  if (ports.several) return;
  const failing = ours.find((side) => decisions[side].action === 'Reject');
  const byDefault = ours.find((side) => decisions[side].policyID === BY_DEFAULT);
  const telling = edge.action === 'Reject' ? failing : (byDefault ?? ours[0]);
  if (!telling) return;
  expectDecidedBy(verdict.by, decisions[telling], inDoubt);
  expect(verdict.side).toBe(edge.action === 'Accept' && !byDefault && ours.length === 2 ? undefined : telling);
}

/** A certain outcome stays whatever is found out: the name that was looked up, the type of the ping. */
function expectToStand(outcome: Verdict['outcome'], question: Asked, unknown: { name: boolean; type: boolean }): void {
  const { peer } = question;
  const named = 'address' in peer && unknown.name ? NAMES.map((name) => ({ ...peer, names: [name] })) : [peer];
  const typed = unknown.type ? PINGS : [{}];
  const found = named.flatMap((one) => typed.map((type) => decide({ ...question, ...type, peer: one }).action));
  expect([...new Set(found.map(outcomeOf))]).toEqual([outcome]);
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

/** Rules that only observe match too, and decide nothing. */
function enforcing({ matching }: Decision): Decision['matching'] {
  return matching.filter(({ rule }) => !rule.observationEnabled);
}

function outcomeOf(action: 'Accept' | 'Reject'): Verdict['outcome'] {
  return action === 'Accept' ? 'accept' : 'reject';
}
