/** An approval is good for one application: the namespace on the console says which one is in use, and which are spent. */
import type { ConsoleApi } from '#console/console-api.ts';
import type { Ask, Vote } from '#core/approval.ts';
import { readCutMark } from '#core/cut-mark.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { type Approval, approvalOf, inUse, notCutAnyMore, spent, whySpent } from '#core/spent.ts';
import type { Stage } from '#core/stage.ts';
import { idempotencyKey } from './idempotency.ts';

export type SpendingDeps = {
  readonly consoleApi: Pick<ConsoleApi, 'markNamespace'>;
  readonly idempotencySecret: string;
  readonly now: () => number;
};

/** Refused where the namespace says that what this approval wrote was taken back; else it says from now on that it is used. */
export async function claimApproval(
  deps: SpendingDeps,
  { id, namespace }: Lockdown,
  stage: Stage,
  ask: Ask,
  approving: readonly Vote[],
): Promise<Approval | { readonly refused: string }> {
  const approval = approvalOf({ lockdown: id, stage }, ask, approving);
  const key = idempotencyKey(deps.idempotencySecret, id, stage, 'in use', approval.hash);
  const marked = await deps.consoleApi.markNamespace(
    namespace,
    (annotations) => {
      const refused = whySpent(annotations, approval);
      return refused === undefined ? { marks: inUse(annotations, approval, deps.now()) } : { refused };
    },
    key,
  );
  return 'refused' in marked ? marked : approval;
}

/** Before what it wrote is deleted: dying in between, nobody finds the one without the other. */
export async function spendApproval(deps: SpendingDeps, { id, namespace }: Lockdown, stage: Stage): Promise<void> {
  const key = idempotencyKey(deps.idempotencySecret, id, stage, 'spent');
  await deps.consoleApi.markNamespace(
    namespace,
    (annotations) => ({ marks: spent(annotations, { lockdown: id, stage }, deps.now()) }),
    key,
  );
}

/** What somebody gave back on the console by hand is spent too, and a cut that has been sent and did not arrive yet. */
export async function spendCut(deps: SpendingDeps, { id, namespace }: Lockdown): Promise<void> {
  const key = idempotencyKey(deps.idempotencySecret, id, 'spent by hand');
  await deps.consoleApi.markNamespace(
    namespace,
    (annotations) => {
      const isOurs = readCutMark(annotations)?.lockdown === id;
      const place = { lockdown: id, stage: 'disable-discovery' } as const;
      return {
        marks: isOurs ? notCutAnyMore(annotations, id, deps.now()) : spent(annotations, place, deps.now()),
      };
    },
    key,
  );
}
