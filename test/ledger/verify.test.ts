/** An exported ledger: a whole one is found whole, and whatever is done to it is found, where it was done. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Ask, Vote } from '#core/approval.ts';
import { signVote } from '#slack/receipt.ts';
import { examine } from '#src/ledger/examine.ts';
import { readLedger } from '#src/ledger/format.ts';
import { exitOf } from '#src/ledger/report.ts';
import { redisForTests } from '#test/support/redis.ts';
import { aReceiptKey } from '#test/support/slack-process.ts';
import { aWholeLockdown, type Changing, publicKeys, receiptKey, rehashed, SALT, tampered } from './whole-lockdown.ts';

const { redis } = redisForTests(12);
let whole: string;
beforeAll(async () => {
  await redis.flushdb();
  whole = await aWholeLockdown(redis);
});

const TRUSTED = { receiptKeys: publicKeys };

/** Exit code, the first entry found, and every sentence. */
function found(text: string) {
  const report = examine(text, TRUSTED);
  const because = report.findings.map((finding) => finding.because);
  return {
    exit: exitOf(report),
    entry: report.findings[0]?.entry,
    because: because.join('\n'),
    entries: report.findings.map(({ entry }) => entry),
  };
}

/** Where in the history something happened for the first time. */
function numberOf(type: string, nth = 1): number {
  const { ledger } = readLedger(whole);
  const numbers = ledger?.entries.flatMap(({ entry }) => (entry.event.type === type ? [entry.number] : [])) ?? [];
  const number = numbers[nth - 1];
  if (number === undefined) throw new Error(`${type} did not happen ${nth} times`);
  return number;
}

type Loose = { event: object; at: number; to: string; steps: unknown[] };

function edit(ledger: Changing, number: number, change: (entry: Loose) => void): void {
  change(ledger.entries[number - 1]?.entry as unknown as Loose);
}

const voteOf = ({ event }: Loose) => (event as { vote: Vote }).vote;
const askOf = ({ event }: Loose) => (event as { ask: Ask }).ask;

/** Done to the vote in an entry, and every hash written anew after it. */
function withVote(number: number, change: (vote: Vote) => Vote): string {
  return tampered(whole, (ledger) => {
    edit(ledger, number, (entry) => Object.assign(entry.event, { vote: change(voteOf(entry)) }));
    rehashed(ledger);
  });
}

test('a whole ledger is whole for somebody who brings the keys', () => {
  const report = examine(whole, TRUSTED);
  expect(report.findings).toEqual([]);
  expect(exitOf(report)).toBe(0);
  expect(report).toMatchObject({ phase: 'locked', entries: 44, votes: 8 });
  expect(report.applied.map(({ stage }) => stage)).toEqual(['dns', 'external-services', 'disable-discovery']);
});

test('without keys from elsewhere the receipts prove nothing, and that is no success', () => {
  const report = examine(whole);
  expect(exitOf(report)).toBe(3);
  expect(report.findings.map(({ because }) => because)).toEqual([expect.stringContaining('only --keys can tell')]);
});

test('the votes come with links to the cards they were given on', () => {
  const { ledger } = readLedger(whole);
  const votes = ledger?.entries.filter(({ entry }) => entry.event.type === 'vote-cast');
  expect(votes?.every(({ permalink }) => permalink?.startsWith('https://acme.slack.com/archives/C0LOCKDOWN1/p'))).toBe(
    true,
  );
});

