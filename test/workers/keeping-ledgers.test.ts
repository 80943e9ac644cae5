/** What is kept of histories outside Redis: a file of checkpoints a day, and what is left when retention is over. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keyIdOf, publicPartOf } from '#config/receipt-key.ts';
import { readNotes, standing, verifierOf } from '#core/checkpoint.ts';
import { lockdownStore } from '#redis/lockdown-store.ts';
import { examine } from '#src/ledger/examine.ts';
import { NOBODY } from '#src/ledger/witnesses.ts';
import { aHouse, type HouseOptions } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';
import { aReceiptKey } from '#test/support/slack-process.ts';

const own = ownRedisForTests();
const DAY = 24 * 3_600_000;
const { pem } = aReceiptKey();
const raw = publicPartOf(pem) ?? Buffer.alloc(0);
const ledgerKey = { id: keyIdOf(raw), pem };
const signing: Pick<HouseOptions, 'between'> = { between: (deps) => ({ ...deps, ledgerKey }) };

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-ledger-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a day’s first sweep leaves a file of signed checkpoints, and no later one touches it', async () => {
  const anchorsFolder = aFolder();
  const house = await aHouse(own(), { settings: { ledger: { anchorsFolder } }, ...signing });
  await house.run('sweep', {});
  expect(readdirSync(anchorsFolder)).toEqual([]);
  await house.start();
  await Promise.all([house.run('sweep', {}), house.run('sweep', {})]);
  const [file = '', ...others] = readdirSync(anchorsFolder);
  expect(file).toBe(`${new Date(house.now()).toISOString().slice(0, 10)}.txt`);
  expect(others).toEqual([]);
  const text = readFileSync(join(anchorsFolder, file), 'utf8');
  const { notes, strange } = readNotes(text);
  expect({ sizes: notes.map(({ checkpoint }) => checkpoint.size), strange }).toEqual({ sizes: [1], strange: [] });
  expect(notes.map((note) => standing(note, [verifierOf(raw)]))).toEqual(['signed']);

  await house.wish('alice', { verb: 'pause' });
  await house.run('sweep', {});
  expect(readFileSync(join(anchorsFolder, file), 'utf8')).toBe(text);
  house.later(DAY);
  await house.run('sweep', {});
  expect(readdirSync(anchorsFolder)).toHaveLength(2);
});

test('a lockdown whose retention is over is exported, then deleted, and what is left says how it ended', async () => {
  const exportsFolder = aFolder();
  const house = await aHouse(own(), { settings: { retentionDays: 30, ledger: { exportsFolder } } });
  await house.start();
  await house.wish('alice', { verb: 'cancel', written: 'nothing' });
  const last = (await house.deps.lockdowns.history(house.id)).at(-1);
  house.later(31 * DAY);
  await house.run('sweep', {});
  expect(await house.deps.lockdowns.read(house.id)).toBeUndefined();
  const file = join(exportsFolder, `${house.id}.jsonl`);
  expect(readdirSync(exportsFolder)).toEqual([`${house.id}.jsonl`]);
  const facts = { entries: 2, root: last?.hash, file };
  expect(await lockdownStore(own().redis).forgotten()).toMatchObject([{ id: house.id, phase: 'cancelled', ...facts }]);
  expect(house.journalled).toContainEqual({ line: 'forgot', lockdown: house.id, ...facts });
  const report = examine(readFileSync(file, 'utf8'), { receiptKeys: {}, witnesses: NOBODY });
  expect(report).toMatchObject({ root: last?.hash, entries: 2 });
  expect(report.findings.filter(({ verdict }) => verdict === 'broken')).toEqual([]);
});

test('a lockdown that cannot be exported is not deleted', async () => {
  const exportsFolder = join(aFolder(), 'not there');
  const house = await aHouse(own(), { settings: { retentionDays: 30, ledger: { exportsFolder } } });
  await house.start();
  await house.wish('alice', { verb: 'cancel', written: 'nothing' });
  house.later(31 * DAY);
  await expect(house.run('sweep', {})).rejects.toThrow('ENOENT');
  expect((await house.lockdown()).phase).toBe('cancelled');
});
