/** How what a stage did to the console is taken back: exactly that, the last of it first. */

import { settingsFor } from '#config/schema.ts';
import type { ConsoleApi } from '#console/console-api.ts';
import { isApproved, isMarkedAs } from '#core/approved-object.ts';
import { whyNotGivenBack } from '#core/cut-mark.ts';
import { findingDigest, type Inverse, inverseOf } from '#core/digest.ts';
import type { Change, Draft } from '#core/draft.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { DefaultActions } from '#core/policy.ts';
import { notCutAnyMore } from '#core/spent.ts';
import type { Stage } from '#core/stage.ts';
import type { EvidenceStore, Written } from '#redis/evidence-store.ts';
import { WillNotPass } from '#redis/queue.ts';
import type { Journal } from '#src/journal.ts';
import { type CountingDeps, wasApproved } from './counting-votes.ts';
import { idempotencyKey } from './idempotency.ts';
import { type SpendingDeps, spendApproval, spendCut } from './spending.ts';
import { isCutNow, refuseWhileCut } from './while-cut.ts';

export type TakingBackDeps = SpendingDeps &
  Pick<CountingDeps, 'receiptIsValid' | 'settings'> & {
    readonly evidence: Pick<EvidenceStore, 'draft' | 'former' | 'written' | 'forgetWritten' | 'forgetOne'>;
    readonly consoleApi: Pick<
      ConsoleApi,
      'deleteOurs' | 'readNamespace' | 'readPolicy' | 'removeTagPrefixes' | 'setDefaultActions'
    >;
    readonly journal: Pick<Journal, 'wroteToConsole'>;
  };

export type CutDeps = {
  readonly evidence: Pick<EvidenceStore, 'former'>;
  readonly consoleApi: Pick<ConsoleApi, 'readPolicy'>;
};

const REJECT = { incoming: 'Reject', outgoing: 'Reject' } as const;

/** Gives the names of objects that are not ours any more, and so were left alone. */
export async function takeBack(deps: TakingBackDeps, lockdown: Lockdown, stage: Stage): Promise<string[]> {
  const { id, namespace } = lockdown;
  if (stage === 'disable-discovery' && (await deps.evidence.former(id)) && (await isCutNow(deps, lockdown)))
    await giveBack(deps, lockdown);
  await refuseWhileCut(deps, lockdown);
  await spendApproval(deps, lockdown, stage);
  const { ours, foreign } = await whatItWrote(deps, lockdown, stage);
  const left = [...foreign];
  for (const object of ours) {
    await refuseWhileCut(deps, lockdown);
    const { kind } = object;
    if (kind === 'tag-prefixes') {
      const key = idempotencyKey(deps.idempotencySecret, id, stage, 'undo', object);
      const result = await deps.consoleApi.removeTagPrefixes(namespace, key, { lockdown: id, stage });
      left.push(...object.added.filter((prefix) => result.now.includes(prefix)));
      const removed = result.former.filter((prefix) => !result.now.includes(prefix));
      const [name, outcome] = [removed.join(' '), result.written ? 'removed' : 'gone already or not ours'];
      deps.journal.wroteToConsole({ lockdown: id, stage, kind, name, outcome, id: namespace });
    } else {
      const outcome = await deps.consoleApi.deleteOurs(namespace, kind, object.id, { lockdown: id, stage });
      if (outcome === 'not-ours') left.push(object.name);
      deps.journal.wroteToConsole({ lockdown: id, stage, kind, name: object.name, outcome, id: object.id });
    }
  }
  await deps.evidence.forgetWritten(id, stage);
  return left;
}

/**
 * What was in shadow, of what the draft was computed from, and is not in the draft that is enforced. An object that is in
 * both is corrected where it stands.
 */
export async function takeBackAllBut(
  deps: TakingBackDeps,
  lockdown: Lockdown,
  draft: Draft,
  written: readonly Written[],
): Promise<void> {
  const { id, namespace } = lockdown;
  const { stage } = draft;
  const wanted = new Set(draft.changes.map(objectIn));
  for (const object of written) {
    if (object.kind === 'tag-prefixes' || wanted.has(`${object.kind} ${object.name}`)) continue;
    await refuseWhileCut(deps, lockdown);
    const outcome = await deps.consoleApi.deleteOurs(namespace, object.kind, object.id, { lockdown: id, stage });
    await deps.evidence.forgetOne(id, stage, object);
    deps.journal.wroteToConsole({ lockdown: id, stage, kind: object.kind, name: object.name, outcome, id: object.id });
  }
}

function objectIn(change: Change): string | undefined {
  if (change.kind === 'create-ruleset') return `ruleset ${change.ruleset.name}`;
  return change.kind === 'create-external-network' ? `external-network ${change.network.name}` : undefined;
}

type Ours = { readonly ours: readonly Written[]; readonly foreign: readonly string[] };

