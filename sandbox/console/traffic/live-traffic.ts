/** Traffic that goes on while the console runs, judged by the rules in force and reported a little later. */
import { judge } from '#sandbox/console/enforcer/connection.ts';
import type { DnsCache } from '#sandbox/console/enforcer/dns-cache.ts';
import { plainName } from '#sandbox/console/enforcer/external-networks.ts';
import type { Policy } from '#sandbox/console/objects.ts';
import type { Pod } from '#sandbox/console/world/pods.ts';
import { cronMs, cronPod, cronWorkload, podsAt, type World } from '#sandbox/console/world/world.ts';
import { connectionOf, type Lookup, lookupsOf, type Pair, pairsAt } from './attempts.ts';
import type { Edge } from './edges.ts';
import { longLived } from './long-lived.ts';
import { type FlowReport, flowReport, lookupReport, type Reports } from './reports.ts';
import { mayAsk } from './resolver.ts';

export interface LiveTrafficOptions {
  world: World;
  edges: readonly Edge[];
  reports: Reports;
  cache: DnsCache;
  inForce: (nowMs: number) => Policy;
  /** Somebody new lives in the world, or somebody has gone. */
  onPod: (pod: Pod) => void;
  trafficIntervalMs: number;
  reportDelayMs: readonly [number, number];
  flowReportIntervalMs: number;
}

export interface LiveTraffic {
  start(intervalMs?: number): void;
  /** What already happened is still reported. */
  stop(): void;
  /** Nothing is reported any more. */
  end(): void;
  readonly running: boolean;
  /** Every true edge happens now, between all who live; done when it is reported. */
  exercise(edges?: readonly Edge[]): Promise<number>;
  /** One connection, with its lookups; done when it is reported. */
  happen(edge: Edge, pair: Pair): Promise<void>;
}

const answeredBeforeMs = 20;
const lookupsToldEveryMs = 5 * 60_000;
// Of a round in which everything happens once, the rare happens in one of so many.
const rareEvery = 15;
const noiseEvery = 75;

export function createLiveTraffic(options: LiveTrafficOptions): LiveTraffic {
  const { world, edges, reports, cache, inForce } = options;
  const chance = world.chance.fork('live');
  const told = new Map<string, { sinceMs: number; unsaid: number }>();
  const reporting = new Map<NodeJS.Timeout, () => void>();
  const established = establishedBefore(options);
  let ticking: NodeJS.Timeout | undefined;
  let repeating: NodeJS.Timeout | undefined;
  let turn = 0;

  function later(report: () => void): Promise<void> {
    const [low, high] = options.reportDelayMs;
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => {
          reporting.delete(timer);
          report();
          resolve();
        },
        chance.between(low, high),
      );
      reporting.set(timer, resolve);
    });
  }

  async function happen(edge: Edge, pair: Pair): Promise<void> {
    const nowMs = Date.now();
    const policy = inForce(nowMs);
    const { pod } = pair.source;
    const lookedUp = pod ? lookupsOf(world, edge, nowMs).map((lookup) => lookUp(policy, pod, lookup, nowMs)) : [];
    const names = pod ? cache.names(pod, pair.destination.address, nowMs) : [];
    const connection = { ...connectionOf(edge, pair), names };
    const { findings } = judge(policy, connection);
    const flows = findings
      .filter(({ decision }) => !decision.silent)
      .map((finding) => flowReport(finding, connection, { atMs: nowMs, value: 1, newId: world.newId }));
    await Promise.all([...lookedUp, later(() => flows.forEach(reports.addFlow))]);
  }

  /** The first time it is told at once, then together every five minutes. */
  function lookUp(policy: Policy, pod: Pod, lookup: Lookup, nowMs: number): Promise<void> {
    const accepted = mayAsk(policy, pod);
    if (accepted && lookup.addresses) cache.learn(policy, pod, plainName(lookup.name), lookup.addresses, nowMs);
    const key = `${pod.ID} ${lookup.name} ${lookup.record} ${accepted} ${lookup.addresses?.join()}`;
    const before = told.get(key);
    if (before && nowMs - before.sinceMs < lookupsToldEveryMs) {
      before.unsaid += 1;
      return Promise.resolve();
    }
    told.set(key, { sinceMs: nowMs, unsaid: 0 });
    const report = lookupReport(pod, lookup, {
      atMs: nowMs - answeredBeforeMs,
      value: 1 + (before?.unsaid ?? 0),
      newId: world.newId,
      accepted,
    });
    return later(() => reports.addLookup(report));
  }

  function round(): void {
    const edge = edges[turn % edges.length];
    const rounds = Math.floor(turn / edges.length);
    turn += 1;
    endCronPods();
    if (!edge || !isDue(edge, rounds)) return;
    if (edge.from === cronWorkload && edge.kind === 'edge') bearCronPod();
    const pairs = pairsAt(world, edge, Date.now());
    if (pairs.length > 0) void happen(edge, chance.pick(pairs));
  }

  function bearCronPod(): void {
    const pod = cronPod(world, Date.now());
    world.pods.push(pod);
    options.onPod(pod);
  }

  function endCronPods(): void {
    const nowMs = Date.now();
    const over = podsAt(world, cronWorkload, nowMs).filter(({ bornMs }) => nowMs - bornMs > cronMs);
    for (const pod of over) {
      pod.diedMs = nowMs;
      options.onPod(pod);
    }
  }

  /** It was established before anybody wrote a rule, and keeps saying so. */
  function reportLongLived(): void {
    const nowMs = Date.now();
    for (const report of established)
      reports.addFlow({ ...report, ID: world.newId(nowMs), timestamp: new Date(nowMs).toISOString() });
  }

  return {
    get running() {
      return ticking !== undefined;
    },
    start(intervalMs = options.trafficIntervalMs) {
      if (ticking) clearInterval(ticking);
      ticking = setInterval(round, Math.max(1, intervalMs / Math.max(1, edges.length)));
      repeating ??= setInterval(reportLongLived, options.flowReportIntervalMs);
    },
    stop() {
      clearInterval(ticking);
      clearInterval(repeating);
      ticking = undefined;
      repeating = undefined;
    },
    end() {
      this.stop();
      for (const [timer, resolve] of reporting) {
        clearTimeout(timer);
        resolve();
      }
      reporting.clear();
    },
    async exercise(some = edges.filter(({ noise }) => !noise)) {
      const connections = some.flatMap((edge) => pairsAt(world, edge, Date.now()).map((pair) => ({ edge, pair })));
      await Promise.all(connections.map(({ edge, pair }) => happen(edge, pair)));
      return connections.length;
    },
    happen,
  };
}

/** What the connection that stays open said when it was opened. */
function establishedBefore({ world, edges, inForce }: LiveTrafficOptions): FlowReport[] {
  const held = longLived(world, edges);
  if (!held) return [];
  const connection = connectionOf(held.edge, held.pair);
  const { findings } = judge(inForce(Date.now()), connection);
  return findings.map((finding) =>
    flowReport(finding, connection, { atMs: held.sinceMs, value: 1, newId: world.newId }),
  );
}

function isDue(edge: Edge, rounds: number): boolean {
  if (edge.noise) return rounds % noiseEvery === noiseEvery - 1;
  return edge.rhythm === 'usual' || rounds % rareEvery === 0;
}
