/** What the schema complains of, as sentences for the person who wrote the file. */
import type { z } from 'zod';
import { type Mistake, type Path, shown } from './mistakes.ts';
import { homesOf, namesAt, nearest, written } from './shape.ts';
import type { Source } from './source.ts';

type Issue = z.core.$ZodIssue;

export function explain(issues: readonly Issue[], source: Source): Mistake[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => unknownSetting([...issue.path, key], source));
    const value = at(source.value, issue.path);
    const name = written(issue.path) || 'the file';
    const missing = value === undefined;
    const sentence = missing
      ? `${name} is missing. It must be ${expected(issue)}`
      : `${name} is ${shown(value)}, but must be ${expected(issue)}${hint(issue, value)}`;
    const place = issue.code === 'invalid_key' ? source.keyAt(issue.path) : source.valueAt(issue.path);
    return [{ weight: 'mistake', of: name, sentence, place }];
  });
}

function unknownSetting(path: Path, source: Source): Mistake {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  return {
    weight: 'mistake',
    of: written(path),
    sentence: `${shown(key)} is not a setting${parent.length > 0 ? ` of ${written(parent)}` : ''}. ${meant(key, parent)}`,
    place: source.keyAt(path),
  };
}

function meant(key: string, parent: Path): string {
  const names = namesAt(parent);
  const near = nearest(key, names);
  if (near) return `Did you mean ${near}?`;
  if (/token|secret|password|redis/i.test(key))
    return 'Secrets do not belong in this file: they come from the environment (SLACK_BOT_TOKEN, REDIS_URL, …) or from files named there.';
  const homes = homesOf(key);
  if (homes.length > 0) return `It belongs elsewhere: ${homes.join(' or ')}.`;
  return `Possible here: ${names.join(', ')}.`;
}

function expected(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return oneOf(issue.values.map(String));
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', Number(issue.minimum));
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', Number(issue.maximum));
    case 'invalid_union':
      return [...new Set(issue.errors.map((branch) => branch.map(expected).join(', ')))].join(' or ');
    case 'invalid_format':
      return FORMATS[issue.format] ?? issue.message;
    case 'invalid_key':
      return issue.issues.map(expected).join(', ');
    default:
      return issue.message;
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of settings',
  record: 'a group of settings',
};

const FORMATS: Readonly<Record<string, string>> = {
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  cidrv4: 'an IPv4 network such as 10.0.0.0/8',
  cidrv6: 'an IPv6 network such as fc00::/7',
};

function bound(origin: string, word: string, limit: number): string {
  if (origin === 'array') return `a list with ${word} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  if (origin === 'string') return `${word} ${limit} ${limit === 1 ? 'character' : 'characters'} long`;
  return `${word} ${limit}`;
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? '') : `one of ${values.join(', ')}`;
}

/** What people most often meant when they wrote this. */
function hint(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const near = nearest(value, issue.values.map(String));
    return near ? `. Did you mean ${near}?` : '';
  }
  if (issue.code !== 'invalid_type') return '';
  const text = typeof value === 'string' ? value.trim() : '';
  if (issue.expected === 'boolean' && /^(yes|on|y|true)$/i.test(text))
    return '. In YAML 1.2 that is a word: write true';
  if (issue.expected === 'boolean' && /^(no|off|n|false)$/i.test(text))
    return '. In YAML 1.2 that is a word: write false';
  if ((issue.expected === 'number' || issue.expected === 'int') && text !== '' && Number.isFinite(Number(text)))
    return '. In quotes it is text: take the quotes away';
  if (value === null && (issue.expected === 'object' || issue.expected === 'record'))
    return '. Write {} for its defaults, or leave it out';
  if (issue.expected === 'string' && typeof value !== 'object') return '. Write it in quotes';
  if (issue.expected === 'array' && text !== '') return `. Write it as a list: [${shown(text)}]`;
  return '';
}

function at(value: unknown, path: Path): unknown {
  let inside = value;
  for (const step of path) {
    if (typeof inside !== 'object' || inside === null || !Object.hasOwn(inside, step)) return undefined;
    inside = Reflect.get(inside, step);
  }
  return inside;
}
