/** Which settings there are, where each belongs, and which of them somebody may have meant. */
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { type Path, visible } from './mistakes.ts';
import { Settings } from './schema.ts';

/** As much of a JSON Schema as ours has. */
export type Shape = {
  description?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly additionalProperties?: Shape | false;
  readonly propertyNames?: { readonly enum?: readonly string[] };
  readonly default?: unknown;
};

/** The schema of what one writes, for editors; defaults are not demanded there. */
export function jsonSchema(): Shape {
  const { $schema, ...rest } = z.toJSONSchema(Settings, { io: 'input' });
  return { $schema, title: 'Lockstep configuration', ...rest } as Shape;
}

export type Setting = {
  /** `namespaces[].approval.needed`; `*` where the reader chooses the name. */
  readonly path: string;
  readonly key: string;
  readonly default?: unknown;
  readonly shape: Shape;
};

/** Every setting, outermost first. */
export function allSettings(of: Shape = shape()): Setting[] {
  return under(of, '');
}

/** The names that are possible at a path. */
export function namesAt(path: Path): string[] {
  let at: Shape | undefined = shape();
  for (const step of path) at = typeof step === 'number' ? at?.items : (at?.properties?.[String(step)] ?? other(at));
  return [...Object.keys(at?.properties ?? {}), ...(at?.propertyNames?.enum ?? [])];
}

/** Other places where a setting of this name belongs. */
export function homesOf(key: string): string[] {
  return allSettings()
    .filter((setting) => setting.key === key)
    .map(({ path }) => path);
}

/** The nearest of the possible words, where it is near enough to have been meant. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const scored = words
    .map((candidate) => ({ candidate, away: away(plain(word), plain(candidate)) }))
    .toSorted((a, b) => a.away - b.away);
  const best = scored[0];
  return best && best.away <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[-_\s]/g, '');
}

/** Letters that only changed places are one slip, not two. */
function away(one: string, other: string): number {
  const sorted = (text: string) => [...text].sort().join('');
  return one !== other && sorted(one) === sorted(other) ? 1 : distance(one, other);
}

export function written(path: Path): string {
  return path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${visible(String(step))}`))
    .join('');
}

let known: Shape | undefined;
function shape(): Shape {
  known ??= jsonSchema();
  return known;
}

/** What a group takes whose names the reader chooses. */
export function other(at: Shape | undefined): Shape | undefined {
  return at?.additionalProperties === false ? undefined : at?.additionalProperties;
}

function under(at: Shape, path: string): Setting[] {
  const named = Object.entries(at.properties ?? {}).flatMap(([key, below]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return [
      { path: here, key, shape: below, ...('default' in below ? { default: below.default } : {}) },
      ...under(below, here),
    ];
  });
  const free = other(at);
  return [...named, ...(at.items ? under(at.items, `${path}[]`) : []), ...(free ? under(free, `${path}.*`) : [])];
}
