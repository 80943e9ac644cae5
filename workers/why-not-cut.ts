/** Whether the rules that a cut rests on are still there, and nobody takes them away. */
import type { ConsoleApi } from '#console/console-api.ts';
import { type Lockdown, stagesTakenBack } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';

export type Outdated = { readonly outdated: string };

export type RestsOn = { readonly stage: Stage; readonly id: string; readonly name: string };

export type WhyNotCutDeps = {
  readonly lockdowns: Pick<LockdownStore, 'read'>;
  readonly consoleApi: Pick<ConsoleApi, 'readPolicy'>;
};

/** Asked before and after the cut. The tables do not let both happen; whoever writes to Redis could. */
export async function whyNotCut(
  deps: WhyNotCutDeps,
  { id, namespace }: Lockdown,
  stage: Stage,
  restsOn: readonly RestsOn[] = [],
): Promise<Outdated | undefined> {
  if (stage !== 'disable-discovery') return undefined;
  const now = await deps.lockdowns.read(id);
  const [takenBack] = now ? stagesTakenBack(now) : [];
  if (takenBack) return { outdated: `What ${takenBack} wrote is being taken back, and would be missing.` };
  if (restsOn.length === 0) return undefined;
  const { rulesets, externalNetworks } = (await deps.consoleApi.readPolicy(namespace)).policy;
  const standing = new Set([...rulesets, ...externalNetworks].map((object) => object.id));
  const gone = restsOn.find((object) => !standing.has(object.id));
  return gone && { outdated: `While the namespace was cut, ${gone.name} of ${gone.stage} was taken away.` };
}
