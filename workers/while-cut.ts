/** Rules are not taken away from a namespace that is cut: it would reject what they allow. */
import type { ConsoleApi } from '#console/console-api.ts';
import { isCutAtAll } from '#core/cut-mark.ts';
import { type Lockdown, mayBeCut } from '#core/lockdown-state.ts';
import { WillNotPass } from '#redis/queue.ts';

export type WhileCutDeps = { readonly consoleApi: Pick<ConsoleApi, 'readNamespace'> };

/** The tables never ask for it; a cut that comes late, and whoever writes to Redis, could. */
export async function refuseWhileCut(deps: WhileCutDeps, lockdown: Lockdown): Promise<void> {
  if (!(await isCutNow(deps, lockdown))) return;
  const because =
    'Discovery mode is off, so taking these rules away would cut what they allow. Release the namespace first.';
  // The last stage is being taken back at the same time, and gives the namespace back.
  throw mayBeCut(lockdown) ? new Error(because) : new WillNotPass(because);
}

/** Half of it opened by hand is still half of it cut. */
export async function isCutNow(deps: WhileCutDeps, { namespace }: Pick<Lockdown, 'namespace'>): Promise<boolean> {
  const facts = await deps.consoleApi.readNamespace(namespace);
  return facts !== undefined && isCutAtAll(facts.own, facts.annotations);
}
