/** What voting on a draft takes beyond the configuration: worked out when people are asked, and again just before it is written. */
import { type NamespaceSettings, ruleFor, type Settings } from '#config/schema.ts';
import type { ApprovalRule, Ask } from '#core/approval.ts';
import { type Draft, looksOf } from '#core/draft.ts';
import type { Evidence } from '#core/evidence.ts';
import { ruleForDraft } from '#core/extra-approvers.ts';
import { tooManyWarnings } from '#slack/views/approval-card.ts';

type Drafted = { readonly draft: Draft; readonly evidence: Evidence };
type AskingDeps = { readonly settings: Pick<Settings, 'watch' | 'floors'> };

const HOUR = 3_600_000;
const TOO_MUCH =
  'There are more warnings than anybody can judge on one card, so nobody can approve this draft. Deny it and say what to look at.';

/** What the configuration asks for, and what this one draft asks for beyond it. */
export function askingRule(
  { settings }: AskingDeps,
  namespace: NamespaceSettings,
  { draft, evidence }: Drafted,
): ApprovalRule {
  const looks = looksOf(draft).length;
  const safeguards = {
    windowHours: hoursSeen(evidence),
    confirmMinutes: settings.watch.confirmMinutes,
    floors: settings.floors,
  };
  return {
    ...ruleForDraft(draft, ruleFor(namespace, draft.stage), safeguards),
    ...(looks > 0 ? { looks } : {}),
  };
}

/** What keeps everybody from approving it yet. */
export function hurdlesOf(draft: Draft): Pick<Ask, 'undecided' | 'barred'> {
  return {
    undecided: draft.residual.filter(({ decision }) => !decision).length,
    ...(tooManyWarnings(draft) ? { barred: TOO_MUCH } : {}),
  };
}

/** What was kept of the question can be made easier than the draft was; what the draft takes is worked out from it alone. */
export function isAskedTooEasily({ rule }: Pick<Ask, 'rule'>, draft: Draft, takes: ApprovalRule): boolean {
  const { undecided, barred } = hurdlesOf(draft);
  const asked = rule.extraApprovers ?? [];
  const missing = (takes.extraApprovers ?? []).some(
    ({ because, without }) =>
      !asked.some((each) => each.because === because && without.every((user) => each.without.includes(user))),
  );
  const looks = (takes.looks ?? 0) > (rule.looks ?? 0);
  return undecided > 0 || barred !== undefined || missing || looks || (takes.askWhy === true && !rule.askWhy);
}

/** Reports are asked for further back than the namespace may have been watched: what counts is what was seen. */
function hoursSeen({ edges, from, to }: Evidence): number {
  const first = edges.reduce((earliest, { firstSeen }) => Math.min(earliest, firstSeen), to);
  return (to - Math.max(from, first)) / HOUR;
}
