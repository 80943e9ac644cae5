/** Reads the reports that came since the last time and folds them into edges, one window after the other, none twice. */
import type { ConsoleApi } from '#console/console-api.ts';
import type { ReportPage } from '#console/reports.ts';
import { isFailure } from '#core/failure.ts';
import type { FlowKind } from '#core/flow.ts';
import { Fold, mergeEdges } from '#core/fold.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { type NamesAsJson, nameTable } from '#core/names.ts';
import { type ProcessingUnit, workloadKey } from '#core/workload.ts';
import type { Collected, EdgeStore, Gap } from '#redis/edge-store.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { Queues } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';
import { type DiscoveryDeps, lookAtDiscovery } from './discovery-so-far.ts';
import { stillScheduled } from './schedules.ts';

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

type CollectFlowsDeps = CollectDeps &
  DiscoveryDeps & {
    readonly evidence: Pick<EvidenceStore, 'discovery'>;
    readonly queues: Pick<Queues, 'add' | 'unschedule'>;
  };

const HOUR = 3_600_000;
/** Drafting every stage to see what it would do is more work than folding a few minutes of flows. */
const SO_FAR_EVERY_MS = 10 * 60_000;
const GAPS_KEPT = 200;

export function collectFlows(deps: CollectFlowsDeps) {
  return async ({ lockdown: id }: JobData<'collect-flows'>): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    if (!(await stillScheduled(deps, id, lockdown)) || !lockdown) return;
    try {
      await catchUp(deps, lockdown);
      await tellSoFar(deps, lockdown);
    } catch (error) {
      if (isFailure(error)) await deps.edges.keepTrouble(id, error.message);
      throw error;
    }
  };
}

/** During discovery people see on the card, and with `/lockdown flows`, what was seen so far. */
async function tellSoFar(deps: CollectFlowsDeps, lockdown: Lockdown): Promise<void> {
  const before = await deps.evidence.discovery(lockdown.id);
  if (lockdown.phase !== 'discovering' || (before && deps.now() - before.at < SO_FAR_EVERY_MS)) return;
  const finding = await lookAtDiscovery(deps, lockdown);
  if (finding) await deps.queues.add('announce', { lockdown: lockdown.id }, `${lockdown.id}-at${finding.at}-announce`);
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
  for await (const page of deps.consoleApi.readDnsLookups(lockdown.namespace, from, to)) {
    for (const lookup of page.reports) names.learn(lookup);
    gaps.push(...gapsIn(page));
  }
  const fold = new Fold(names);
  let reports = 0;
  for await (const page of deps.consoleApi.readFlows(lockdown.namespace, from, to)) {
    fold.add(page.reports);
    reports += page.reports.length;
    gaps.push(...gapsIn(page));
  }

  const known = new Map((await deps.edges.units(lockdown.id)).map((unit) => [unit.id, unit]));
  const found = await unitsOf(deps, lockdown.namespace, fold.kinds(), known);
  const folded = fold.edges((unitId) => {
    const unit = known.get(unitId);
    return unit && { key: workloadKey(unit), namespace: unit.namespace };
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
  const window = { from, to, reports, gaps: gaps.slice(-GAPS_KEPT), names: names.toJSON() };
  const counted = await deps.edges.keepWindow(lockdown.id, window, merged, found);
  if (counted) deps.journal.collected({ lockdown: lockdown.id, reports, edges: merged.length, readUpTo: to });
}

/** What could not be read whole, which the cards speak of. */
function gapsIn({ from, to, truncated, unreadable, unreadableBecause }: ReportPage<unknown>): Gap[] {
  const gaps: Gap[] = truncated ? [{ from, to, because: truncated }] : [];
  if (unreadable === 0) return gaps;
  const because = `${unreadable} reports could not be understood: ${unreadableBecause ?? 'no reason known'}`;
  return [...gaps, { from, to, because }];
}

/** Asks the console once for all units of the namespace, then by id for what is still unknown. Adds them to `known`. */
async function unitsOf(
  deps: Pick<CollectDeps, 'consoleApi'>,
  namespace: string,
  kinds: readonly FlowKind[],
  known: Map<string, ProcessingUnit>,
): Promise<ProcessingUnit[]> {
  const elsewhere = new Set<string>();
  const missing = () => {
    const ids = new Set<string>();
    for (const { source, destination, remoteNamespace } of kinds) {
      for (const end of [source, destination]) if (end.type === 'ProcessingUnit' && !known.has(end.id)) ids.add(end.id);
      if (remoteNamespace !== undefined) elsewhere.add(remoteNamespace);
    }
    return [...ids];
  };
  if (missing().length === 0) return [];
  const found: ProcessingUnit[] = [];
  const learn = (units: readonly ProcessingUnit[]) => {
    for (const { id, name, namespace: home, tags, createdAt } of units) {
      if (known.has(id)) continue;
      const unit = { id, name, namespace: home, tags, ...(createdAt === undefined ? {} : { createdAt }) };
      known.set(id, unit);
      found.push(unit);
    }
  };
  learn(await deps.consoleApi.readProcessingUnits(namespace, { archived: true }));
  const still = missing();
  if (still.length > 0) learn((await deps.consoleApi.readProcessingUnitsByIds(still, [...elsewhere])).units);
  return found;
}
