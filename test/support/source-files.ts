/** Which source files there are, and what each imports, types included. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export type SourceFile = { readonly path: string; readonly text: string; readonly imports: readonly string[] };

const ROOMS: Readonly<Record<string, string>> = {
  '#config/': 'config/',
  '#core/': 'src/core/',
  '#console/': 'src/console/',
  '#kubernetes/': 'src/kubernetes/',
  '#slack/': 'src/slack/',
  '#redis/': 'src/redis/',
  '#src/': 'src/',
  '#workers/': 'workers/',
  '#sandbox/': 'sandbox/',
  '#test/': 'test/',
};

/** Imports of the house itself come as paths from its root; packages keep their names. */
export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => join(folder, name))
      .map((path) => {
        const text = readFileSync(path, 'utf8');
        return { path, text, imports: importsOf(text).map((name) => resolved(name, path)) };
      }),
  );
}

function importsOf(text: string): string[] {
  const from = [...text.matchAll(/^(?:import|export)\b[^'"`;]*?\bfrom '([^']+)'/gm)];
  const bare = [...text.matchAll(/^import '([^']+)'/gm)];
  const lazy = [...text.matchAll(/\bimport\('([^']+)'\)/g)];
  return [...from, ...bare, ...lazy].flatMap(([, name]) => name ?? []);
}

function resolved(name: string, path: string): string {
  if (name.startsWith('.')) return normalize(join(dirname(path), name));
  const room = Object.entries(ROOMS).find(([prefix]) => name.startsWith(prefix));
  return room ? `${room[1]}${name.slice(room[0].length)}` : name;
}
