/** How a history is vouched for outside Redis: a signed checkpoint in the thread, and where it stands in the next entry. */
import type { Settings } from '#config/schema.ts';
import { checkpointText, LEDGER, noteOf, noteSignature, originOf } from '#core/checkpoint.ts';
import { commitments } from '#core/commitment.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Entry, LockdownStore } from '#redis/lockdown-store.ts';
import type { Queues } from '#redis/queue.ts';
import { cardNames } from '#slack/card-names.ts';
import type { Poster } from '#slack/post.ts';
import { checkpointLine } from '#slack/views/checkpoint-line.ts';

export type VouchingDeps = {
  readonly lockdowns: Pick<LockdownStore, 'history'>;
  readonly settings: Pick<Settings, 'ledger'>;
  readonly poster: Pick<Poster, 'postCard' | 'permalink'>;
  readonly queues: Pick<Queues, 'add'>;
  /** Signs checkpoints; absent where an installation has none, and then nothing is posted. */
  readonly ledgerKey?: { readonly id: string; readonly pem: string };
};

const ENDS = new Set(['locked', 'released', 'cancelled']);

/** Whether a stage, or the lockdown, came to an end with it. */
export function closes({ event, from, to }: Entry): boolean {
  return event.type === 'stage-closed' || event.type === 'discovery-disabled' || (ENDS.has(to) && from !== to);
}

/** Posted once and never changed: a message that can be brought up to date is no witness. */
export async function vouchFor(deps: VouchingDeps, lockdown: Lockdown, entry: Entry, thread: string): Promise<void> {
  const { ledgerKey } = deps;
  if (!ledgerKey) return;
  const { id, channel } = lockdown;
  const { note, signature } = signedCheckpoint(lockdown, entry, ledgerKey.pem);
  const place = await deps.poster.postCard({
    lockdown: id,
    card: cardNames.checkpoint(entry.number),
    channel,
    thread,
    message: checkpointLine({ size: entry.number, key: ledgerKey.id, root: entry.hash }),
    facts: { note },
  });
  const permalink = await deps.poster.permalink(place);
  const event = {
    type: 'checkpoint-posted' as const,
    ...{ size: entry.number, root: entry.hash, key: ledgerKey.id, signature, ts: place.ts },
    ...(permalink === undefined ? {} : { permalink }),
    ...(await handedOver(deps, id, ledgerKey.id)),
  };
  await deps.queues.add('record-event', { lockdown: id, event }, `${id}-checkpoint-e${entry.number}`);
}

/** The history up to this entry, as a signed note. */
export function signedCheckpoint(
  { id, salt }: Pick<Lockdown, 'id' | 'salt'>,
  { number, hash }: Pick<Entry, 'number' | 'hash'>,
  pem: string,
): { readonly note: string; readonly signature: string } {
  const text = checkpointText({ origin: originOf(id, commitments(salt)), size: number, root: hash });
  const signature = noteSignature(text, { name: LEDGER, pem });
  return { note: noteOf(text, LEDGER, signature), signature };
}

/** The first checkpoint under another key than before says that the one before agreed; nothing where it could not. */
async function handedOver(
  { lockdowns, settings }: Pick<VouchingDeps, 'lockdowns' | 'settings'>,
  id: string,
  key: string,
): Promise<{ handover?: string }> {
  const posted = (await lockdowns.history(id)).flatMap(({ event }) =>
    event.type === 'checkpoint-posted' ? [event] : [],
  );
  const before = posted.at(-1);
  const handover = settings.ledger.publicKeys[key]?.handover;
  return before && before.key !== key && handover !== undefined ? { handover } : {};
}
