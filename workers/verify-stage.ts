/** Looks whether newer flows carry the rules that a stage created, again and again until they do or somebody goes on. */
import { type Settings, settingsFor } from '#config/schema.ts';
import { Fold, sameTraffic } from '#core/fold.ts';
import { groupInWords } from '#core/groups.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { lastSegment } from '#core/namespace.ts';
import { isProven, proofOf, verification } from '#core/verification.ts';
import type { EdgeStore } from '#redis/edge-store.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { JobFacts } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import { type DriftDeps, tellDrift } from './drift.ts';
import { askKubernetes, type GatheringDeps } from './gathering.ts';
import { type NewerFlowsDeps, readNewerFlows } from './newer-flows.ts';
import { type Reporting, report } from './reporting.ts';

export type VerifyDeps = Reporting &
  NewerFlowsDeps &
  DriftDeps &
  Pick<GatheringDeps, 'readKubernetes'> & {
    readonly lockdowns: Pick<LockdownStore, 'read'>;
    readonly edges: Pick<EdgeStore, 'edges' | 'units' | 'collected'>;
    readonly evidence: Pick<EvidenceStore, 'draft' | 'written' | 'newNames' | 'keepNewNames' | 'keepVerify'>;
    readonly settings: Settings;
  };

export function verifyStage(deps: VerifyDeps) {
  return async ({ lockdown: id, stage }: JobData<'verify-stage'>, job: JobFacts): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    const state = lockdown?.stages[stage];
    if (!lockdown || lockdown.paused || lockdown.phase !== 'securing' || state?.phase !== 'verifying') return;
    const { settleSeconds, everySeconds, forMinutes } = deps.settings.verify;
    const appliedAt = state.appliedAt ?? deps.now();
    const groups = await look(deps, lockdown, stage, appliedAt + settleSeconds * 1000);
    await deps.evidence.keepVerify(id, stage, { since: appliedAt, readAt: deps.now(), groups });
    const proof = proofOf(groups, groupInWords);
    if (isProven(groups)) await tellDrift(deps, lockdown, job.id);
    if (isProven(groups)) return report(deps, id, { type: 'seen-allowed', stage, proof }, job.id);
    const late = deps.now() > appliedAt + forMinutes * 60_000;
    if (late && state.because !== proof) await report(deps, id, { type: 'not-seen', stage, because: proof }, job.id);
    // The next look has an id of its own; after the deadline people decide, and looking goes on more slowly beside them.
    const wait = everySeconds * 1000 * (late ? 5 : 1);
    const look_ = Math.floor((deps.now() - appliedAt) / (everySeconds * 1000));
    await deps.queues.add(
      'verify-stage',
      { lockdown: id, stage },
      `${id}-${stage}-${appliedAt}-look${look_ + 1}-verify`,
      wait,
    );
  };
}

async function look(deps: VerifyDeps, lockdown: Lockdown, stage: JobData<'verify-stage'>['stage'], since: number) {
  const { id } = lockdown;
  const [recorded, finding, written] = await Promise.all([
    deps.edges.edges(id),
    deps.evidence.draft(id, stage, lockdown.stages[stage].ask?.digest),
    deps.evidence.written(id, stage),
  ]);
  const { namespace } = lockdown;
  const [newer, { facts }] = await Promise.all([
    readNewerFlows(deps, lockdown, since, (names) => new Fold(names)),
    askKubernetes(deps, settingsFor(deps.settings, namespace)?.kubernetesNamespace ?? lastSegment(namespace)),
  ]);
  const { edges } = newer.fold.edges(newer.unitToWorkload);
  const ours = new Set(written.flatMap((object) => (object.kind === 'ruleset' ? [object.id] : [])));
  // Only what the stage is about: its rules may let other traffic through too, which proves nothing about this stage.
  const about = new Set(finding?.draft.unallowed.flatMap((group) => group.edges));
  const asked = new Set(finding?.draft.allows.filter((edge) => about.has(edge)));
  const expected = sameTraffic(recorded).filter((edge) => asked.has(edge.id));
  const { workloads, policy } = newer;
  return verification(expected, edges, ours, { namespace, workloads, policy, ...(facts ? { kubernetes: facts } : {}) });
}
