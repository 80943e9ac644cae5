/** Compares what enforcers say of rules that are only observed with what the replay says of them, for the agreed time. */
import type { Settings } from '#config/schema.ts';
import type { ShadowFinding } from '#core/findings.ts';
import { sameTraffic } from '#core/fold.ts';
import { groupInWords } from '#core/groups.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { withChanges } from '#core/replay.ts';
import { compareShadow, outOfShadow, ShadowFold, shadowInWords } from '#core/shadow.ts';
import type { Stage } from '#core/stage.ts';
import { compile } from '#core/verdict.ts';
import type { EdgeStore } from '#redis/edge-store.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import { type JobFacts, WillNotPass } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import { asBefore } from './drafting.ts';
import { type NewerFlowsDeps, readNewerFlows } from './newer-flows.ts';
import { type Reporting, report } from './reporting.ts';

export type ShadowDeps = Reporting &
  NewerFlowsDeps & {
    readonly lockdowns: Pick<LockdownStore, 'read'>;
    readonly edges: Pick<EdgeStore, 'edges' | 'units' | 'collected'>;
    readonly evidence: Pick<EvidenceStore, 'draft' | 'written' | 'keepShadow'>;
    readonly settings: Settings;
  };

const REJECT = { incoming: 'Reject', outgoing: 'Reject' } as const;
/** Each look reads all reports since the beginning, so a long time has no more looks than a short one. */
const LOOKS = 20;
/** The history keeps them, so they cannot be without number. */
const DISAGREEMENTS_TOLD = 20;

export function shadowStage(deps: ShadowDeps) {
  return async ({ lockdown: id, stage }: JobData<'shadow-stage'>, job: JobFacts): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    const state = lockdown?.stages[stage];
    if (!lockdown || lockdown.paused || lockdown.phase !== 'securing' || state?.phase !== 'shadowing') return;
    const { shadow } = state;
    if (!shadow) throw new WillNotPass(`Nothing is kept of how long ${stage} is to be observed.`);
    const { everySeconds } = deps.settings.verify;
    const { reportDelaySeconds } = deps.settings.discovery;
    const finding = await look(deps, lockdown, stage, shadow);
    await deps.evidence.keepShadow(id, stage, finding);
    const endsAt = shadow.since + shadow.minutes * 60_000 + reportDelaySeconds * 1000;
    if (finding.readAt >= endsAt) {
      const disagreements = finding.disagreements.slice(0, DISAGREEMENTS_TOLD).map(({ group }) => groupInWords(group));
      const because = shadowInWords(finding);
      return report(deps, id, { type: 'shadow-ended', stage, because, disagreements }, job.id);
    }
    const everyMs = Math.max(everySeconds * 1000, (shadow.minutes * 60_000) / LOOKS);
    const nth = Math.floor((finding.readAt - shadow.since) / everyMs);
    await deps.queues.add(
      'shadow-stage',
      { lockdown: id, stage },
      `${id}-${stage}-${shadow.since}-look${nth + 1}-shadow`,
      Math.min(everyMs, Math.max(0, endsAt - finding.readAt)),
    );
  };
}

async function look(
  deps: ShadowDeps,
  lockdown: Lockdown,
  stage: Stage,
  { since, minutes }: NonNullable<Lockdown['stages'][Stage]['shadow']>,
): Promise<ShadowFinding> {
  const { id } = lockdown;
  const [recorded, finding, written] = await Promise.all([
    deps.edges.edges(id),
    deps.evidence.draft(id, stage, lockdown.stages[stage].ask?.digest),
    deps.evidence.written(id, stage),
  ]);
  if (!finding) throw new WillNotPass(`The draft of ${stage} that is observed is not kept any more.`);
  const ours = new Set(written.flatMap((object) => (object.kind === 'ruleset' ? [object.id] : [])));
  const from = since + deps.settings.verify.settleSeconds * 1000;
  const readAt = deps.now();
  const newer = await readNewerFlows(deps, lockdown, from, (names) => new ShadowFold(names, ours));
  const { fold, workloads, policy, unitToWorkload } = newer;
  const before = asBefore(policy, { lockdown: id, stage }, finding.draft, written);
  const judgeOf = (of: typeof policy) => compile(of, workloads, { assume: REJECT });
  const asked = new Set(finding.draft.allows);
  const compared = compareShadow({
    expected: sameTraffic(recorded).filter((edge) => asked.has(edge.id)),
    accepted: fold.accepted.edges(unitToWorkload).edges,
    others: fold.others.edges(unitToWorkload).edges,
    told: fold.told,
    flows: fold.flows,
    without: judgeOf(before),
    enforced: judgeOf(withChanges(before, outOfShadow(finding.draft.changes))),
    words: { workloads, policy },
  });
  return { since, readAt, minutes, ...compared };
}
