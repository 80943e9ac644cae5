/** The fast way through an answer full of flow reports: what the same bytes said once, they say again. */
import type { FlowKind } from '#core/flow.ts';
import { NOWHERE, ReportEnds } from './report-ends.ts';

const LIST = Buffer.from('"flowReports":[');
const COMMA = 0x2c;
const LIST_ENDS = 0x5d;
/** Bytes of bodies kept; when they are full, the memo begins anew. */
const ROOM = 4 * 1024 * 1024;
/** The hash takes four bytes at a time. */
const WORD = 4;

/** Told of each report of an answer, in order. */
export type Listener = {
  known(id: ArrayLike<number>, at: number, value: number, kind: FlowKind): void;
  /** A report that has to be read in the plain way. */
  plain(report: unknown): void;
};

/**
 * Reports about the same connection differ in three fields only, which stand at the ends of a report (console-api.md 3.6). The
 * bytes between, the body, are looked up, and parsed only when they are new: 2,000 times in a week of a million reports.
 * Another order, spacing or spelling of the same costs time, never truth: only bodies that are the same byte for byte are
 * taken for the same, and what does not fit the form is parsed as a whole.
 */
export class FlowMemo {
  private readonly kindOf: (report: unknown) => FlowKind | undefined;
  private readonly byHash = new Map<number, Body>();
  private readonly kinds = new Map<string, FlowKind>();
  private bodies: Buffer | undefined;
  private filled = 0;

  /** `kindOf` understands a report, or answers nothing where it cannot from the report alone. */
  constructor(kindOf: (report: unknown) => FlowKind | undefined) {
    this.kindOf = kindOf;
  }

  /** False where the answer is not in the form expected; what the listener was told does not count then. */
  scan(bytes: Buffer, listener: Listener): boolean {
    const list = bytes.indexOf(LIST);
    if (list < 0) return false;
    const start = list + LIST.length;
    const ends = new ReportEnds(bytes);
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = start;
    if (bytes[at] !== LIST_ENDS) {
      for (; ; at++) {
        const last = ends.find(at);
        if (last === NOWHERE) return false;
        const hash = hashOf(words, ends.body, ends.bodyEnd);
        const kind = this.remembered(bytes, ends, hash) ?? this.learned(bytes, ends, hash, at, last + 1);
        if (kind && ends.hasId && ends.at !== NOWHERE) {
          // What is left out counts one flow.
          listener.known(ends.id, ends.at, ends.value === NOWHERE ? 1 : ends.value, kind);
        } else {
          const report = parsed(bytes, at, last + 1);
          if (!report) return false;
          listener.plain(report);
        }
        at = last + 1;
        if (bytes[at] !== COMMA) break;
      }
    }
    return bytes[at] === LIST_ENDS && isTheList(bytes, start, at);
  }

  /** Bodies are compared natively after the hash: a bad hash would make this slow, never wrong. */
  private remembered(bytes: Buffer, { body, bodyEnd }: ReportEnds, hash: number): FlowKind | undefined {
    const found = this.byHash.get(hash);
    const same = found && this.bodies && bytes.compare(this.bodies, found.start, found.end, body, bodyEnd) === 0;
    return same ? found.kind : undefined;
  }

  /** Nothing where the body is no list of whole fields, or has one of the three among them. */
  private learned(bytes: Buffer, { body, bodyEnd }: ReportEnds, hash: number, from: number, to: number) {
    const fields = parsed(bytes, body, bodyEnd, '{', '}');
    if (!fields || 'ID' in fields || 'timestamp' in fields || 'value' in fields) return undefined;
    const understood = this.kindOf(parsed(bytes, from, to));
    if (!understood) return undefined;
    const key = JSON.stringify(understood);
    const kind = this.kinds.get(key) ?? understood;
    this.bodies ??= Buffer.allocUnsafeSlow(ROOM);
    if (this.filled + bodyEnd - body > ROOM) {
      this.byHash.clear();
      this.kinds.clear();
      this.filled = 0;
    }
    const start = this.filled;
    this.filled += bytes.copy(this.bodies, start, body, bodyEnd);
    this.byHash.set(hash, { start, end: this.filled, kind });
    this.kinds.set(key, kind);
    return kind;
  }
}

type Body = { readonly start: number; readonly end: number; readonly kind: FlowKind };

/** By words, in two lanes that do not wait for each other; a string as a key would have to be made and hashed first. */
function hashOf(words: DataView, start: number, end: number): number {
  if (end - start < 2 * WORD) return 0;
  let [one, other] = [end - start, 0];
  let at = start;
  for (; at + 2 * WORD <= end; at += 2 * WORD) {
    one = Math.imul(one ^ words.getInt32(at, true), 0x9e3779b1);
    other = Math.imul(other ^ words.getInt32(at + WORD, true), 0x85ebca6b);
    one ^= one >>> 15;
    other ^= other >>> 13;
  }
  // The last two words overlap those before.
  one = Math.imul(one ^ words.getInt32(end - 2 * WORD, true), 0x9e3779b1);
  return one ^ Math.imul(other ^ words.getInt32(end - WORD, true), 0x85ebca6b);
}

/** The answer with one number in place of all its reports: it must be JSON, with the number where the reports belong. */
function isTheList(bytes: Buffer, start: number, end: number): boolean {
  const answer = parse(`${bytes.toString('utf8', 0, start)}0${bytes.toString('utf8', end)}`);
  const { flowReports } = (answer ?? {}) as { readonly flowReports?: unknown };
  return Array.isArray(flowReports) && flowReports.length === 1 && flowReports[0] === 0;
}

function parsed(bytes: Buffer, start: number, end: number, before = '', after = ''): object | undefined {
  return parse(before + bytes.toString('utf8', start, end) + after);
}

/** Nothing where it is no JSON, or no object. */
function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
