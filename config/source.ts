/** What the configuration file says, and where in it each setting stands. YAML 1.2 with nothing surprising in it. */
import { readFileSync, statSync } from 'node:fs';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { type Mistake, type Path, type Place, shown, visible } from './mistakes.ts';

export type Source = {
  readonly file: string;
  readonly value: unknown;
  /** Where the value stands; where there is none, the setting it is missing from. */
  valueAt(path: Path): Place;
  /** Where the setting's name stands. */
  keyAt(path: Path): Place;
};

const MAX_BYTES = 256 * 1024;
const MAX_DEPTH = 40;

export function readSource(file: string): { source: Source } | { mistakes: Mistake[] } {
  const text = contentOf(file);
  if (typeof text !== 'string') return { mistakes: [text] };
  return parseSource(file, text);
}

function parseSource(file: string, text: string): { source: Source } | { mistakes: Mistake[] } {
  const lineCounter = new LineCounter();
  const place = (from: number, to: number): Place => {
    const { line, col } = lineCounter.linePos(from);
    const start = lineCounter.lineStarts[line - 1] ?? 0;
    const end = text.slice(start).search(/[\r\n]/);
    const whole = end === -1 ? text.slice(start) : text.slice(start, start + end);
    // What is missing at the end of a line is missing behind its last character.
    const column = Math.min(col, whole.length + 1);
    return { file, line, column, length: Math.max(1, Math.min(to - from, whole.length - column + 1)), text: whole };
  };
  const mistake = (sentence: string, from: number, to: number): Mistake => ({
    weight: 'mistake',
    of: file,
    sentence,
    place: place(from, to),
  });

  const deep = tooDeep(text);
  if (deep !== undefined) {
    for (const newline of text.matchAll(/\n/g)) lineCounter.addNewLine(newline.index + 1);
    return { mistakes: [mistake(`nested more than ${MAX_DEPTH} levels deep`, deep, deep + 1)] };
  }
  const document = parseDocument(text, {
    version: '1.2',
    strict: true,
    uniqueKeys: true,
    prettyErrors: false,
    // `silent` would hide a second document.
    logLevel: 'error',
    lineCounter,
  });
  const mistakes = [
    ...directives(text).map((at) => mistake('a % directive is not accepted: the file is YAML 1.2', at.from, at.to)),
    ...document.errors.map((error) => mistake(sentenceOf(error, text), ...error.pos)),
    ...surprises(document).map(({ sentence, from, to }) => mistake(sentence, from, to)),
  ];
  if (mistakes.length > 0) return { mistakes };

  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // Aliases that multiply.
    if (!(error instanceof ReferenceError)) throw error;
    return { mistakes: [mistake(`aliases cannot be followed: ${visible(error.message)}`, 0, 1)] };
  }
  return {
    source: {
      file,
      value,
      valueAt: (path) => place(...valueRange(document, path)),
      keyAt: (path) => place(...keyRange(document, path)),
    },
  };
}

function contentOf(file: string): string | Mistake {
  const refuse = (sentence: string): Mistake => ({ weight: 'mistake', of: file, sentence });
  try {
    const stats = statSync(file);
    if (!stats.isFile()) return refuse('is not a file');
    if (stats.size > MAX_BYTES)
      return refuse(`is ${Math.ceil(stats.size / 1024)} kB long; at most ${MAX_BYTES / 1024} kB are read`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof TypeError) return refuse('is not UTF-8 text');
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT')
      return refuse('does not exist. Copy config/lockstep.example.yaml there, or say in LOCKSTEP_CONFIG where it is');
    if (typeof code === 'string') return refuse(`cannot be read: ${code}`);
    throw error;
  }
}

/** What composes the tree calls itself once a level; a file may not choose how deep that goes. */
function tooDeep(text: string): number | undefined {
  let flow = 0;
  let block = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const marker = MARKERS.has(lexeme);
    if (lexeme === '[' || lexeme === '{') flow++;
    else if (lexeme === ']' || lexeme === '}') flow--;
    else if (lexeme === '-' || lexeme === '?' || lexeme === ':') block++;
    else if (marker || lexeme.includes('\n')) block = 0;
    if (flow > MAX_DEPTH || block > MAX_DEPTH) return offset;
    if (!marker) offset += lexeme.length;
  }
  return undefined;
}

