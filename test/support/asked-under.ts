/** For tests of votes: a stage is asked about as if nothing stood out in its draft, under another rule of approval. */
import type { ApprovalRule } from '#core/approval.ts';
import { findingDigest } from '#core/digest.ts';
import type { Stage } from '#core/stage.ts';
import type { House } from './house.ts';

/** As it would have been from the start: the digest is over the rule. */
export async function askedUnder(
  house: House,
  change: Partial<ApprovalRule> = {},
  stage: Stage = 'dns',
): Promise<void> {
  const { stages, salt } = await house.lockdown();
  const { ask } = stages[stage];
  const finding = await house.deps.evidence.draft(house.id, stage);
  if (!ask || !finding) throw new Error('nothing is asked');
  const { looks: _, ...plain } = ask.rule;
  const rule = { ...plain, ...change };
  const digest = findingDigest(finding, rule, salt);
  await house.deps.evidence.keepDraft(house.id, { ...finding, digest });
  await house.put({ stages: { ...stages, [stage]: { ...stages[stage], ask: { ...ask, rule, digest } } } });
}
