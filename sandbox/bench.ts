/** npm run bench: how fast the judgement is, beside what else one could use, one case after the other, each in its own process. */
import { fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { givenOptions, understood } from '#sandbox/options.ts';
import type { Case, Group, Measured, Result } from './bench/measure.ts';
import { asTable, type Row } from './bench/table.ts';

/** Loaded only where they run: a case's peak memory is its own, not that of the engines it is compared with. */
const GROUPS: readonly (() => Promise<Group>)[] = [
  async () => (await import('./bench/reading.ts')).READING,
  async () => (await import('./bench/verdicts.ts')).VERDICTS,
  async () => (await import('./bench/addresses.ts')).ADDRESSES,
  async () => (await import('./bench/drafts.ts')).DRAFTS,
  async () => (await import('./bench/drafts.ts')).GROWTH,
  async () => (await import('./bench/cards.ts')).CARDS,
];

const BUNDLE = fileURLToPath(new URL('../node_modules/.cache/lockstep-bench/bench.mjs', import.meta.url));

const { values } = understood(
  () => givenOptions({ options: { json: { type: 'string' }, case: { type: 'string' }, only: { type: 'string' } } }),
  'npm run bench -- [--only WORDS] [--json FILE]\n',
);
if (values.case !== undefined) await measureHere(values.case);
else await measureAll(values.only ?? '', values.json);

async function measureAll(only: string, json: string | undefined): Promise<void> {
  const [cpu] = cpus();
  await bundle();
  process.stdout.write(`Node ${process.version}, ${cpu?.model ?? 'unknown processor'}\n`);
  const tables: { title: string; rows: Row[] }[] = [];
  for (const [nth, load] of GROUPS.entries()) {
    const group = await load();
    if (!group.title.toLowerCase().includes(only.toLowerCase())) continue;
    const rows = await rowsOf(group, nth);
    process.stdout.write(`\n${group.title}\n${asTable(rows)}`);
    tables.push({ title: group.title, rows });
  }
  if (json !== undefined) await writeFile(json, `${JSON.stringify(tables, undefined, 2)}\n`);
}

async function rowsOf(group: Group, nth: number): Promise<Row[]> {
  const rows: Row[] = [];
  let first: Result | undefined;
  for (const [index, one] of group.cases.entries()) {
    if ('leftOut' in one) {
      rows.push({ name: one.name, leftOut: one.leftOut });
      continue;
    }
    const result = await measureElsewhere(`${nth}.${index}`);
    // Whoever waits sees that it goes on; the table itself stays whole.
    process.stderr.write(`${one.name}: ${Math.round(result.ms)} ms\n`);
    first ??= result;
    const ratio = result.perSecond / first.perSecond;
    const { target } = one;
    rows.push({
      name: one.name,
      of: one.of,
      ...result,
      ratio,
      ...(target ? { target: target.words, met: target.met(result, first) } : {}),
    });
  }
  return rows;
}

/**
 * As the product is run, but for the loader that reads TypeScript: its 40 MB are in no case's memory. Names of functions
 * are kept as it keeps them, which costs time.
 */
async function bundle(): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(import.meta.url)],
    outdir: dirname(BUNDLE),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // Else what one case imports, an engine for instance, would be in every case's memory.
    splitting: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    keepNames: true,
  });
}

function measureElsewhere(name: string): Promise<Result> {
  const child = fork(BUNDLE, ['--case', name], { execArgv: [] });
  return new Promise((resolve, reject) => {
    child.once('message', (result) => resolve(result as Result));
    child.once('error', reject);
    child.once('exit', (code) => code !== 0 && reject(new Error(`case ${name} ended with ${code}`)));
  });
}

async function measureHere(name: string): Promise<void> {
  const [group = 0, index = 0] = name.split('.').map(Number);
  const one: Case | undefined = (await GROUPS[group]?.())?.cases[index];
  if (!one || 'leftOut' in one) throw new Error(`there is no case ${name}`);
  const measured: Measured = await one.run();
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const result: Result = { ...measured, perSecond: (measured.count / measured.ms) * 1_000, peakMb };
  process.send?.(result, () => process.exit());
}
