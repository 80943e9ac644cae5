/** The command line: what it reads, what it prints, and what it ends with. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Environment } from '#config/env.ts';
import { keyIdOf, publicPartOf } from '#config/receipt-key.ts';
import { Settings } from '#config/schema.ts';
import { originOf, verifierOf } from '#core/checkpoint.ts';
import { commitments } from '#core/commitment.ts';
import { handoverHolds } from '#core/handover.ts';
import { lockdownStore } from '#redis/lockdown-store.ts';
import { lockstep } from '#src/ledger/lockstep.ts';
import { configuration, NAMESPACES } from '#test/support/configuration.ts';
import { aHouse } from '#test/support/house.ts';
import { redisForTests } from '#test/support/redis.ts';
import { aReceiptKey } from '#test/support/slack-process.ts';
import { aWholeLockdown, ID, NAMESPACE, NOON, publicKeys, receiptKey, SALT, tampered } from './whole-lockdown.ts';

const { redis, url } = redisForTests(11);

/** What it ends with and prints, in this process. */
async function run(env: Environment, ...words: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const world = {
    env,
    now: () => NOON,
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
  };
  const exit = await lockstep(words, world);
  return { exit, out: out.join(''), err: err.join('') };
}

/** A worker's configuration for this Redis, with the keys the votes were signed with. */
function worker(more: Environment = {}) {
  const made = configuration(`${NAMESPACES}console: { credentials: { observe: observe.json, finalise: finalise.json } }
receipts: { publicKeys: ${JSON.stringify(publicKeys)} }
`);
  const { LOCKSTEP_RECEIPT_KEY_FILE: _, SLACK_APP_TOKEN: __, ...env } = made.env;
  return { ...made, env: { ...env, LOCKSTEP_CONFIG: made.file, REDIS_URL: url, ...more } };
}

test('a ledger is exported to a new file that only its owner may read, and anybody with the keys finds it whole', async () => {
  await aWholeLockdown(redis);
  const { env, folder, file: config } = worker();
  const file = join(folder, 'ledger.jsonl');
  const before = await snapshot();
  const exported = await run(env, 'ledger', 'export', ID, '--out', file, '--without-slack');
  expect(exported).toMatchObject({ exit: 0, out: `${file} holds the 44 entries of ${ID}.\n` });
  expect(exported.err).toContain('Slack was not asked');
  expect(await snapshot()).toEqual(before);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await run(env, 'ledger', 'export', ID, '--out', file, '--without-slack')).toMatchObject({
    exit: 64,
    err: expect.stringContaining('EEXIST'),
  });

  const verified = await run({}, 'ledger', 'verify', file, '--keys', config);
  expect(verified.exit).toBe(0);
  expect(verified.out).toContain(`${ID} of ${NAMESPACE}, locked\n44 entries, the last with the hash `);
  expect(verified.out).toMatch(/The ledger is whole\.\n$/);
  const { exit, out } = await run({}, 'ledger', 'verify', file, '--json');
  expect(exit).toBe(3);
  expect(JSON.parse(out)).toMatchObject({ exit: 3, lockdown: ID, entries: 44, findings: [{ verdict: 'unchecked' }] });
});

/** Every key of Redis with its content. */
async function snapshot(): Promise<Record<string, string | null>> {
  const keys = (await redis.keys('*')).sort();
  const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
  return Object.fromEntries(keys.map((key, index) => [key, dumps[index]?.toString('base64') ?? null]));
}