/** What the lexer says without having read a character: a document, the end of a broken flow, a scalar. */
const MARKERS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);

function directives(text: string): { from: number; to: number }[] {
  return [...new Parser().parse(text)]
    .filter((token) => token.type === 'directive')
    .map((token) => ({ from: token.offset, to: token.offset + token.source.length }));
}

type Surprise = { readonly sentence: string; readonly from: number; readonly to: number };

/** Legal YAML that means something else than it seems to. */
function surprises(document: Document): Surprise[] {
  const found: Surprise[] = [];
  const add = (node: Node, sentence: string) => {
    const [from, to] = node.range ?? [0, 1];
    found.push({ sentence, from, to });
  };
  visit(document, {
    Alias: (_, alias, ancestors) => {
      const target = alias.resolve(document);
      if (!target) add(alias, `nothing above is called &${visible(alias.source)}`);
      else if (ancestors.includes(target)) add(alias, `*${visible(alias.source)} is inside of what it stands for`);
    },
    Value: (_, node) => {
      if (node.tag) add(node, `the tag ${visible(node.tag)} is not accepted: write the plain value`);
      if (isScalar(node) && typeof node.value === 'string' && /[\p{Cs}\0]/u.test(node.value))
        add(node, 'a character in this text is half of one, or no character at all');
    },
    Pair: (_, { key }) => {
      if (isScalar(key) && typeof key.value === 'string') {
        if (key.value === '__proto__') add(key, '__proto__ is not a setting');
      } else if (isNode(key)) add(key, 'the name of a setting is text: write it in quotes');
    },
  });
  return found;
}

function sentenceOf(error: YAMLError, text: string): string {
  if (error.code === 'DUPLICATE_KEY') {
    const [name = ''] = /^[^\s:,}]*/.exec(text.slice(error.pos[0])) ?? [];
    return `${shown(name)} is said twice in the same place; keep one of the two`;
  }
  if (error.code === 'MULTIPLE_DOCS') return 'a second document begins here; one file is one configuration';
  return `this is not YAML: ${visible(error.message)}`;
}

type Range = [from: number, to: number];

function valueRange(document: Document, path: Path): Range {
  const { node, pair, whole } = follow(document, path);
  // A whole group of settings is better shown by its name.
  if (whole && node && !(isMap(node) && pair) && node.range && node.range[1] > node.range[0])
    return [node.range[0], node.range[1]];
  return pair ? rangeOfKey(pair) : [0, 1];
}

function keyRange(document: Document, path: Path): Range {
  const { node, pair, whole } = follow(document, path);
  if (pair && (!whole || typeof path.at(-1) === 'string')) return rangeOfKey(pair);
  return node?.range ? [node.range[0], node.range[1]] : [0, 1];
}

type Followed = {
  readonly node: Node | undefined;
  /** The innermost setting with a name on the way. */
  readonly pair: Pair | undefined;
  /** Whether the path was there to its end. */
  readonly whole: boolean;
};

function follow(document: Document, path: Path): Followed {
  let node: Node | undefined = document.contents ?? undefined;
  let pair: Pair | undefined;
  for (const step of path) {
    const inside: Node | undefined = isAlias(node) ? node.resolve(document) : node;
    if (isMap(inside)) {
      const next: Pair | undefined = inside.items.find(({ key }) => isScalar(key) && key.value === step);
      if (!next) return { node, pair, whole: false };
      pair = next;
      node = isNode(next.value) ? next.value : undefined;
    } else if (isSeq(inside) && typeof step === 'number') {
      const item = inside.items[step];
      if (!item || isPair(item)) return { node, pair, whole: false };
      // Missing settings of an entry are shown at the entry, not at the list it is in.
      node = isNode(item) ? item : undefined;
      const first = isMap(node) ? node.items[0] : undefined;
      if (first) pair = first;
    } else return { node, pair, whole: false };
  }
  return { node, pair, whole: true };
}

function rangeOfKey(pair: Pair): Range {
  const range = isNode(pair.key) ? pair.key.range : undefined;
  return range ? [range[0], range[1]] : [0, 1];
}
