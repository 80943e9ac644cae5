/** The exported ledger: JSON lines, one header, then entries, drafts and objects, and a line that seals the file. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ApprovalRule } from '#core/approval.ts';
import { canonical } from '#core/canonical.ts';
import { Basis } from '#core/digest.ts';
import { Lockdown } from '#core/lockdown-state.ts';
import { STAGES } from '#core/stage.ts';
import { Written } from '#redis/evidence-store.ts';
import { Entry } from '#redis/lockdown-store.ts';

const FORMAT = 'lockstep-ledger/1';

const stage = z.enum(STAGES);
const OwnAction = z.enum(['Allow', 'Reject', 'Inherit']);
const DefaultActions = z.strictObject({ incoming: OwnAction, outgoing: OwnAction });
const Clauses = z.array(z.array(z.string()));
const Rules = z.array(
  z.strictObject({
    name: z.string().exactOptional(),
    action: z.enum(['Allow', 'Reject']),
    object: Clauses,
    protocolPorts: z.array(z.string()),
    observationEnabled: z.boolean().exactOptional(),
  }),
);
const Change = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('create-external-network'),
    network: z.strictObject({
      name: z.string(),
      entries: z.array(z.string()),
      associatedTags: z.array(z.string()),
    }),
  }),
  z.strictObject({
    kind: z.literal('create-ruleset'),
    ruleset: z.strictObject({ name: z.string(), subject: Clauses, incomingRules: Rules, outgoingRules: Rules }),
  }),
  z.strictObject({ kind: z.literal('add-tag-prefixes'), prefixes: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('set-default-actions'), actions: DefaultActions, former: DefaultActions }),
]);

/** Facts about the lockdown as they are kept beside its history, and what is needed to judge the history. */
export const Header = z.strictObject({
  line: z.literal('header'),
  format: z.literal(FORMAT),
  exportedAt: z.number().int(),
  entries: z.number().int(),
  /** As the configuration has them; whoever verifies brings their own. */
  receiptKeys: z.record(z.string(), z.string()),
  ledgerKeys: z.record(z.string(), z.string()),
  /** The rule each question was asked under, by the entry that asked it. */
  rules: z.array(z.strictObject({ entry: z.number().int(), stage, nonce: z.string(), rule: ApprovalRule })),
  lockdown: Lockdown,
  /** Only where names are withheld: the texts that are not, each with the salt that its commitment is checked with. */
  shown: z
    .record(z.string(), z.string().regex(/^[0-9a-f]{64}$/, 'not a salt of 64 hexadecimal digits'))
    .exactOptional(),
  /** What could not be had, in sentences. */
  lacking: z.array(z.string()),
});
export type Header = z.infer<typeof Header>;

export const EntryLine = z.strictObject({
  line: z.literal('entry'),
  entry: Entry,
  /** Of the card that a vote was given on. Slack's word, not the history's. */
  permalink: z.string().optional(),
});
export type EntryLine = z.infer<typeof EntryLine>;

/** What a digest was made of: the changes, and what people answered for what would be cut. */
export const DraftLine = z.strictObject({
  line: z.literal('draft'),
  stage,
  digest: z.string(),
  localPrefixes: z.array(z.string()),
  basis: Basis,
  changes: z.array(Change),
  residual: z.array(
    z.strictObject({
      group: z.string(),
      source: z.string(),
      destination: z.string(),
      ports: z.array(z.string()),
      answer: z.enum(['allow', 'block']).optional(),
      by: z.string().optional(),
    }),
  ),
  /** As the guide writes it, one document a change. */
  yaml: z.array(z.strictObject({ command: z.string(), document: z.string() })),
});
export type DraftLine = z.infer<typeof DraftLine>;

/** What a stage left on the console, by the console's own ids. */
export const ObjectsLine = z.strictObject({ line: z.literal('objects'), stage, written: z.array(Written) });
export type ObjectsLine = z.infer<typeof ObjectsLine>;

const EndLine = z.strictObject({ line: z.literal('end'), sha256: z.string() });

