/** Gives a namespace back: exactly the default actions that it had before, which were approved together with the cut. */
import type { ConsoleApi } from '#console/console-api.ts';
import { draftDigest, inverseOf } from '#core/digest.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import { type JobFacts, WillNotPass } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';
import { idempotencyKey } from './idempotency.ts';
import { type Reporting, report } from './reporting.ts';

export type ReleaseDeps = Reporting & {
  readonly lockdowns: Pick<LockdownStore, 'read'>;
  readonly evidence: Pick<EvidenceStore, 'former' | 'draft'>;
  readonly consoleApi: Pick<ConsoleApi, 'setDefaultActions'>;
  readonly idempotencySecret: string;
  readonly journal: Pick<Journal, 'wroteToConsole'>;
};

const REJECT = { incoming: 'Reject', outgoing: 'Reject' } as const;

export function releaseLockdown(deps: ReleaseDeps) {
  return async ({ lockdown: id }: JobData<'release-lockdown'>, job: JobFacts): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    if (lockdown?.phase !== 'releasing') return;
    const former = await deps.evidence.former(id);
    const finding = await deps.evidence.draft(id, 'disable-discovery');
    const ask = lockdown.stages['disable-discovery'].ask;
    if (!former || !finding || !ask)
      throw new WillNotPass(
        'What the default actions were before is not kept, so somebody has to set them on the console.',
      );
    // The former actions were part of what was approved: whoever changed them since does not decide what is given back.
    const inverse = inverseOf(finding.draft.changes, finding.localPrefixes);
    const approved = draftDigest({ draft: finding.draft, inverse, approvalRule: ask.rule }) === ask.digest;
    const recorded = inverse.some(
      (undo) =>
        undo.kind === 'set-default-actions' &&
        undo.actions.incoming === former.incoming &&
        undo.actions.outgoing === former.outgoing,
    );
    if (!approved || !recorded)
      throw new WillNotPass(
        'What is kept as the former default actions is not what was approved to be given back. Somebody has to look at the console.',
      );
    const { incoming, outgoing } = former;
    const key = idempotencyKey(deps.idempotencySecret, id, 'release', former);
    const result = await deps.consoleApi.setDefaultActions(lockdown.namespace, { incoming, outgoing }, REJECT, key);
    const name = `incoming ${incoming}, outgoing ${outgoing}`;
    const outcome = result.written ? 'given back' : 'so already';
    deps.journal.wroteToConsole({
      lockdown: id,
      stage: 'disable-discovery',
      kind: 'default actions',
      name,
      outcome,
      id: lockdown.namespace,
    });
    await report(deps, id, { type: 'released', incoming, outgoing }, job.id);
  };
}
