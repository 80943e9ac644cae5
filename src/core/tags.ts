/** What a tag is, which of them go on the wire, and when an expression of tags matches. */

/** An OR of ANDs: some inner list must have all its tags (console-api.md 4.1). */
export type Clauses = readonly (readonly string[])[];

/** `app=a=b` → `['app', 'a=b']`: the split is at the first `=`. */
export function splitTag(tag: string): [key: string, value: string] {
  const at = tag.indexOf('=');
  return at < 0 ? [tag, ''] : [tag.slice(0, at), tag.slice(at + 1)];
}

/** Only tags that begin with an effective prefix are sent between enforcers and can match (console-api.md 4.2). */
export function wireTags(tags: readonly string[], prefixes: readonly string[]): string[] {
  return tags.filter((tag) => prefixes.some((prefix) => tag.startsWith(prefix)));
}
