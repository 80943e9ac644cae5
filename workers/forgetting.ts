/** How an ended lockdown is deleted once its retention is over: exported before where that is wished, and said. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '#config/schema.ts';
import type { CardStore } from '#redis/card-store.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { Poster } from '#slack/post.ts';
import type { Journal } from '#src/journal.ts';
import { writeLedger } from '#src/ledger/format.ts';
import { gather } from '#src/ledger/gather.ts';
import { keysIn } from '#src/ledger/keys-file.ts';

export type ForgettingDeps = {
  readonly lockdowns: Pick<LockdownStore, 'read' | 'history' | 'forget'>;
  readonly evidence: Pick<EvidenceStore, 'draft' | 'written'>;
  readonly cards: Pick<CardStore, 'get'>;
  readonly poster: Pick<Poster, 'permalink'>;
  readonly settings: Pick<Settings, 'ledger' | 'receipts'>;
  readonly journal: Pick<Journal, 'forgot'>;
  readonly now: () => number;
};

/** What cannot be exported is not deleted: the next sweep tries again. */
export async function forget(deps: ForgettingDeps, id: string): Promise<void> {
  const lockdown = await deps.lockdowns.read(id);
  const [last] = await deps.lockdowns.history(id, -1);
  const file = await exported(deps, id);
  const facts = { entries: last?.number ?? 0, root: last?.hash ?? '', ...(file === undefined ? {} : { file }) };
  // Also where somebody has deleted a part of it: then the rest goes, and the gap is told.
  const { namespace, phase, startedAt } = lockdown ?? { namespace: '', phase: 'gone already', startedAt: 0 };
  await deps.lockdowns.forget(id, { id, namespace, phase, startedAt, forgottenAt: deps.now(), ...facts });
  deps.journal.forgot({ lockdown: id, ...facts });
}

async function exported(deps: ForgettingDeps, id: string): Promise<string | undefined> {
  const { exportsFolder } = deps.settings.ledger;
  if (exportsFolder === undefined) return undefined;
  const file = join(exportsFolder, `${id}.jsonl`);
  // A worker that died between the two has left it whole: it comes to its name only then.
  if (existsSync(file)) return file;
  const permalink = async (place: Parameters<Poster['permalink']>[0]) => {
    const url = await deps.poster.permalink(place);
    return url === undefined ? { lacking: 'Slack gave no link to a card.' } : { url };
  };
  const ledger = await gather({ ...deps, permalink, ...keysIn(deps.settings) }, id);
  if (!ledger) return undefined;
  const draft = join(exportsFolder, `.${id}-${randomUUID()}`);
  await writeFile(draft, writeLedger(ledger), { flag: 'wx', mode: 0o600 });
  await rename(draft, file);
  return file;
}
