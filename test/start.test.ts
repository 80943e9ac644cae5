/** `npm start`, as somebody sees it the first time, with everything there and with something missing. */
import { spawn } from 'node:child_process';
import { expect, onTestFinished, test, vi } from 'vitest';
import { EXIT_CONFIG } from '#config/load.ts';
import { ended } from '#sandbox/demo/laptop.ts';
import { freePort, startRedis } from '#sandbox/redis.ts';
import { aroundSlack } from '#sandbox/slack/people.ts';
import { startSlack } from '#sandbox/slack/start.ts';
import { configuration, LEDGER, NAMESPACES, REST } from './support/configuration.ts';

function npmStart(env: Readonly<Record<string, string | undefined>>) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/start.ts'], { env: { ...process.env, ...env } });
  const seen = { stdout: '', stderr: '' };
  child.stdout.on('data', (words) => {
    seen.stdout += words;
  });
  child.stderr.on('data', (words) => {
    seen.stderr += words;
  });
  onTestFinished(() => ended(child));
  return { child, seen };
}

/** What the README lists: Redis, Slack, a configuration. */
async function surroundings(): Promise<Record<string, string | undefined>> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const slack = await startSlack({ manifest: 'config/slack-manifest.yaml' });
  onTestFinished(() => slack.stop());
  const written = configuration(NAMESPACES + REST + LEDGER);
  return {
    ...written.env,
    LOCKSTEP_CONFIG: written.file,
    REDIS_URL: redis.url,
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
  };
}

test('with Redis down each process says so in one sentence, without a stack, and is tried again', async () => {
  const port = await freePort();
  const written = configuration();
  const REDIS_URL = `redis://somebody:verysecret@127.0.0.1:${port}`;
  const { seen } = npmStart({ ...written.env, LOCKSTEP_CONFIG: written.file, REDIS_URL });
  await vi.waitFor(() => expect(seen.stderr.match(/is started again in 1 s/g)).toHaveLength(2), 25_000);
  const sentences = seen.stderr.split('\n').filter((line) => line.startsWith('Redis'));
  expect(new Set(sentences)).toEqual(
    new Set([
      `Redis cannot be reached at 127.0.0.1:${port} (REDIS_URL): connect ECONNREFUSED 127.0.0.1:${port}. Start it there, or correct REDIS_URL.`,
    ]),
  );
  expect(seen.stderr).not.toMatch(/^ +at /m);
  expect(seen.stdout + seen.stderr).not.toContain('verysecret');
});

test.each([
  { of: 'the bot token', wrong: { SLACK_BOT_TOKEN: 'xoxb-1-revoked-long-ago' }, where: 'auth.test' },
  { of: 'the app token', wrong: { SLACK_APP_TOKEN: 'xapp-1-revoked-long-ago' }, where: 'connecting' },
])(
  'with $of refused by Slack it ends with one sentence, without a stack',
  {
    timeout: 90_000,
  },
  async ({ wrong, where }) => {
    const { child, seen } = npmStart({ ...(await surroundings()), ...wrong });
    await vi.waitFor(() => expect(child.exitCode, seen.stderr).toBe(EXIT_CONFIG), 60_000);
    expect(seen.stderr).toContain(
      `Slack refuses our token. Somebody who manages the app has to install it again and renew the token. (${where}: invalid_auth)`,
    );
    expect(seen.stderr).not.toMatch(/^ +at /m);
    expect(seen.stdout + seen.stderr).not.toContain('revoked-long-ago');
  },
);

test('with Slack out of reach it says so in one sentence, without a stack, and is tried again', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const written = configuration();
  const SLACK_API_URL = `http://127.0.0.1:${await freePort()}/api/`;
  const { seen } = npmStart({ ...written.env, LOCKSTEP_CONFIG: written.file, REDIS_URL: redis.url, SLACK_API_URL });
  await vi.waitFor(() => expect(seen.stderr).toContain('src/main.ts ended with code 69'), 25_000);
  expect(seen.stderr).toContain('Slack cannot be reached. (auth.test: unreachable)');
  expect(seen.stderr).not.toMatch(/^ +at /m);
});

test('with exactly what the README lists both processes are ready, and no warning comes', async () => {
  const { seen } = npmStart(await surroundings());
  await vi.waitFor(() => expect(seen.stdout.match(/"event":"started"/g), seen.stderr).toHaveLength(2), 25_000);
  expect(seen.stderr).toBe('');
  // What the sandboxes are warned of: no encryption to Slack, no append-only file, and the age of the Redis at hand.
  const warned = seen.stdout.split('\n').filter((line) => /"level":"(warn|error)"/.test(line));
  expect(warned.filter((line) => !/append-only|without encryption|CVE-/.test(line))).toEqual([]);
});

test('with the app token revoked in mid-run the Slack process ends with one sentence and is started again; the worker goes on', {
  timeout: 90_000,
}, async () => {
  const env = await surroundings();
  const { child, seen } = npmStart(env);
  await vi.waitFor(() => expect(seen.stdout.match(/"event":"started"/g), seen.stderr).toHaveLength(2), 25_000);
  await aroundSlack(new URL(env.SLACK_API_URL ?? '').origin).revoke('app');
  // Twice: it is started again, is refused at the start, and that does not end the worker either.
  await vi.waitFor(() => expect(seen.stderr.match(/src\/main\.ts ended with code/g)).toHaveLength(2), 40_000);
  expect(seen.stderr).toContain(
    'Slack refuses our token. Somebody who manages the app has to install it again and renew the token. (connecting again: invalid_auth)',
  );
  expect(seen.stderr).not.toMatch(/^ +at /m);
  expect(seen.stderr).not.toContain('workers/main.ts ended');
  expect(child.exitCode).toBeNull();
});
