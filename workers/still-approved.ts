/** Whether what is about to be written is what enough people approved: computed, counted and compared once more. */
import { settingsFor } from '#config/schema.ts';
import { type Ask, isTooOld, type Vote } from '#core/approval.ts';
import { isMarkedAs } from '#core/approved-object.ts';
import { newCutsAtOnce } from '#core/at-once.ts';
import { asMatter, isSameMatter } from '#core/digest.ts';
import type { DraftFinding } from '#core/findings.ts';
import { groupInWords } from '#core/groups.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Policy } from '#core/policy.ts';
import { newHolders } from '#core/reach.ts';
import type { Approval } from '#core/spent.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import { lists } from '#core/suspicion/lists.ts';
import type { EvidenceStore, Written } from '#redis/evidence-store.ts';
import { isAsAsked } from '#slack/views/shown-beside.ts';
import { askingRule, isAskedTooEasily } from './asking-rule.ts';
import { thaw } from './basis.ts';
import { type CountingDeps, countVotes } from './counting-votes.ts';
import { computeDraft, type DraftingDeps } from './drafting.ts';
import { claimApproval, type SpendingDeps } from './spending.ts';
import type { Outdated, RestsOn } from './why-not-cut.ts';

export type StillApprovedDeps = CountingDeps &
  DraftingDeps &
  SpendingDeps & { readonly evidence: Pick<EvidenceStore, 'frozen'> };

export type Approved = {
  readonly approving: readonly Vote[];
  readonly approval: Approval;
  /** What an earlier try had journalled when this was compared. */
  readonly written: readonly Written[];
  readonly restsOn: readonly RestsOn[];
};

/** Whether enough valid votes stand for exactly this draft, and it is still the right one: at every try, however late. */
export async function stillApproved(
  deps: StillApprovedDeps,
  lockdown: Lockdown,
  stage: Stage,
  finding: DraftFinding,
  ask: Ask,
): Promise<Approved | Outdated> {
  const frozen = thaw(await deps.evidence.frozen(lockdown.id), finding.basis);
  if (!isAsAsked(finding, ask, lockdown) || !frozen)
    return { outdated: 'The draft that is kept is not the one that was approved.' };
  const { result, approving } = await countVotes(deps, lockdown, stage, ask);
  if (result !== 'enough') {
    return {
      outdated:
        'Counted again just before writing, the approvals were no longer enough: a vote, or somebody’s right to vote, has fallen away.',
    };
  }
  if (isTooOld(approving, ask.rule, deps.now())) {
    return {
      outdated: `It was approved more than ${ask.rule.expiresHours} hours ago, and what was seen since was not on the card. The approvers are asked again.`,
    };
  }
  const now = await computeDraft(deps, lockdown, stage, {
    frozen,
    inShadow: ask.shadowMinutes !== undefined,
  });
  // Who keeps talking cannot keep a stage from being applied: what was seen since is not part of the question.
  if (!isSameMatter(asMatter(now), asMatter(finding)) || lists().digest !== finding.basis.lists.digest) {
    return {
      outdated:
        'The console’s policy, the workloads or what Kubernetes says has changed since the approvers looked, and the draft with it. They are asked again, and the difference is shown.',
    };
  }
  const namespace = settingsFor(deps.settings, lockdown.namespace);
  if (!namespace || isAskedTooEasily(ask, now.draft, askingRule(deps, namespace, now))) {
    return {
      outdated:
        'The approvers were asked for less than this draft takes: an answer, a look, a reason or one more of them is missing.',
    };
  }
  const [cut] = newCutsAtOnce(now.draft, finding.draft);
  if (cut) return { outdated: `Since the approvers looked, it would cut ${groupInWords(cut)} at once.` };
  const { confirmSeconds } = finding.basis;
  if (confirmSeconds !== undefined && confirmSeconds !== Math.round(deps.settings.watch.confirmMinutes * 60))
    return { outdated: 'The time to confirm afterwards is another one than the approvers were told.' };
  const [captured] = newHolders(finding.reach, now.reach);
  if (captured !== undefined) return { outdated: `Since the approvers looked, ${captured}` };
  // Last, so that nothing is between this answer and what is written.
  const approval = await claimApproval(deps, lockdown, stage, ask, approving);
  if ('refused' in approval) return { outdated: approval.refused };
  return { approving, approval, written: now.written, restsOn: restsOn(now.evidence.policy, lockdown, stage) };
}

/** Objects of the stages before, without which a namespace that is cut would reject what was approved. */
function restsOn({ rulesets, externalNetworks }: Policy, { id, namespace }: Lockdown, last: Stage): RestsOn[] {
  if (last !== 'disable-discovery') return [];
  return [...rulesets, ...externalNetworks].flatMap((object) => {
    const stage = STAGES.find((each) => each !== last && isMarkedAs(object, id, each));
    return stage && object.namespace === namespace ? [{ stage, id: object.id, name: object.name }] : [];
  });
}
