/** What a draft is frozen with when people are asked: its edges, the lists that judged it, and what is shown beside it. */
import { createHash } from 'node:crypto';
import { type Basis, digestOf } from '#core/digest.ts';
import type { Evidence } from '#core/evidence.ts';
import type { DraftFinding } from '#core/findings.ts';
import { shadowInWords } from '#core/shadow.ts';
import { lists } from '#core/suspicion/lists.ts';
import { flowsFile } from '#slack/views/flows-file.ts';

/** The part of the evidence that grows with time. */
export type Frozen = Pick<Evidence, 'edges' | 'from' | 'to' | 'gaps'>;

export function frozenText({ edges, from, to, gaps }: Frozen): string {
  return JSON.stringify({ edges, from, to, gaps });
}

export function basisOf(finding: Omit<DraftFinding, 'basis' | 'digest'>, frozen: Frozen): Basis {
  const { from, to } = frozen;
  return {
    from: Math.floor(from),
    to: Math.floor(to),
    edges: sha256(frozenText(frozen)),
    lists: lists(),
    reach: digestOf('reach', finding.reach),
    ...shownOf(finding),
  };
}

/** The edges that people were asked about; nothing where what is kept is something else. */
export function thaw(text: string | undefined, { edges }: Pick<Basis, 'edges'>): Frozen | undefined {
  return text !== undefined && sha256(text) === edges ? (JSON.parse(text) as Frozen) : undefined;
}

/** Whether the file and the warnings are the ones that the votes are for. */
export function isAsShown(finding: DraftFinding): boolean {
  const { file, warnings } = shownOf(finding);
  const { basis, reach } = finding;
  return basis.file === file && basis.warnings === warnings && basis.reach === digestOf('reach', reach);
}

function shownOf(finding: Omit<DraftFinding, 'basis' | 'digest'>): Pick<Basis, 'file' | 'warnings'> {
  const { draft, doubts, differences, completeness, shadow } = finding;
  const remarks = draft.remarks.map(({ level, text }) => [level, text]);
  return {
    file: sha256(flowsFile(finding).content),
    warnings: digestOf('shown', {
      ...{ remarks, doubts, differences, completeness: [completeness.sentence, ...completeness.details] },
      ...(shadow ? { shadow: shadowInWords(shadow), because: shadow.disagreements.map(({ because }) => because) } : {}),
    }),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
