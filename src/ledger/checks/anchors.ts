/** Whether the history is the one that checkpoints kept elsewhere speak of: as long, and with the same hashes. */
import { type Note, readNotes, standing, type Verifier } from '#core/checkpoint.ts';
import type { Entry } from '#redis/lockdown-store.ts';
import type { Finding } from '../report.ts';

type AnchorFindings = {
  readonly findings: readonly Finding[];
  readonly remarks: readonly string[];
  readonly held: number;
};

export function checkAnchors(
  text: string,
  origin: string,
  entries: readonly Entry[],
  verifiers: readonly Verifier[],
): AnchorFindings {
  const { notes, strange } = readNotes(text);
  const ours = notes
    .filter(({ checkpoint }) => checkpoint.origin === origin)
    .sort((a, b) => a.checkpoint.size - b.checkpoint.size);
  const findings: Finding[] = [];
  let held = 0;
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
    const entry = entries[size - 1];
    if (!entry) findings.push(missing(size, entries.length));
    else if (entry.hash !== root) findings.push(rewritten(size, lastHeld));
    else [held, lastHeld] = [held + 1, size];
  }
  if (ours.length === 0)
    findings.push({
      verdict: 'unchecked',
      because: 'none of the checkpoints given is of this lockdown in this namespace',
    });
  if (strange.length > 0)
    findings.push({
      verdict: 'unchecked',
      because: `${strange.length} lines among the checkpoints are none: ${JSON.stringify(strange[0])}`,
    });
  const others = notes.length - ours.length;
  return { findings, held, remarks: others > 0 ? [`${others} of the checkpoints are of other lockdowns.`] : [] };
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
