/** A ledger with its names withheld: each is replaced by its commitment, and everything that was hashed still can be. */

import { type Commit, commitmentOf, commitments, saltOf } from '#core/commitment.ts';
import { draftDocuments } from '#core/draft-yaml.ts';
import { hashOf } from '#redis/lockdown-store.ts';
import { digestOfLine } from './checks/drafts.ts';
import { DraftLine, EntryLine, Header, type Ledger, ObjectsLine } from './format.ts';
import { yamlOf } from './gather.ts';

/** Texts of these fields say nothing about people, workloads, hosts or places. Whatever is not listed is withheld. */
export const SHOWN: ReadonlySet<string> = new Set([
  ...['type', 'stage', 'step', 'from', 'to', 'phase', 'failedIn', 'config', 'previous', 'hash', 'days'],
  ...['digest', 'nonce', 'decision', 'gesture', 'key', 'signature', 'written', 'answer', 'root', 'ts', 'handover'],
  ...['kind', 'action', 'predicted', 'incoming', 'outgoing', 'ports', 'protocolPorts', 'line', 'format'],
]);

/** Fields that hold a record by name, and how what it holds is judged. */
const BY_NAME = new Map([
  ['answers', 'answer'],
  ['groups', 'users'],
  ['withdrawn', 'at'],
]);

const WITHHELD = /^withheld:([0-9a-f]{64})$/;

/** Throws where something that was hashed could no longer be computed: then the ledger was broken before. */
export function redact({ header, entries, drafts, objects }: Ledger): Ledger {
  const { salt } = header.lockdown;
  const commit = commitments(salt);
  const without = <Value>(value: Value) => withoutNames(value, '', commit) as Value;
  const redacted = {
    entries: entries.map(({ line, entry }) => EntryLine.parse({ line, entry: without(entry) })),
    drafts: drafts.map((draft) => withoutNamesIn(draft, header.lockdown.namespace, without)),
    objects: objects.map((line) => ObjectsLine.parse(without(line))),
  };
  const lockdown = { ...without(header.lockdown), salt: 'withheld, as who has it could guess every name' };
  const shown = new Map<string, string>();
  const remember: Commit = (text) => {
    const [, withheld] = WITHHELD.exec(text) ?? [];
    if (withheld !== undefined) return withheld;
    shown.set(text, saltOf(text, salt));
    return commit(text);
  };
  for (const { entry } of redacted.entries) same(hashOf(entry, remember), entry.hash, `entry ${entry.number}`);
  for (const draft of redacted.drafts)
    for (const { entry } of redacted.entries) {
      const { event } = entry;
      if (event.type !== 'draft-ready' || event.ask.digest !== draft.digest || event.stage !== draft.stage) continue;
      const asked = { namespace: lockdown.namespace, rule: event.ask.rule };
      same(digestOfLine(draft, asked, remember), draft.digest, `the draft asked about in entry ${entry.number}`);
    }
  const rules = header.rules.map((rule) => without(rule));
  return {
    ...redacted,
    header: Header.parse({ ...header, rules, lockdown, lacking: [], shown: Object.fromEntries(shown) }),
  };
}

/** What a reader of a redacted ledger can compute: commitments that stand there, and those of texts shown with their salts. */
export function commitmentsIn(shown: NonNullable<Header['shown']>): Commit {
  return (text) => {
    const [, withheld] = WITHHELD.exec(text) ?? [];
    if (withheld !== undefined) return withheld;
    const ownSalt = Object.hasOwn(shown, text) ? shown[text] : undefined;
    // A text that comes without its salt was not there when the ledger was exported, and no hash of it holds.
    return ownSalt === undefined ? '' : commitmentOf(text, ownSalt);
  };
}

export function withheldRemark({ header, entries, drafts }: Ledger): string[] {
  if (!header.shown) return [];
  const names = new Set(JSON.stringify([entries, drafts]).match(/withheld:[0-9a-f]{64}/g));
  return [
    `${names.size} texts are withheld: people, places, workloads, hosts and what people wrote. The same text is withheld as the same, and two as two, as it was when it was recorded; which they are, and that the rules allow what they should, nobody can tell from here.`,
  ];
}

function withoutNamesIn(draft: DraftLine, namespace: string, without: <Value>(value: Value) => Value): DraftLine {
  const { changes, localPrefixes, ...rest } = without({ ...draft, yaml: [] });
  const yaml = yamlOf(draftDocuments({ namespace: without({ namespace }).namespace, changes }, localPrefixes));
  return DraftLine.parse({ ...rest, changes, localPrefixes, yaml });
}

/** What `failedStep` is made of: the step, which is shown, and the sentence, withheld as in the entry it comes from. */
const FAILED_STEP = /^([a-z-]+): (.+)$/s;

function withoutNames(value: unknown, field: string, commit: Commit): unknown {
  const [, step, because] = (field === 'failedStep' && FAILED_STEP.exec(String(value))) || [];
  if (because !== undefined) return `${step}: withheld:${commit(because)}`;
  if (typeof value === 'string') return SHOWN.has(field) && !WITHHELD.test(value) ? value : `withheld:${commit(value)}`;
  if (Array.isArray(value)) return value.map((each) => withoutNames(each, field, commit));
  if (typeof value !== 'object' || value === null) return value;
  const judgedAs = BY_NAME.get(field);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) =>
      judgedAs === undefined
        ? [key, withoutNames(each, key, commit)]
        : [`withheld:${commit(key)}`, withoutNames(each, judgedAs, commit)],
    ),
  );
}

function same(computed: string, recorded: string, what: string): void {
  if (computed !== recorded)
    throw new Error(`${what} does not have the hash it was recorded with, so nothing is withheld from it`);
}
