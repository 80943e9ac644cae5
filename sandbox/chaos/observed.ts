/** What can be seen from outside at the end of a run: the console, the ledgers, Slack's messages, people's notebook. */
import type { Redis } from 'ioredis';
import type { DiscoveryFinding, DraftFinding, WatchFinding } from '#core/findings.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { cardStore } from '#redis/card-store.ts';
import { evidenceStore } from '#redis/evidence-store.ts';
import { type Entry, lockdownStore } from '#redis/lockdown-store.ts';
import type { ExternalNetwork, Namespace, Ruleset } from '#sandbox/console/objects.ts';
import type { Store, Write } from '#sandbox/console/store.ts';
import type { Message } from '#sandbox/slack/types.ts';
import { writeLedger } from '#src/ledger/format.ts';
import { gather } from '#src/ledger/gather.ts';
import { withoutSlack } from '#src/ledger/permalinks.ts';
import type { Notebook } from './notebook.ts';

export type SeenState = {
  readonly lockdown: Lockdown;
  readonly entries: readonly Entry[];
  /** By digest: every draft that somebody was asked about. */
  readonly drafts: ReadonlyMap<string, Pick<DraftFinding, 'draft' | 'digest' | 'localPrefixes'>>;
  readonly discovery?: DiscoveryFinding | undefined;
  readonly watch?: WatchFinding | undefined;
  /** As `ledger export` writes it. */
  readonly ledger: string;
};

export type ConsoleObjects = {
  readonly namespaces: readonly Namespace[];
  readonly rulesets: readonly Ruleset[];
  readonly externalNetworks: readonly ExternalNetwork[];
};

export type Observed = {
  readonly atMs: number;
  readonly lockdowns: readonly SeenState[];
  readonly before: ConsoleObjects;
  readonly after: ConsoleObjects;
  readonly writes: readonly Write[];
  readonly messages: readonly Message[];
  readonly notebook: Notebook;
  readonly receiptKeys: Readonly<Record<string, string>>;
  readonly ledgerKeys: Readonly<Record<string, string>>;
  /** When something happened to Slack or to the Slack process, so that an answer may have been lost. */
  readonly answersLostAt: readonly number[];
};

/** A copy: what is kept goes on changing. */
export function objectsOf(store: Store): ConsoleObjects {
  return structuredClone({
    namespaces: store.all('namespace'),
    rulesets: store.all('networkrulesetpolicy'),
    externalNetworks: store.all('externalnetwork').filter(({ ID }) => !store.isArchived(ID)),
  });
}

type Keys = Pick<Observed, 'receiptKeys' | 'ledgerKeys'>;

const MORE_THAN_EVER_END = 10_000;

export async function readLockdowns(redis: Redis, keys: Keys): Promise<SeenState[]> {
  const lockdowns = lockdownStore(redis);
  const kept = [...(await lockdowns.open()), ...(await lockdowns.recent(MORE_THAN_EVER_END))];
  const states: SeenState[] = [];
  for (const lockdown of kept) states.push(await readState(redis, lockdown, keys));
  return states;
}

async function readState(redis: Redis, lockdown: Lockdown, keys: Keys): Promise<SeenState> {
  const { id } = lockdown;
  const sources = { lockdowns: lockdownStore(redis), evidence: evidenceStore(redis), cards: cardStore(redis) };
  const entries = await sources.lockdowns.history(id);
  const drafts = new Map<string, DraftFinding>();
  for (const { event } of entries) {
    if (event.type !== 'draft-ready') continue;
    const finding = await sources.evidence.draft(id, event.stage, event.ask.digest);
    if (finding) drafts.set(event.ask.digest, finding);
  }
  const ledger = await gather({ ...sources, permalink: withoutSlack, ...keys, now: Date.now }, id);
  return {
    lockdown,
    entries,
    drafts,
    discovery: await sources.evidence.discovery(id),
    watch: await sources.evidence.watch(id),
    ledger: ledger ? writeLedger(ledger) : '',
  };
}
