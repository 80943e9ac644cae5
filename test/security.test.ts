/** SECURITY.md leaves no abuse case out, and points at nothing that is not there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync('SECURITY.md', 'utf8');

/** Every case that was thought of before the first real namespace, and before general use. */
const CASES = [
  ...numbered('V', 1, 19),
  ...numbered('T', 1, 18),
  ...numbered('L', 1, 15),
  ...numbered('R', 1, 18),
  ...numbered('G', 1, 6),
];

function numbered(letter: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, at) => `${letter}-${String(from + at).padStart(2, '0')}`);
}

test.each(CASES)(
  '%s says what somebody tries, and is tried in a file that is there or accepted with a reason',
  (id) => {
    const rows = page.split('\n').filter((line) => line.startsWith(`| ${id} |`));
    expect(rows).toHaveLength(1);
    const [, , what = '', files = '', reason = ''] = (rows[0] ?? '').split('|');
    expect(what.trim().split(' ').length).toBeGreaterThan(3);
    const named = [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file);
    expect(named.filter((file) => !existsSync(file))).toEqual([]);
    if (named.length === 0) expect(reason.trim().length).toBeGreaterThan(30);
  },
);

test('the credentials of the table are those of npm run attack', () => {
  const attempts = readFileSync('sandbox/attack/attempt.ts', 'utf8');
  for (const name of ['bot token', 'app token', 'signing secret', 'user-group editor', 'health port']) {
    expect(attempts).toContain(`'${name}'`);
    expect(page.toLowerCase()).toContain(`| ${name}`);
  }
});

test('every scope of the Slack app is named, and no other', () => {
  const manifest = readFileSync('config/slack-manifest.yaml', 'utf8');
  const [, scopes = ''] = /\n {4}bot:\n([\s\S]*?)\nsettings:/.exec(manifest) ?? [];
  const granted = [...scopes.matchAll(/^ {6}- (\S+)$/gm)].map(([, scope = '']) => scope).sort();
  const [, paragraph = ''] = /## Slack scopes\n\n([\s\S]*?)There is no/.exec(page) ?? [];
  const named = [...paragraph.matchAll(/`([^`]+)`/g)].map(([, scope = '']) => scope).sort();
  expect(granted.length).toBeGreaterThan(5);
  expect(named).toEqual(granted);
});

test('every file of npm run attack is named by some case', () => {
  const files = readdirSync('sandbox/attack/credentials').map((file) => `sandbox/attack/credentials/${file}`);
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => !page.includes(`\`${file}\``))).toEqual([]);
});
