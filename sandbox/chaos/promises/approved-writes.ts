/** Promise 1: no write to the console without enough valid votes for exactly the digest that is written. */
import type { EventType } from '#core/events.ts';
import type { Stage } from '#core/stage.ts';
import type { Namespace, Stored } from '#sandbox/console/objects.ts';
import type { Write } from '#sandbox/console/store.ts';
import type { Observed, SeenState } from '../observed.ts';
import { asksAbout, whyNotEnough } from './asked.ts';

/** The console's names of the product's credentials. */
const PRODUCT: ReadonlySet<string> = new Set(['observe', 'finalise']);
/** What may bring about that something is taken back. */
const TAKES_BACK: ReadonlySet<EventType | 'started'> = new Set<EventType>([
  'undo-requested',
  'cancelled',
  'draft-outdated',
  'applied',
]);
const GIVES_BACK: ReadonlySet<EventType | 'started'> = new Set<EventType>([
  'release-requested',
  'not-confirmed-in-time',
  'cut-more-than-accepted',
  'cancelled',
  'undo-requested',
  'draft-outdated',
]);

export function isOfProduct({ credential }: Pick<Write, 'credential'>): boolean {
  return PRODUCT.has(credential);
}

export function approvedWrites({ writes, lockdowns }: Pick<Observed, 'writes' | 'lockdowns'>): string[] {
  return writes.filter(isOfProduct).flatMap((write) => {
    const because = whyUnapproved(write, lockdowns);
    return because === undefined ? [] : [`${write.operation} of ${write.identity} ${write.object.name}: ${because}`];
  });
}

function whyUnapproved(write: Write, lockdowns: readonly SeenState[]): string | undefined {
  const atMs = Date.parse(write.at);
  if (write.identity === 'namespace') return whyNamespace(write, lockdowns, atMs);
  const [id] = write.object.annotations['lockstep.lockdown'] ?? [];
  const state = lockdowns.find(({ lockdown }) => lockdown.id === id);
  if (!state) return `it says it is of ${id ?? 'nothing'}, and nobody keeps such a lockdown`;
  if (write.operation === 'delete') return whyTakenBack(state, atMs);
  return whyWritten(state, write.object, atMs);
}

function whyWritten(state: SeenState, { annotations }: Stored, atMs: number): string | undefined {
  const [stage] = annotations['lockstep.stage'] ?? [];
  const [digest = ''] = annotations['lockstep.digest'] ?? [];
  const asks = asksAbout(state, stage ?? '', digest);
  if (asks.length === 0) return `nobody was asked about the digest ${digest.slice(0, 16)} in ${stage}`;
  const reasons = asks.map(({ nonce }) => whyNotEnough(state, stage as Stage, nonce, atMs));
  return reasons.includes(undefined) ? undefined : reasons.join('; ');
}

function whyTakenBack(state: SeenState, atMs: number): string | undefined {
  const said = state.entries.some(({ event, at }) => at <= atMs && TAKES_BACK.has(event.type));
  return said ? undefined : 'nothing in the ledger says that it is taken back';
}

function whyNamespace(write: Write, lockdowns: readonly SeenState[], atMs: number): string | undefined {
  const [before, after] = [write.before, write.object] as unknown as [Namespace | undefined, Namespace];
  if (!before) return 'a namespace was created';
  const states = lockdowns.filter(({ lockdown }) => lockdown.namespace === after.name);
  const approved = (kind: string) =>
    states.some((state) =>
      state.entries.some(
        ({ event }) =>
          event.type === 'draft-ready' &&
          state.drafts.get(event.ask.digest)?.draft.changes.some((change) => change.kind === kind) &&
          whyNotEnough(state, event.stage, event.ask.nonce, atMs) === undefined,
      ),
    );
  const said = (what: ReadonlySet<EventType | 'started'>) =>
    states.some(({ entries }) => entries.some(({ event, at }) => at <= atMs && what.has(event.type)));
  if (actionsOf(before) !== actionsOf(after)) {
    if (actionsOf(after) === 'Reject Reject')
      return approved('set-default-actions') ? undefined : 'the cut was approved by nobody';
    return said(GIVES_BACK) ? undefined : 'nothing in the ledger says that the namespace is given back';
  }
  const added = after.tagPrefixes.filter((prefix) => !before.tagPrefixes.includes(prefix));
  if (added.length > 0) return approved('add-tag-prefixes') ? undefined : 'the tag prefixes were approved by nobody';
  return before.tagPrefixes.length === after.tagPrefixes.length || said(TAKES_BACK)
    ? undefined
    : 'nothing in the ledger says that tag prefixes are taken back';
}

function actionsOf(namespace: Namespace): string {
  return `${namespace.defaultPUIncomingTrafficAction} ${namespace.defaultPUOutgoingTrafficAction}`;
}
