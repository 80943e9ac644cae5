/** What stands in the log when names are meant to be read as something else than names. */
import { execFileSync } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';

const NAMES = {
  'a line of its own': 'frontend\n{"level":"info","event":"confirmed","by":"U0BORIS"}',
  'a Unicode line of its own': 'frontend\u2028{"event":"confirmed"}\u2029',
  'colours and a cleared screen': 'frontend\u001b[2J\u001b[31m\u009b2J',
  'letters that turn round': 'evil\u202egnp.exe\u2066',
  'letters that are not seen': 'front\u200bend\ufeff\u061c\u{e0041}',
  'a secret': 'token=the-secret-of-this-test',
};

let lines: string[] = [];

beforeAll(() => {
  const program = `
    import { openJournal } from './src/journal.ts';
    const journal = openJournal('worker', ['the-secret-of-this-test']);
    for (const name of ${JSON.stringify(Object.values(NAMES))}) journal.degraded({ feature: name, because: 'none' });`;
  const words = ['--import', 'tsx', '--input-type=module', '--eval', program];
  lines = execFileSync(process.execPath, words, { encoding: 'utf8' }).trimEnd().split('\n');
});

test('however names are written, each event is one line', () => {
  expect(lines).toHaveLength(Object.keys(NAMES).length);
});

test.each(Object.entries(NAMES).map(([what, name], at) => ({ what, name, at })))(
  'a name that holds $what is obeyed by no terminal, and nothing of it is lost',
  ({ name, at }) => {
    const line = lines[at] ?? '';
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(line).not.toContain('the-secret-of-this-test');
    expect(JSON.parse(line)).toMatchObject({
      event: 'feature-degraded',
      feature: name.replace(/the-.*test/, '[secret]'),
    });
  },
);