/**
 * The last of it first. What was created just before a crash is not journalled, and told by its annotations where it is
 * what was approved; `foreign`: the names of what only carries them.
 */
async function whatItWrote(deps: TakingBackDeps, { id, namespace, stages }: Lockdown, stage: Stage): Promise<Ours> {
  const journalled = await deps.evidence.written(id, stage);
  const ids = new Set(journalled.flatMap((object) => ('id' in object ? [object.id] : [])));
  const { ask } = stages[stage];
  const approved = ask && (await deps.evidence.draft(id, stage, ask.digest));
  const { rulesets, externalNetworks } = (await deps.consoleApi.readPolicy(namespace)).policy;
  const others = [...rulesets, ...externalNetworks].filter(
    (object) => object.namespace === namespace && isMarkedAs(object, id, stage) && !ids.has(object.id),
  );
  const isOurs = (object: (typeof others)[number]) => approved !== undefined && isApproved(object, id, approved.draft);
  const unjournalled = others.filter(isOurs).map((object): Written => {
    const kind = 'subject' in object ? 'ruleset' : 'external-network';
    return { kind, id: object.id, name: object.name, at: 0 };
  });
  return {
    ours: [...unjournalled, ...journalled.toReversed()],
    foreign: others.filter((object) => !isOurs(object)).map(({ name }) => name),
  };
}

/** The default actions of a namespace that was given back before, together with its last stage; nothing when it was not. */
export async function givenBackBefore(deps: CutDeps, { id, namespace }: Lockdown): Promise<DefaultActions | undefined> {
  if (await deps.evidence.former(id)) return undefined;
  const { own } = (await deps.consoleApi.readPolicy(namespace)).policy;
  return own.incoming === 'Reject' && own.outgoing === 'Reject' ? undefined : own;
}

/** Whether this lockdown has set both default actions to Reject, and they are so still. */
export async function isCut(deps: CutDeps, { id, namespace }: Lockdown): Promise<boolean> {
  if (!(await deps.evidence.former(id))) return false;
  const { own } = (await deps.consoleApi.readPolicy(namespace)).policy;
  return own.incoming === 'Reject' && own.outgoing === 'Reject';
}

export type GivingBackDeps = SpendingDeps &
  Pick<TakingBackDeps, 'journal' | 'receiptIsValid' | 'settings'> & {
    readonly evidence: Pick<EvidenceStore, 'draft' | 'former'>;
    readonly consoleApi: Pick<ConsoleApi, 'setDefaultActions' | 'markNamespace'>;
  };

/** Gives back the default actions from before, which were approved together with the cut. */
export async function giveBack(deps: GivingBackDeps, lockdown: Lockdown): Promise<DefaultActions> {
  const { id, namespace } = lockdown;
  const { digest, ...former } = await formerActions(deps, lockdown);
  const { incoming, outgoing } = former;
  const key = idempotencyKey(deps.idempotencySecret, id, 'release', former);
  const result = await deps.consoleApi.setDefaultActions(namespace, former, REJECT, key, {
    marks: (annotations) => notCutAnyMore(annotations, id, deps.now()),
    unless: (annotations) => whyNotGivenBack(annotations, { lockdown: id, digest, former }),
  });
  if (!result.written) await spendCut(deps, lockdown);
  deps.journal.wroteToConsole({
    lockdown: id,
    stage: 'disable-discovery',
    kind: 'default actions',
    name: `incoming ${incoming}, outgoing ${outgoing}`,
    outcome: result.written ? 'given back' : 'so already',
    id: namespace,
  });
  return former;
}

/** The former actions were part of what was approved: whoever changed them since does not decide what is given back. */
async function formerActions(
  deps: GivingBackDeps,
  lockdown: Lockdown,
): Promise<DefaultActions & { readonly digest: string }> {
  const { id, namespace, salt, stages } = lockdown;
  if (!settingsFor(deps.settings, namespace))
    throw new WillNotPass(`${namespace} is no longer in the configuration, so nothing is given back to it.`);
  const former = await deps.evidence.former(id);
  const { ask } = stages['disable-discovery'];
  const finding = await deps.evidence.draft(id, 'disable-discovery', ask?.digest);
  if (!former || !finding || !ask)
    throw new WillNotPass(
      'What the default actions were before is not kept, so somebody has to set them on the console.',
    );
  const inverse = inverseOf(finding.draft.changes, finding.localPrefixes);
  const approved =
    findingDigest(finding, ask.rule, salt) === ask.digest && wasApproved(deps, lockdown, 'disable-discovery', ask);
  const gives = (undo: Inverse) =>
    undo.kind === 'set-default-actions' &&
    undo.actions.incoming === former.incoming &&
    undo.actions.outgoing === former.outgoing;
  if (!approved || !inverse.some(gives))
    throw new WillNotPass(
      'What is kept as the former default actions is not what was approved to be given back. Somebody has to look at the console.',
    );
  return { incoming: former.incoming, outgoing: former.outgoing, digest: ask.digest };
}
