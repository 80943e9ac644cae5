/** A namespace that was cut for a lockdown which had been given up by then: it is given back, and the channel hears of it. */
import { type Settings, settingsFor } from '#config/schema.ts';
import type { ConsoleApi } from '#console/console-api.ts';
import { type CutMark, isCutAtAll, readCutMark } from '#core/cut-mark.ts';
import { isLookedAfter } from '#core/lockdown-state.ts';
import { notCutAnyMore } from '#core/spent.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { Poster } from '#slack/post.ts';
import { unwatchedGivenBack } from '#slack/views/orphan.ts';
import type { Journal } from '#src/journal.ts';
import { idempotencyKey } from './idempotency.ts';

export type UnwatchedDeps = TellingDeps & {
  readonly lockdowns: Pick<LockdownStore, 'read'>;
  readonly evidence: Pick<EvidenceStore, 'draft'>;
  readonly consoleApi: Pick<ConsoleApi, 'readNamespace' | 'setDefaultActions'>;
  readonly idempotencySecret: string;
  readonly journal: Pick<Journal, 'wroteToConsole'>;
  readonly now: () => number;
};

const REJECT = { incoming: 'Reject', outgoing: 'Reject' } as const;

/** A write that was under way arrives after everybody looked, and whoever sent it is gone. Gives whether it was given back. */
export async function giveBackUnwatched(deps: UnwatchedDeps, namespace: string, lockdown: string): Promise<boolean> {
  const facts = await deps.consoleApi.readNamespace(namespace);
  const mark = facts && readCutMark(facts.annotations);
  if (!facts || mark?.lockdown !== lockdown || !isCutAtAll(facts.own, facts.annotations)) return false;
  // After the console: whoever cuts says so in the lockdown before.
  const kept = await deps.lockdowns.read(lockdown);
  if (!kept || isLookedAfter(kept) || !(await isAsApproved(deps, mark))) return false;
  const { digest, former } = mark;
  const key = idempotencyKey(deps.idempotencySecret, lockdown, 'unwatched', former);
  const { written } = await deps.consoleApi.setDefaultActions(namespace, former, REJECT, key, {
    marks: (annotations) => notCutAnyMore(annotations, lockdown, deps.now()),
    unless: (annotations) =>
      readCutMark(annotations)?.digest === digest ? undefined : `${namespace} has been cut by somebody else since.`,
  });
  deps.journal.wroteToConsole({
    lockdown,
    stage: 'disable-discovery',
    kind: 'default actions',
    name: `incoming ${former.incoming}, outgoing ${former.outgoing}`,
    outcome: written ? 'given back' : 'so already',
    id: namespace,
  });
  const card = `unwatched-given-back-${deps.now()}`;
  await tell(deps, namespace, lockdown, card, unwatchedGivenBack({ namespace, lockdown, former }));
  return true;
}

/** What the mark says was before is given back only where the draft that was cut under says the same. */
async function isAsApproved({ evidence }: UnwatchedDeps, { lockdown, digest, former }: CutMark): Promise<boolean> {
  const finding = await evidence.draft(lockdown, 'disable-discovery', digest);
  return (finding?.draft.changes ?? []).some(
    (change) =>
      change.kind === 'set-default-actions' &&
      change.former.incoming === former.incoming &&
      change.former.outgoing === former.outgoing,
  );
}

type TellingDeps = { readonly settings: Settings; readonly poster: Pick<Poster, 'postCard'> };

export async function tell(
  deps: TellingDeps,
  namespace: string,
  lockdown: string,
  card: string,
  message: Parameters<Poster['postCard']>[0]['message'],
): Promise<void> {
  const channel = settingsFor(deps.settings, namespace)?.channel;
  if (channel !== undefined) await deps.poster.postCard({ lockdown, card, channel, message });
}
