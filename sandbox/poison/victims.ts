/** Whom an attacker would use in an application: a pod among several alike, a store, a door to the internet. */
import type { Edge } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import { addressKind } from '#core/peers.ts';
import { storesAmong } from '#core/suspicion/habits.ts';
import { workloadKey } from '#core/workload.ts';
import type { Chance } from '#sandbox/console/world/chance.ts';
import type { Pod } from '#sandbox/console/world/pods.ts';
import { livingPods } from './planting.ts';
import { unitOf, type Week } from './week.ts';

export type Victims = {
  /** One of several pods that were there all week. */
  readonly pod?: Pod;
  /** All pods of that workload. */
  readonly siblings: readonly Pod[];
  readonly store?: Pod;
  /** Pods of somebody, or of a store, that never asks the metadata service. */
  readonly ignorant?: Pod;
  readonly door?: Pod;
};

export function victimsIn(week: Week, evidence: Evidence, chance: Chance): Victims {
  const living = livingPods(week);
  const keyOf = (pod: Pod) => workloadKey(unitOf(pod));
  const asking = new Set(
    evidence.edges.flatMap(({ source, destination }) =>
      source.kind === 'workload' && destination.kind === 'address' && addressKind(destination.address) === 'metadata'
        ? [source.workload]
        : [],
    ),
  );
  // Two workloads of the same tags are one to the product, so only pods of one's own kind count as several.
  const together = [...living.values()].filter((pods) => pods.length > 1 && pods.every((pod) => isOld(week, pod)));
  const siblings = together.length === 0 ? [] : chance.pick(together);
  const own = [...evidence.workloads.values()].filter(({ namespace }) => namespace === week.world.namespace);
  const storeKeys = storesAmong(evidence.edges, own);
  const stores = [...living.values()].flatMap((pods) => pods.slice(0, 1)).filter((pod) => storeKeys.has(keyOf(pod)));
  const ignorant = [...stores, ...together.flatMap((pods) => pods.slice(0, 1))].filter(
    (pod) => !asking.has(keyOf(pod)),
  );
  const doors = evidence.edges.filter(isFromInternet).flatMap(({ destination }) => {
    const pod = [...living.values()]
      .flat()
      .find((each) => destination.kind === 'workload' && keyOf(each) === destination.workload);
    return pod ? [pod] : [];
  });
  const [pod] = siblings;
  const [store] = stores;
  const [first] = ignorant;
  const [door] = doors;
  return {
    siblings,
    ...(pod ? { pod } : {}),
    ...(store ? { store } : {}),
    ...(first ? { ignorant: first } : {}),
    ...(door ? { door } : {}),
  };
}

function isOld({ world }: Week, pod: Pod): boolean {
  return pod.bornMs <= world.startMs - 7 * 24 * 3_600_000;
}

function isFromInternet({ source, destination, days, action }: Edge): boolean {
  return (
    action === 'Accept' &&
    source.kind === 'address' &&
    addressKind(source.address) === 'public' &&
    destination.kind === 'workload' &&
    days.length > 1
  );
}
