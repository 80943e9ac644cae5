/** One file a day with a checkpoint of every history, for a place that whoever writes to Redis cannot change. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '#config/schema.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import { signedCheckpoint, type VouchingDeps } from './vouching.ts';

export type DailyDeps = Pick<VouchingDeps, 'ledgerKey'> & {
  readonly lockdowns: Pick<LockdownStore, 'history' | 'recent'>;
  readonly settings: Pick<Settings, 'ledger'>;
  readonly now: () => number;
};

/** Written whole under another name first, and put in its place only where there is none: no file is ever changed. */
export async function keepDailyCheckpoints(deps: DailyDeps, open: readonly Lockdown[]): Promise<void> {
  const { anchorsFolder } = deps.settings.ledger;
  if (anchorsFolder === undefined || !deps.ledgerKey) return;
  const file = join(anchorsFolder, `${new Date(deps.now()).toISOString().slice(0, 10)}.txt`);
  if (existsSync(file)) return;
  const notes: string[] = [];
  for (const lockdown of [...open, ...(await deps.lockdowns.recent())]) {
    const [last] = await deps.lockdowns.history(lockdown.id, -1);
    if (last) notes.push(signedCheckpoint(lockdown, last, deps.ledgerKey.pem).note);
  }
  if (notes.length === 0) return;
  const draft = join(anchorsFolder, `.${randomUUID()}`);
  await writeFile(draft, notes.join('\n'), { flag: 'wx', mode: 0o444 });
  try {
    await link(draft, file);
  } catch (error) {
    // Another worker was faster.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(draft);
  }
}
