/** The week before the console was started: what everybody did, as enforcers reported it then. */
import { judge } from '#sandbox/console/enforcer/connection.ts';
import type { Policy } from '#sandbox/console/objects.ts';
import type { Chance } from '#sandbox/console/world/chance.ts';
import type { Pod } from '#sandbox/console/world/pods.ts';
import { livesAt, podsAt, type World, weekMs } from '#sandbox/console/world/world.ts';
import { connectionOf, lookupsOf, type Pair, pairsAt } from './attempts.ts';
import type { Edge } from './edges.ts';
import { longLived } from './long-lived.ts';
import { flowReport, lookupReport, type Reports } from './reports.ts';

const hourMs = 3_600_000;

/** Many connections that were reported as one. */
export interface Occurrence {
  edge: Edge;
  atMs: number;
  pair: Pair;
  value: number;
}

/** Writes the week into the reports and answers which edges were seen in it. */
export function recordWeek(world: World, edges: readonly Edge[], policy: Policy, reports: Reports): Set<string> {
  const occurrences = weekOf(world, edges);
  const searchedToday = new Set<string>();
  for (const { edge, atMs, pair, value } of occurrences) {
    if (pair.source.pod) recordLookups(world, edge, pair.source.pod, atMs, value, reports, searchedToday);
    const connection = connectionOf(edge, pair);
    for (const finding of judge(policy, connection).findings)
      reports.addFlow(flowReport(finding, connection, { atMs, value, newId: world.newId }));
  }
  return new Set(occurrences.map(({ edge }) => edge.id));
}

/** What happens in the week before the world's start, in order; the same each time it is asked. */
export function weekOf(world: World, edges: readonly Edge[]): Occurrence[] {
  return [
    ...edges.flatMap((edge) => occurrencesOf(world, edge, world.chance.fork(`week/${edge.id}`))),
    ...loopback(world, edges),
    ...stayedOpen(world, edges),
  ].sort((a, b) => a.atMs - b.atMs);
}

function occurrencesOf(world: World, edge: Edge, chance: Chance): Occurrence[] {
  if (edge.noise === 'scan') return scan(world, edge, chance);
  if (edge.noise === 'cron') return nights(world, edge, chance);
  if (edge.rhythm === 'start-up') return startUps(world, edge, chance);
  if (edge.rhythm === 'rare') return atTimes(world, edge, chance, someTimes(world, chance, 3), 1);
  if (edge.from === 'internet') return visitors(world, edge, chance);
  return regular(world, edge, chance);
}

/** Every pod that takes part, a few times a day, busier by day than by night. */
function regular(world: World, edge: Edge, chance: Chance): Occurrence[] {
  const ours = edge.kind === 'probe' || edge.kind === 'ingress' ? edge.to : edge.from;
  return world.pods
    .filter(({ workload }) => workload === ours)
    .flatMap((pod) => {
      const times: Occurrence[] = [];
      const from = Math.max(pod.bornMs, world.startMs - weekMs);
      const until = pod.diedMs ?? world.startMs;
      let atMs = from + chance.between(1, 60) * 60_000;
      while (atMs < until) {
        const pair = pairOf(world, edge, pod, atMs, chance);
        const many = edge.periodSeconds ? Math.round(1800 / edge.periodSeconds) : chance.between(5, 60) * daytime(atMs);
        if (pair) times.push({ edge, atMs, pair, value: many });
        atMs += chance.between(300, 540) * 60_000;
      }
      return times;
    });
}

function visitors(world: World, edge: Edge, chance: Chance): Occurrence[] {
  const times: Occurrence[] = [];
  for (let atMs = world.startMs - weekMs + hourMs / 2; atMs < world.startMs; atMs += chance.between(20, 50) * 60_000) {
    const pair = pairOf(world, edge, undefined, atMs, chance);
    const source = { address: chance.pick(world.clients) };
    if (pair) times.push({ edge, atMs, pair: { ...pair, source }, value: chance.between(1, 8) * daytime(atMs) });
  }
  return times;
}

