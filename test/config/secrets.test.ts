/** Secrets: from the environment or from files, each process only its own, and never in a sentence. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeKeys } from '#config/keys.ts';
import { printMistakes } from '#config/load.ts';
import { environmentFor } from '#config/secrets.ts';
import { briefly, configuration, load, mistakesIn, NAMESPACES, REST, started } from '#test/support/configuration.ts';

describe('a secret', () => {
  test('comes from the environment or from a file, without the line end', () => {
    const written = configuration();
    const file = written.write('token', ' xoxb-from-a-file\r\n');
    const direct = started(written, { env: { SLACK_BOT_TOKEN: ' xoxb-direct\n' } });
    const byFile = started(written, { env: { SLACK_BOT_TOKEN: '', SLACK_BOT_TOKEN_FILE: file } });
    expect(direct.config.secrets.slackBotToken).toBe('xoxb-direct');
    expect(byFile.config.secrets.slackBotToken).toBe('xoxb-from-a-file');
  });

  test('given in both ways is a mistake, because one of them would silently not count', () => {
    const written = configuration();
    const file = written.write('token', 'xoxb-from-a-file');
    expect(briefly(mistakesIn(written, { env: { SLACK_BOT_TOKEN_FILE: file } }))).toEqual([
      'SLACK_BOT_TOKEN SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set: which one counts? Unset one of the two',
    ]);
  });

  test('in a file that is missing, empty, a folder or far too long is a mistake of that file', () => {
    const written = configuration();
    const told = (file: string) =>
      briefly(mistakesIn(written, { env: { SLACK_BOT_TOKEN: undefined, SLACK_BOT_TOKEN_FILE: file } }));
    expect(told('/nowhere')).toEqual(['SLACK_BOT_TOKEN_FILE /nowhere cannot be read: ENOENT']);
    expect(told(written.write('empty', '\n'))).toEqual([expect.stringContaining('empty is empty')]);
    expect(told(written.folder)).toEqual([expect.stringContaining('is not a file')]);
    expect(told('/dev/zero')).toEqual([expect.stringContaining('is not a file')]);
    expect(told(written.write('long', 'x'.repeat(100_000)))).toEqual([expect.stringContaining('too long')]);
  });

  test.each([
    ['SLACK_BOT_TOKEN', 'xapp-1-verysecret', /Were the two swapped/],
    ['SLACK_APP_TOKEN', 'xoxb-1-verysecret', /Were the two swapped/],
    ['SLACK_BOT_TOKEN', 'xoxp-1-verysecret', /a person’s token/],
    ['SLACK_BOT_TOKEN', 'xoxe.xoxb-1-verysecret', /switch token rotation off/],
    ['SLACK_BOT_TOKEN', 'verysecret', /begins with xoxb-/],
    ['SLACK_APP_TOKEN', 'verysecret', /connections:write/],
    ['REDIS_URL', 'http://user:verysecret@redis', /begins with redis:\/\//],
    ['REDIS_URL', 'verysecret', /begins with redis:\/\//],
    ['SLACK_API_URL', 'http://slack.example/verysecret', /plain HTTP goes to this machine only, not to slack.example/],
    ['SLACK_API_URL', 'ftp://127.0.0.1/', /such as http:\/\/127.0.0.1:4000\/api\//],
    ['LOCKSTEP_IDEMPOTENCY_SECRET', 'verysecret', /it has 10 characters and needs 32/],
    ['LOCKSTEP_RECEIPT_KEY', 'verysecret', /not an Ed25519 private key/],
  ])('%s=%s is refused without being repeated', (name, value, sentence) => {
    const mistakes = mistakesIn(configuration(), { env: { [`${name}_FILE`]: undefined, [name]: value } });
    expect(mistakes.map(({ of }) => of)).toEqual([name]);
    expect(mistakes[0]?.sentence).toMatch(sentence);
    expect(printMistakes(mistakes)).not.toContain('verysecret');
  });
});

describe('each process', () => {
  test('is given its own secrets and no others', () => {
    const written = configuration();
    const slack = started(written, { for: 'slack' }).config.secrets;
    const worker = started(written, { for: 'worker', env: { LOCKSTEP_RECEIPT_KEY_FILE: undefined } }).config.secrets;
    expect(Object.keys(slack).sort()).toEqual(['receiptKey', 'redisUrl', 'slackAppToken', 'slackBotToken']);
    expect(Object.keys(worker).sort()).toEqual(['idempotencySecret', 'redisUrl', 'slackBotToken']);
  });

  test('misses only its own', () => {
    const written = configuration();
    const names = (who: 'slack' | 'worker' | 'both') => {
      const answer = load({ ...written, env: {} }, { for: who });
      return 'mistakes' in answer ? answer.mistakes.map(({ of }) => of) : [];
    };
    expect(names('slack')).toEqual(['SLACK_BOT_TOKEN', 'REDIS_URL', 'SLACK_APP_TOKEN', 'LOCKSTEP_RECEIPT_KEY']);
    expect(names('worker')).toEqual(['SLACK_BOT_TOKEN', 'REDIS_URL', 'LOCKSTEP_IDEMPOTENCY_SECRET']);
  });

  test('needs the signing secret instead of the app-level token in HTTP mode', () => {
    const written = configuration(`${NAMESPACES}${REST}slack: { mode: http }\n`);
    expect(briefly(mistakesIn(written))).toEqual([expect.stringContaining('SLACK_SIGNING_SECRET missing: HTTP mode')]);
    const { secrets } = started(written, { env: { SLACK_SIGNING_SECRET: 'a'.repeat(32) } }).config;
    expect(secrets.slackSigningSecret).toBe('a'.repeat(32));
    expect(secrets.slackAppToken).toBeUndefined();
  });

  test('a worker that could sign votes is warned of it, by the name of the variable', () => {
    expect(briefly(started(configuration(), { for: 'worker' }).warnings)).toEqual([
      expect.stringMatching(/^LOCKSTEP_RECEIPT_KEY_FILE a worker does not need it: who has it can sign votes/),
    ]);
  });

  test('that npm start hands only its own starts without a warning, from everything the README lists', () => {
    const written = configuration();
    for (const who of ['slack', 'worker'] as const) {
      const env = environmentFor(who, { ...written.env, SLACK_SIGNING_SECRET_FILE: '/nowhere', PATH: '/bin' });
      expect(started({ ...written, env }, { for: who }).warnings).toEqual([]);
      expect(env.PATH).toBe('/bin');
      expect(Object.keys(env).filter((name) => /RECEIPT|APP_TOKEN|SIGNING/.test(name)).length > 0).toBe(
        who === 'slack',
      );
      expect('LOCKSTEP_IDEMPOTENCY_SECRET_FILE' in env).toBe(who === 'worker');
    }
  });
});

describe('another Slack', () => {
  test('on this machine may be spoken to in plain HTTP, with the slash at the end that Slack’s client wants', () => {
    const at = (url: string) => started(configuration(), { env: { SLACK_API_URL: url } }).config.secrets.slackApiUrl;
    expect(at('http://127.0.0.1:4000/api')).toBe('http://127.0.0.1:4000/api/');
    expect(at('http://[::1]:4000/api/')).toBe('http://[::1]:4000/api/');
    expect(at('https://slack.example/api/')).toBe('https://slack.example/api/');
  });

  test('on this machine is not for production', () => {
    const env = { SLACK_API_URL: 'http://localhost:4000/api/', NODE_ENV: 'production' };
    expect(briefly(mistakesIn(configuration(), { env }))).toEqual([expect.stringContaining('is for trying out')]);
  });
});

describe('the receipt key', () => {
  test('is known by the id that the configuration has for it, as PEM or with line ends written out', () => {
    const written = configuration();
    const pem = readFileSync(join(written.folder, 'keys/receipt-key.pem'), 'utf8');
    const env = { LOCKSTEP_RECEIPT_KEY_FILE: undefined, LOCKSTEP_RECEIPT_KEY: pem.replaceAll('\n', '\\n') };
    const { config } = started(written, { env });
    expect(Object.keys(config.settings.receipts.publicKeys)).toEqual([config.secrets.receiptKey?.id]);
    expect(config.secrets.receiptKey?.pem.trim()).toBe(pem.trim());
  });

  test('that no worker would believe is found at the start', () => {
    const written = configuration();
    const other = makeKeys(join(written.folder, 'other'));
    if ('inTheWay' in other) throw new Error('the folder is new');
    expect(briefly(mistakesIn(written, { env: { LOCKSTEP_RECEIPT_KEY_FILE: other.keyFile } }))).toEqual([
      expect.stringContaining(`its id is "${other.id}", which is not among receipts.publicKeys`),
    ]);
  });

  test('of another kind is none', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const env = { LOCKSTEP_RECEIPT_KEY_FILE: undefined, LOCKSTEP_RECEIPT_KEY: pem };
    expect(briefly(mistakesIn(configuration(), { env }))).toEqual([
      expect.stringContaining('not an Ed25519 private key'),
    ]);
  });
});

describe('npm run keys', () => {
  const run = (...words: string[]) =>
    execFileSync(process.execPath, ['--import', 'tsx', 'config/keys.ts', ...words], {
      encoding: 'utf8',
      stdio: 'pipe',
    });

  test('makes files that only their owner reads, and prints what belongs into the configuration', () => {
    const { folder } = configuration();
    const made = join(folder, 'new/keys');
    const printed = run(made);
    const [, lines = ''] = printed.split('receipts:\n');
    const yaml = `${NAMESPACES}${REST.replace(/receipts.*\n/, '')}receipts:\n${lines}`;
    const env = {
      LOCKSTEP_RECEIPT_KEY_FILE: join(made, 'receipt-key.pem'),
      LOCKSTEP_IDEMPOTENCY_SECRET_FILE: join(made, 'idempotency-secret'),
    };
    const written = configuration();
    const file = written.write('printed.yaml', yaml);
    expect(started({ ...written, file }, { env }).warnings).toEqual([]);
    for (const name of Object.values(env)) expect(statSync(name).mode & 0o077).toBe(0);
    expect(printed).not.toContain('PRIVATE KEY');
  });

  test('overwrites nothing, and makes nothing beside what is there', () => {
    const { folder, write } = configuration();
    write('idempotency-secret', 'old');
    expect(() => run(folder)).toThrow(/idempotency-secret would be overwritten/);
    expect(readFileSync(join(folder, 'idempotency-secret'), 'utf8')).toBe('old');
    expect(() => statSync(join(folder, 'receipt-key.pem'))).toThrow(/ENOENT/);
  });

  test('wants a folder', () => {
    expect(() => run()).toThrow(/usage: npm run keys -- DIR/);
  });
});
