/** What a processing unit and a workload are, and which tags outlive a restart. */
import { splitTag } from './tags.ts';

export type ProcessingUnit = {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly tags: readonly string[];
  /** Milliseconds since the epoch; absent where the console does not say. */
  readonly createdAt?: number;
};

/** The processing units that share the tags that outlive a restart. */
export type Workload = {
  /** Namespace and stable tags, so that a restart or a rollout finds the same workload again. */
  readonly key: string;
  /** What people recognise: the owner's name, or several joined where no tag tells them apart. */
  readonly name: string;
  readonly namespace: string;
  /** The stable tags, sorted. */
  readonly tags: readonly string[];
  /** Owners (Deployments, StatefulSets…) read off the units' names; more than one means no tag tells them apart. */
  readonly owners: readonly string[];
  /** Ids of its units seen so far. */
  readonly units: readonly string[];
  /** When the youngest of them began; absent where that is not known of all. */
  readonly newestUnitAt?: number;
};

/** Keys whose values change with a restart, a rollout or a node (console-api.md 4.2, Kubernetes' own labels). */
const VOLATILE = new Set([
  '$id',
  '$name',
  '$image',
  '$operationalstatus',
  '$enforcementstatus',
  '$enforcerid',
  '$enforcernamespace',
  '$controller',
  '$archived',
  '$createtime',
  '$updatetime',
  '@app:k8s:nodename',
  '@app:k8s:podname',
  '@app:k8s:hostip',
  '@app:k8s:podip',
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'controller-uid',
  'batch.kubernetes.io/controller-uid',
  'job-name',
  'batch.kubernetes.io/job-name',
]);

/** A tag that names one instance, one image or one node is not the workload's. */
export function isStableTag(tag: string): boolean {
  const key = splitTag(tag)[0].replace(/^k8s:/, '');
  return !VOLATILE.has(key) && !key.startsWith('@cloud:') && !/^@app:k8s:container\d+:/.test(key);
}

/** Deployment, CronJob, DaemonSet or Job, StatefulSet: what each appends to its own name. */
const MADE_BY = [
  /-[bcdfghjklmnpqrstvwxz2456789]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/,
  /-\d{8,}-[bcdfghjklmnpqrstvwxz2456789]{5}$/,
  /-[bcdfghjklmnpqrstvwxz2456789]{5}$/,
  /-\d{1,4}$/,
];

/**
 * `frontend-7d4b9c6f5-x2k8p` → `frontend`, `mysql-0` → `mysql`, `report-28391040-bcdfg` → `report`: who made this pod.
 * Kubernetes makes its random parts without vowels, 0, 1 and 3, so that they never read as words.
 */
export function ownerOf(unitName: string): string {
  const made = MADE_BY.find((pattern) => pattern.test(unitName));
  return made ? unitName.replace(made, '') : unitName;
}

function stableTags(unit: Pick<ProcessingUnit, 'tags'>): string[] {
  return [...new Set(unit.tags.filter(isStableTag))].sort();
}

export function workloadKey(unit: Pick<ProcessingUnit, 'namespace' | 'tags'>): string {
  return JSON.stringify([unit.namespace, ...stableTags(unit)]);
}

/** Groups units into workloads; the same units in any order give the same workloads. */
export function workloadsOf(units: Iterable<ProcessingUnit>): Map<string, Workload> {
  const grouped = new Map<string, ProcessingUnit[]>();
  for (const unit of units) {
    const key = workloadKey(unit);
    const group = grouped.get(key);
    if (group) group.push(unit);
    else grouped.set(key, [unit]);
  }
  return new Map([...grouped].map(([key, group]) => [key, workloadOf(key, group)]));
}

function workloadOf(key: string, units: readonly ProcessingUnit[]): Workload {
  const [first] = units;
  if (!first) throw new Error('a workload has at least one processing unit');
  const began = units.map(({ createdAt }) => createdAt);
  const owners = [...new Set(units.map((unit) => ownerOf(unit.name)))].sort();
  return {
    key,
    name: owners.join(' / '),
    namespace: first.namespace,
    tags: stableTags(first),
    owners,
    units: [...new Set(units.map((unit) => unit.id))].sort(),
    ...(began.includes(undefined) ? {} : { newestUnitAt: Math.max(...began.map((at) => at ?? 0)) }),
  };
}
