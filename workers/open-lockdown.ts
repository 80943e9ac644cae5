/** Opens a lockdown: checks the namespace on the console, keeps the lockdown, and sets the schedules of discovery. */
import { randomBytes } from 'node:crypto';
import { type Settings, settingsFor } from '#config/schema.ts';
import type { ConsoleApi } from '#console/console-api.ts';
import { isFailure } from '#core/failure.ts';
import { newLockdown, startOf } from '#core/lockdown-state.ts';
import { inDiscoveryMode } from '#core/policy.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { JobFacts, Queues } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';
import { startSchedules } from './schedules.ts';
import { type TellingDeps, tellAlone } from './telling.ts';

export type OpenDeps = TellingDeps & {
  readonly lockdowns: Pick<LockdownStore, 'openOf' | 'endedSince' | 'save' | 'read'>;
  readonly consoleApi: Pick<ConsoleApi, 'readNamespace' | 'readPolicy'>;
  readonly queues: Pick<Queues, 'add' | 'schedule' | 'unschedule'>;
  readonly settings: Settings;
  readonly journal: Pick<Journal, 'opened' | 'refused'>;
  readonly configHash: string;
  readonly now: () => number;
};

export function openLockdown(deps: OpenDeps) {
  return async (request: JobData<'open-lockdown'>, job: JobFacts): Promise<void> => {
    if (!(await deps.lockdowns.read(request.id))) {
      const refusal = await whyNot(deps, request).catch((error) => whyItFailed(error, job));
      if (refusal !== undefined) {
        deps.journal.refused({ user: request.user, verb: 'start', because: refusal });
        return tellAlone(deps, request, refusal);
      }
      const settings = settingsFor(deps.settings, request.namespace);
      const lockdown = newLockdown({
        id: request.id,
        salt: randomBytes(32).toString('base64url'),
        namespace: request.namespace,
        team: request.team,
        channel: settings?.channel ?? request.channel,
        requestedBy: request.user,
        startedAt: request.at,
        days: request.days,
      });
      const started = { event: startOf(lockdown), from: '', to: 'discovering', steps: [] };
      const facts = { at: deps.now(), cause: job.id, config: deps.configHash };
      const saved = await deps.lockdowns.save(lockdown, [started], facts);
      if ('lost' in saved && saved.lost === 'another lockdown is open')
        return tellAlone(deps, request, alreadyOpen(request.namespace));
      deps.journal.opened({ lockdown: request.id, namespace: request.namespace, by: request.user });
    }
    await startSchedules(deps, request.id);
    await deps.queues.add('collect-flows', { lockdown: request.id }, `${request.id}-collect-first`);
    await deps.queues.add('announce', { lockdown: request.id }, `${request.id}-e1-announce`);
  };
}

async function whyNot(deps: OpenDeps, { namespace, at }: JobData<'open-lockdown'>): Promise<string | undefined> {
  if (!settingsFor(deps.settings, namespace))
    return `No approvers are configured for ${namespace}, so nobody could approve anything. Add it to the configuration first.`;
  if (await deps.lockdowns.openOf(namespace)) return alreadyOpen(namespace);
  // A start that was held up, typed twice because nothing seemed to come of it, is no wish for a second one.
  if ((await deps.lockdowns.endedSince(at)).some((ended) => ended.namespace === namespace))
    return `Since you asked, a lockdown of ${namespace} was opened and has ended. If you want a further one, start it again.`;
  const facts = await deps.consoleApi.readNamespace(namespace);
  if (!facts)
    return `The console does not know ${namespace}, or does not show it to this bot. Is it the full path, such as /acme/aws-dev/k8s/hipster-shop?`;
  if (facts.kind === 'cluster')
    return `${namespace} is the cluster itself. A lockdown is of one Kubernetes namespace below it.`;
  if (facts.kind === 'tenant' || facts.kind === 'cloud-account')
    return `${namespace} is a ${facts.kind === 'tenant' ? 'tenant' : 'cloud account'}, not a Kubernetes namespace. A lockdown is of one Kubernetes namespace.`;
  if (facts.protected)
    return `${namespace} is protected on the console: nothing on it can be changed before somebody takes the protection off.`;
  const { policy } = await deps.consoleApi.readPolicy(namespace);
  if (!inDiscoveryMode(policy)) {
    const { incoming, outgoing } = policy.effective;
    return `Discovery mode is already off in ${namespace}: what no rule matches is answered with ${incoming} (incoming) and ${outgoing} (outgoing).`;
  }
  return undefined;
}

/** Somebody in Slack waits: what will not pass, and the last try of what might, is told to that person. */
function whyItFailed(error: unknown, job: JobFacts): string {
  if (!isFailure(error) || (error.passing && !job.lastAttempt)) throw error;
  return `The lockdown was not started, because the console could not be asked. ${error.message}`;
}

function alreadyOpen(namespace: string): string {
  return `A lockdown of ${namespace} is already open. \`/lockdown status ${namespace}\` shows where it stands.`;
}
