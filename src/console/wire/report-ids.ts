/** Which reports were seen: their ids as three numbers each, so that no string has to be made and kept for a report. */
import { createHash } from 'node:crypto';

/** Three words an id, one id after the other. */
export type ReportIds = Int32Array;

const WORDS = 3;
const NONE = -1;

/** For an id that is not 24 hex digits, as the console's are (console-api.md 3.6): as many bits of its SHA-256. */
export function wordsOf(id: string): [number, number, number] {
  const bytes = /^[0-9a-f]{24}$/.test(id) ? Buffer.from(id, 'hex') : createHash('sha256').update(id).digest();
  return [bytes.readInt32BE(0), bytes.readInt32BE(4), bytes.readInt32BE(8)];
}

/** The ids of one answer that were seen. They are looked up in the answer's own column: an id is never copied. */
export class SeenIds {
  private readonly ids: ReportIds;
  /** Places in the column. */
  private readonly slots: Int32Array;

  constructor(ids: ReportIds) {
    this.ids = ids;
    this.slots = new Int32Array(2 << (32 - Math.clz32(ids.length / WORDS))).fill(NONE);
  }

  has(ids: ReportIds, nth: number): boolean {
    return this.slots[this.slotOf(ids, nth)] !== NONE;
  }

  /** False where it was there before. */
  add(nth: number): boolean {
    const slot = this.slotOf(this.ids, nth);
    if (this.slots[slot] !== NONE) return false;
    this.slots[slot] = nth * WORDS;
    return true;
  }

  /** Of the id, or the free one where it belongs. */
  private slotOf(ids: ReportIds, nth: number): number {
    const [a, b, c] = [ids[nth * WORDS] as number, ids[nth * WORDS + 1] as number, ids[nth * WORDS + 2] as number];
    const mixed = Math.imul(Math.imul(a ^ (b << 7), 0x85ebca6b) ^ c, 0x9e3779b1);
    const { slots, ids: own } = this;
    for (let slot = mixed >>> 7; ; slot++) {
      slot &= slots.length - 1;
      const at = slots[slot] as number;
      if (at === NONE || (own[at] === a && own[at + 1] === b && own[at + 2] === c)) return slot;
    }
  }
}
