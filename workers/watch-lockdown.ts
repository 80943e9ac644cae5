/** Watches a namespace after discovery mode was disabled: what is rejected, whether somebody confirmed, and until when. */
import type { Settings } from '#config/schema.ts';
import type { ConsoleApi } from '#console/console-api.ts';
import { type Edge, outsideNetworks } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import type { DraftFinding, WatchFinding } from '#core/findings.ts';
import { sameTraffic, trafficKey } from '#core/fold.ts';
import { groupEdges, sightingKeys } from '#core/groups.ts';
import { workloadsOf } from '#core/workload.ts';
import type { EdgeStore } from '#redis/edge-store.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { JobFacts, Queues } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import { type CollectDeps, catchUp } from './collect-flows.ts';
import { report } from './reporting.ts';

export type WatchDeps = CollectDeps & {
  readonly lockdowns: Pick<LockdownStore, 'read'>;
  readonly edges: EdgeStore;
  readonly evidence: Pick<EvidenceStore, 'draft' | 'watch' | 'keepWatch'>;
  readonly consoleApi: Pick<ConsoleApi, 'readPolicy'>;
  readonly queues: Pick<Queues, 'add'>;
  readonly settings: Settings;
};

export function watchLockdown(deps: WatchDeps) {
  return async ({ lockdown: id }: JobData<'watch-lockdown'>, job: JobFacts): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    if (lockdown?.phase !== 'watching') return;
    const { everySeconds, confirmMinutes, releaseAboveEdges } = deps.settings.watch;
    const since = lockdown.stages['disable-discovery'].appliedAt ?? lockdown.phaseSince;
    const confirmBy = lockdown.phaseSince + confirmMinutes * 60_000;
    // Nobody may be kept waiting by a console that does not answer: the deadline is looked at first.
    if (confirmMinutes > 0 && deps.now() > confirmBy)
      return report(deps, id, { type: 'not-confirmed-in-time' }, job.id);

    await catchUp(deps, lockdown);
    const [edges, units, { policy }, finding, before] = await Promise.all([
      deps.edges.edges(id),
      deps.edges.units(id),
      deps.consoleApi.readPolicy(lockdown.namespace),
      deps.evidence.draft(id, 'disable-discovery', lockdown.stages['disable-discovery'].ask?.digest),
      deps.evidence.watch(id),
    ]);
    const rejected = rejectedSince(edges, since, finding, { workloads: workloadsOf(units), policy });
    await deps.evidence.keepWatch(id, {
      since,
      readAt: deps.now(),
      ...(confirmMinutes > 0 ? { confirmBy } : {}),
      rejected,
    });
    const hurt = rejected.filter(({ known, acknowledged }) => known && !acknowledged);
    const known = hurt.reduce((sum, { group }) => sum + group.edges.length, 0);
    if (releaseAboveEdges !== undefined && known > releaseAboveEdges) {
      const because = `${known} edges that worked during discovery are rejected and nobody had acknowledged them; the agreed limit is ${releaseAboveEdges}.`;
      return report(deps, id, { type: 'cut-more-than-accepted', because }, job.id);
    }
    const look = Math.floor((deps.now() - lockdown.phaseSince) / (everySeconds * 1000));
    if (rejected.length !== (before?.rejected.length ?? 0))
      await deps.queues.add('announce', { lockdown: id }, `${job.id}-announce`);
    await deps.queues.add(
      'watch-lockdown',
      { lockdown: id },
      `${id}-${lockdown.phaseSince}-look${look + 1}-watch`,
      everySeconds * 1000,
    );
  };
}

/** Rejected by policy since then, grouped; beside each whether it had worked before, and whether somebody accepted its loss. */
function rejectedSince(
  edges: readonly Edge[],
  since: number,
  finding: DraftFinding | undefined,
  words: Pick<Evidence, 'workloads' | 'policy'>,
): WatchFinding['rejected'] {
  const plain = sameTraffic(edges).map(outsideNetworks);
  const keys = sightingKeys(plain, words);
  /** By what people count as the same, and by its ends: a scan is a sighting of nothing. */
  const placesOf = (chosen: readonly Edge[]) =>
    new Set(chosen.flatMap((edge) => [keys.get(edge.id) ?? [], trafficKey(edge)].flat()));
  const isAmong = (edge: Edge, places: ReadonlySet<string>) =>
    places.has(keys.get(edge.id) ?? '') || places.has(trafficKey(edge));
  const worked = placesOf(plain.filter((edge) => edge.action === 'Accept'));
  const blocked = new Set(
    (finding?.draft.residual ?? []).flatMap(({ decision, group }) => (decision?.answer === 'block' ? group.edges : [])),
  );
  const accepted = placesOf(plain.filter((edge) => blocked.has(edge.id)));
  const cut = plain.filter(
    (edge) =>
      edge.action === 'Reject' &&
      edge.lastSeen > since &&
      (edge.dropReason === undefined || edge.dropReason === 'policy'),
  );
  return groupEdges(cut, words).map((group) => {
    const own = plain.filter((edge) => group.edges.includes(edge.id));
    return {
      group,
      known: own.some((edge) => isAmong(edge, worked)),
      acknowledged: own.every((edge) => isAmong(edge, accepted)),
    };
  });
}
