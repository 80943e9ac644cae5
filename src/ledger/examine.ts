/** Everything that can be checked of an exported ledger, without Redis, Slack or configuration. */
import { originOf, type Verifier } from '#core/checkpoint.ts';
import { commitments } from '#core/commitment.ts';
import type { Entry } from '#redis/lockdown-store.ts';
import type { PublicKeys } from '#slack/receipt.ts';
import { checkAnchors } from './checks/anchors.ts';
import { checkChain } from './checks/chain.ts';
import { checkDrafts } from './checks/drafts.ts';
import { checkKept } from './checks/kept.ts';
import { type Moment, replay } from './checks/replay.ts';
import { checkVotes } from './checks/votes.ts';
import { checkVouched, type LedgerKeys, verifiersOf } from './checks/vouched.ts';
import { readLedger } from './format.ts';
import { named } from './naming.ts';
import { commitmentsIn, withheldRemark } from './redaction.ts';
import type { Finding, Report } from './report.ts';
import { NOBODY, type Witnesses } from './witnesses.ts';

/** What the one who verifies brings, from elsewhere than the file. */
export type Trusted = {
  /** Keys of receipts; without them the file is believed about its own keys, and that is said. */
  readonly receiptKeys?: PublicKeys;
  readonly checkpointKeys?: readonly Verifier[];
  /** Keys of ledgers; without them the file is believed about its own. */
  readonly ledgerKeys?: LedgerKeys;
  /** Checkpoints from elsewhere. */
  readonly witnesses?: Witnesses;
};

export function examine(text: string, trusted: Trusted = {}): Report {
  const { ledger, flaws } = readLedger(text);
  const unread = flaws.map((flaw): Finding => ({ verdict: 'broken', ...flaw }));
  if (!ledger) return { entries: 0, votes: 0, applied: [], checkpoints: 0, objects: 0, findings: unread, remarks: [] };

  const { header } = ledger;
  const { lockdown } = header;
  const entries = ledger.entries.map(({ entry }) => entry);
  const commit = header.shown ? commitmentsIn(header.shown) : commitments(lockdown.salt);
  const chain = checkChain(entries, commit);
  const { moments, findings: notPlayed, lockdown: after } = replay(lockdown.salt, entries);
  const votes = moments.filter((moment) => moment.kind === 'voted');
  const drafts = checkDrafts(ledger, moments, commit);
  const origin = originOf(lockdown.id, commit);
  const ledgerKeys = trusted.ledgerKeys ?? header.ledgerKeys;
  const vouched = checkVouched(entries, origin, ledgerKeys);
  const verifiers = [...(trusted.checkpointKeys ?? []), ...verifiersOf(trusted.ledgerKeys ?? {})];
  const anchors = checkAnchors(trusted.witnesses ?? NOBODY, origin, entries, verifiers);
  const readToEnd = unread.length === 0 && after !== undefined;

  const findings: Finding[] = [
    ...unread,
    ...chain,
    ...(header.entries === entries.length || unread.length > 0 ? [] : [otherCount(header.entries, entries.length)]),
    ...notPlayed,
    ...checkVotes(moments, { publicKeys: trusted.receiptKeys ?? header.receiptKeys, commit }),
    ...drafts.findings,
    ...(readToEnd ? checkKept(ledger, after, moments) : []),
    ...vouched.findings,
    ...anchors.findings,
    ...unproven(
      { votes: votes.length, posted: vouched.held.size },
      drafts.namespaceHolds || anchors.held.size + anchors.agreeing > 0,
      trusted,
    ),
  ];
  const ordered = byEntry(findings);
  return {
    lockdown: lockdown.id,
    namespace: lockdown.namespace,
    ...(after ? { phase: after.phase } : {}),
    entries: entries.length,
    ...rootOf(entries.at(-1)?.hash),
    votes: votes.length,
    applied: moments.flatMap(writing),
    checkpoints: holding([...vouched.held, ...anchors.held], anchors.denied, chain),
    objects: anchors.agreeing,
    ...firstWrong(ordered, entries),
    findings: ordered,
    remarks: [
      ...drafts.remarks,
      ...anchors.remarks,
      ...clockRemarks(entries),
      ...header.lacking,
      ...withheldRemark(ledger),
    ],
  };
}

function rootOf(root: string | undefined): { root?: string } {
  return root === undefined ? {} : { root };
}

/** A checkpoint vouches for everything up to its entry: where something before that is wrong, the last hash proves nothing. */
function holding(sizes: readonly number[], denied: ReadonlySet<number>, chain: readonly Finding[]): number {
  const wrongFrom = Math.min(...chain.map(({ entry = 1 }) => entry));
  return new Set(sizes.filter((size) => size < wrongFrom && !denied.has(size))).size;
}

function firstWrong(findings: readonly Finding[], entries: readonly Entry[]): { first?: string } {
  const worst = (['broken', 'missing'] as const).find((each) => findings.some(({ verdict }) => verdict === each));
  const first = findings.find(({ verdict, entry }) => verdict === worst && entry !== undefined)?.entry;
  return first === undefined ? {} : { first: named(first, entries) };
}

function otherCount(said: number, are: number): Finding {
  const because = are < said ? 'is missing' : 'was added';
  return {
    verdict: 'broken',
    entry: Math.min(said, are) + 1,
    because: `${because}: the header says ${said} entries, and here are ${are}`,
  };
}

/** What the file cannot prove about itself. */
function unproven(
  { votes, posted }: { readonly votes: number; readonly posted: number },
  namespaceHolds: boolean,
  { receiptKeys, ledgerKeys }: Trusted,
): Finding[] {
  const findings: Finding[] = [];
  if (votes > 0 && receiptKeys === undefined)
    findings.push({
      verdict: 'unchecked',
      because:
        'the receipts were checked against the keys in the file itself: whose keys they are, only --keys can tell',
    });
  if (posted > 0 && ledgerKeys === undefined)
    findings.push({
      verdict: 'unchecked',
      because:
        'the checkpoints in the history were checked against the keys in the file itself: whose keys they are, only --keys can tell',
    });
  if (!namespaceHolds)
    findings.push({
      verdict: 'unchecked',
      because:
        'nothing here ties the history to the namespace: no draft that was asked about is kept, and no checkpoint was given',
    });
  return findings;
}

function writing(moment: Moment): Report['applied'] {
  if (moment.kind !== 'applied') return [];
  const { entry, stage, after } = moment;
  return [{ entry, stage, digest: after.stages[stage].ask?.digest ?? '' }];
}

/** Clocks of several machines differ; hours would be worth a question. */
function clockRemarks(entries: readonly { readonly number: number; readonly at: number }[]): string[] {
  return entries.flatMap((entry, index) => {
    const back = (entries[index - 1]?.at ?? entry.at) - entry.at;
    return back > 0 ? [`Entry ${entry.number} says a time ${back} ms before that of the entry before it.`] : [];
  });
}

/** In the order of the history; what is about no one entry comes last. */
function byEntry(findings: readonly Finding[]): Finding[] {
  const last = Number.POSITIVE_INFINITY;
  return findings.toSorted((a, b) => (a.entry ?? last) - (b.entry ?? last) || 0);
}
