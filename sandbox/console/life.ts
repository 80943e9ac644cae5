/** One application in its namespace: what was recorded of it, what goes on, and the truth about it. */
import { createDnsCache } from './enforcer/dns-cache.ts';
import { keepPod } from './founding.ts';
import type { Policy } from './objects.ts';
import type { Store } from './store.ts';
import { type Edge, edgesOf } from './traffic/edges.ts';
import { createLiveTraffic, type LiveTraffic, type LiveTrafficOptions } from './traffic/live-traffic.ts';
import { recordWeek } from './traffic/recorded-week.ts';
import type { Reports } from './traffic/reports.ts';
import { type Truth, truthOf } from './traffic/truth.ts';
import type { World } from './world/world.ts';

export interface Life {
  world: World;
  edges: readonly Edge[];
  traffic: LiveTraffic;
  truth(): Truth;
}

export interface Surroundings {
  store: Store;
  reports: Reports;
  inForce: (nowMs: number) => Policy;
  dnsTtlMs: number;
  /** Whether there is a week to look back on. */
  recorded: boolean;
  rhythm: Pick<LiveTrafficOptions, 'trafficIntervalMs' | 'reportDelayMs' | 'flowReportIntervalMs'>;
}

export function beginLife(world: World, { store, reports, inForce, dnsTtlMs, recorded, rhythm }: Surroundings): Life {
  const edges = edgesOf(world);
  const seen = recorded ? recordWeek(world, edges, inForce(Date.now()), reports) : new Set<string>();
  const traffic = createLiveTraffic({
    world,
    edges,
    reports,
    cache: createDnsCache(dnsTtlMs),
    inForce,
    onPod: (pod) => keepPod(store, pod),
    ...rhythm,
  });
  return { world, edges, traffic, truth: () => truthOf(world, edges, inForce(Date.now()), seen, Date.now()) };
}
