/** Reads the reports that came since the last time and folds them into edges, one window after the other, none twice. */
import type { ConsoleApi } from '#console/console-api.ts';
import { isFailure } from '#core/failure.ts';
import type { DnsLookup, Flow } from '#core/flow.ts';
import { foldFlows, mergeEdges } from '#core/fold.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { type NamesAsJson, nameTable } from '#core/names.ts';
import { type ProcessingUnit, workloadKey } from '#core/workload.ts';
import type { Collected, EdgeStore, Gap } from '#redis/edge-store.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { JobData } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';
import { type SchedulingDeps, stillScheduled } from './schedules.ts';

export type CollectDeps = {
  readonly lockdowns: Pick<LockdownStore, 'read'>;
  readonly edges: EdgeStore;
  readonly consoleApi: Pick<
    ConsoleApi,
    'readFlows' | 'readDnsLookups' | 'readProcessingUnits' | 'readProcessingUnitsByIds'
  >;
  readonly journal: Pick<Journal, 'collected'>;
  readonly rhythm: { readonly lookbackDays: number; readonly reportDelaySeconds: number; readonly windowHours: number };
  readonly now: () => number;
};

const HOUR = 3_600_000;
const GAPS_KEPT = 200;

export function collectFlows(deps: CollectDeps & Pick<SchedulingDeps, 'queues'>) {
  return async ({ lockdown: id }: JobData<'collect-flows'>): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    if (!(await stillScheduled(deps, id, lockdown)) || !lockdown) return;
    try {
      await catchUp(deps, lockdown);
    } catch (error) {
      if (isFailure(error)) await deps.edges.keepTrouble(id, error.message);
      throw error;
    }
  };
}

/** Reads every window up to now; also called by the steps that need the newest flows. */
export async function catchUp(
  deps: CollectDeps,
  lockdown: Pick<Lockdown, 'id' | 'namespace' | 'startedAt'>,
): Promise<void> {
  // The console reports a flow late, so the newest stretch is left for the next time.
  const end = deps.now() - deps.rhythm.reportDelaySeconds * 1000;
  for (;;) {
    const collected = await deps.edges.collected(lockdown.id);
    const from = collected?.readUpTo ?? lockdown.startedAt - deps.rhythm.lookbackDays * 24 * HOUR;
    const to = Math.min(from + deps.rhythm.windowHours * HOUR, end);
    if (to <= from) return;
    await collectWindow(deps, lockdown, collected, from, to);
  }
}

async function collectWindow(
  deps: CollectDeps,
  lockdown: Pick<Lockdown, 'id' | 'namespace'>,
  collected: Collected | undefined,
  from: number,
  to: number,
): Promise<void> {
  const names = nameTable((collected?.names as NamesAsJson | null) ?? undefined);
  const gaps: Gap[] = [...(collected?.gaps ?? [])];
  for (const lookup of await readAll<DnsLookup>(deps.consoleApi.readDnsLookups(lockdown.namespace, from, to), gaps))
    names.learn(lookup);
  const flows = await readAll<Flow>(deps.consoleApi.readFlows(lockdown.namespace, from, to), gaps);

  const known = new Map((await deps.edges.units(lockdown.id)).map((unit) => [unit.id, unit]));
  const found = await unitsOf(deps, lockdown.namespace, flows, known);
  const folded = foldFlows(flows, {
    names,
    unitToWorkload: (unitId) => {
      const unit = known.get(unitId);
      return unit && { key: workloadKey(unit), namespace: unit.namespace };
    },
  });
  const before = await deps.edges.edgesById(
    lockdown.id,
    folded.edges.map((edge) => edge.id),
  );
  const kept = new Map(before.map((edge) => [edge.id, edge]));
  const merged = folded.edges.map((edge) => {
    const same = kept.get(edge.id);
    return same ? mergeEdges(same, edge) : edge;
  });
  const window = { from, to, reports: flows.length, gaps: gaps.slice(-GAPS_KEPT), names: names.toJSON() };
  const counted = await deps.edges.keepWindow(lockdown.id, window, merged, found);
  if (counted)
    deps.journal.collected({ lockdown: lockdown.id, reports: flows.length, edges: merged.length, readUpTo: to });
}

type Page<Report> = {
  readonly from: number;
  readonly to: number;
  readonly reports: readonly Report[];
  readonly unreadable: number;
  readonly unreadableBecause?: string;
  readonly truncated?: string;
};

/** What could not be read whole becomes a gap, which the cards speak of. */
async function readAll<Report>(pages: AsyncIterable<Page<Report>>, gaps: Gap[]): Promise<Report[]> {
  const reports: Report[] = [];
  for await (const page of pages) {
    for (const each of page.reports) reports.push(each);
    if (page.truncated) gaps.push({ from: page.from, to: page.to, because: page.truncated });
    if (page.unreadable > 0) {
      const because = `${page.unreadable} reports could not be understood: ${page.unreadableBecause ?? 'no reason known'}`;
      gaps.push({ from: page.from, to: page.to, because });
    }
  }
  return reports;
}

/** Asks the console once for all units of the namespace, then by id for what is still unknown. Adds them to `known`. */
async function unitsOf(
  deps: Pick<CollectDeps, 'consoleApi'>,
  namespace: string,
  flows: readonly Flow[],
  known: Map<string, ProcessingUnit>,
): Promise<ProcessingUnit[]> {
  const elsewhere = new Set<string>();
  const missing = () => {
    const ids = new Set<string>();
    for (const { source, destination, remoteNamespace } of flows) {
      for (const end of [source, destination]) if (end.type === 'ProcessingUnit' && !known.has(end.id)) ids.add(end.id);
      if (remoteNamespace !== undefined) elsewhere.add(remoteNamespace);
    }
    return [...ids];
  };
  if (missing().length === 0) return [];
  const found: ProcessingUnit[] = [];
  const learn = (units: readonly ProcessingUnit[]) => {
    for (const { id, name, namespace: home, tags } of units) {
      if (known.has(id)) continue;
      const unit = { id, name, namespace: home, tags };
      known.set(id, unit);
      found.push(unit);
    }
  };
  learn(await deps.consoleApi.readProcessingUnits(namespace, { archived: true }));
  const still = missing();
  if (still.length > 0) learn((await deps.consoleApi.readProcessingUnitsByIds(still, [...elsewhere])).units);
  return found;
}
