/** Checkpoints that a history holds itself, and what Slack, the console and daily files hold against it. */
import { describe, expect, test } from 'vitest';
import { keyIdOf, publicPartOf } from '#config/receipt-key.ts';
import { handoverNote } from '#core/handover.ts';
import { examine, type Trusted } from '#src/ledger/examine.ts';
import { readLedger, writeLedger } from '#src/ledger/format.ts';
import { redact } from '#src/ledger/redaction.ts';
import { exitOf } from '#src/ledger/report.ts';
import { NOBODY } from '#src/ledger/witnesses.ts';
import { ownRedisForTests } from '#test/support/redis.ts';
import { aReceiptKey } from '#test/support/slack-process.ts';
import { aLockdownIn, type Changing, ledgerKey, ledgerKeys, publicKeys, rehashed, tampered } from './whole-lockdown.ts';

const own = ownRedisForTests();
const MINUTE = 60_000;

function found(text: string, trusted: Trusted = {}) {
  const report = examine(text, { receiptKeys: publicKeys, ledgerKeys, ...trusted });
  const because = report.findings.map((finding) => finding.because).join('\n');
  const verdicts = new Set(report.findings.map(({ verdict }) => verdict));
  return {
    exit: exitOf(report),
    entry: report.findings[0]?.entry,
    because,
    verdicts,
    held: report.checkpoints,
    objects: report.objects,
  };
}

/** Two stages closed, each vouched for; `notes` as they stand in Slack. */
async function vouchedFor(change: Parameters<Awaited<ReturnType<typeof aLockdownIn>>['vouches']>[1] = {}) {
  const lockdown = await aLockdownIn(own().redis);
  const { happens, vouches, text } = lockdown;
  await happens({ type: 'discovery-ended' }, { type: 'nothing-to-allow', stage: 'dns', because: 'Nothing was seen.' });
  const notes = [await vouches()];
  await happens({ type: 'nothing-to-allow', stage: 'pods', because: 'Nothing was seen.' });
  notes.push(await vouches(ledgerKey, change));
  await happens({ type: 'nothing-to-allow', stage: 'metadata', because: 'Nothing was seen.' });
  return { ...lockdown, notes, text: await text() };
}

const edited = (text: string, number: number, change: (entry: { at: number; event: object }) => void) =>
  tampered(text, (ledger: Changing) => {
    const entry = ledger.entries[number - 1]?.entry;
    if (entry) change(entry);
    rehashed(ledger);
  });

const numberOf = (text: string, type: string, nth = 0) =>
  readLedger(text).ledger?.entries.filter(({ entry }) => entry.event.type === type)[nth]?.entry.number ?? 0;

describe('a history that says where it was vouched for', () => {
  test('is whole for somebody who brings the keys, also with its names withheld', async () => {
    const { text } = await vouchedFor();
    // Nothing was asked about in it: only a witness ties it to the namespace.
    expect(found(text)).toMatchObject({ exit: 3, because: expect.stringMatching(/^nothing here ties/), held: 2 });
    const { ledger } = readLedger(text);
    if (!ledger) throw new Error('not a ledger');
    expect(found(writeLedger(redact(ledger)))).toMatchObject({ exit: 3, held: 2 });
  });

  test('and brings its own keys is not believed about them', async () => {
    const { text } = await vouchedFor();
    const { exit, because } = exitAndWords(examine(text, { receiptKeys: publicKeys }));
    expect({ exit, because }).toMatchObject({ exit: 3, because: expect.stringContaining('only --keys can tell') });
  });

  test('is found out when it was written anew between two of them', async () => {
    const { text } = await vouchedFor();
    const anew = edited(text, numberOf(text, 'nothing-to-allow'), ({ event }) =>
      Object.assign(event, { because: 'Somebody else’s words.' }),
    );
    expect(found(anew)).toMatchObject({ exit: 1, because: expect.stringContaining('vouches for another history') });
  });

  test('cannot sign for itself again: with another key it is unknown, with the name of ours it does not hold', async () => {
    const { vouches, text } = await vouchedFor();
    expect(found(await textWith(text, { signature: await signatureBy(vouches, aReceiptKey()) })).because).toContain(
      `is a checkpoint that ${ledgerKey.id} did not sign`,
    );
    expect(found(await textWith(text, { key: '00000000' }))).toMatchObject({
      because: expect.stringContaining('signed with 00000000, which is none of the keys'),
    });
    expect(found(await textWith(text, { size: 99 })).because).toContain('vouches for 99 entries, but there were fewer');
    expect(found(await textWith(text, { ts: 'soon' })).because).toContain('says "soon" for the time of a message');
  });

  test('cannot say a later time than Slack had its checkpoint at, nor an earlier one after it', async () => {
    const { text } = await vouchedFor();
    const at = (ledger: string, number: number) => readLedger(ledger).ledger?.entries[number - 1]?.entry.at ?? 0;
    const vouched = numberOf(text, 'checkpoint-posted');
    const late = edited(text, vouched - 1, (entry) => Object.assign(entry, { at: at(text, vouched) + 5 * MINUTE }));
    expect(found(late).because).toContain('says a later time than its checkpoint, which Slack had at 2026-11-22');
    const last = readLedger(text).ledger?.entries.length ?? 0;
    const back = edited(text, last, (entry) => Object.assign(entry, { at: at(text, 1) }));
    expect(found(back).because).toContain('is backdated: it stands after a checkpoint');
  });
});

