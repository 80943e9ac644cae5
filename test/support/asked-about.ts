/** A draft and the question about it, made to fit each other as the workers do: votes are for what is kept and shown. */
import type { Ask } from '#core/approval.ts';
import { digestOf, findingDigest } from '#core/digest.ts';
import type { DraftFinding } from '#core/findings.ts';
import { shownBeside } from '#slack/views/shown-beside.ts';
import { aLockdown } from './slack-lockdowns.ts';

export function askedAbout(finding: DraftFinding, ask: Ask): { readonly finding: DraftFinding; readonly ask: Ask } {
  const basis = { ...finding.basis, ...shownBeside(finding), reach: digestOf('reach', finding.reach) };
  const digest = findingDigest({ ...finding, basis }, ask.rule, aLockdown().salt);
  return { finding: { ...finding, basis, digest }, ask: { ...ask, digest } };
}
