/** Promise 6: every ledger is whole, and every entry says who, what, when and about which digest. */
import { examine } from '#src/ledger/examine.ts';
import { NOBODY } from '#src/ledger/witnesses.ts';
import { closes } from '#workers/vouching.ts';
import type { Observed, SeenState } from '../observed.ts';

type Entry = SeenState['entries'][number];

export function ledgersWhole(
  observed: Pick<Observed, 'lockdowns' | 'receiptKeys' | 'ledgerKeys' | 'messages'>,
): string[] {
  const { lockdowns, receiptKeys, ledgerKeys, messages } = observed;
  return lockdowns.flatMap(({ lockdown, entries, ledger }) => {
    const notes = messages.flatMap(({ metadata, ts }) => {
      const { lockdown: of, note } = metadata?.event_payload ?? {};
      return of === lockdown.id && typeof note === 'string' ? [{ text: note, at: Number(ts) * 1000 }] : [];
    });
    const trusted = { receiptKeys: { ...receiptKeys }, ledgerKeys: { ...ledgerKeys } };
    const { findings, checkpoints } = examine(ledger, { ...trusted, witnesses: { ...NOBODY, notes } });
    const broken = findings
      .filter(({ verdict }) => verdict !== 'unchecked')
      .map(({ entry, because }) => `${lockdown.id}: ${entry === undefined ? '' : `entry ${entry} `}${because}`);
    return [
      ...broken,
      ...(entries.some(closes) && checkpoints === 0 ? [`${lockdown.id}: no checkpoint vouches for it`] : []),
      ...entries.flatMap((entry) => unexplained(entry).map((what) => `${lockdown.id}: entry ${entry.number} ${what}`)),
    ];
  });
}

/** What people bring about names them. */
const BY_PEOPLE = new Set([
  'started',
  'started-early',
  'paused',
  'resumed',
  'cancelled',
  'residual-decided',
  'went-on-unproven',
  'reopened',
  'left-out',
  'undo-requested',
  'tried-again',
  'confirmed',
  'release-requested',
]);

function unexplained({ event, at, cause }: Entry): string[] {
  const who = BY_PEOPLE.has(event.type) && !('by' in event && event.by);
  const vote = event.type === 'vote-cast' && !(event.vote.person && event.vote.digest);
  const ask = event.type === 'draft-ready' && !event.ask.digest;
  return [
    ...(who || vote ? ['does not say who'] : []),
    ...(vote || ask ? ['does not say about which digest'] : []),
    ...(at > 0 && cause ? [] : ['does not say when, or by which job']),
  ];
}
