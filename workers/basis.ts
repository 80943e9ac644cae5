/** What a draft is frozen with when people are asked: its edges, the lists that judged it, and what is shown beside it. */
import { createHash } from 'node:crypto';
import { type Basis, digestOf } from '#core/digest.ts';
import type { Evidence } from '#core/evidence.ts';
import type { DraftFinding } from '#core/findings.ts';
import { lists } from '#core/suspicion/lists.ts';
import { shownBeside } from '#slack/views/shown-beside.ts';

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
    ...shownBeside(finding),
  };
}

/** The edges that people were asked about; nothing where what is kept is something else. */
export function thaw(text: string | undefined, { edges }: Pick<Basis, 'edges'>): Frozen | undefined {
  return text !== undefined && sha256(text) === edges ? (JSON.parse(text) as Frozen) : undefined;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