const Line = z.discriminatedUnion('line', [Header, EntryLine, DraftLine, ObjectsLine, EndLine]);

export type Ledger = {
  readonly header: Header;
  readonly entries: readonly EntryLine[];
  readonly drafts: readonly DraftLine[];
  readonly objects: readonly ObjectsLine[];
};

export function newHeader(facts: Omit<Header, 'line' | 'format'>): Header {
  return { line: 'header', format: FORMAT, ...facts };
}

export function writeLedger({ header, entries, drafts, objects }: Ledger): string {
  const body = [header, ...entries, ...drafts, ...objects].map((line) => `${JSON.stringify(line)}\n`).join('');
  return `${body}${JSON.stringify({ line: 'end', sha256: sha256(body) })}\n`;
}

/** What is wrong with a file as a file; `entry` where it is the line of an entry. */
export type Flaw = { readonly entry?: number; readonly because: string };

/** Everything that can be read, and everything that cannot. Entries end before the first that cannot be read. */
export function readLedger(text: string): { readonly ledger?: Ledger; readonly flaws: readonly Flaw[] } {
  const flaws: Flaw[] = [];
  const found = {
    header: [] as Header[],
    entry: [] as EntryLine[],
    draft: [] as DraftLine[],
    objects: [] as ObjectsLine[],
  };
  let entries = 0;
  let unreadable = false;
  let sealed = false;
  let offset = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const before = offset;
    offset += line.length + 1;
    if (line === '' && before === text.length) break;
    const read = readLine(line);
    // Which entry it is follows from where it stands: what it says of itself may be what was changed.
    const isEntry = 'because' in read ? line.startsWith('{"line":"entry"') || read.isEntry : read.line === 'entry';
    if (isEntry) entries += 1;
    if (sealed) flaws.push({ because: `line ${index + 1} stands after the end of the file` });
    if ('because' in read) {
      flaws.push({ ...(isEntry ? { entry: entries } : {}), because: `line ${index + 1} ${read.because}` });
      if (isEntry) unreadable = true;
    } else if (read.line === 'end') {
      sealed = true;
      if (read.sha256 !== sha256(text.slice(0, before)))
        flaws.push({
          because: 'the file is not as it was exported: the last line does not seal what stands before it',
        });
    } else if (read.line === 'entry') {
      if (!unreadable) found.entry.push(read);
    } else (found[read.line] as (typeof read)[]).push(read);
  }
  if (!sealed) flaws.push({ because: 'the file was cut off: its last line is missing' });
  const [header, another] = found.header;
  if (!header) return { flaws: [...flaws, { because: 'there is no header, so this is no ledger that can be read' }] };
  if (another) flaws.push({ because: 'there are two headers' });
  return { ledger: { header, entries: found.entry, drafts: found.draft, objects: found.objects }, flaws };
}

function readLine(line: string): z.infer<typeof Line> | { readonly because: string; readonly isEntry: boolean } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return { because: 'is no JSON', isEntry: line.includes('"entry":') };
    throw error;
  }
  const isEntry = typeof value === 'object' && value !== null && 'entry' in value;
  // Otherwise a key could stand there twice, and people would read the other one.
  if (JSON.stringify(value) !== line) return { because: 'is not written as an export writes it', isEntry };
  const parsed = Line.safeParse(value);
  if (parsed.success) {
    const { data } = parsed;
    const ambiguous =
      data.line === 'entry' ? whyAmbiguous(data.entry) : data.line === 'draft' ? whyAmbiguous(data) : undefined;
    return ambiguous === undefined ? data : { because: ambiguous, isEntry };
  }
  const [issue] = parsed.error.issues;
  return { because: `is not what it should be: ${issue?.path.join('.')}: ${issue?.message}`, isEntry };
}

/** What is hashed can be written down in one way only; anything else was never recorded. */
function whyAmbiguous(value: unknown): string | undefined {
  try {
    canonical(value);
    return undefined;
  } catch (error) {
    if (error instanceof TypeError) return `was never recorded: ${error.message}`;
    throw error;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