test('as a program of its own it says 0 for a whole ledger, 1 for a broken one, 2 for one that lacks its end', async () => {
  const text = await aWholeLockdown(redis);
  const { env, write } = worker();
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const note = JSON.parse(
    (await run(env, 'ledger', 'checkpoint', ID, '--key', write('ledger-key.pem', pem), '--json')).out,
  );
  const keys = write('keys.yaml', JSON.stringify({ receipts: { publicKeys }, checkpoints: [note.verifierKey] }));
  const anchors = write('anchors.txt', note.note);
  const dropped = tampered(text, (ledger) => {
    ledger.entries = ledger.entries.toSpliced(11, 1);
  });
  const shortened = tampered(text, (ledger) => {
    ledger.entries = ledger.entries.slice(0, 43);
    Object.assign(ledger.header, { entries: 43 });
    Object.assign(ledger.header.lockdown, { phase: 'watching', length: 43 });
  });
  const files = [write('whole', text), write('broken', dropped), write('shortened', shortened)];
  const ends = files.map(async (file) => {
    const words = ['--import', 'tsx', 'src/cli.ts', 'ledger', 'verify', file, '--keys', keys, '--anchors', anchors];
    const ended = await promisify(execFile)(process.execPath, words, { env: {} }).catch((error) => error);
    return [ended.code ?? 0, ended.stdout.trim().split('\n').at(-1)];
  });
  expect(await Promise.all(ends)).toEqual([
    [0, 'The ledger is whole.'],
    [
      1,
      expect.stringMatching(
        /^The ledger is broken. The first wrong entry is 12; in its place stands 13: “opened” of metadata, 2026-11-22T12:07:00.000Z\.$/,
      ),
    ],
    [
      2,
      expect.stringMatching(
        /^Entries are missing at the end. The first wrong entry is 44; the last before it is 43: “discovery disabled”, /,
      ),
    ],
  ]);
  const broken = await run({}, 'ledger', 'verify', files[1] ?? '', '--keys', keys);
  expect(broken.out).toContain('broken: entry 12 is missing: entry 13 stands in its place\n');
});

test.each<[string, (entry: { event: object }) => unknown, RegExp]>([
  [
    'was changed',
    ({ event }) => Object.assign(event, { because: 'Another reason.' }),
    /broken. The first wrong entry is 16: “left out” of metadata by U0BORIS001, 2026-11-22T.+Z\.$/,
  ],
  [
    'says that somebody did it whose name would clear the screen',
    ({ event }) => Object.assign(event, { by: '\u001b[2J' }),
    /The first wrong entry is 16: “left out” of metadata, 2026-11-22T.+Z\.$/,
  ],
  [
    'cannot be read',
    (entry) => Object.assign(entry, { event: { type: 'forged' } }),
    /entry is 16; the last before it is 15: /,
  ],
])('the last line names the first entry that is wrong where one %s', async (_, change, last) => {
  const text = await aWholeLockdown(redis);
  const { write } = worker();
  const keys = write('keys.yaml', JSON.stringify({ receipts: { publicKeys } }));
  const changed = tampered(text, (ledger) => {
    change(ledger.entries.find(({ entry }) => entry.event.type === 'left-out')?.entry ?? { event: {} });
  });
  const { exit, out } = await run({}, 'ledger', 'verify', write('changed', changed), '--keys', keys);
  expect(exit).toBe(1);
  expect(out.trim().split('\n').at(-1)).toMatch(last);
});

test('where every entry is as it was, and something beside them is not, the last line says so', async () => {
  const text = tampered(await aWholeLockdown(redis), ({ drafts: [dns] }) => {
    for (const shown of dns?.yaml ?? []) shown.document = shown.document.replace('allow-dns', 'allow-all');
  });
  const { write } = worker();
  const keys = write('keys.yaml', JSON.stringify({ receipts: { publicKeys } }));
  expect(await run({}, 'ledger', 'verify', write('changed', text), '--keys', keys)).toMatchObject({
    exit: 1,
    out: expect.stringMatching(/broken\. No entry is wrong by itself; what is stands above\.\n$/),
  });
});

test('a checkpoint is a signed note of the last entry, and none is given of a broken history', async () => {
  await aWholeLockdown(redis);
  const { env } = worker();
  const unsigned = await run(env, 'ledger', 'checkpoint', ID);
  expect(unsigned).toMatchObject({ exit: 0, err: expect.stringContaining('It is not signed') });
  expect(unsigned.out.split('\n').slice(0, 2)).toEqual([originOf(ID, commitments(SALT)), '44']);
  const history = `{lockstep}:history:${ID}`;
  const fifth = JSON.parse((await redis.lindex(history, 4)) ?? '');
  await redis.lset(history, 4, JSON.stringify({ ...fifth, config: 'another' }));
  expect(await run(env, 'ledger', 'checkpoint', ID)).toMatchObject({
    exit: 1,
    out: '',
    err: expect.stringContaining('entry 5 was changed'),
  });
});

