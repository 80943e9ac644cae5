/** What two configurations differ in, setting by setting, as people read it. */

const SHOWN = 40;

/** `namespaces./acme/shop.approval.needed: 2 → 1`; lists say what came and what went. */
export function differences(before: unknown, now: unknown): string[] {
  const [old, fresh] = [flat(before), flat(now)];
  const paths = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  const all = paths.flatMap((path) => {
    const [was, is] = [old.get(path), fresh.get(path)];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [`${path}: ${inWords(was, is)}`];
  });
  const more = all.length - SHOWN;
  return more > 0 ? [...all.slice(0, SHOWN), `and ${more} more settings`] : all;
}

type Value = string | number | boolean | null | readonly unknown[];

/** A namespace is found by what it matches, wherever it stands; other lists are values. */
function flat(value: unknown, path = ''): Map<string, Value> {
  const below = (key: string, each: unknown) => flat(each, path === '' ? key : `${path}.${key}`);
  if (Array.isArray(value)) {
    const named = value.every((each) => isRecord(each) && typeof each.match === 'string');
    if (!named || value.length === 0) return new Map([[path, value]]);
    return new Map(value.flatMap((each) => [...below((each as { match: string }).match, each)]));
  }
  if (isRecord(value)) return new Map(Object.entries(value).flatMap(([key, each]) => [...below(key, each)]));
  return new Map([[path, value as Value]]);
}

function inWords(was: Value | undefined, is: Value | undefined): string {
  if (Array.isArray(was) && Array.isArray(is)) {
    const [old, fresh] = [was.map(text), is.map(text)];
    const came = fresh.filter((each) => !old.includes(each)).map((each) => `now with ${each}`);
    const went = old.filter((each) => !fresh.includes(each)).map((each) => `without ${each}`);
    return came.length + went.length > 0 ? [...came, ...went].join(', ') : 'in another order';
  }
  return `${text(was)} → ${text(is)}`;
}

function text(value: unknown): string {
  if (value === undefined) return 'not set';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
