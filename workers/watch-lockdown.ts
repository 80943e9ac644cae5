/** Watches a namespace after discovery mode was disabled: what is rejected, whether somebody confirmed, and until when. */
import type { Settings } from '#config/schema.ts';
import type { ConsoleApi } from '#console/console-api.ts';
import { CONFIRM_BY } from '#core/cut-mark.ts';
import type { Edge } from '#core/edge.ts';
import type { WatchFinding } from '#core/findings.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { reckon } from '#core/reckoning.ts';
import { countedForRelease, rejectedSince } from '#core/rejected-since.ts';
import { type Workload, workloadsOf } from '#core/workload.ts';
import type { EdgeStore } from '#redis/edge-store.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { JobFacts, Queues } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import { type CollectDeps, catchUp } from './collect-flows.ts';
import { idempotencyKey } from './idempotency.ts';
import { report } from './reporting.ts';

export type WatchDeps = CollectDeps & {
  readonly lockdowns: Pick<LockdownStore, 'read'>;
  readonly edges: EdgeStore;
  readonly evidence: Pick<EvidenceStore, 'draft' | 'watch' | 'keepWatch'>;
  readonly consoleApi: Pick<ConsoleApi, 'readPolicy' | 'markNamespace'>;
  readonly idempotencySecret: string;
  readonly queues: Pick<Queues, 'add'>;
  readonly settings: Settings;
  readonly clockTrouble: () => Promise<string | undefined>;
};

export function watchLockdown(deps: WatchDeps) {
  return async ({ lockdown: id }: JobData<'watch-lockdown'>, job: JobFacts): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    if (!lockdown) return;
    if (lockdown.phase !== 'watching') return lookForTheLastTime(deps, lockdown, job);
    const { everySeconds, confirmMinutes, releaseAboveEdges } = deps.settings.watch;
    const confirmBy = lockdown.phaseSince + confirmMinutes * 60_000;
    // Nobody may be kept waiting by a console that does not answer: the deadline is looked at first.
    if (confirmMinutes > 0 && deps.now() > confirmBy && (await deps.clockTrouble()) === undefined)
      return report(deps, id, { type: 'not-confirmed-in-time' }, job.id);

    const looked = await look(deps, lockdown);
    const finding = { ...looked.finding, ...(confirmMinutes > 0 ? { confirmBy } : {}) };
    await deps.evidence.keepWatch(id, finding);
    const counted = countedForRelease(looked.hurt, looked.workloads, releaseAboveEdges ?? Number.POSITIVE_INFINITY);
    if (releaseAboveEdges !== undefined && counted > releaseAboveEdges) {
      const because = `${counted} edges that worked during discovery are rejected and nobody had acknowledged them; the agreed limit is ${releaseAboveEdges}.`;
      return report(deps, id, { type: 'cut-more-than-accepted', because }, job.id);
    }
    const nth = Math.floor((deps.now() - lockdown.phaseSince) / (everySeconds * 1000));
    // The id makes each number of them told once, also by a retry of the look that had kept it and told nobody.
    const { rejected, since } = finding;
    if (rejected.length > 0)
      await deps.queues.add('announce', { lockdown: id }, `${id}-${since}-rejected${rejected.length}-announce`);
    await deps.queues.add(
      'watch-lockdown',
      { lockdown: id },
      `${id}-${lockdown.phaseSince}-look${nth + 1}-watch`,
      everySeconds * 1000,
    );
  };
}

/** Once the watching has ended, for the record. What is being given back is not looked at any more: it is accepted again. */
async function lookForTheLastTime(deps: WatchDeps, lockdown: Lockdown, job: JobFacts): Promise<void> {
  const { id, phase } = lockdown;
  if (phase === 'locked') await takeDeadlineOff(deps, lockdown);
  if (lockdown.reckoning || !['locked', 'releasing', 'released'].includes(phase)) return;
  const before = await deps.evidence.watch(id);
  const finding = phase === 'locked' ? { ...before, ...(await look(deps, lockdown)).finding } : before;
  if (!finding?.reckoning) return;
  await deps.evidence.keepWatch(id, finding);
  await report(deps, id, { type: 'prediction-checked', reckoning: finding.reckoning }, job.id);
}

/** Confirmed: should everything here be lost, nobody gives this namespace back any more. */
async function takeDeadlineOff(deps: WatchDeps, { id, namespace }: Lockdown): Promise<void> {
  const key = idempotencyKey(deps.idempotencySecret, id, 'confirmed');
  await deps.consoleApi.markNamespace(namespace, () => ({ marks: { [CONFIRM_BY]: [] } }), key);
}

type Looked = {
  readonly finding: WatchFinding;
  readonly hurt: readonly Edge[];
  readonly workloads: ReadonlyMap<string, Workload>;
};

async function look(deps: WatchDeps, lockdown: Lockdown): Promise<Looked> {
  const { id, namespace, stages, phaseSince } = lockdown;
  const { appliedAt: since = phaseSince, ask } = stages['disable-discovery'];
  await catchUp(deps, lockdown);
  const [edges, units, collected, { policy }, finding] = await Promise.all([
    deps.edges.edges(id),
    deps.edges.units(id),
    deps.edges.collected(id),
    deps.consoleApi.readPolicy(namespace),
    deps.evidence.draft(id, 'disable-discovery', ask?.digest),
  ]);
  const words = { workloads: workloadsOf(units), policy };
  const readAt = deps.now();
  const readUpTo = collected?.readUpTo ?? readAt;
  const settledAt = since + deps.settings.verify.settleSeconds * 1000;
  const compared = finding && {
    reckoning: reckon({ prediction: finding.replay, edges, since, settledAt, readUpTo, words }),
  };
  const { rejected, hurt } = rejectedSince({ edges, since, finding, words });
  return { finding: { since, readAt, rejected, ...compared }, hurt, workloads: words.workloads };
}
