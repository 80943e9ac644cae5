/** Which approvals a namespace says on the console were written, and which are used up: what Redis holds can be put back. */
import { type Ask, goodUntil, type Vote } from './approval.ts';
import { NO_MARK, readCutMark } from './cut-mark.ts';
import { digestOf } from './digest.ts';
import type { Stage } from './stage.ts';

/** One question that enough people have answered with yes; good for one application. */
export type Approval = {
  readonly lockdown: string;
  readonly stage: Stage;
  /** Of the question's nonce, which each vote for it is signed over. */
  readonly hash: string;
  /** Milliseconds since the epoch; afterwards none of its votes counts, whoever puts them back. */
  readonly until: number;
};

type Annotations = Readonly<Record<string, readonly string[]>>;
type Place = Pick<Approval, 'lockdown' | 'stage'>;

const SPENT = 'lockstep.spent';
const HASH_LENGTH = 32;

export function approvalOf({ lockdown, stage }: Place, { nonce, rule }: Ask, approving: readonly Vote[]): Approval {
  return { lockdown, stage, hash: approvalHash({ lockdown, stage }, nonce), until: goodUntil(approving, rule) };
}

export function approvalHash({ lockdown, stage }: Place, nonce: string): string {
  return digestOf('approval', { lockdown, stage, nonce }).slice(0, HASH_LENGTH);
}

/** Nothing where what it wrote was never taken back: then a further try goes on. */
export function whySpent(annotations: Annotations, { hash }: Pick<Approval, 'hash'>): string | undefined {
  return (annotations[SPENT] ?? []).some((entry) => entry.startsWith(hash))
    ? 'The console says that this approval was used up: what it had written was taken back since. The approvers are asked again.'
    : undefined;
}

/** Nothing while it was not cut under this approval; the cut and its mark are one write, and only Lockstep takes both away. */
export function whyOpened(annotations: Annotations, lockdown: string, digest: string): string | undefined {
  const mark = readCutMark(annotations);
  return mark?.lockdown === lockdown && mark.digest === digest
    ? 'The namespace was cut under this approval, and somebody has opened it on the console since. It is not cut again: release it, and have the stage approved anew.'
    : undefined;
}

/**
 * Why a namespace is not cut whose rules are being taken away: that is written on it before the first of them is deleted,
 * and so before or after the cut, never in between.
 */
export function whyTakenBack(annotations: Annotations, lockdown: string, stages: readonly Stage[]): string | undefined {
  const takenBack = stages.find((stage) => annotations[nameOf(stage)]?.[0] !== lockdown);
  return takenBack === undefined
    ? undefined
    : `The console says that what was approved for ${takenBack} was taken back, but objects that are marked as its own still stand there.`;
}

/** What is written on the namespace before anything else of the stage. What another approval had written there is used up. */
export function inUse(annotations: Annotations, approval: Approval, now: number): Annotations {
  const { lockdown, stage, hash, until } = approval;
  const [, standing] = annotations[nameOf(stage)] ?? [];
  if (standing === hash) return {};
  return { ...used(annotations, stage, now), [nameOf(stage)]: [lockdown, hash, new Date(until).toISOString()] };
}

/** What is written on the namespace when what a stage wrote is taken back; nothing where it says nothing of that lockdown. */
export function spent(annotations: Annotations, { lockdown, stage }: Place, now: number): Annotations {
  const [whose] = annotations[nameOf(stage)] ?? [];
  return whose === lockdown ? { ...used(annotations, stage, now), [nameOf(stage)]: [] } : {};
}

/** The same for a namespace that is given back: it says no more that it is cut. */
export function notCutAnyMore(annotations: Annotations, lockdown: string, now: number): Annotations {
  return { ...NO_MARK, ...spent(annotations, { lockdown, stage: 'disable-discovery' }, now) };
}

/** One annotation a stage: the lockdown, the approval's hash, and until when that has to be remembered. */
function nameOf(stage: Stage): string {
  return `lockstep.applied.${stage}`;
}

/** Those that cannot count any more in any case are forgotten, so the list stays short. */
function used(annotations: Annotations, stage: Stage, now: number): Annotations {
  const [, hash, until] = annotations[nameOf(stage)] ?? [];
  const added = hash !== undefined && until !== undefined ? [`${hash} ${until}`] : [];
  const before = (annotations[SPENT] ?? []).filter((entry) => !added.includes(entry));
  const isOver = (entry: string) => Date.parse(entry.slice(HASH_LENGTH + 1)) < now;
  return { [SPENT]: [...before, ...added].filter((entry) => !isOver(entry)) };
}
