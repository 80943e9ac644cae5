/** What a namespace that was cut says of it on the console, for when nothing else is left that knows. */
import type { DefaultActions, OwnAction } from './policy.ts';

export type CutMark = {
  readonly lockdown: string;
  readonly digest: string;
  /** What is given back. */
  readonly former: DefaultActions<OwnAction>;
  /** Until when somebody has to confirm, milliseconds since the epoch; absent where nobody has to, or somebody has. */
  readonly confirmBy?: number;
};

type Annotations = Readonly<Record<string, readonly string[]>>;

const LOCKDOWN = 'lockstep.lockdown';
const DIGEST = 'lockstep.digest';
const FORMER = 'lockstep.former';
export const CONFIRM_BY = 'lockstep.confirmBy';

export function cutMark({ lockdown, digest, former, confirmBy }: CutMark): Annotations {
  return {
    [LOCKDOWN]: [lockdown],
    [DIGEST]: [digest],
    [FORMER]: [former.incoming, former.outgoing],
    [CONFIRM_BY]: confirmBy === undefined ? [] : [new Date(confirmBy).toISOString()],
  };
}

/** Nothing where the namespace carries no mark of ours, or one that says nothing usable. */
export function readCutMark(annotations: Annotations): CutMark | undefined {
  const lockdown = annotations[LOCKDOWN]?.[0];
  const [incoming, outgoing] = annotations[FORMER] ?? [];
  if (lockdown === undefined || !isAction(incoming) || !isAction(outgoing)) return undefined;
  const confirmBy = Date.parse(annotations[CONFIRM_BY]?.[0] ?? '');
  const digest = annotations[DIGEST]?.[0] ?? '';
  const former = { incoming, outgoing };
  return { lockdown, digest, former, ...(Number.isNaN(confirmBy) ? {} : { confirmBy }) };
}

/** Whether it rejects by default in both directions, whoever did that, or still in one that a lockdown has cut. */
export function isCutAtAll(own: DefaultActions<OwnAction>, annotations: Annotations): boolean {
  const mark = readCutMark(annotations);
  const cut = (['incoming', 'outgoing'] as const).filter((way) => own[way] === 'Reject');
  return cut.length === 2 || cut.some((way) => mark !== undefined && mark.former[way] !== 'Reject');
}

/** Why what is about to be given back is not given; nothing where the namespace itself says that this was cut from it. */
export function whyNotGivenBack(annotations: Annotations, { lockdown, digest, former }: CutMark): string | undefined {
  const mark = readCutMark(annotations);
  if (!mark)
    return 'The namespace does not say on the console that it was cut by a lockdown, so nothing is given back. Somebody has to set its default actions there.';
  const same =
    mark.lockdown === lockdown &&
    mark.digest === digest &&
    mark.former.incoming === former.incoming &&
    mark.former.outgoing === former.outgoing;
  return same
    ? undefined
    : 'What the namespace says on the console of its cut is not what was approved to be given back. Somebody has to look at the console.';
}

/** Takes it off, with what every object of ours carries: what is empty is no annotation. */
export const NO_MARK: Annotations = Object.fromEntries(
  [LOCKDOWN, 'lockstep.stage', DIGEST, 'lockstep.approvedBy', 'lockstep.ledger', FORMER, CONFIRM_BY].map((name) => [
    name,
    [],
  ]),
);

function isAction(text: string | undefined): text is OwnAction {
  return text === 'Allow' || text === 'Reject' || text === 'Inherit';
}
