/** That the configuration is another one than a lockdown has known: told with what is different, and kept in its history. */

import type { Settings } from '#config/schema.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { differences } from '#core/setting-differences.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import { type Reporting, report } from './reporting.ts';

export type ConfigurationDeps = Reporting & {
  readonly evidence: Pick<EvidenceStore, 'configuration' | 'keepConfiguration'>;
  readonly settings: Settings;
  readonly configHash: string;
  readonly now: () => number;
};

/** Who changes who may approve is seen by those who approve; questions that are open keep the stricter rule anyway. */
export async function tellConfiguration(deps: ConfigurationDeps, { id }: Pick<Lockdown, 'id'>): Promise<void> {
  const { evidence, settings, configHash: hash } = deps;
  const known = await evidence.configuration(id);
  if (known?.hash === hash) return;
  const changes = known ? differences(known.settings, JSON.parse(JSON.stringify(settings))) : [];
  if (known && changes.length > 0) {
    const event = { type: 'configuration-changed', from: known.hash, to: hash, changes } as const;
    await report(deps, id, event, `${id}-${Math.floor(deps.now() / 60_000)}-${hash.slice(0, 16)}`);
  }
  await evidence.keepConfiguration(id, { hash, settings });
}
