/** Everything Redis and Slack have for one lockdown's ledger, as it was at one moment. Nothing is written. */
import { stringify } from 'yaml';
import { type DraftDocument, draftDocuments } from '#core/draft-yaml.ts';
import type { DraftFinding } from '#core/findings.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import type { CardStore, Place } from '#redis/card-store.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import type { Entry, LockdownStore } from '#redis/lockdown-store.ts';
import { cardNames } from '#slack/card-names.ts';
import type { PublicKeys } from '#slack/receipt.ts';
import type { LedgerKeys } from './checks/vouched.ts';
import { DraftLine, type EntryLine, type Header, type Ledger, newHeader, type ObjectsLine } from './format.ts';

export type Sources = {
  readonly lockdowns: Pick<LockdownStore, 'read' | 'history'>;
  readonly evidence: Pick<EvidenceStore, 'draft' | 'written'>;
  readonly cards: Pick<CardStore, 'get'>;
  /** Why there is none, in a sentence, where Slack gives none. */
  readonly permalink: (place: Place) => Promise<{ readonly url: string } | { readonly lacking: string }>;
  readonly receiptKeys: PublicKeys;
  readonly ledgerKeys: LedgerKeys;
  readonly now: () => number;
};

/** Between two looks somebody may vote or a stage may be written: then it is looked again. */
const LOOKS = 10;

/** Nothing where no such lockdown is kept. */
export async function gather(sources: Sources, id: string): Promise<Ledger | undefined> {
  for (let look = 0; look < LOOKS; look += 1) {
    const lockdown = await sources.lockdowns.read(id);
    if (!lockdown) return undefined;
    const entries = await sources.lockdowns.history(id);
    const drafts = await draftsOf(sources, id, entries);
    const objects = await objectsOf(sources, id);
    if ((await sources.lockdowns.read(id))?.length !== lockdown.length) continue;
    return assembled(sources, { lockdown, entries, drafts, objects });
  }
  throw new Error(`${id} was changed by others ${LOOKS} times in a row`);
}

type Read = {
  readonly lockdown: Lockdown;
  readonly entries: readonly Entry[];
  readonly drafts: readonly DraftLine[];
  readonly objects: readonly ObjectsLine[];
};

async function assembled(sources: Sources, { lockdown, entries, drafts, objects }: Read): Promise<Ledger> {
  const links = await permalinks(sources, lockdown.id, entries);
  const rules = rulesIn(entries);
  const digests = new Set(drafts.map(({ digest }) => digest));
  const lostDrafts = entries.filter(({ event }) => event.type === 'draft-ready' && !digests.has(event.ask.digest));
  const lacking = [
    ...links.lacking,
    ...lostDrafts.map(({ number }) => `The draft asked about in entry ${number} is not kept.`),
  ];
  const header = newHeader({
    exportedAt: sources.now(),
    entries: entries.length,
    receiptKeys: { ...sources.receiptKeys },
    ledgerKeys: { ...sources.ledgerKeys },
    rules,
    lockdown,
    lacking,
  });
  const lines = entries.map((entry): EntryLine => {
    const permalink = links.found.get(entry.number);
    return { line: 'entry', entry, ...(permalink === undefined ? {} : { permalink }) };
  });
  return { header, entries: lines, drafts, objects };
}

/** Every draft that anybody was asked about, once. */
async function draftsOf({ evidence }: Sources, id: string, entries: readonly Entry[]): Promise<DraftLine[]> {
  const drafts = new Map<string, DraftLine>();
  for (const { event } of entries) {
    if (event.type !== 'draft-ready') continue;
    const { stage, ask } = event;
    const finding = await evidence.draft(id, stage, ask.digest);
    if (finding) drafts.set(`${stage} ${ask.digest}`, draftLine(finding));
  }
  return [...drafts.values()];
}

function draftLine({ draft, digest, localPrefixes, basis }: DraftFinding): DraftLine {
  return DraftLine.parse({
    line: 'draft',
    stage: draft.stage,
    digest,
    localPrefixes,
    basis,
    changes: draft.changes,
    residual: draft.residual.map(({ group: { id: group, source, destination, ports }, decision }) => ({
      ...{ group, source, destination, ports },
      ...(decision ? { answer: decision.answer, by: decision.by } : {}),
    })),
    yaml: yamlOf(draftDocuments(draft, localPrefixes)),
  });
}

export function yamlOf(documents: readonly DraftDocument[]): DraftLine['yaml'] {
  return documents.map(({ command, document }) => ({
    command,
    document: stringify(document, { indentSeq: false, lineWidth: 0 }),
  }));
}

async function objectsOf({ evidence }: Sources, id: string): Promise<ObjectsLine[]> {
  const found = await Promise.all(STAGES.map(async (stage) => ({ stage, written: await evidence.written(id, stage) })));
  return found.flatMap(({ stage, written }) => (written.length > 0 ? [{ line: 'objects', stage, written }] : []));
}

function rulesIn(entries: readonly Entry[]): Header['rules'] {
  return entries.flatMap(({ number, event }) =>
    event.type === 'draft-ready'
      ? [{ entry: number, stage: event.stage, nonce: event.ask.nonce, rule: event.ask.rule }]
      : [],
  );
}

/** Where each vote was given: on the card of its draft. Each card is asked for once. */
async function permalinks({ cards, permalink }: Sources, id: string, entries: readonly Entry[]) {
  const asked = new Map<string, Awaited<ReturnType<typeof permalink>>>();
  const found = new Map<number, string>();
  const lacking = new Set<string>();
  for (const { number, event } of entries) {
    if (event.type !== 'vote-cast') continue;
    const card = cardNames.approval(event.stage, event.vote.revision);
    const link = asked.get(card) ?? (await linkOf(card, event.stage));
    asked.set(card, link);
    if ('url' in link) found.set(number, link.url);
    else lacking.add(link.lacking);
  }
  return { found, lacking: [...lacking] };

  async function linkOf(card: string, stage: Stage) {
    const place = await cards.get(id, card);
    return place ? permalink(place) : { lacking: `It is not kept where the card of ${stage} is in Slack.` };
  }
}
