/** A ledger with its names withheld: checked as any other, and nobody can read or guess a name in it. */
import { createHash } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Lockdown } from '#core/lockdown-state.ts';
import { examine } from '#src/ledger/examine.ts';
import { DraftLine, EntryLine, ObjectsLine, readLedger, writeLedger } from '#src/ledger/format.ts';
import { redact, SHOWN } from '#src/ledger/redaction.ts';
import { exitOf } from '#src/ledger/report.ts';
import { ownRedisForTests } from '#test/support/redis.ts';
import {
  aLockdownIn,
  aLockedLockdown,
  aWholeLockdown,
  type Changing,
  publicKeys,
  SALT,
  tampered,
} from './whole-lockdown.ts';

const own = ownRedisForTests();
let redacted: string;
beforeAll(async () => {
  const { ledger } = readLedger(await aWholeLockdown(own().redis));
  if (!ledger) throw new Error('not a ledger');
  redacted = writeLedger(redact(ledger));
});

const found = (text: string) => {
  const report = examine(text, { receiptKeys: publicKeys });
  return { exit: exitOf(report), because: report.findings.map(({ because }) => because).join('\n'), report };
};

test('a ledger with its names withheld verifies: chain, tables, receipts, quorum, digests and YAML', () => {
  const { exit, because, report } = found(redacted);
  expect({ exit, because }).toEqual({ exit: 0, because: '' });
  expect(report).toMatchObject({ phase: 'locked', entries: 44, votes: 8 });
  expect(report.applied.map(({ stage }) => stage)).toEqual(['dns', 'external-services', 'disable-discovery']);
  expect(report.remarks.join()).toMatch(/\d+ texts are withheld: people, places/);
});

test('it holds no person, place, workload, host, sentence, tag or id of the console, nor what would open one', () => {
  for (const name of ['U0BORIS001', 'U0ALICE001', 'S0SECURITY1', 'T0ACME0001', 'C0LOCKDOWN1'])
    expect(redacted).not.toContain(name);
  for (const name of [
    'acme',
    'hipster-shop',
    'allow-dns',
    'allow-external',
    'externalnetwork:name',
    'frontend',
    'app=',
  ])
    expect(redacted).not.toContain(name);
  for (const words of ['Nobody needs that', 'As Chitra says', 'id-of-', 'internet', 'slack.com', SALT])
    expect(redacted).not.toContain(words);
  const plainHash = createHash('sha256').update('U0BORIS001').digest('hex');
  expect(redacted).not.toContain(plainHash);
});

test('the same approver is withheld as the same, so that a reader can follow one through the history', () => {
  const voters = readLedger(redacted).ledger?.entries.flatMap(({ entry: { event } }) =>
    event.type === 'vote-cast' ? [event.vote.user] : [],
  );
  expect(voters).toHaveLength(8);
  expect(new Set(voters).size).toBe(3);
  for (const voter of voters ?? []) expect(voter).toMatch(/^withheld:[0-9a-f]{64}$/);
});

const edited = (change: (ledger: Changing) => void) => found(tampered(redacted, change));

test('two withheld approvers cannot be made of one, nor one withheld vote be given to somebody else', () => {
  const swapped = edited(({ entries }) => {
    const votes = entries.flatMap(({ entry: { event } }) => (event.type === 'vote-cast' ? [event.vote] : []));
    const [first, second] = votes;
    if (first && second) [first.user, first.person] = [second.user, second.person];
  });
  expect(swapped).toMatchObject({ exit: 1, because: expect.stringContaining('receipt that is not over this vote') });
  const invented = edited(({ entries }) => {
    for (const { entry } of entries)
      if (entry.event.type === 'vote-cast') entry.event.vote.user = `withheld:${'a'.repeat(64)}`;
  });
  expect(invented.exit).toBe(1);
});

test('a text that is shown cannot be another than was recorded, with its salt, without it or with an invented one', () => {
  const other = (salts: (shown: Record<string, string>) => void) =>
    edited(({ header, entries }) => {
      salts(header.shown ?? {});
      const { event } = entries.find(({ entry }) => entry.event.type === 'vote-cast')?.entry ?? {};
      if (event?.type === 'vote-cast') event.vote.gesture = 'typed-name';
    });
  expect(other(() => undefined)).toMatchObject({ exit: 1, because: expect.stringContaining('was changed after') });
  expect(other((shown) => delete shown.button).exit).toBe(1);
  expect(other((shown) => Object.assign(shown, { 'typed-name': shown.button })).exit).toBe(1);
});

