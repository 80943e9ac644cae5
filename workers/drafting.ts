/** How a stage's draft is computed from what is known now: for the approvers, and once more just before it is applied. */
import { type Settings, settingsFor } from '#config/schema.ts';
import type { ConsoleApi } from '#console/console-api.ts';
import { isApproved, isMarkedAs } from '#core/approved-object.ts';
import { withCutsAtOnce } from '#core/at-once.ts';
import type { Draft } from '#core/draft.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Policy } from '#core/policy.ts';
import { type Reached, reachOf } from '#core/reach.ts';
import { withChanges } from '#core/replay.ts';
import { inShadow } from '#core/shadow.ts';
import type { Stage } from '#core/stage.ts';
import { draftStage } from '#core/stages/draft-stage.ts';
import type { EvidenceStore, Written } from '#redis/evidence-store.ts';
import { WillNotPass } from '#redis/queue.ts';
import type { Frozen } from './basis.ts';
import { type Gathered, type GatheringDeps, gather } from './gathering.ts';

export type DraftingDeps = GatheringDeps & {
  readonly consoleApi: Pick<ConsoleApi, 'readPolicy' | 'readProcessingUnits'>;
  readonly evidence: Pick<EvidenceStore, 'draft' | 'written'>;
  readonly settings: Settings;
};

export type Drafted = Gathered & {
  readonly draft: Draft;
  /** Tag prefixes of the namespace itself before the draft: undo leaves these alone. */
  readonly localPrefixes: readonly string[];
  /** Whom its clauses reach: by everything that is on the console, whoever says it is ours. */
  readonly reach: readonly Reached[];
  /** What an earlier try of this stage had journalled then. */
  readonly written: readonly Written[];
};

/**
 * What an earlier try of this stage has written already is no difference: it is computed as if that were not there.
 * `frozen`: the edges that people were asked about, whatever was seen since. `inShadow`: its rules are only observed.
 */
export async function computeDraft(
  deps: DraftingDeps,
  lockdown: Lockdown,
  stage: Stage,
  { frozen, inShadow: observed }: { readonly frozen?: Frozen; readonly inShadow: boolean },
): Promise<Drafted> {
  const settings = settingsFor(deps.settings, lockdown.namespace);
  if (!settings) throw new WillNotPass(`${lockdown.namespace} is no longer in the configuration.`);
  const found = await gather(deps, lockdown, settings);
  const journalled = await deps.evidence.written(lockdown.id, stage);
  const { ask } = lockdown.stages[stage];
  const approved = ask && (await deps.evidence.draft(lockdown.id, stage, ask.digest));
  const policy = asBefore(found.evidence.policy, { lockdown: lockdown.id, stage }, approved?.draft, journalled);
  const gathered = { ...found, evidence: { ...found.evidence, ...frozen, policy } };
  const draft = draftStage(stage, gathered.evidence, settings.drafts, {
    residual: lockdown.stages[stage].answers,
    sponsored: lockdown.stages[stage].sponsored ?? {},
  });
  const units = [
    ...(await deps.edges.units(lockdown.id)),
    ...(await deps.consoleApi.readProcessingUnits(lockdown.namespace)),
  ];
  const reach = reachOf(draft.changes, { policy: withChanges(found.evidence.policy, draft.changes), units });
  const written = observed ? { ...draft, changes: inShadow(draft.changes) } : draft;
  const asked = withCutsAtOnce(written, gathered.evidence);
  return { ...gathered, draft: asked, localPrefixes: policy.prefixes.local, reach, written: journalled };
}

/**
 * Ours are told by their annotations, and by the journal, which may have missed the last one before a crash: then only
 * where they are what was approved. Anything else that carries our marks is somebody's, and judged as such.
 */
export function asBefore(
  policy: Policy,
  { lockdown, stage }: { readonly lockdown: string; readonly stage: Stage },
  approved: Pick<Draft, 'stage' | 'changes'> | undefined,
  written: readonly Written[],
): Policy {
  const ids = new Set(written.flatMap((object) => ('id' in object ? [object.id] : [])));
  const added = written.flatMap((object) => (object.kind === 'tag-prefixes' ? object.added : []));
  const isOurs = (object: Policy['rulesets'][number] | Policy['externalNetworks'][number]) =>
    isMarkedAs(object, lockdown, stage) &&
    (ids.has(object.id) || (approved !== undefined && isApproved(object, lockdown, approved)));
  const unadded = (prefixes: readonly string[]) => prefixes.filter((prefix) => !added.includes(prefix));
  return {
    ...policy,
    prefixes: { local: unadded(policy.prefixes.local), effective: unadded(policy.prefixes.effective) },
    rulesets: policy.rulesets.filter((ruleset) => !isOurs(ruleset)),
    externalNetworks: policy.externalNetworks.filter((network) => !isOurs(network)),
  };
}
