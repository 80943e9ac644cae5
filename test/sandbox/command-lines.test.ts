/** The commands of the sandbox as a stranger types them: wrong files, wrong options, and what is left behind. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startConsole } from '#sandbox/console/start.ts';
import { ended } from '#sandbox/demo/laptop.ts';

const folder = mkdtempSync(join(tmpdir(), 'command-lines-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Everything temporary that the command makes lies in a folder of its own, so that leavings are seen. */
function run(entry: string, ...words: string[]) {
  const TMPDIR = mkdtempSync(join(folder, 'tmp-'));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', entry, ...words], {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR, TSX_DISABLE_CACHE: '1' },
    timeout: 60_000,
  });
  return { status, stdout, stderr, left: readdirSync(TMPDIR).filter((name) => /lockstep|sandbox/.test(name)) };
}

function graph(content: unknown): string {
  const file = join(folder, 'graph.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const web = { name: 'web', labels: { app: 'web' } };
const db = { name: 'db', labels: { app: 'db' } };

describe('npm run demo -- --app', () => {
  test('with a file that is not there says so and leaves no Redis behind', () => {
    const { status, stderr, left } = run('sandbox/demo.ts', '--app', '/nowhere.json');
    expect(stderr).toBe('/nowhere.json does not exist.\n');
    expect([status, left]).toEqual([2, []]);
  });

  test('with a port that is taken says so and leaves no Redis behind', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const address = server.address();
    const port = typeof address === 'object' && address ? String(address.port) : '';
    const { status, stderr, left } = run('sandbox/demo.ts', '--port', port);
    expect(stderr).toBe(`Port ${port} is taken; choose another with --port.\n`);
    expect([status, left]).toEqual([2, []]);
  });
});

describe('a graph', () => {
  const starting = (content: unknown) => startConsole({ app: graph(content), traffic: false });

  test('with two workloads and neither ports nor Services is an application like another', async () => {
    const edges = [{ from: 'web', to: 'db', protocol: 'TCP', port: 5432 }];
    const running = await starting({ app: 'tiny', services: [web, db], edges });
    onTestFinished(() => running.stop());
    expect(running.namespace).toBe('/acme/aws-dev/k8s/tiny');
    expect(running.world.graph.services.map(({ ports }) => ports)).toEqual([
      [],
      [{ containerPort: 5432, protocol: 'TCP' }],
    ]);
  });

  test.each([
    ['that is not JSON', '{', /graph\.json is not JSON: .+$/],
    ['without services', { app: 'tiny' }, /graph\.json is not a graph: services: .*received undefined\.$/],
    ['without a workload', { app: 'tiny', services: [] }, /graph\.json is not a graph: services: .+\.$/],
    ['with a workload without a name', { app: 'tiny', services: [{}] }, /services\[0\]\.name: .*received undefined\.$/],
    ['with a name twice', { app: 'tiny', services: [web, web] }, /two workloads are called "web"\.$/],
    ['in which nothing listens', { app: 'tiny', services: [web, db] }, /nothing in it listens; give it an edge/],
    [
      'with an edge to nobody',
      { app: 'tiny', services: [web], edges: [{ from: 'web', to: 'dv', protocol: 'TCP', port: 1 }] },
      /names the workload "dv", which is not there\.$/,
    ],
  ])('%s is told in one sentence', async (_, content, sentence) => {
    const message = await starting(content).then(
      () => 'it was accepted',
      (error: Error) => error.message,
    );
    expect(message).toMatch(sentence);
    expect(message).not.toContain('\n');
  });
});

describe.each(['sandbox/console/main.ts', 'sandbox/slack/main.ts'])('%s', (entry) => {
  test('says with --help what it takes', () => {
    const { status, stdout, stderr } = run(entry, '--help');
    expect(stdout).toMatch(/^npm run sandbox:\w+ -- \[options\]\n\n {2}--/);
    expect([status, stderr]).toEqual([0, '']);
  });

  test.each([[['--prot', '1']], [['--port', 'many']]])('with %j says what is wrong and what it takes', (words) => {
    const { status, stderr } = run(entry, ...words);
    expect(stderr).toContain(words[0] === '--port' ? '--port takes a whole number' : "Unknown option '--prot'");
    expect(stderr).toContain('[options]');
    expect(stderr).not.toMatch(/^ +at /m);
    expect(status).toBe(2);
  });
});

test('the printed curl can be pasted: its address is in quotes', async () => {
  const words = ['--port', '0', '--control-port', '0', '--app', 'sandbox/apps/bookinfo.json', '--folder', folder];
  const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/console/main.ts', ...words]);
  onTestFinished(() => ended(child));
  let printed = '';
  child.stdout.on('data', (data) => {
    printed += data;
  });
  await vi.waitFor(() => expect(printed).toContain('/exercise'), 25_000);
  const line = printed.split('\n').find((each) => each.includes('/reportsqueries')) ?? '';
  const { stdout } = spawnSync('sh', ['-c', line], { encoding: 'utf8', timeout: 20_000 });
  expect(JSON.parse(stdout)).toEqual({ report: 'Flows', flowReports: expect.any(Array) });
});

test('a process that does not end on SIGTERM is ended all the same', async () => {
  const script =
    "process.on('SIGTERM', () => process.stdout.write('no')); setInterval(() => 0, 1000); console.log('up')";
  const child = spawn(process.execPath, ['-e', script]);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await ended(child, 200);
  expect(child.signalCode).toBe('SIGKILL');
});

test.each([
  ['sandbox/quality.ts', '--windw', '--window'],
  ['sandbox/poison.ts', '--sed', '--seed'],
  ['sandbox/attack.ts', '--onyl', '--only'],
  ['sandbox/demo.ts', '--no-kubernets', '--no-kubernetes'],
  ['sandbox/chaos.ts', '--minute', '--minutes'],
  ['sandbox/bench.ts', '--jsn', '--json'],
  ['sandbox/bench/lockdowns.ts', '--lockdown', '--lockdowns'],
])('whoever mistypes an option of %s is told the nearest one', { timeout: 60_000 }, (entry, typed, meant) => {
  const { status, stderr, left } = run(entry, typed, 'x');
  expect(stderr.split('\n')[0]).toBe(`There is no option ${typed}. Did you mean ${meant}?`);
  expect({ status, left }).toEqual({ status: 2, left: [] });
});

test('an option that resembles none gets no guess', { timeout: 60_000 }, () => {
  expect(run('sandbox/quality.ts', '--frobnicate').stderr.split('\n')[0]).toBe('There is no option --frobnicate.');
});
