/** Takes back exactly what a stage created, the last object first. */
import type { ConsoleApi } from '#console/console-api.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { JobFacts } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';
import { idempotencyKey } from './idempotency.ts';
import { type Reporting, report } from './reporting.ts';

export type UndoDeps = Reporting & {
  readonly lockdowns: Pick<LockdownStore, 'read'>;
  readonly evidence: Pick<EvidenceStore, 'written' | 'forgetWritten'>;
  readonly consoleApi: Pick<ConsoleApi, 'deleteOurs' | 'removeTagPrefixes'>;
  readonly idempotencySecret: string;
  readonly journal: Pick<Journal, 'wroteToConsole'>;
};

export function undoStage(deps: UndoDeps) {
  return async ({ lockdown: id, stage }: JobData<'undo-stage'>, job: JobFacts): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    if (lockdown?.stages[stage].phase !== 'undoing') return;
    const written = await deps.evidence.written(id, stage);
    for (const object of written.toReversed()) {
      if (object.kind === 'tag-prefixes') {
        const key = idempotencyKey(deps.idempotencySecret, id, stage, 'undo', object);
        const result = await deps.consoleApi.removeTagPrefixes(lockdown.namespace, object.added, key);
        const outcome = result.written ? 'removed' : 'gone already';
        deps.journal.wroteToConsole({
          lockdown: id,
          stage,
          kind: object.kind,
          name: object.added.join(' '),
          outcome,
          id: lockdown.namespace,
        });
        continue;
      }
      const identity = object.kind === 'ruleset' ? 'ruleset' : 'external-network';
      const outcome = await deps.consoleApi.deleteOurs(lockdown.namespace, identity, object.id, id);
      deps.journal.wroteToConsole({
        lockdown: id,
        stage,
        kind: object.kind,
        name: object.name,
        outcome,
        id: object.id,
      });
    }
    await deps.evidence.forgetWritten(id, stage);
    await report(deps, id, { type: 'undone', stage }, job.id);
  };
}