test('whoever has only the commitments cannot show a name of their own choice in their place', () => {
  const named = edited(({ entries: [first] }) => {
    if (first?.entry.event.type === 'started') first.entry.event.by = 'U0MALLORY1';
  });
  expect(named).toMatchObject({ exit: 1, because: expect.stringContaining('was changed after') });
});

test('a ledger that is broken is not redacted, because that would hide where', async () => {
  const { ledger } = readLedger(
    tampered(await aWholeLockdown(own().redis), ({ entries }) => Object.assign(entries[1]?.entry ?? {}, { at: 1 })),
  );
  if (!ledger) throw new Error('not a ledger');
  expect(() => redact(ledger)).toThrow('entry 2 does not have the hash it was recorded with');
});

test('why a release failed is withheld, and the ledger verifies all the same', async () => {
  const { happens, text } = await aLockedLockdown(own().redis);
  const because = 'Somebody changed the default actions of /acme/aws-dev/k8s/hipster-shop.';
  await happens(
    { type: 'release-requested', by: 'U0BORIS001', because: 'the shop is slow' },
    { type: 'step-failed', step: 'release-lockdown', because },
  );
  const { ledger } = readLedger(await text());
  if (!ledger) throw new Error('not a ledger');
  expect(ledger.header.lockdown.failedStep).toBe(`release-lockdown: ${because}`);
  const withheld = writeLedger(redact(ledger));
  for (const words of ['acme', 'hipster-shop', 'Somebody changed']) expect(withheld).not.toContain(words);
  expect(found(withheld)).toMatchObject({ exit: 0, because: '' });
});

test('a text is not shown with a salt that is none, which could hold a part of another text', () => {
  const [, salt = ''] = /"shown":\{"[^"]+":"([0-9a-f]{64})"/.exec(redacted) ?? [];
  expect(salt).toHaveLength(64);
  for (const none of [`${salt}\nSecurity has`, '', salt.toUpperCase(), salt.slice(1)]) {
    const { exit, because } = edited(({ header }) => Object.assign(header.shown ?? {}, { looked: none }));
    expect({ exit, because }).toMatchObject({ exit: 1, because: expect.stringContaining('not a salt') });
  }
});

test('a sentence that poses as a commitment is withheld like any other', async () => {
  const { happens, text } = await aLockdownIn(own().redis);
  const posing = `withheld:${'a'.repeat(64)}`;
  await happens(
    { type: 'discovery-ended' },
    { type: 'step-failed', stage: 'dns', step: 'draft-stage', because: posing },
  );
  const { ledger } = readLedger(await text());
  if (!ledger) throw new Error('not a ledger');
  const withheld = writeLedger(redact(ledger));
  expect(withheld).not.toContain(posing);
  expect(found(withheld).report.findings.filter(({ verdict }) => verdict === 'broken')).toEqual([]);
});

test('every word that the tables, votes and drafts choose from is shown, whatever event it comes in', () => {
  const chosen = wordsIn(z.toJSONSchema(z.union([EntryLine, DraftLine, ObjectsLine, Lockdown]), { io: 'input' }), '');
  expect(chosen.size).toBeGreaterThan(10);
  expect([...chosen].filter((field) => !SHOWN.has(field))).toEqual([]);
});

/** Fields whose texts are one of a few: withheld, they could not be read back. */
function wordsIn(schema: unknown, field: string): Set<string> {
  if (typeof schema !== 'object' || schema === null) return new Set();
  if (Array.isArray(schema)) return new Set(schema.flatMap((each) => [...wordsIn(each, field)]));
  const { properties, propertyNames: _, ...rest } = schema as Record<string, unknown>;
  const isWord = Array.isArray(rest.enum) || typeof rest.const === 'string';
  const below = Object.entries(rest).flatMap(([key, each]) =>
    key === 'additionalProperties' && field === 'answers' ? [...wordsIn(each, 'answer')] : [...wordsIn(each, field)],
  );
  const named = Object.entries(properties ?? {}).flatMap(([name, each]) => [...wordsIn(each, name)]);
  return new Set([...(isWord ? [field] : []), ...below, ...named]);
}
