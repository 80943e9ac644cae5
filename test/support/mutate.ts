/** `npm run mutations`: breaks one rule of the verdict or of the sandbox's enforcer after the other, in a copy, and says what noticed. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Broken, brokenBy, MUTATIONS, type Mutation, noticedBy } from './mutations.ts';

const COPIED = ['config', 'sandbox', 'src', 'test', 'workers', 'package.json', 'tsconfig.json', 'vitest.config.ts'];
const TESTS = ['test/core/verdict-against-enforcer.test.ts', 'test/core/verdict.test.ts'];
/** Enough: every rule that the worlds can notice was noticed in the first 250. */
const WORLDS = 2_000;

/** `npm run mutations -- WORDS`: only the rules that hold these words. */
const words = process.argv.slice(2).join(' ');

const folder = mkdtempSync(join(tmpdir(), 'mutations-'));
try {
  for (const name of COPIED) cpSync(name, join(folder, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const rules = MUTATIONS.filter(({ rule }) => rule.includes(words));
  const mutants = rules.map((mutation) => ({
    ...mutation,
    ...brokenBy(mutation, readFileSync(mutation.file, 'utf8')),
  }));
  const unbroken = runTests();
  if (!unbroken.passed) throw new Error(`the code fails before anything is broken in it:\n${unbroken.output}`);
  const survived = mutants.filter((mutant) => !isNoticed(mutant));
  process.stdout.write(`\n${mutants.length - survived.length} of ${mutants.length} were noticed\n`);
  process.exitCode = survived.length === 0 && mutants.length > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function isNoticed({ rule, file, right, wrong }: Mutation & Broken): boolean {
  const path = join(folder, file);
  writeFileSync(path, wrong);
  const { passed, output } = runTests();
  writeFileSync(path, right);
  const noticed = passed ? undefined : noticedBy(output);
  const otherwise = passed ? 'NOT NOTICED' : `NOT JUDGED\n${output}`;
  process.stdout.write(`${rule.padEnd(72)} ${noticed ?? otherwise}\n`);
  return noticed !== undefined;
}

function runTests(): { readonly passed: boolean; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('npx', ['vitest', 'run', ...TESTS, '--testTimeout', '300000'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LOCKSTEP_WORLDS: String(WORLDS), NO_COLOR: '1' },
  });
  return { passed: status === 0, output: stdout + stderr };
}
