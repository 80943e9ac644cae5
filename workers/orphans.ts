/** Lockdowns that the console knows otherwise than Redis does: somebody is told, and a cut that nobody confirmed is given back. */
import type { Settings } from '#config/schema.ts';
import type { ConsoleApi } from '#console/console-api.ts';
import { type CutMark, readCutMark } from '#core/cut-mark.ts';
import { isFailure } from '#core/failure.ts';
import { notCutAnyMore } from '#core/spent.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { OrphanStore } from '#redis/orphan-store.ts';
import { cutAfterItsEnd, orphanFound, orphanGivenBack } from '#slack/views/orphan.ts';
import type { Journal } from '#src/journal.ts';
import { idempotencyKey } from './idempotency.ts';
import { giveBackUnwatched, tell, type UnwatchedDeps } from './unwatched-cut.ts';

export type OrphanDeps = UnwatchedDeps & {
  readonly lockdowns: Pick<LockdownStore, 'read' | 'forgotten'>;
  readonly orphans: OrphanStore;
  readonly consoleApi: Pick<ConsoleApi, 'namespacesBelow' | 'readNamespace' | 'readPolicy' | 'setDefaultActions'>;
  readonly settings: Settings;
  readonly journal: Pick<Journal, 'orphaned' | 'warned' | 'wroteToConsole'>;
};

const REJECT = { incoming: 'Reject', outgoing: 'Reject' } as const;
/** A deadline that is older was missed by everybody: then people decide, and no clock. */
const STALE_MS = 24 * 3_600_000;

/** The search reads every namespace of the configuration, so it is made once an hour, and at once where Redis was emptied. */
export async function lookAfterOrphans(deps: OrphanDeps): Promise<void> {
  // First, and each by itself: neither a Slack that is out of order nor one that cannot be given back holds up the others.
  for (const { namespace, lockdown } of await deps.orphans.all())
    await settle(deps, namespace, lockdown).catch((error: unknown) => toBeTriedAgain(deps, namespace, error));
  if (await deps.orphans.searchedLately()) return;
  for (const namespace of await configured(deps)) await search(deps, namespace).catch(toBeLookedInto(deps));
  await deps.orphans.keepSearched();
}

/** By the next sweep, for as long as its deadline is not too old. */
function toBeTriedAgain({ journal }: Pick<OrphanDeps, 'journal'>, namespace: string, error: unknown): void {
  const because = error instanceof Error ? error.message : String(error);
  journal.warned({ because: `${namespace} was cut by a lost lockdown and is not settled: ${because}` });
}

/** One namespace that this credential may not read must not hide the others. */
function toBeLookedInto({ journal }: Pick<OrphanDeps, 'journal'>) {
  return (error: unknown) => {
    if (!isFailure(error) || error.passing) throw error;
    journal.warned({ because: `A namespace was not searched for lost lockdowns: ${error.message}` });
  };
}

async function configured({ settings, consoleApi }: OrphanDeps): Promise<string[]> {
  const paths = new Set<string>();
  for (const { match } of settings.namespaces)
    if (!match.endsWith('/*')) paths.add(match);
    else for (const path of await consoleApi.namespacesBelow(match.slice(0, -2))) paths.add(path);
  return [...paths];
}

