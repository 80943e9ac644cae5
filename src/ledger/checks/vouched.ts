/** Whether the checkpoints that the history itself says were posted are of this history, signed, and in time with Slack. */
import { checkpointText, LEDGER, noteOf, readNotes, standing, type Verifier, verifierOf } from '#core/checkpoint.ts';
import { handoverHolds } from '#core/handover.ts';
import type { Entry } from '#redis/lockdown-store.ts';
import { broken, type Finding } from '../report.ts';

/** Ed25519 public keys of ledgers, base64 of the raw 32 bytes, by key id. */
export type LedgerKeys = Readonly<Record<string, string>>;

export function verifiersOf(keys: LedgerKeys): Verifier[] {
  return Object.keys(keys).flatMap((id) => verifierFor(id, keys) ?? []);
}

type Posted = Extract<Entry['event'], { type: 'checkpoint-posted' }>;
type Said = { readonly entry: number; readonly posted: Posted };

/** Clocks of workers and of Slack may differ so much. */
const SKEW_MS = 60_000;

export function checkVouched(
  entries: readonly Entry[],
  origin: string,
  keys: LedgerKeys,
): { readonly findings: readonly Finding[]; readonly held: ReadonlySet<number> } {
  const said = entries.flatMap(({ number, event }): Said[] =>
    event.type === 'checkpoint-posted' ? [{ entry: number, posted: event }] : [],
  );
  const findings: Finding[] = [];
  const held = new Set<number>();
  for (const [at, each] of said.entries()) {
    const found = [
      ...ofThisHistory(entries, each),
      ...signature(origin, each.posted, keys, each.entry),
      ...inTime(entries, each),
      ...takenOver(said[at - 1], each, keys),
    ];
    if (found.length === 0) held.add(each.posted.size);
    findings.push(...found);
  }
  return { findings, held };
}

function ofThisHistory(entries: readonly Entry[], { entry, posted: { size, root } }: Said): Finding[] {
  if (size >= entry) return [broken(entry, `vouches for ${size} entries, but there were fewer before it`)];
  return entries[size - 1]?.hash === root
    ? []
    : [broken(entry, `vouches for another history: entry ${size} had another hash when the checkpoint was posted`)];
}

function signature(origin: string, { size, root, key, signature }: Posted, keys: LedgerKeys, entry: number): Finding[] {
  const verifier = verifierFor(key, keys);
  if (!verifier)
    return [{ verdict: 'unchecked', entry, because: `is a checkpoint signed with ${key}, which is none of the keys` }];
  if (size < 1 || !/^[0-9a-f]{64}$/.test(root)) return [broken(entry, 'is a checkpoint of nothing')];
  const { notes } = readNotes(noteOf(checkpointText({ origin, size, root }), LEDGER, signature));
  const holds = notes[0] !== undefined && standing(notes[0], [verifier]) === 'signed';
  return holds ? [] : [broken(entry, `is a checkpoint that ${key} did not sign`)];
}

/** Slack's clock bounds the history's: what was vouched for is not younger, and what says so is not older. */
function inTime(entries: readonly Entry[], { entry, posted: { size, ts } }: Said): Finding[] {
  const postedAt = Number(ts) * 1000;
  if (!Number.isFinite(postedAt)) return [broken(entry, `says ${JSON.stringify(ts)} for the time of a message`)];
  const early = entries.slice(entry - 1).find(({ at }) => at < postedAt - SKEW_MS);
  const when = new Date(postedAt).toISOString();
  return [
    ...laterThan(entries.slice(0, size), postedAt),
    ...(early
      ? [
          broken(
            early.number,
            `is backdated: it stands after a checkpoint that Slack had at ${when}, and says an earlier time`,
          ),
        ]
      : []),
  ];
}

/** What a checkpoint speaks of happened before Slack had it. */
export function laterThan(vouchedFor: readonly Entry[], postedAt: number): Finding[] {
  const late = vouchedFor.find(({ at }) => at > postedAt + SKEW_MS);
  const when = new Date(postedAt).toISOString();
  return late ? [broken(late.number, `says a later time than its checkpoint, which Slack had at ${when}`)] : [];
}

/** A lost key can sign no handover: from then on the new one stands alone, and that is said. */
function takenOver(before: Said | undefined, { entry, posted }: Said, keys: LedgerKeys): Finding[] {
  if (!before || before.posted.key === posted.key) return [];
  const [from, to] = [verifierFor(before.posted.key, keys), verifierFor(posted.key, keys)];
  const handover = { from: before.posted.key, to: posted.key, key: keys[posted.key] ?? '' };
  const signed = posted.handover !== undefined && from && to && handoverHolds(posted.handover, handover, { from, to });
  const because = `is signed with ${posted.key}, and nothing that ${before.posted.key} signed says that it took over: after entry ${before.posted.size} the history rests on the new key alone`;
  return signed ? [] : [{ verdict: 'unchecked', entry, because }];
}

function verifierFor(id: string, keys: LedgerKeys): Verifier | undefined {
  const text = Object.hasOwn(keys, id) ? keys[id] : undefined;
  const raw = Buffer.from(text ?? '', 'base64');
  return raw.length === 32 ? verifierOf(raw) : undefined;
}
