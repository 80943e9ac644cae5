/** What witnesses outside are given, and how it shows that a history was shortened or written anew. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  checkpointText,
  originOf,
  readNotes,
  readVerifierKey,
  signedNote,
  standing,
  type Verifier,
  verifierKey,
} from '#core/checkpoint.ts';
import { commitments } from '#core/commitment.ts';
import { examine } from '#src/ledger/examine.ts';
import { readLedger } from '#src/ledger/format.ts';
import { exitOf } from '#src/ledger/report.ts';
import { NOBODY } from '#src/ledger/witnesses.ts';
import { redisForTests } from '#test/support/redis.ts';
import { aReceiptKey } from '#test/support/slack-process.ts';
import { aWholeLockdown, ID, publicKeys, rehashed, SALT, tampered } from './whole-lockdown.ts';

const { redis } = redisForTests(14);
const signer = { name: 'lockstep-ledger', pem: aReceiptKey().pem };
const other = { name: 'lockstep-ledger', pem: aReceiptKey().pem };
const keyOf = (of: typeof signer) => readVerifierKey(verifierKey(of)) as Verifier;
const commit = commitments(SALT);
const ORIGIN = originOf(ID, commit);

let whole: string;
beforeAll(async () => {
  await redis.flushdb();
  whole = await aWholeLockdown(redis);
});

/** The note that was given to a witness when the history had so many entries. */
function noteAt(size: number, by: typeof signer | null = signer, origin = ORIGIN): string {
  const root = readLedger(whole).ledger?.entries[size - 1]?.entry.hash ?? '';
  const text = checkpointText({ origin, size, root });
  return by ? signedNote(text, by) : `${text}\n`;
}

function found(text: string, anchors: string) {
  const report = examine(text, {
    receiptKeys: publicKeys,
    checkpointKeys: [keyOf(signer)],
    witnesses: { ...NOBODY, notes: [{ text: anchors }] },
  });
  const because = report.findings.map((finding) => finding.because).join('\n');
  return { exit: exitOf(report), entry: report.findings[0]?.entry, because, held: report.checkpoints };
}

/** Somebody with write access to Redis: keeps so many entries, and makes everything else look like it. */
function shortened(length: number): string {
  return tampered(whole, (ledger) => {
    ledger.entries = ledger.entries.slice(0, length);
    rehashed(ledger);
    ledger.header.lockdown = { ...ledger.header.lockdown, phase: 'watching', length };
  });
}

describe('a signed note', () => {
  test('is origin, size and root, an empty line, and a signature that begins with the hash of the key', () => {
    const note = noteAt(7);
    expect(note.split('\n')).toEqual([
      expect.stringMatching(/^lockstep\/[0-9a-f]{32}\/chain$/),
      '7',
      expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
      '',
      expect.stringMatching(/^— lockstep-ledger [A-Za-z0-9+/]{91}=$/),
      '',
    ]);
    expect(note).toBe(noteAt(7));
  });

  test('of somebody else’s making, from the documentation of the format, is read as they mean it', () => {
    const key = readVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    const text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const line = 'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=';
    const raw = Buffer.from(line, 'base64');
    const signatures = [{ name: 'PeterNeumann', hash: raw.subarray(0, 4).toString('hex'), signature: raw.subarray(4) }];
    const checkpoint = { origin: ORIGIN, size: 1, root: '0'.repeat(64) };
    expect(standing({ checkpoint, text, signatures }, [key as Verifier])).toBe('signed');
    expect(standing({ checkpoint, text: `${text} `, signatures }, [key as Verifier])).toBe('forged');
  });

  test('is read back from a file of many, with Windows line ends, too', () => {
    const file = [noteAt(3), noteAt(7), noteAt(9, null), noteAt(12)].join('\n').replaceAll('\n', '\r\n');
    const { notes, strange } = readNotes(file);
    expect(strange).toEqual([]);
    expect(notes.map((note) => [note.checkpoint.size, standing(note, [keyOf(signer)])])).toEqual([
      [3, 'signed'],
      [7, 'signed'],
      [9, 'unknown'],
      [12, 'signed'],
    ]);
  });

  test('changed in any place is not signed any more', () => {
    const bytes = Buffer.from(noteAt(7));
    fc.assert(
      fc.property(fc.nat(bytes.length - 2), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const copy = Buffer.from(bytes);
        copy[at] = (copy[at] ?? 0) ^ by;
        const { notes } = readNotes(copy.toString());
        for (const note of notes) {
          const same = note.checkpoint.size === 7 && note.text === noteAt(7).split('\n\n')[0]?.concat('\n');
          expect(same || standing(note, [keyOf(signer)]) !== 'signed').toBe(true);
        }
      }),
    );
  });

  test('is of a lockdown, with a length and a hash, or it is none', () => {
    expect(() => checkpointText({ origin: 'two\nlines', size: 1, root: '0'.repeat(64) })).toThrow('origin');
    expect(() => checkpointText({ origin: ORIGIN, size: 0, root: '0'.repeat(64) })).toThrow('at least one entry');
    expect(() => checkpointText({ origin: ORIGIN, size: 1, root: 'abc' })).toThrow('SHA-256');
    expect(readVerifierKey(verifierKey(signer).replace('lockstep', 'lookstep'))).toBeUndefined();
  });
});

describe('with checkpoints kept elsewhere', () => {
  test('a ledger that went on since is whole', () => {
    expect(found(whole, [noteAt(7), noteAt(44)].join('\n'))).toEqual({
      exit: 0,
      entry: undefined,
      because: '',
      held: 2,
    });
  });

  test('entries missing at the end are found, and how many', () => {
    // Without the checkpoint there would be nothing to find: what is left is a true, shorter history.
    expect(examine(shortened(43), { receiptKeys: publicKeys }).findings).toEqual([]);
    expect(found(shortened(43), noteAt(44))).toMatchObject({
      exit: 2,
      entry: 44,
      because: expect.stringContaining('1 entry is missing at the end: a checkpoint knows 44, and here are 43'),
    });
  });

  test('a history written anew, with a chain that holds, is found, and between which checkpoints', () => {
    const text = tampered(whole, (ledger) => {
      const line = ledger.entries.find(({ entry }) => entry.event.type === 'nothing-to-allow');
      Object.assign(line?.entry.event ?? {}, { because: 'Somebody else’s words.' });
      Object.assign(ledger.header.lockdown.stages.pods, { because: 'Somebody else’s words.' });
      rehashed(ledger);
    });
    expect(examine(text, { receiptKeys: publicKeys }).findings).toEqual([]);
    expect(found(text, [noteAt(7), noteAt(20), noteAt(44)].join('\n'))).toMatchObject({
      exit: 1,
      entry: 20,
      because: expect.stringContaining('written anew after entry 7, up to it'),
      held: 1,
    });
  });

  test.each([
    ['not signed', () => noteAt(44, null), 'nobody signed'],
    ['signed by somebody we do not know', () => noteAt(44, other), 'which is none of the keys'],
    ['whose signature does not hold', () => noteAt(44).replace('\n44\n', '\n43\n'), 'does not hold'],
    ['of another lockdown', () => noteAt(44, signer, 'lockstep/acme/other-1/chain'), 'none of the checkpoints given'],
    ['that are none', () => `${noteAt(44)}\nhello`, 'are none: "hello"'],
  ])('one %s is no success', (_, anchors, because) => {
    expect(found(whole, anchors())).toMatchObject({ exit: 3, because: expect.stringContaining(because) });
  });
});