describe('whoever changes the file', () => {
  test('changes one byte of an entry, and it is found with the number of that entry', () => {
    const lines = whole.split('\n');
    const numbers = lines.flatMap((line, index) => (line.startsWith('{"line":"entry"') ? [index] : []));
    const place = fc.constantFrom(...numbers).chain((index) => {
      const line = lines[index] ?? '';
      const end = line.includes('"permalink"') ? line.indexOf(',"permalink"') : line.length;
      return fc.record({ index: fc.constant(index), at: fc.nat(end - 1), by: fc.integer({ min: 1, max: 255 }) });
    });
    fc.assert(
      fc.property(place, ({ index, at, by }) => {
        const bytes = Buffer.from(lines[index] ?? '');
        bytes[at] = (bytes[at] ?? 0) ^ by;
        const { exit, entries } = found(lines.with(index, bytes.toString()).join('\n'));
        expect(exit).toBe(1);
        expect(entries).toContain(index);
      }),
      { numRuns: 150 },
    );
  });

  test('changes any one byte, and the file is not whole', () => {
    const bytes = Buffer.from(whole);
    fc.assert(
      fc.property(fc.nat(bytes.length - 2), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const copy = Buffer.from(bytes);
        copy[at] = (copy[at] ?? 0) ^ by;
        expect(found(copy.toString()).exit).toBe(1);
      }),
      { numRuns: 150 },
    );
  });

  test('cuts it anywhere, and the file is not whole', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 2), (length) => {
        expect(found(whole.slice(0, length)).exit).toBe(1);
      }),
      { numRuns: 50 },
    );
  });

  test.each([1, 2, 20, 43, 44])('drops entry %i, and seals the file again', (number) => {
    const text = tampered(whole, (ledger) => {
      ledger.entries = ledger.entries.toSpliced(number - 1, 1);
    });
    expect(found(text)).toMatchObject({ exit: 1, entry: number, because: expect.stringContaining('is missing') });
  });

  test.each([1, 10, 43])('drops entry %i and writes every hash anew', (number) => {
    const text = tampered(whole, (ledger) => {
      ledger.entries = ledger.entries.toSpliced(number - 1, 1);
      rehashed(ledger);
    });
    expect(found(text).exit).toBe(1);
  });

  test('puts two entries in each other’s place', () => {
    const text = tampered(whole, (ledger) => {
      const [eighth, ninth] = [ledger.entries[7], ledger.entries[8]];
      if (eighth && ninth) ledger.entries = ledger.entries.toSpliced(7, 2, ninth, eighth);
    });
    expect(found(text)).toMatchObject({
      exit: 1,
      entry: 8,
      because: expect.stringContaining('is not where it belongs'),
    });
  });

  test('copies an entry to a place further down', () => {
    const text = tampered(whole, (ledger) => {
      const fourth = ledger.entries[3];
      if (fourth) ledger.entries = ledger.entries.toSpliced(10, 0, fourth);
    });
    expect(found(text)).toMatchObject({ exit: 1, entry: 11, because: expect.stringContaining('added or moved') });
  });

  test('shows other YAML than was voted for', () => {
    const text = tampered(whole, ({ drafts: [dns] }) => {
      for (const shown of dns?.yaml ?? []) shown.document = shown.document.replace('allow-dns', 'allow-all');
    });
    expect(found(text)).toMatchObject({ exit: 1, because: expect.stringContaining('YAML of dns') });
  });

  test('shows other changes than were voted for, and their YAML', () => {
    const text = tampered(whole, ({ drafts: [dns] }) => {
      if (dns) [dns.changes, dns.yaml] = [dns.changes.slice(0, 1), dns.yaml.slice(0, 1)];
    });
    expect(found(text)).toMatchObject({ exit: 1, entry: numberOf('draft-ready') });
  });

  test('lists another object of the console', () => {
    const text = tampered(whole, ({ objects: [dns] }) => {
      for (const object of dns?.written ?? []) Object.assign(object, { id: 'another' });
    });
    expect(found(text)).toMatchObject({ exit: 1, because: expect.stringContaining('console objects of dns') });
  });

  test('calls an object of the console by another name', () => {
    const text = tampered(whole, ({ objects: [dns] }) => {
      for (const object of dns?.written ?? []) Object.assign(object, { name: 'harmless' });
    });
    expect(found(text)).toMatchObject({
      exit: 1,
      because: expect.stringContaining('called otherwise than in its draft'),
    });
  });

  test('puts a second draft of the stage beside the one that was voted for', () => {
    const text = tampered(whole, (ledger) => {
      const [dns] = ledger.drafts;
      if (dns) ledger.drafts = [...ledger.drafts, { ...dns, digest: 'e'.repeat(64) }];
    });
    expect(found(text)).toMatchObject({
      exit: 1,
      because: expect.stringContaining('nobody was asked about a draft of dns'),
    });
  });

  test.each([
    ['a comment', '# Harmless.\n'],
    ['a second key', 'name: allow-all\n'],
    ['an alias', 'x: &a [1]\ny: *a\n'],
  ])('adds %s to the YAML', (_, more) => {
    const text = tampered(whole, ({ drafts: [dns] }) => {
      for (const shown of dns?.yaml ?? []) shown.document = `${more}${shown.document}`;
    });
    expect(found(text)).toMatchObject({ exit: 1, because: expect.stringContaining('YAML of dns') });
  });

  test('writes what can be read in two ways: half a character, or a key that stands there twice', () => {
    const half = tampered(whole, (ledger) => {
      edit(ledger, numberOf('left-out'), ({ event }) => Object.assign(event, { because: '\ud800' }));
    });
    expect(found(half)).toMatchObject({
      exit: 1,
      entry: numberOf('left-out'),
      because: expect.stringContaining('was never recorded'),
    });
    const twice = whole.replace('"event":{"type":"left-out"', '"event":{"type":"left-out","because":"No."');
    expect(found(twice)).toMatchObject({
      exit: 1,
      entry: numberOf('left-out'),
      because: expect.stringContaining('not written as an export'),
    });
  });

  test('says that it is about another namespace', () => {
    const text = tampered(whole, ({ header }) => Object.assign(header.lockdown, { namespace: '/acme/prod/k8s/bank' }));
    expect(found(text)).toMatchObject({ exit: 1, entry: numberOf('draft-ready') });
  });

  test('says that it is about another lockdown, or that another workspace voted', () => {
    const other = tampered(whole, ({ header }) => Object.assign(header.lockdown, { id: 'another-1' }));
    expect(found(other)).toMatchObject({ exit: 1, because: expect.stringContaining('kept is id "another-1"') });
    const team = tampered(whole, ({ header }) => Object.assign(header.lockdown, { team: 'T0EVIL0001' }));
    expect(found(team)).toMatchObject({ exit: 1, because: expect.stringContaining('kept is team "T0EVIL0001"') });
    const begun = (change: object) =>
      tampered(whole, (ledger) => {
        edit(ledger, 1, ({ event }) => Object.assign(event, change));
        rehashed(ledger);
      });
    expect(found(begun({ team: 'T0EVIL0001' })).because).toContain('comes from another workspace, T0ACME0001');
    expect(found(begun({ lockdown: 'another-1' })).because).toContain('is for another lockdown, hipster-shop-1');
  });
});

