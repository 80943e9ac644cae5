/** The one way to write a value down (RFC 8785), for values that have exactly one: anything else throws. */

/**
 * null, booleans, safe integers, well-formed strings, arrays and plain objects of these; `said` is what is written in the
 * place of each string, keys included.
 */
export function canonical(value: unknown, said: (text: string) => string = asItIs): string {
  return write(value, { said, within: new Set() }, '$');
}

type Writing = { readonly said: (text: string) => string; readonly within: Set<object> };

function asItIs(text: string): string {
  return text;
}

function write(value: unknown, writing: Writing, path: string): string {
  const { said, within } = writing;
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(said(wellFormed(value, path)));
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) refuse(path, 'a number that is no safe integer');
    return String(value);
  }
  if (typeof value !== 'object') return refuse(path, typeof value);
  if (within.has(value)) refuse(path, 'a cycle');
  within.add(value);
  const text = Array.isArray(value) ? writeArray(value, writing, path) : writeObject(value, writing, path);
  within.delete(value);
  return text;
}

function wellFormed(text: string, path: string): string {
  return /\p{Cs}/u.test(text) ? refuse(path, 'half a surrogate pair') : text;
}

function writeArray(array: readonly unknown[], writing: Writing, path: string): string {
  if (Object.getPrototypeOf(array) !== Array.prototype) refuse(path, 'an array of a class');
  // One key an element and `length`: neither holes nor properties beside the elements.
  if (Reflect.ownKeys(array).length !== array.length + 1) refuse(path, 'an array with holes or properties');
  const parts: string[] = [];
  for (let at = 0; at < array.length; at++) {
    parts.push(write(property(array, String(at), path), writing, `${path}[${at}]`));
  }
  return `[${parts.join(',')}]`;
}

function writeObject(object: object, writing: Writing, path: string): string {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) refuse(path, 'an object of a class');
  const keys = Reflect.ownKeys(object).map((key): [string, string] => {
    if (typeof key === 'symbol') return refuse(path, 'a symbol for a key');
    return [writing.said(wellFormed(key, `${path}.${key}`)), key];
  });
  // Plain comparison is by UTF-16 code units, which is the order RFC 8785 asks for.
  keys.sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = keys.map(([said, key]) => {
    const at = `${path}.${key}`;
    return `${JSON.stringify(said)}:${write(property(object, key, at), writing, at)}`;
  });
  return `{${parts.join(',')}}`;
}

/** Only what a reader sees by listing the object counts: no getters, nothing hidden. */
function property(object: object, key: string, path: string): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(object, key);
  if (!descriptor?.enumerable || !('value' in descriptor)) return refuse(path, 'a hidden or computed property');
  return descriptor.value;
}

function refuse(path: string, what: string): never {
  throw new TypeError(`${path} cannot be written down in one way only: ${what}`);
}