test('every lockdown is listed with how far it is', async () => {
  await aWholeLockdown(redis);
  const { env } = worker();
  expect((await run(env, 'ledger', 'list')).out).toBe(
    `${ID}  locked          44 entries  2026-11-22T12:00:00.000Z  ${NAMESPACE}\n`,
  );
  const { out } = await run(env, 'ledger', 'list', '--json');
  expect(JSON.parse(out)).toMatchObject([{ id: ID, namespace: NAMESPACE, phase: 'locked', entries: 44 }]);
});

test('what the product itself has recorded is whole, with links to the cards in Slack', async () => {
  const house = await aHouse({ redis, url });
  await house.asking('dns');
  await house.approve('dns');
  expect((await house.stage('dns')).phase).toMatch(/verifying|allowed/);
  const { publicKeys: keys } = house.settings.receipts;
  const more = { SLACK_API_URL: house.slack.apiUrl, SLACK_BOT_TOKEN: house.slack.botToken };
  const { env, folder, write } = worker(more);
  const file = join(folder, 'ledger.jsonl');
  expect(await run(env, 'ledger', 'export', house.id, '--out', file)).toMatchObject({ exit: 0, err: '' });
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const votes = lines.filter(({ entry }) => entry?.event.type === 'vote-cast');
  expect(votes).toHaveLength(2);
  for (const { permalink } of votes) expect(permalink).toMatch(/^https?:\/\/.+\/archives\/C0LOCKDOWN1\/p\d+/);
  const keysFile = write('keys.yaml', JSON.stringify({ receipts: { publicKeys: keys } }));
  const verified = await run({}, 'ledger', 'verify', file, '--keys', keysFile);
  expect(verified).toMatchObject({ exit: 0, out: expect.stringContaining(': dns, digest ') });
});

test('where Slack does not answer the export says so and has everything else', async () => {
  await aWholeLockdown(redis);
  const { env } = worker({ SLACK_API_URL: 'http://127.0.0.1:9/api/' });
  const { exit, out, err } = await run(env, 'ledger', 'export', ID);
  expect({ exit, err }).toMatchObject({ exit: 0, err: expect.stringContaining('Slack cannot be reached') });
  expect(out.split('\n')).toHaveLength(1 + 44 + 6 + 2 + 1 + 1);
});

test('a ledger key takes over by lines that are pasted into the configuration as they are', async () => {
  const { folder } = worker();
  const [from, to] = [aReceiptKey(), aReceiptKey()].map(({ pem }, at) => {
    writeFileSync(join(folder, `${at}.pem`), pem);
    return { file: join(folder, `${at}.pem`), raw: publicPartOf(pem) ?? Buffer.alloc(0) };
  }) as [Key, Key];
  const printed = await run({}, 'ledger', 'handover', '--from', from.file, '--to', to.file);
  expect(printed.exit).toBe(0);
  const [id, key] = [keyIdOf(to.raw), to.raw.toString('base64')];
  const pasted = Settings.shape.ledger.parse(parse(printed.out).ledger).publicKeys[id];
  expect(pasted).toMatchObject({ key, since: '2026-11-22' });
  const keys = { from: verifierOf(from.raw), to: verifierOf(to.raw) };
  expect(handoverHolds(pasted?.handover ?? '', { from: keyIdOf(from.raw), to: id, key }, keys)).toBe(true);
  expect(await run({}, 'ledger', 'handover', '--from', from.file, '--to', from.file)).toMatchObject({ exit: 64 });
  expect(await run({}, 'ledger', 'handover', '--from', from.file)).toMatchObject({ exit: 64 });
});
type Key = { readonly file: string; readonly raw: Buffer };

test('what is kept now is verified without a file; who is not asked because of --offline is said', async () => {
  await aWholeLockdown(redis);
  const { env, file: config } = worker();
  const now = await run(env, 'ledger', 'verify', '--lockdown', ID, '--keys', config);
  expect(now).toMatchObject({ exit: 0, out: expect.stringContaining('The ledger is whole.') });
  const words = ['ledger', 'verify', '--lockdown', ID, '--keys', config, '--anchors', 'slack,console,file'];
  const { exit, out } = await run(env, ...words, '--offline');
  expect(exit).toBe(3);
  for (const sentence of ['slack was not asked, because of --offline', 'console was not asked', 'no folder of daily'])
    expect(out).toContain(sentence);
});

