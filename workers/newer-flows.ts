/** The flows since a moment and what is needed to read them: who the units are, and which names they had looked up. */
import type { ConsoleApi } from '#console/console-api.ts';
import type { FlowLog } from '#core/flow-log.ts';
import type { FoldContext } from '#core/fold.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { nameTable } from '#core/names.ts';
import type { Policy } from '#core/policy.ts';
import { type ProcessingUnit, type Workload, workloadKey, workloadsOf } from '#core/workload.ts';
import type { EdgeStore } from '#redis/edge-store.ts';

export type NewerFlowsDeps = {
  readonly edges: Pick<EdgeStore, 'units' | 'collected'>;
  readonly consoleApi: Pick<ConsoleApi, 'readFlows' | 'readDnsLookups' | 'readPolicy' | 'readProcessingUnits'>;
  readonly now: () => number;
};

type NewerFlows = {
  readonly unitToWorkload: FoldContext['unitToWorkload'];
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly policy: Policy;
};

/** `foldWith` is handed all names, which are read before the first flow. */
export async function readNewerFlows<Folding extends { add(flows: FlowLog): void }>(
  deps: NewerFlowsDeps,
  { id, namespace }: Pick<Lockdown, 'id' | 'namespace'>,
  since: number,
  foldWith: (names: FoldContext['names']) => Folding,
): Promise<NewerFlows & { readonly fold: Folding }> {
  const [known, collected, present, reading] = await Promise.all([
    deps.edges.units(id),
    deps.edges.collected(id),
    deps.consoleApi.readProcessingUnits(namespace),
    deps.consoleApi.readPolicy(namespace),
  ]);
  const units = new Map<string, ProcessingUnit>([...known, ...present].map((unit) => [unit.id, unit]));
  const names = nameTable(collected?.names as Parameters<typeof nameTable>[0]);
  const until = deps.now();
  if (until > since)
    for await (const page of deps.consoleApi.readDnsLookups(namespace, since, until)) page.reports.forEach(names.learn);
  const fold = foldWith(names);
  if (until > since)
    for await (const page of deps.consoleApi.readFlows(namespace, since, until)) fold.add(page.reports);
  return {
    fold,
    unitToWorkload: (unitId) => {
      const unit = units.get(unitId);
      return unit && { key: workloadKey(unit), namespace: unit.namespace };
    },
    workloads: workloadsOf(units.values()),
    policy: reading.policy,
  };
}