describe('whoever can write to Redis and writes every hash anew', () => {
  test('takes a vote out', () => {
    const vote = numberOf('vote-cast');
    const text = tampered(whole, (ledger) => {
      ledger.entries = ledger.entries.toSpliced(vote - 1, 1);
      rehashed(ledger);
    });
    expect(found(text)).toMatchObject({
      exit: 1,
      entry: vote,
      because: expect.stringContaining('leads from asking to asking'),
    });
  });

  test('takes a vote out and lowers the number of votes that are needed', () => {
    const text = tampered(whole, (ledger) => {
      edit(ledger, numberOf('draft-ready'), (entry) => Object.assign(askOf(entry).rule, { needed: 1 }));
      Object.assign(ledger.header.rules[0]?.rule ?? {}, { needed: 1 });
      Object.assign(ledger.header.lockdown.stages.dns.ask?.rule ?? {}, { needed: 1 });
      ledger.entries = ledger.entries.toSpliced(numberOf('vote-cast') - 1, 1);
      rehashed(ledger);
    });
    expect(found(text)).toMatchObject({
      exit: 1,
      entry: numberOf('draft-ready'),
      because: expect.stringContaining('not the digest of the namespace, the changes and the approval rule'),
    });
  });

  test('hides the draft, too, so that nobody can tell the rule: that is no success', () => {
    const text = tampered(whole, (ledger) => {
      ledger.drafts = ledger.drafts.filter(({ stage }) => stage !== 'dns');
    });
    expect(found(text)).toMatchObject({ exit: 3, entry: numberOf('applied') });
  });

  test.each<[string, Partial<Vote>]>([
    ['another draft of the stage', { revision: 2 }],
    ['another lockdown', { lockdown: 'another-1' }],
    ['another workspace', { team: 'T0EVIL0001' }],
    ['another person', { user: 'U0MALLORY1', person: 'U0MALLORY1' }],
    ['the other answer', { decision: 'deny' }],
    ['another digest', { digest: 'e'.repeat(64) }],
  ])('moves a receipt to %s', (_, change) => {
    const vote = numberOf('vote-cast');
    const { exit, entries, because } = found(withVote(vote, (before) => ({ ...before, ...change })));
    expect({ exit, because }).toMatchObject({
      exit: 1,
      because: expect.stringContaining('receipt that is not over this vote'),
    });
    expect(entries).toContain(vote);
  });

  test.each<[string, Partial<Vote>, string]>([
    ['another draft of the stage', { revision: 2 }, 'is for draft 2, and draft 1 was asked about'],
    ['another lockdown', { lockdown: 'another-1' }, 'is for another lockdown, another-1'],
    ['another workspace', { team: 'T0EVIL0001' }, 'comes from another workspace'],
    ['another stage', { stage: 'pods' }, 'is for another stage, pods'],
    ['another digest', { digest: 'e'.repeat(64) }, 'is for another digest'],
  ])('brings a vote that was truly signed, but for %s', (_, change, because) => {
    const vote = numberOf('vote-cast', 2);
    const text = withVote(vote, ({ receipt: _receipt, ...before }) =>
      signVote({ ...before, ...change }, receiptKey, SALT),
    );
    expect(found(text)).toMatchObject({ exit: 1, entry: vote, because: expect.stringContaining(because) });
  });

  test('signs a vote with a key of their own', () => {
    const vote = numberOf('vote-cast');
    const own = aReceiptKey('k2');
    const text = withVote(vote, ({ receipt: _, ...before }) => signVote(before, own, SALT));
    expect(found(text)).toMatchObject({
      exit: 1,
      entry: vote,
      because: expect.stringContaining('k2, which is none of the keys'),
    });
    const posing = withVote(vote, ({ receipt: _, ...before }) => signVote(before, { ...own, id: receiptKey.id }, SALT));
    expect(found(posing)).toMatchObject({ exit: 1, entry: vote });
  });

  test('invents that something was written to the console', () => {
    const asked = numberOf('draft-ready');
    const text = tampered(whole, (ledger) => {
      const applied = ledger.entries[numberOf('applied') - 1];
      if (applied) ledger.entries = ledger.entries.toSpliced(asked, 0, structuredClone(applied));
      rehashed(ledger);
    });
    expect(found(text)).toMatchObject({
      exit: 1,
      entry: asked + 1,
      because: expect.stringContaining('changes nothing'),
    });
  });

  test('invents what only the tables can derive', () => {
    const text = tampered(whole, (ledger) => {
      const line = structuredClone(ledger.entries[4]);
      if (line) Object.assign(line.entry, { event: { type: 'discovery-disabled' }, from: 'securing', to: 'watching' });
      if (line) ledger.entries = ledger.entries.toSpliced(5, 0, line);
      rehashed(ledger);
    });
    expect(found(text)).toMatchObject({ exit: 1, entry: 6, because: expect.stringContaining('did not derive here') });
  });

  test('takes out what the tables derive', () => {
    const opened = numberOf('opened');
    const text = tampered(whole, (ledger) => {
      ledger.entries = ledger.entries.toSpliced(opened - 1, 1);
      rehashed(ledger);
    });
    expect(found(text)).toMatchObject({
      exit: 1,
      entry: opened,
      because: expect.stringContaining('opened follows at once'),
    });
  });

  test('writes down other steps, or another phase, than followed', () => {
    const steps = tampered(whole, (ledger) => {
      edit(ledger, 7, (entry) => Object.assign(entry, { steps: [] }));
      rehashed(ledger);
    });
    expect(found(steps)).toMatchObject({ exit: 1, entry: 7, because: expect.stringContaining('other steps') });
    const to = tampered(whole, (ledger) => {
      edit(ledger, 7, (entry) => Object.assign(entry, { to: 'allowed' }));
      rehashed(ledger);
    });
    expect(found(to)).toMatchObject({
      exit: 1,
      entry: 7,
      because: expect.stringContaining('from applying to verifying'),
    });
  });

  test('writes one hash anew and not those after it', () => {
    const text = tampered(whole, (ledger) => {
      const { entries } = ledger;
      const leftOut = numberOf('left-out');
      edit(ledger, leftOut, ({ event }) => Object.assign(event, { because: 'Somebody else’s words.' }));
      rehashed(ledger);
      ledger.entries = [...ledger.entries.slice(0, leftOut), ...entries.slice(leftOut)];
    });
    const next = numberOf('left-out') + 1;
    expect(found(text)).toMatchObject({
      exit: 1,
      entry: next,
      because: expect.stringContaining('does not follow from'),
    });
  });

  test('gives what the tables derive another time than what it is derived from', () => {
    const opened = numberOf('opened');
    const text = tampered(whole, (ledger) => {
      edit(ledger, opened, (entry) => Object.assign(entry, { at: entry.at + 1 }));
      rehashed(ledger);
    });
    expect(found(text)).toMatchObject({
      exit: 1,
      entry: opened,
      because: expect.stringContaining('recorded together'),
    });
  });

  test('says that somebody else asked for the lockdown', () => {
    const text = tampered(whole, (ledger) => {
      edit(ledger, 1, (entry) => Object.assign(entry.event, { by: 'U0MALLORY1' }));
      rehashed(ledger);
    });
    expect(found(text)).toMatchObject({ exit: 1, because: expect.stringContaining('led to "U0MALLORY1"') });
  });

  test('changes the lockdown that is kept, and not its history', () => {
    const text = tampered(whole, ({ header }) => Object.assign(header.lockdown, { phase: 'released' }));
    expect(found(text)).toMatchObject({ exit: 1, because: expect.stringContaining('kept is phase "released"') });
    const why = tampered(whole, ({ header }) => Object.assign(header.lockdown, { because: 'The console was down.' }));
    expect(found(why)).toMatchObject({ exit: 1, because: expect.stringContaining('kept is because') });
    const stage = tampered(whole, ({ header }) => Object.assign(header.lockdown.stages.pods, { phase: 'allowed' }));
    expect(found(stage)).toMatchObject({ exit: 1, because: expect.stringContaining('kept of the stage pods') });
  });
});

test('a clock that ran backwards is said, and proves nothing', () => {
  const text = tampered(whole, (ledger) => {
    edit(ledger, 2, (entry) => Object.assign(entry, { at: 0 }));
    edit(ledger, 3, (entry) => Object.assign(entry, { at: 0 }));
    rehashed(ledger);
  });
  const report = examine(text, TRUSTED);
  expect(exitOf(report)).toBe(0);
  expect(report.remarks).toContainEqual(expect.stringMatching(/^Entry 2 says a time \d+ ms before/));
});
