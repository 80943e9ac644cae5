/** What the console says of tags, and of which prefixes whose tags may have. */
import { firstOf, gaia, type Objection } from './objection.ts';

export function tags(attribute: string, values: readonly string[]): Objection[] {
  return firstOf(values.map((tag) => malformed(attribute, tag)));
}

/** Users' own tags: what begins with `@`, `$` or `+` is the console's. */
export function associatedTags(values: readonly string[]): Objection[] {
  const attribute = 'associatedTags';
  return firstOf(
    values.map((tag) =>
      /^[@$+]/.test(tag)
        ? gaia(attribute, `${tag} starts with an @, a $ or a + that is reserved`)
        : malformed(attribute, tag),
    ),
  );
}

export function metadata(values: readonly string[]): Objection[] {
  const attribute = 'metadata';
  return firstOf(
    values.map((tag) => {
      if (!tag.startsWith('@')) return gaia(attribute, `Metadata ${tag} must start with an @`);
      if (tag.startsWith('@auth:'))
        return gaia(attribute, `Metadata ${tag} must not start with the reserved prefix @auth:`);
      return malformed(attribute, tag);
    }),
  );
}

export function organizationalMetadata(values: readonly string[]): Objection[] {
  const attribute = 'organizationalMetadata';
  return firstOf(
    values.map((tag) =>
      tag.startsWith('@org:')
        ? malformed(attribute, tag)
        : gaia(attribute, `Organizational metadata ${tag} must start with the reserved prefix @org:`),
    ),
  );
}

function malformed(attribute: string, tag: string): Objection | undefined {
  // A value may begin with anything but a line feed.
  if (!/^[^= ]+=[^\n]/.test(tag))
    return gaia(attribute, `'${tag}' must contain at least one '=' symbol separating two valid words`);
  if (bytes(tag) >= 1024) return gaia(attribute, `'${tag}' must be less than 1024 bytes`);
  return undefined;
}

/** Length in UTF-8. */
function bytes(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
