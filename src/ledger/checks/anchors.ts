/** Whether the history is the one that checkpoints kept elsewhere speak of: as long, and with the same hashes. */
import { type Note, readNotes, standing, type Verifier } from '#core/checkpoint.ts';
import type { Entry } from '#redis/lockdown-store.ts';
import { broken, type Finding } from '../report.ts';
import type { Witnesses } from '../witnesses.ts';
import { laterThan } from './vouched.ts';

type AnchorFindings = {
  readonly findings: readonly Finding[];
  readonly remarks: readonly string[];
  /** Sizes that a signed checkpoint vouches for, and sizes that some checkpoint denies, whoever else says otherwise. */
  readonly held: ReadonlySet<number>;
  readonly denied: ReadonlySet<number>;
  /** How many objects on the console carry what the history says. */
  readonly agreeing: number;
};

export function checkAnchors(
  witnesses: Witnesses,
  origin: string,
  entries: readonly Entry[],
  verifiers: readonly Verifier[],
): AnchorFindings {
  const read = witnesses.notes.map(({ text, at }) => ({ at, ...readNotes(text) }));
  const notes = read.flatMap((each) => each.notes.map((note) => ({ ...note, at: each.at })));
  const strange = read.flatMap((each) => each.strange);
  const ours = notes
    .filter(({ checkpoint }) => checkpoint.origin === origin)
    .sort((a, b) => a.checkpoint.size - b.checkpoint.size);
  const findings: Finding[] = [
    ...witnesses.silent.map((because): Finding => ({ verdict: 'unchecked', because })),
    ...witnesses.objects.flatMap((object) => whyNotAsOn(object, entries)),
  ];
  const held = new Set<number>();
  const denied = new Set<number>();
  let lastHeld = 0;
  for (const note of ours) {
    const { size, root } = note.checkpoint;
    const whose = standing(note, verifiers);
    if (whose === 'forged') {
      findings.push({
        verdict: 'unchecked',
        because: `the signature of the checkpoint at entry ${size} does not hold`,
      });
      continue;
    }
    if (whose === 'unknown') findings.push({ verdict: 'unchecked', because: whyUnknown(note) });
    const against = [
      ...unlike(size, root, entries, lastHeld),
      ...(note.at === undefined ? [] : laterThan(entries.slice(0, size), note.at)),
    ];
    findings.push(...against);
    if (against.length > 0) denied.add(size);
    else if (whose === 'signed') {
      held.add(size);
      lastHeld = size;
    }
  }
  if (witnesses.notes.length > 0 && ours.length === 0)
    findings.push({
      verdict: 'unchecked',
      because: 'none of the checkpoints given is of this lockdown in this namespace',
    });
  if (strange.length > 0)
    findings.push({
      verdict: 'unchecked',
      because: `${strange.length} lines among the checkpoints are none: ${JSON.stringify(strange[0])}`,
    });
  const agreeing = witnesses.objects.filter((object) => whyNotAsOn(object, entries).length === 0).length;
  const others = notes.length - ours.length;
  const remarks = others > 0 ? [`${others} of the checkpoints are of other lockdowns.`] : [];
  return { findings, remarks, held, denied, agreeing };
}

function unlike(size: number, root: string, entries: readonly Entry[], lastHeld: number): Finding[] {
  const entry = entries[size - 1];
  if (!entry) return [missing(size, entries.length)];
  return entry.hash === root ? [] : [rewritten(size, lastHeld)];
}

/** An object that we wrote says how long the history was then. */
function whyNotAsOn({ object, anchor }: Witnesses['objects'][number], entries: readonly Entry[]): Finding[] {
  const [, size, root = ''] = /^([1-9]\d{0,14}):([0-9a-f]{16})$/.exec(anchor) ?? [];
  if (size === undefined)
    return [
      { verdict: 'unchecked', because: `${object} on the console carries ${JSON.stringify(anchor)}, no checkpoint` },
    ];
  const entry = entries[Number(size) - 1];
  if (!entry) return [missing(Number(size), entries.length)];
  if (entry.hash.startsWith(root)) return [];
  return [broken(Number(size), `has another hash than ${object} on the console says: the history was written anew`)];
}

function whyUnknown({ checkpoint: { size }, signatures }: Note): string {
  const signers = signatures.map(({ name, hash }) => `${name}+${hash}`).join(', ');
  return signers === ''
    ? `nobody signed the checkpoint at entry ${size}: it is worth what the place is worth where it was kept`
    : `the checkpoint at entry ${size} is signed by ${signers}, which is none of the keys`;
}

function missing(size: number, length: number): Finding {
  const lacking = size - length;
  const because = `${lacking === 1 ? '1 entry is' : `${lacking} entries are`} missing at the end: a checkpoint knows ${size}, and here are ${length}`;
  return { verdict: 'missing', entry: length + 1, because };
}

function rewritten(size: number, lastHeld: number): Finding {
  const where = lastHeld === 0 ? `at or before it` : `after entry ${lastHeld}, up to it`;
  return {
    verdict: 'broken',
    entry: size,
    because: `has another hash than the checkpoint says: the history was written anew ${where}`,
  };
}
