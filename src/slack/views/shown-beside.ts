/** The part of a digest that is over what a card and its file say, so that a kept draft can be held against its question. */
import { createHash } from 'node:crypto';
import type { Ask } from '#core/approval.ts';
import { type Basis, digestOf, findingDigest } from '#core/digest.ts';
import type { DraftFinding } from '#core/findings.ts';
import { shadowInWords } from '#core/shadow.ts';
import { flowsFile } from './flows-file.ts';

/** Whether this is the draft that the question is about: what is kept says of itself what whoever keeps it likes. */
export function isAsAsked(
  finding: DraftFinding,
  { digest, rule }: Pick<Ask, 'digest' | 'rule'>,
  { salt }: { readonly salt: string },
): boolean {
  return finding.digest === digest && isAsShown(finding) && findingDigest(finding, rule, salt) === digest;
}

/** Whether the file and the warnings are the ones that the votes are for. */
function isAsShown(finding: DraftFinding): boolean {
  const { file, warnings } = shownBeside(finding);
  const { basis, reach } = finding;
  return basis.file === file && basis.warnings === warnings && basis.reach === digestOf('reach', reach);
}

export function shownBeside(finding: Omit<DraftFinding, 'basis' | 'digest'>): Pick<Basis, 'file' | 'warnings'> {
  const { draft, doubts, differences, completeness, shadow } = finding;
  const remarks = draft.remarks.map(({ level, text }) => [level, text]);
  return {
    file: createHash('sha256').update(flowsFile(finding).content).digest('hex'),
    warnings: digestOf('shown', {
      ...{ remarks, doubts, differences, completeness: [completeness.sentence, ...completeness.details] },
      ...(shadow ? { shadow: shadowInWords(shadow), because: shadow.disagreements.map(({ because }) => because) } : {}),
    }),
  };
}