test('what is left of a lockdown whose retention is over is listed, with the hash of its last entry', async () => {
  await aWholeLockdown(redis);
  const store = lockdownStore(redis);
  const root = (await store.history(ID)).at(-1)?.hash ?? '';
  const facts = { id: ID, namespace: NAMESPACE, phase: 'released', entries: 44, root, startedAt: NOON };
  await store.forget(ID, { ...facts, forgottenAt: NOON, file: '/exports/it.jsonl' });
  const { env } = worker();
  expect((await run(env, 'ledger', 'list')).out).toBe(
    `${ID}  deleted 2026-11-22T12:00:00.000Z: 44 entries, the last with the hash ${root}, exported to /exports/it.jsonl\n`,
  );
  expect(JSON.parse((await run(env, 'ledger', 'list', '--json')).out)).toMatchObject([{ id: ID, root, entries: 44 }]);
});

describe('called wrongly', () => {
  const cases: [string, string[], string][] = [
    ['an unknown command', ['ledger', 'forge'], 'There is no command ledger forge'],
    ['no file', ['ledger', 'verify'], 'Give either a FILE or --lockdown ID'],
    ['an unknown option', ['ledger', 'verify', 'file', '--trust-me'], '--trust-me'],
    ['a file that is not there', ['ledger', 'verify', '/nowhere.jsonl'], '/nowhere.jsonl cannot be read: ENOENT'],
  ];
  test.each(cases)('with %s it ends with 64 and says why', async (_, words, because) => {
    expect(await run({}, ...words)).toMatchObject({ exit: 64, err: expect.stringContaining(because), out: '' });
  });

  test('with a lockdown that is not kept it ends with 64', async () => {
    const { env } = worker();
    expect(await run(env, 'ledger', 'export', 'nobody-1')).toMatchObject({
      exit: 64,
      err: expect.stringContaining('nobody-1'),
    });
  });

  test('with a configuration or with keys that are wrong it ends with 78', async () => {
    expect(await run({ LOCKSTEP_CONFIG: '/nowhere.yaml' }, 'ledger', 'list')).toMatchObject({ exit: 78 });
    const { write } = worker();
    const file = write('ledger.jsonl', await aWholeLockdown(redis));
    for (const wrong of ['receipts: { publicKeys: { k1: short } }', 'checkpoints: [no-key]', '{}', '{'])
      expect(await run({}, 'ledger', 'verify', file, '--keys', write('keys.yaml', wrong)), wrong).toMatchObject({
        exit: 78,
        err: expect.stringContaining('keys.yaml: '),
      });
  });

  test('with a key for checkpoints that is none it ends with 64 and shows nothing of it', async () => {
    const { env, write } = worker();
    const secret = write('key.pem', receiptKey.pem.replaceAll('A', 'B').slice(0, 60));
    const { exit, err } = await run(env, 'ledger', 'checkpoint', ID, '--key', secret);
    expect({ exit, err }).toMatchObject({ exit: 64, err: expect.stringContaining('is no private key in PEM') });
  });
});

test('where Redis does not answer it ends with 3: nothing was found to be whole', async () => {
  const { env } = worker({ REDIS_URL: 'redis://127.0.0.1:9' });
  expect(await run(env, 'ledger', 'list')).toMatchObject({
    exit: 3,
    err: expect.stringContaining('Redis does not answer'),
  });
});

test('every command explains itself, with an example', async () => {
  expect((await run({}, '--help')).out).toContain('lockstep ledger verify');
  for (const name of ['list', 'export', 'verify', 'checkpoint']) {
    const { exit, out } = await run({}, 'ledger', name, '--help');
    expect({ exit, out }).toMatchObject({
      exit: 0,
      out: expect.stringContaining(`example:\n  npm run --silent lockstep -- ledger ${name}`),
    });
  }
});

test('a file that is no ledger is not whole', async () => {
  const { write } = worker();
  const { exit, out } = await run({}, 'ledger', 'verify', write('empty', ''));
  expect({ exit, out }).toMatchObject({ exit: 1, out: expect.stringContaining('there is no header') });
});
