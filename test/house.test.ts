/** The map of the rooms: who may know whom, and what is found nowhere. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { missingFrom } from '#test/support/complete-lock-file.ts';
import { PAGE, redrawn } from '#test/support/draw-tables.ts';
import { type SourceFile, sourceFiles } from '#test/support/source-files.ts';

const files = sourceFiles('config', 'src', 'workers', 'sandbox', 'test');
const inRoom = (room: string) => files.filter(({ path }) => path.startsWith(room));
const ours = /^(config|src|workers|sandbox|test)\//;

/** What a room may import beside itself: prefixes of paths for the house, names for packages. */
const MAP: Readonly<Record<string, readonly string[]>> = {
  'src/core/': ['zod', 'ipaddr.js', 'tldts', 'node:crypto'],
  'config/': ['src/core/', 'zod', 'yaml', 'fastest-levenshtein', 'bullmq', 'node:'],
  'src/console/': ['src/core/', 'zod', 'undici', 'node:'],
  'src/kubernetes/': ['src/core/', '@kubernetes/client-node', 'node:'],
  'src/ledger/': ['src/core/', 'src/redis/', 'src/slack/', 'src/console/', 'config/', 'zod', 'yaml', 'node:'],
  'src/redis/': ['src/core/', 'src/jobs.ts', 'src/journal.ts', 'zod', 'ioredis', 'bullmq', 'node:'],
  'src/slack/': [
    'src/core/',
    'src/jobs.ts',
    'src/journal.ts',
    'config/schema.ts',
    '@slack/',
    'zod',
    'yaml',
    'csv-stringify',
    'fastest-levenshtein',
    'node:',
  ],
  'workers/': ['src/', 'config/schema.ts', 'node:'],
  'sandbox/console/': ['src/core/validation.ts', 'zod', 'undici', 'selfsigned', 'node:'],
  'sandbox/slack/': [
    'zod',
    'yaml',
    'hono',
    '@hono/',
    'ws',
    'esbuild',
    'react',
    'slack-blocks-to-jsx',
    '@slack/types',
    'node:',
  ],
};

test.each(Object.entries(MAP))('%s knows only whom the map lets it know', (room, may) => {
  const strangers = inRoom(room).flatMap(({ path, imports }) =>
    imports
      .filter((name) => !name.startsWith(room) && !may.some((known) => name.startsWith(known)))
      .map((name) => `${path} imports ${name}`),
  );
  expect(strangers).toEqual([]);
});