describe('a new ledger key', () => {
  const { pem } = aReceiptKey();
  const raw = publicPartOf(pem) ?? Buffer.alloc(0);
  const next = { id: keyIdOf(raw), pem };
  const key = raw.toString('base64');
  const both = { ...ledgerKeys, [next.id]: key };

  async function takenOver(handover: string | undefined) {
    const { vouches, text } = await aLockdownIn(own().redis);
    await vouches();
    await vouches(next, handover === undefined ? {} : { handover });
    return found(await text(), { ledgerKeys: both });
  }

  test('takes over by a note that the old one and the new one signed, in the entry itself', async () => {
    const handover = handoverNote({ from: ledgerKey.id, to: next.id, key }, { from: ledgerKey.pem, to: pem });
    expect(await takenOver(handover)).toMatchObject({ held: 2, because: expect.not.stringContaining('took over') });
  });

  test.each([
    ['without one, because the old one is lost', () => undefined],
    [
      'by a note that only the new one signed',
      () => handoverNote({ from: ledgerKey.id, to: next.id, key }, { from: pem, to: pem }),
    ],
    [
      'by a note for another key',
      () => handoverNote({ from: ledgerKey.id, to: 'ffffffff', key }, { from: ledgerKey.pem, to: pem }),
    ],
  ])('that comes %s stands alone from then on, and that is no success', async (_, handover) => {
    expect(await takenOver(handover())).toMatchObject({
      exit: 3,
      held: 1,
      because: expect.stringContaining('the history rests on the new key alone'),
    });
  });
});

describe('witnesses outside', () => {
  const slack = (notes: readonly string[], at: number) => ({
    witnesses: { ...NOBODY, notes: notes.map((text) => ({ text, at })) },
  });
  const later = Date.UTC(2027, 0, 1);

  test('in Slack know a history that is as long and the same', async () => {
    const { text, notes } = await vouchedFor();
    expect(found(text, slack(notes, later))).toEqual({
      ...{ exit: 0, entry: undefined, because: '', verdicts: new Set(), held: 2, objects: 0 },
    });
  });

  test('count each length once, however many of them keep it, and none that one of them denies', async () => {
    const { text, notes } = await vouchedFor();
    const [first = '', second = ''] = notes;
    expect(found(text, slack([first, first, second, second, second], later))).toMatchObject({ exit: 0, held: 2 });
    const unsigned = second.split('\n\n')[0]?.concat('\n\n') ?? '';
    const other = unsigned.replace(/\n(.{43}=)\n/, `\n${Buffer.alloc(32).toString('base64')}\n`);
    expect(found(text, slack([other], later))).toMatchObject({ exit: 1, held: 1 });
    expect(found(text, slack([unsigned], later))).toMatchObject({ exit: 3, held: 2 });
  });

  test('do not hold once an entry before them was changed, although the last hash is still theirs', async () => {
    const { text, notes } = await vouchedFor();
    const between = numberOf(text, 'nothing-to-allow', 1);
    const changed = tampered(text, (ledger) => {
      Object.assign(ledger.entries[between - 1]?.entry.event ?? {}, { because: 'Somebody else’s words.' });
    });
    expect(found(changed, slack(notes, later))).toMatchObject({ exit: 1, entry: between, held: 1 });
  });

  test('find entries that are gone, how many, and not that what is left is broken', async () => {
    const { text, notes } = await vouchedFor();
    const shorter = tampered(text, (ledger) => {
      ledger.entries = ledger.entries.slice(0, 3);
      rehashed(ledger);
    });
    const missing = found(shorter, slack(notes, later)).because;
    expect(missing).toContain('3 entries are missing at the end: a checkpoint knows 6, and here are 3');
  });

  test('on the console say by each object how long the history was', async () => {
    const { text } = await vouchedFor();
    const hash = readLedger(text).ledger?.entries[4]?.entry.hash ?? '';
    const on = (anchor: string) => ({ witnesses: { ...NOBODY, objects: [{ object: 'allow-dns', anchor }] } });
    expect(found(text, on(`5:${hash.slice(0, 16)}`))).toMatchObject({ exit: 0, held: 2, objects: 1 });
    expect(found(text, on(`5:${'0'.repeat(16)}`))).toMatchObject({
      exit: 1,
      entry: 5,
      because: expect.stringContaining('another hash than allow-dns on the console says'),
    });
    expect(found(text, on(`99:${'0'.repeat(16)}`))).toMatchObject({ exit: 2 });
    expect(found(text, on('soon'))).toMatchObject({ exit: 3, because: expect.stringContaining('no checkpoint') });
  });

  test('in Slack bound the time of what they vouch for', async () => {
    const { text, notes } = await vouchedFor();
    expect(found(text, slack(notes, Date.UTC(2026, 0, 1)))).toMatchObject({
      exit: 1,
      entry: 1,
      because: expect.stringContaining('which Slack had at 2026-01-01'),
    });
  });

  test('who could not be asked are said, and that is no success', async () => {
    const { text, notes } = await vouchedFor();
    const { witnesses } = slack(notes, later);
    expect(found(text, { witnesses: { ...witnesses, silent: ['slack was not asked'] } })).toMatchObject({ exit: 3 });
  });
});

function exitAndWords(report: ReturnType<typeof examine>) {
  return { exit: exitOf(report), because: report.findings.map(({ because }) => because).join('\n') };
}

/** The first checkpoint said otherwise, and every hash written anew after it. */
async function textWith(text: string, change: object): Promise<string> {
  return edited(text, numberOf(text, 'checkpoint-posted'), ({ event }) => Object.assign(event, change));
}

async function signatureBy(
  vouches: Awaited<ReturnType<typeof aLockdownIn>>['vouches'],
  { pem }: { pem: string },
): Promise<string> {
  const note = await vouches({ ...ledgerKey, pem });
  return note.trim().split(' ').at(-1) ?? '';
}