/** What happens only when a pod starts: in this week, when one was replaced. */
function startUps(world: World, edge: Edge, chance: Chance): Occurrence[] {
  const born = world.pods
    .filter(({ workload, bornMs }) => workload === edge.from && bornMs > world.startMs - weekMs)
    .map(({ bornMs }) => bornMs + chance.between(2_000, 20_000));
  return atTimes(world, edge, chance, born, 1);
}

function nights(world: World, edge: Edge, chance: Chance): Occurrence[] {
  return world.pods
    .filter(({ workload, diedMs }) => workload === edge.from && diedMs !== undefined)
    .flatMap((pod) => {
      const atMs = pod.bornMs + chance.between(5_000, 60_000);
      const pair = atMs < world.startMs && pairOf(world, edge, pod, atMs, chance);
      return pair ? [{ edge, atMs, pair, value: chance.between(1, 12) }] : [];
    });
}

/** One pod, a few seconds, one port after the other: always in the same minute for every port. */
function scan(world: World, edge: Edge, chance: Chance): Occurrence[] {
  const burst = world.chance.fork('scan');
  const atMs = world.startMs - burst.between(40, 80) * hourMs + chance.between(0, 6_000);
  const victim = podsAt(world, edge.to, atMs)[0];
  if (!victim) return [];
  const pair = { source: { address: edge.from }, destination: { pod: victim, address: victim.address } };
  return [{ edge, atMs, pair, value: 1 }];
}

/** A pod that calls itself: reported like everything else, decided by nobody. */
function loopback(world: World, edges: readonly Edge[]): Occurrence[] {
  const edge = edges.find(({ kind }) => kind === 'edge');
  if (!edge) return [];
  return someTimes(world, world.chance.fork('loopback'), 10).flatMap((atMs) => {
    const pod = podsAt(world, edge.to, atMs)[0];
    if (!pod) return [];
    const home = { pod, address: pod.address };
    const toItself: Edge = { ...edge, id: `local:${edge.to}`, kind: 'ingress', from: edge.to };
    return [{ edge: toItself, atMs, pair: { source: home, destination: home }, value: 2 }];
  });
}

/** Established once, and from then on reported every half hour without being established again. */
function stayedOpen(world: World, edges: readonly Edge[]): Occurrence[] {
  const held = longLived(world, edges);
  if (!held) return [];
  const { service: _notLookedUpAgain, ...edge } = held.edge;
  const times: Occurrence[] = [];
  for (let atMs = held.sinceMs; atMs < world.startMs; atMs += hourMs / 2)
    times.push({ edge, atMs, pair: held.pair, value: 1 });
  return times;
}

function atTimes(world: World, edge: Edge, chance: Chance, times: readonly number[], value: number): Occurrence[] {
  return times.flatMap((atMs) => {
    const pair = pairOf(world, edge, undefined, atMs, chance);
    return pair ? [{ edge, atMs, pair, value }] : [];
  });
}

function pairOf(world: World, edge: Edge, pod: Pod | undefined, atMs: number, chance: Chance): Pair | undefined {
  const pairs = pairsAt(world, edge, atMs).filter(
    ({ source, destination }) =>
      (!pod || source.pod === pod || destination.pod === pod) &&
      [source, destination].every((end) => !end.pod || livesAt(end.pod, atMs)),
  );
  return pairs.length > 0 ? chance.pick(pairs) : undefined;
}

/** Names that end nowhere are asked for as often as the others, and told once a day. */
function recordLookups(
  world: World,
  edge: Edge,
  pod: Pod,
  atMs: number,
  value: number,
  reports: Reports,
  told: Set<string>,
): void {
  const day = Math.floor(atMs / (24 * hourMs));
  for (const lookup of lookupsOf(world, edge, atMs)) {
    const key = `${pod.ID} ${lookup.name} ${lookup.record} ${day}`;
    if (lookup.addresses === undefined && told.has(key)) continue;
    told.add(key);
    reports.addLookup(lookupReport(pod, lookup, { atMs: atMs - 150, value, newId: world.newId, accepted: true }));
  }
}

function someTimes(world: World, chance: Chance, count: number): number[] {
  return Array.from({ length: count }, () => world.startMs - chance.between(hourMs, weekMs - hourMs));
}

function daytime(atMs: number): number {
  const hour = new Date(atMs).getUTCHours();
  return hour >= 8 && hour < 20 ? 3 : 1;
}