async function search(deps: OrphanDeps, namespace: string): Promise<void> {
  const facts = await deps.consoleApi.readNamespace(namespace);
  if (!facts) return;
  const { rulesets, externalNetworks } = (await deps.consoleApi.readPolicy(namespace)).policy;
  const ours = [...rulesets, ...externalNetworks].flatMap(({ name, namespace: where, annotations }) =>
    where === namespace ? (annotations['lockstep.lockdown'] ?? []).map((lockdown) => ({ lockdown, name })) : [],
  );
  const mark = readCutMark(facts.annotations);
  const known = new Set((await deps.lockdowns.forgotten()).map(({ id }) => id));
  // One that was confirmed says so by its mark, and is left to people, whatever is kept of its lockdown.
  const unwatched = mark?.confirmBy !== undefined && (await giveBackUnwatched(deps, namespace, mark.lockdown));
  if (mark && !unwatched && isCut(facts.own)) await lookWhetherEnded(deps, namespace, mark, known);
  for (const lockdown of new Set([...(mark ? [mark.lockdown] : []), ...ours.map((each) => each.lockdown)])) {
    if (known.has(lockdown) || (await deps.lockdowns.read(lockdown))) continue;
    const objects = ours.filter((each) => each.lockdown === lockdown).map(({ name }) => name);
    const confirmBy = mark?.lockdown === lockdown && isCut(facts.own) ? deadlineOf(mark, deps.now()) : undefined;
    if (confirmBy !== undefined) await deps.orphans.keep({ namespace, lockdown });
    deps.journal.orphaned({ lockdown, namespace, objects: objects.length, cut: isCut(facts.own) });
    const facing = { namespace, lockdown, objects, cut: isCut(facts.own), confirmBy };
    await tell(deps, namespace, lockdown, 'orphaned', orphanFound(facing));
  }
}

/** A release takes the mark off; where it stands again, somebody else has cut the namespace in that lockdown's name. */
async function lookWhetherEnded(
  deps: OrphanDeps,
  namespace: string,
  { lockdown, former }: CutMark,
  forgotten: ReadonlySet<string>,
): Promise<void> {
  const kept = await deps.lockdowns.read(lockdown);
  const hasEnded = kept ? kept.phase === 'released' || kept.phase === 'cancelled' : forgotten.has(lockdown);
  if (!hasEnded) return;
  // Once more: it may have been given back since it was read.
  const now = await deps.consoleApi.readNamespace(namespace);
  if (!now || !isCut(now.own) || readCutMark(now.annotations)?.lockdown !== lockdown) return;
  deps.journal.warned({
    because: `${namespace} is cut, and says on the console that ${lockdown} did it, which has ended: nobody watches it.`,
  });
  await tell(deps, namespace, lockdown, 'cut-after-end', cutAfterItsEnd({ namespace, lockdown, former }));
}

/** Decided by what the console says now: whoever only writes to Redis can neither cut nor open a namespace with it. */
async function settle(deps: OrphanDeps, namespace: string, lockdown: string): Promise<void> {
  const facts = await deps.consoleApi.readNamespace(namespace);
  const mark = facts && readCutMark(facts.annotations);
  const confirmBy = mark && deadlineOf(mark, deps.now());
  const restored = await deps.lockdowns.read(lockdown);
  if (restored || !facts || mark?.lockdown !== lockdown || confirmBy === undefined || !isCut(facts.own))
    return deps.orphans.drop(namespace);
  if (deps.now() <= confirmBy) return;
  const { former } = mark;
  const key = idempotencyKey(deps.idempotencySecret, lockdown, 'orphan', former);
  const result = await deps.consoleApi.setDefaultActions(namespace, former, REJECT, key, {
    marks: (annotations) => notCutAnyMore(annotations, lockdown, deps.now()),
  });
  const name = `incoming ${former.incoming}, outgoing ${former.outgoing}`;
  const outcome = result.written ? 'given back' : 'so already';
  const what = { stage: 'disable-discovery', kind: 'default actions', name, outcome, id: namespace };
  deps.journal.wroteToConsole({ lockdown, ...what });
  await tell(deps, namespace, lockdown, 'orphan-given-back', orphanGivenBack({ namespace, lockdown, former }));
  await deps.orphans.drop(namespace);
}

function deadlineOf({ confirmBy }: CutMark, now: number): number | undefined {
  return confirmBy !== undefined && now < confirmBy + STALE_MS ? confirmBy : undefined;
}

function isCut(own: { readonly incoming: string; readonly outgoing: string }): boolean {
  return own.incoming === 'Reject' && own.outgoing === 'Reject';
}
