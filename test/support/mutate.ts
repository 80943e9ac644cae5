/** `npm run mutations`: breaks one rule of the verdict or of the sandbox's enforcer after the other, in a copy, and says what noticed. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MUTATIONS, type Mutation } from './mutations.ts';

const COPIED = ['config', 'sandbox', 'src', 'test', 'workers', 'package.json', 'tsconfig.json', 'vitest.config.ts'];
const TESTS = ['test/core/verdict-against-enforcer.test.ts', 'test/core/verdict.test.ts'];
/** Enough: every rule that the worlds can notice was noticed in the first 250. */
const WORLDS = 2_000;

const folder = mkdtempSync(join(tmpdir(), 'mutations-'));
try {
  for (const name of COPIED) cpSync(name, join(folder, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const survived = MUTATIONS.filter((mutation) => !isNoticed(mutation));
  process.stdout.write(`\n${MUTATIONS.length - survived.length} of ${MUTATIONS.length} were noticed\n`);
  process.exitCode = survived.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function isNoticed({ rule, file, from, to }: Mutation): boolean {
  const path = join(folder, file);
  const right = readFileSync(path, 'utf8');
  if (right.split(from).length !== 2) throw new Error(`${file} does not hold once what “${rule}” would change`);
  writeFileSync(
    path,
    right.replace(from, () => to),
  );
  const { status, stdout, stderr } = spawnSync('npx', ['vitest', 'run', ...TESTS], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LOCKSTEP_WORLDS: String(WORLDS), NO_COLOR: '1' },
  });
  writeFileSync(path, right);
  process.stdout.write(`${rule.padEnd(72)} ${status === 0 ? 'NOT NOTICED' : by(stdout + stderr)}\n`);
  return status !== 0;
}

/** The worlds say with which seed, so that the counterexample can be had again; else the test by its name. */
function by(output: string): string {
  const [, worlds] = /Property failed after (\d+) tests/.exec(output) ?? [];
  const [, seed] = /\{ seed: (-?\d+)/.exec(output) ?? [];
  if (worlds !== undefined) return `world ${worlds} of seed ${seed}`;
  const [, named = 'a test that could not run'] = /× (.+?)(?: \d+ms)?$/m.exec(output) ?? [];
  return named;
}
