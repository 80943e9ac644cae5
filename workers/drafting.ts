/** How a stage's draft is computed from what is known now: for the approvers, and once more just before it is applied. */
import { type Settings, settingsFor } from '#config/schema.ts';
import type { ConsoleApi } from '#console/console-api.ts';
import type { Draft } from '#core/draft.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import { draftStage } from '#core/stages/draft-stage.ts';
import { WillNotPass } from '#redis/queue.ts';
import { type Gathered, type GatheringDeps, gather } from './gathering.ts';

export type DraftingDeps = GatheringDeps & {
  readonly consoleApi: Pick<ConsoleApi, 'readPolicy'>;
  readonly settings: Settings;
};

export type Drafted = Gathered & {
  readonly draft: Draft;
  /** Tag prefixes of the namespace itself before the draft: undo leaves these alone. */
  readonly localPrefixes: readonly string[];
};

export async function computeDraft(deps: DraftingDeps, lockdown: Lockdown, stage: Stage): Promise<Drafted> {
  const settings = settingsFor(deps.settings, lockdown.namespace);
  if (!settings) throw new WillNotPass(`${lockdown.namespace} is no longer in the configuration.`);
  const gathered = await gather(deps, lockdown, settings);
  const draft = draftStage(stage, gathered.evidence, settings.drafts, { residual: lockdown.stages[stage].answers });
  return { ...gathered, draft, localPrefixes: gathered.evidence.policy.prefixes.local };
}
