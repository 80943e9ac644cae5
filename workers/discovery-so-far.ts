/** Looks at what discovery has seen so far, and keeps it for the cards, `/lockdown flows` and the day's digest. */
import { type Settings, settingsFor } from '#config/schema.ts';
import { discoverySoFar } from '#core/discovery.ts';
import type { DiscoveryFinding } from '#core/findings.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { EdgeStore } from '#redis/edge-store.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import { type GatheringDeps, gather } from './gathering.ts';

export type DiscoveryDeps = GatheringDeps & {
  readonly edges: Pick<EdgeStore, 'collected'>;
  readonly evidence: Pick<EvidenceStore, 'keepDiscovery'>;
  readonly settings: Settings;
  readonly now: () => number;
};

/** Nothing where the namespace is no longer in the configuration. */
export async function lookAtDiscovery(deps: DiscoveryDeps, lockdown: Lockdown): Promise<DiscoveryFinding | undefined> {
  const settings = settingsFor(deps.settings, lockdown.namespace);
  if (!settings) return undefined;
  const { evidence } = await gather(deps, lockdown, settings);
  const reports = (await deps.edges.collected(lockdown.id))?.reports ?? 0;
  const facts = { now: deps.now(), timeZone: deps.settings.reminders.timeZone, reports };
  const finding = discoverySoFar(lockdown, evidence, settings.drafts, facts);
  await deps.evidence.keepDiscovery(lockdown.id, finding);
  return finding;
}