test('the enforcer of the sandbox shares no code with the product', () => {
  const shared = inRoom('sandbox/console/enforcer/').flatMap(({ imports }) =>
    imports.filter((name) => /^(src|config|workers)\//.test(name)),
  );
  expect(shared).toEqual([]);
});

test('nothing in the product knows that a sandbox exists', () => {
  const knowing = files.filter(({ path }) => /^(src|workers)\//.test(path)).filter(({ text }) => /sandbox/i.test(text));
  expect(knowing.map(({ path }) => path)).toEqual([]);
});

test('no two files import each other, not even for types, and not by a detour', () => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: SourceFile, trail: readonly string[]): void => {
    if (trail.includes(file.path)) cycles.push([...trail.slice(trail.indexOf(file.path)), file.path].join(' → '));
    if (trail.includes(file.path) || done.has(file.path)) return;
    for (const name of file.imports) {
      const next = byPath.get(name);
      if (next) visit(next, [...trail, file.path]);
    }
    done.add(file.path);
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});

test('nobody climbs: imports name the room, or stay inside it', () => {
  const climbing = files.filter(({ text }) => /from '\.\.\/\.\.\//.test(text)).map(({ path }) => path);
  expect(climbing).toEqual([]);
});

test('every file says in its first line what it knows', () => {
  const silent = files.filter(({ text }) => !/^\/\*\*/.test(text)).map(({ path }) => path);
  expect(silent).toEqual([]);
});

test('the environment is read in one file of the product', () => {
  const reading = files
    .filter(({ path, text }) => /^(config|src|workers)\//.test(path) && text.includes('process.env'))
    .map(({ path }) => path);
  expect(reading).toEqual(['config/env.ts']);
});

test('only one file knows BullMQ, and only the console’s own room spells its JSON', () => {
  const queueing = files
    .filter(({ path, imports }) => /^(src|workers)\//.test(path) && imports.includes('bullmq'))
    .map(({ path }) => path);
  expect(queueing).toEqual(['src/redis/queue.ts']);
  const spelling = files.filter(
    ({ path, text }) =>
      /^(src|workers)\//.test(path) && /\bdefaultPUIncomingTrafficAction\b|\bnormalizedTags\b/.test(text),
  );
  expect(
    spelling
      .map(({ path }) => path)
      .filter(
        (path) =>
          !path.startsWith('src/console/wire/') &&
          path !== 'src/core/draft-yaml.ts' &&
          !path.startsWith('src/core/validation'),
      ),
  ).toEqual([]);
});

test('the core does not know the time, and leaves nothing to chance', () => {
  const knowing = inRoom('src/core/').filter(({ text }) =>
    /Date\.now\(|new Date\(\)|Math\.random\(|\basync\b function|await /.test(text),
  );
  expect(knowing.map(({ path }) => path).filter((path) => path !== 'src/core/authority.ts')).toEqual([]);
});

/** Each with its reason in ARCHITECTURE.md. */
const RUNTIME = [
  '@kubernetes/client-node',
  '@slack/bolt',
  'bullmq',
  'csv-stringify',
  'fastest-levenshtein',
  'ioredis',
  'ipaddr.js',
  'pino',
  'tldts',
  'tsx',
  'undici',
  'yaml',
  'zod',
];

test('the product depends on few packages at run time, each named with its reason', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
  expect(Object.keys(dependencies).sort()).toEqual(RUNTIME);
  const architecture = readFileSync('ARCHITECTURE.md', 'utf8');
  for (const name of RUNTIME) expect(architecture, name).toContain(`\`${name}\``);
});

test('the lock file names no host, misses no platform, and wants no newer Node', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Parameters<typeof missingFrom>[0] & {
    packages: Record<string, { engines?: { node?: string }; dev?: boolean; resolved?: string }>;
  };
  expect(Object.values(lock.packages).filter(({ resolved }) => resolved)).toEqual([]);
  expect(missingFrom(lock)).toEqual([]);
  const tooNew = Object.entries(lock.packages)
    .filter(([, { engines }]) => /^>=\s*2[2-9]/.test(engines?.node ?? ''))
    .map(([path]) => path);
  // The embedded Redis declares 22 and runs on 20, as the tests of it show; only the demo uses it.
  expect(tooNew).toEqual(['node_modules/js-redis-server', 'node_modules/lua-redis-wasm']);
});

test('every import of the house leads somewhere', () => {
  const paths = new Set(files.map(({ path }) => path));
  const lost = files.flatMap(({ path, imports }) =>
    imports.filter((name) => ours.test(name) && !paths.has(name)).map((name) => `${path} imports ${name}`),
  );
  expect(lost).toEqual([]);
});

test('the tables in ARCHITECTURE.md are those of the code (npm run architecture draws them)', () => {
  const page = readFileSync(PAGE, 'utf8');
  expect(redrawn(page)).toBe(page);
});

test('every fault in ARCHITECTURE.md names the tests of it, and each of these is there', () => {
  const [, section = ''] = readFileSync(PAGE, 'utf8').split('\n## Faults\n');
  const [table = ''] = section.split('\n## ');
  const faults = table
    .split('\n')
    .filter((line) => /^\| (?!fault|---|\*)/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  expect(faults.length).toBeGreaterThan(30);
  const untested = faults.flatMap(([, fault = '', happens = '', tests = '']) => {
    const cited = tests.split('<br>').map((each) => /^`(test\/[^`]+)`: (.+)$/.exec(each));
    const there = cited.every((cite) => cite && isTest(cite[1] ?? '', cite[2] ?? ''));
    return there && happens !== '' ? [] : [fault];
  });
  expect(untested).toEqual([]);
});

function isTest(path: string, name: string): boolean {
  return files.some((file) => file.path === path && file.text.includes(`'${name}'`));
}
