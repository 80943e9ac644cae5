/** docker-compose.yml, Dockerfile and .dockerignore: that what starts there would start. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '#config/load.ts';
import { configuration } from '#test/support/configuration.ts';

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true });
const dockerfile = readFileSync('Dockerfile', 'utf8');

describe('docker-compose.yml', () => {
  test.each(['slack', 'worker'] as const)(
    'gives the %s process the secrets it asks for, by file, and no others',
    (who) => {
      const answer = loadConfig({ file: configuration().file, env: {}, for: who });
      const asked =
        'mistakes' in answer ? answer.mistakes.filter(({ place }) => !place).map(({ of }) => `${of}_FILE`) : [];
      const { environment, secrets } = compose.services[who];
      const given = Object.keys(environment).filter((name) => name !== 'LOCKSTEP_CONFIG');
      const wanted = who === 'worker' ? [...asked, 'LOCKSTEP_LEDGER_KEY_FILE'] : asked;
      expect(given.toSorted()).toEqual(wanted.toSorted());
      for (const name of given) expect(secrets).toContain(environment[name].replace('/run/secrets/', ''));
    },
  );

  test('declares every secret and configuration file that is mounted, and mounts every one declared', () => {
    const services = Object.values<Record<string, { source: string }[] & string[]>>(compose.services);
    expect(new Set(services.flatMap(({ secrets }) => secrets ?? []))).toEqual(new Set(Object.keys(compose.secrets)));
    const configs = services.flatMap(({ configs = [] }) => configs.map(({ source }) => source));
    expect(new Set(configs)).toEqual(new Set(Object.keys(compose.configs)));
    for (const name of ['redis-acl', 'redis-acl-script']) expect(existsSync(compose.configs[name].file)).toBe(true);
  });

  test('starts one Slack process and two workers once Redis is healthy, with nothing they could write to', () => {
    expect(compose.services.worker.deploy.replicas).toBe(2);
    for (const who of ['slack', 'worker']) {
      expect(compose.services[who].depends_on.redis.condition).toBe('service_healthy');
      expect(compose.services[who]).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        image: expect.stringMatching(/:\d/),
      });
    }
  });

  test('keeps what Redis was told, and never evicts it', () => {
    const { command, volumes, healthcheck, image } = compose.services.redis;
    expect(command.at(-1)).toMatch(/--appendonly yes .*--maxmemory-policy noeviction/);
    expect(volumes).toEqual(['redis:/data']);
    expect(healthcheck.test.at(-1)).toContain('ping');
    expect(image).toMatch(/^redis:7\.\d+\.\d+/);
  });
});

describe('the image', () => {
  test('is pinned, runs as nobody in particular and needs no place to write', () => {
    expect(dockerfile).toMatch(/^FROM node:20\.\d+\.\d+-\S*slim$/m);
    expect(dockerfile).toMatch(/^USER 10001:10001$/m);
    expect(dockerfile).toContain('npm ci --omit=dev --ignore-scripts');
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
    expect(dockerfile).toContain('TSX_DISABLE_CACHE=1');
  });

  test('runs the source with packages that are not for development only', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    for (const name of ['tsx', 'yaml', 'zod', 'fastest-levenshtein']) expect(dependencies).toHaveProperty(name);
  });

  test('is given what it copies, and neither secrets nor the sandbox', () => {
    const ignore = readFileSync('.dockerignore', 'utf8').split('\n');
    const copied = [...dockerfile.matchAll(/^COPY (.*) \S+$/gm)].flatMap(([, files = '']) => files.split(' '));
    expect(
      ignore
        .filter((line) => line.startsWith('!'))
        .map((line) => line.slice(1))
        .toSorted(),
    ).toEqual(copied.toSorted());
    expect(ignore).toEqual(expect.arrayContaining(['*', 'config/lockstep.yaml', '**/*.pem', '**/.env*']));
    expect(copied).not.toContain('sandbox');
  });
});

describe('config/redis-acl.sh', () => {
  test('puts hashes in and leaves comments out, because Redis reads neither', () => {
    const { write } = configuration();
    const files = [write('slack', 'one\n'), write('worker', 'two')];
    const acl = execFileSync('sh', ['config/redis-acl.sh', 'config/redis.acl', ...files], { encoding: 'utf8' });
    const hash = (password: string) => createHash('sha256').update(password).digest('hex');
    expect(acl.split('\n').map((line) => line.split(' ').slice(0, 5).join(' '))).toEqual([
      'user default reset off',
      `user slack reset on #${hash('one')}`,
      `user worker reset on #${hash('two')}`,
      '',
    ]);
  });

  test('does not make an empty password of a missing file', () => {
    const { folder, write } = configuration();
    const words = ['config/redis-acl.sh', 'config/redis.acl', write('slack', ''), join(folder, 'worker')];
    expect(() => execFileSync('sh', words, { stdio: 'pipe' })).toThrow(/slack is missing or empty/);
  });
});

describe('npm run config:check', () => {
  const check = (file: string, env: Record<string, string | undefined>, ...words: string[]) => {
    try {
      const clean = { PATH: process.env.PATH, ...env };
      const options = { encoding: 'utf8', stdio: 'pipe', env: clean as NodeJS.ProcessEnv } as const;
      const out = execFileSync(process.execPath, ['--import', 'tsx', 'config/check.ts', file, ...words], options);
      return { code: 0, out };
    } catch (error) {
      if (!(error instanceof Error && 'status' in error && 'stderr' in error)) throw error;
      return { code: error.status, out: String(error.stderr) };
    }
  };

  test('ends with 0 for what would start, with 78 for what would not, and with 2 for words it does not know', () => {
    const written = configuration();
    expect(check(written.file, written.env)).toEqual({ code: 0, out: expect.stringContaining('can be started') });
    expect(check(written.file, {})).toEqual({
      code: 78,
      out: expect.stringContaining('5 mistakes in the configuration.'),
    });
    expect(check(written.file, written.env, '--fro', 'slack')).toEqual({
      code: 2,
      out: expect.stringContaining('usage:'),
    });
  });

  test('takes a warning for a mistake when it is asked to', () => {
    const written = configuration();
    expect(check(written.file, written.env, '--for', 'worker', '--strict').code).toBe(78);
    expect(check(written.file, written.env, '--for', 'slack', '--strict').code).toBe(0);
  });
});
