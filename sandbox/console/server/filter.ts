/** The filter language of the parameter `q`: `name == "x" and (policyID == default or value > 3)`. */
import { badRequest } from './errors.ts';
import { dateMs, durationMs } from './go-time.ts';

export type Filter = (object: object) => boolean;

type Value = string | number | boolean | Date;
interface Token {
  kind: 'word' | 'text' | 'sign';
  text: string;
}

export function parseFilter(text: string, nowMs: number): Filter {
  const tokens = tokenise(text);
  let place = 0;
  const peek = (ahead = 0): Token | undefined => tokens[place + ahead];
  const isWord = (word: string, ahead = 0): boolean => {
    const token = peek(ahead);
    return token?.kind === 'word' && token.text.toLowerCase() === word;
  };
  const isSign = (sign: string): boolean => peek()?.kind === 'sign' && peek()?.text === sign;
  const fail = (): never => {
    throw badRequest(`Unable to parse filter in query parameter: unexpected ${peek()?.text ?? 'end'} in \`${text}\``);
  };
  const take = (): Token => {
    const token = tokens[place] ?? fail();
    place += 1;
    return token;
  };
  const expect = (sign: string): void => {
    if (!isSign(sign)) fail();
    place += 1;
  };

  function chain(): Filter {
    let left = term();
    while (isWord('and') || isWord('or')) {
      const both = take().text.toLowerCase() === 'and';
      const [before, right] = [left, term()];
      left = both ? (object) => before(object) && right(object) : (object) => before(object) || right(object);
    }
    return left;
  }

  function term(): Filter {
    if (!isSign('(')) return comparison();
    place += 1;
    const inside = chain();
    expect(')');
    return inside;
  }

  function comparison(): Filter {
    const key = take();
    if (key.kind === 'sign' || key.text.startsWith('$')) fail();
    const read = (object: object): unknown => Reflect.get(object, key.text);
    const not = isWord('not');
    if (not) place += 1;
    const operator = take();
    const word = operator.text.toLowerCase();
    if (operator.kind === 'word') {
      if (word === 'exists') return (object) => (read(object) !== undefined) !== not;
      if (word === 'in' || word === 'contains') return anyOf(read, list(), not);
      if (word === 'matches' && !not) return matching(read, list());
      place -= 1;
      return fail();
    }
    if (not) fail();
    return comparing(read, operator.text, value()) ?? fail();
  }

  function list(): Value[] {
    expect('[');
    const values = [value()];
    while (isSign(',')) {
      place += 1;
      values.push(value());
    }
    expect(']');
    return values;
  }

  function value(): Value {
    const token = take();
    if (token.kind === 'text') return token.text;
    if (token.kind === 'sign') return fail();
    if ((token.text === 'date' || token.text === 'now') && isSign('(')) return moment(token.text);
    if (token.text === 'true' || token.text === 'false') return token.text === 'true';
    if (/^-?\d+(\.\d+)?$/.test(token.text)) return Number(token.text);
    return token.text;
  }

  function moment(name: string): Date {
    expect('(');
    const argument = isSign(')') ? '' : String(value());
    expect(')');
    const atMs =
      name === 'now' ? nowMs + (argument === '' ? 0 : (durationMs(argument) ?? Number.NaN)) : dateMs(argument);
    return atMs === undefined || Number.isNaN(atMs) ? fail() : new Date(atMs);
  }

  const filter = chain();
  return place === tokens.length ? filter : fail();
}

function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s+|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(==|!=|<=|>=|[<>()[\],])|([\w\-@:$#./\\*]+)|(.)/gu;
  for (const [, double, single, sign, word, other] of text.matchAll(pattern)) {
    if (other !== undefined)
      throw badRequest(`Unable to parse filter in query parameter: illegal ${other} in \`${text}\``);
    const quoted = double ?? single;
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replace(/\\(["'])/g, '$1') });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
  }
  return tokens;
}

function comparing(read: (object: object) => unknown, operator: string, wanted: Value): Filter | undefined {
  const equal: Filter = (object) => isEqual(read(object), wanted);
  const ordered = (test: (order: number) => boolean): Filter => {
    return (object) => {
      const order = compare(read(object), wanted);
      return order !== undefined && test(order);
    };
  };
  switch (operator) {
    case '==':
      return equal;
    case '!=':
      return (object) => !equal(object);
    case '<':
      return ordered((order) => order < 0);
    case '<=':
      return ordered((order) => order <= 0);
    case '>':
      return ordered((order) => order > 0);
    case '>=':
      return ordered((order) => order >= 0);
    default:
      return undefined;
  }
}

/** On a list it means that one of its members is equal; what is absent is false. */
function isEqual(own: unknown, wanted: Value): boolean {
  if (Array.isArray(own)) return own.some((member) => isEqual(member, wanted));
  if (own === undefined) return wanted === false;
  return wanted instanceof Date ? compare(own, wanted) === 0 : own === wanted;
}

function compare(own: unknown, wanted: Value): number | undefined {
  if (own === undefined || own === null) return undefined;
  if (wanted instanceof Date) return Date.parse(String(own)) - wanted.getTime();
  if (typeof own === 'number' && typeof wanted === 'number') return own - wanted;
  return String(own) < String(wanted) ? -1 : String(own) > String(wanted) ? 1 : 0;
}

function anyOf(read: (object: object) => unknown, wanted: Value[], not: boolean): Filter {
  return (object) => wanted.some((value) => isEqual(read(object), value)) !== not;
}

function matching(read: (object: object) => unknown, patterns: Value[]): Filter {
  const expressions = patterns.map((pattern) => {
    try {
      return new RegExp(String(pattern));
    } catch {
      throw badRequest(`Unable to parse filter in query parameter: ${pattern} is not a regular expression`);
    }
  });
  return (object) => {
    const own = read(object);
    const texts = Array.isArray(own) ? own : own === undefined ? [] : [own];
    return texts.some((text) => expressions.some((expression) => expression.test(String(text))));
  };
}
