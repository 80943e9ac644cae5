/** Prints the configuration's JSON Schema for editors; each setting is described by the example's own comment. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { allSettings, jsonSchema, other, type Shape } from './shape.ts';

export function describedSchema(example: string): string {
  const schema = jsonSchema();
  const comments = commentsOf(example);
  for (const { path, shape } of allSettings(schema)) {
    const comment = comments.get(path);
    if (comment) shape.description = comment;
  }
  return `${shortLists(JSON.stringify(schema, null, 2))}\n`;
}

/** Path of a setting, as the schema names it, and the first comment that stands above it. */
export function commentsOf(example: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  collect(parseDocument(example).contents, jsonSchema(), '', undefined, found);
  return found;
}

/** For the parser a comment above the first of several things belongs to all of them; for us, to the first. */
function collect(
  node: Node | null | undefined,
  shape: Shape | undefined,
  path: string,
  above: string | undefined,
  found: Map<string, string>,
): void {
  const ofAll = node?.commentBefore ?? above;
  if (isSeq<Node>(node))
    for (const [at, item] of node.items.entries())
      collect(item, shape?.items, `${path}[]`, at === 0 ? ofAll : undefined, found);
  if (!isMap<Node, Node | null>(node)) return;
  for (const [at, { key, value }] of node.items.entries()) {
    const name = isScalar(key) ? String(key.value) : '';
    const known = shape?.properties?.[name];
    const here = known ? `${path === '' ? '' : `${path}.`}${name}` : `${path}.*`;
    const comment = lastParagraph(key.commentBefore ?? (at === 0 ? ofAll : undefined) ?? '');
    if (comment !== '' && !found.has(here)) found.set(here, comment);
    collect(value, known ?? other(shape), here, undefined, found);
  }
}

/** What stands before an empty line is a heading for the reader of the file. */
function lastParagraph(comment: string): string {
  const paragraph = comment.split(/\n[ \t]*\n/).at(-1) ?? '';
  return paragraph.replace(/\s*\n\s*/g, ' ').trim();
}

/** As the formatter of this repository writes JSON: a list stands on one line where it fits. */
function shortLists(json: string): string {
  return json.replace(/^(.*)\[\n([^[\]{}]*)\n *\](,?)$/gm, (list, before: string, items: string, comma: string) => {
    const line = `${before}[${items.trim().replace(/\n */g, ' ')}]${comma}`;
    return line.length <= 120 ? line : list;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const example = readFileSync(new URL('./lockstep.example.yaml', import.meta.url), 'utf8');
  process.stdout.write(describedSchema(example));
}
