/** Whether what was approved still means on the console what it meant then: read now, compared, and told when it is new. */
import type { ConsoleApi } from '#console/console-api.ts';
import { type Approved, driftOf, wildcardsOf } from '#core/drift.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { STAGES } from '#core/stage.ts';
import type { EdgeStore } from '#redis/edge-store.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import type { Journal } from '#src/journal.ts';
import { type Reporting, report } from './reporting.ts';

export type DriftDeps = Reporting & {
  readonly consoleApi: Pick<ConsoleApi, 'readPolicy' | 'readProcessingUnits' | 'readDnsLookups'>;
  readonly evidence: Pick<EvidenceStore, 'draft' | 'written' | 'newNames' | 'keepNewNames'>;
  readonly edges: Pick<EdgeStore, 'edges'>;
  readonly journal: Pick<Journal, 'drifted'>;
  readonly now: () => number;
};

const DAY = 24 * 3_600_000;

export async function tellDrift(deps: DriftDeps, lockdown: Lockdown, jobId: string): Promise<void> {
  const approved = await approvedStages(deps, lockdown);
  if (approved.length === 0) return;
  const { id, namespace, phase, drift = [] } = lockdown;
  const { policy } = await deps.consoleApi.readPolicy(namespace);
  const units = await deps.consoleApi.readProcessingUnits(namespace);
  const isCut = phase === 'watching' || phase === 'locked';
  const newNames = await namesSince(deps, lockdown, approved);
  const written = await Promise.all(STAGES.map((stage) => deps.evidence.written(id, stage)));
  const ours = new Set(written.flat().flatMap((object) => ('id' in object ? [object.id] : [])));
  const ourPrefixes = written.flat().flatMap((object) => ('added' in object ? object.added : []));
  const found = driftOf(approved, { policy, units, isCut, newNames, ours, ourPrefixes });
  for (const because of found.filter((each) => !drift.includes(each))) deps.journal.drifted({ lockdown: id, because });
  if (found.join('\n') !== drift.join('\n')) await report(deps, id, { type: 'drifted', found }, jobId);
}

/** Stages whose changes are all on the console. */
async function approvedStages({ evidence }: DriftDeps, { id, stages }: Lockdown): Promise<Approved[]> {
  const found = await Promise.all(
    STAGES.map(async (stage): Promise<Approved[]> => {
      const { phase, ask, appliedAt } = stages[stage];
      if (appliedAt === undefined || (phase !== 'verifying' && phase !== 'allowed')) return [];
      const finding = await evidence.draft(id, stage, ask?.digest);
      const written = await evidence.written(id, stage);
      const ids = new Map(written.flatMap((object) => ('id' in object ? [[object.name, object.id] as const] : [])));
      if (!finding) return [];
      const { draft, reach, localPrefixes } = finding;
      return [{ stage, changes: draft.changes, reach, ids, localPrefixes, at: appliedAt }];
    }),
  );
  return found.flat();
}

/** Names below an approved wildcard that nobody had asked for in discovery; once told, they stay told. */
async function namesSince(
  { consoleApi, evidence, edges, now }: DriftDeps,
  { id, namespace }: Lockdown,
  approved: readonly Approved[],
): Promise<string[]> {
  const wildcards = wildcardsOf(approved);
  if (wildcards.length === 0) return [];
  const seen = new Set((await edges.edges(id)).flatMap(({ names, namesElsewhere }) => [...names, ...namesElsewhere]));
  const fresh = new Set(await evidence.newNames(id));
  for await (const page of consoleApi.readDnsLookups(namespace, now() - DAY, now()))
    for (const { name } of page.reports)
      if (!seen.has(name) && wildcards.some((wildcard) => name.endsWith(wildcard.slice(1)))) fresh.add(name);
  const names = [...fresh].sort();
  await evidence.keepNewNames(id, names);
  return names;
}
