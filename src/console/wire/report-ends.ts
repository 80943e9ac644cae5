/** Where a flow report in raw bytes begins and ends, and the three fields at its ends that differ from report to report. */

const QUOTE = 0x22;
const COMMA = 0x2c;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const Z = 0x5a;
const OPENS = 0x7b;
const CLOSES = 0x7d;
const [ID, TIMESTAMP, VALUE] = [Buffer.from('"ID":'), Buffer.from('"timestamp":'), Buffer.from('"value":')];
const ID_LENGTH = 24;
/** By character; 31 for what is no digit. Capitals would make another id. */
const HEX = Uint8Array.from({ length: 256 }, (_, byte) => '0123456789abcdef'.indexOf(String.fromCharCode(byte)) & 31);
/** As many digits as surely make a safe integer. */
const DIGITS_MAX = 15;
/** `2026-11-22T13` */
const HOUR_LENGTH = 13;

export const NOWHERE = -1;

/**
 * Reads by hand only what is written in the plainest way; a report with anything else at its ends has that in its body, for
 * JSON.parse to read.
 */
export class ReportEnds {
  /** As words, where an end has it. */
  readonly id = new Int32Array(3);
  hasId = false;
  /** NOWHERE where neither end has it. */
  at = NOWHERE;
  value = NOWHERE;
  /** From here to `bodyEnd`, complete fields and the commas between them. */
  body = 0;
  bodyEnd = 0;
  private readonly bytes: Buffer;
  private readonly hour = Buffer.alloc(HOUR_LENGTH);
  private hourStarts = Number.NaN;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /**
   * Answers with the place of the closing brace. It is the first brace found natively; if a string or a list held
   * it, the body does not parse.
   */
  find(start: number): number {
    const { bytes } = this;
    if (bytes[start] !== OPENS) return NOWHERE;
    this.hasId = false;
    this.at = NOWHERE;
    this.value = NOWHERE;
    this.body = start + 1;
    for (let after = this.field(this.body); after !== NOWHERE; after = this.field(this.body)) {
      if (bytes[after] !== COMMA) break;
      this.body = after + 1;
    }
    const last = bytes.indexOf(CLOSES, this.body);
    this.bodyEnd = last;
    if (last === NOWHERE) return NOWHERE;
    for (let field = this.lastField(last); field !== NOWHERE; field = this.lastField(this.bodyEnd))
      this.bodyEnd = field - 1;
    return last;
  }

  /** Where the last of the fields before `end` begins, if it is one of the three. */
  private lastField(end: number): number {
    const { bytes, body } = this;
    let value = end - 1;
    if (bytes[value] === QUOTE)
      do value--;
      while (value > body && bytes[value] !== QUOTE);
    else while (value > body && isDigit(bytes[value - 1])) value--;
    for (const key of [ID, TIMESTAMP, VALUE]) {
      const field = value - key.length;
      if (field > body && bytes[field - 1] === COMMA && this.field(field) === end) return field;
    }
    return NOWHERE;
  }

  /** Reads the field at a place, if it is one of the three and was not read before; answers with the place after it. */
  private field(at: number): number {
    if (!this.hasId && this.isAt(ID, at)) return this.readId(at + ID.length);
    if (this.at === NOWHERE && this.isAt(TIMESTAMP, at)) return this.readTime(at + TIMESTAMP.length);
    if (this.value === NOWHERE && this.isAt(VALUE, at)) return this.readValue(at + VALUE.length);
    return NOWHERE;
  }

  private isAt(key: Buffer, at: number): boolean {
    for (let index = 0; index < key.length; index++) if (this.bytes[at + index] !== key[index]) return false;
    return true;
  }

  /** 24 hex digits, eight a word. */
  private readId(at: number): number {
    const { bytes } = this;
    if (bytes[at] !== QUOTE || bytes[at + 1 + ID_LENGTH] !== QUOTE) return NOWHERE;
    for (let word = 0; word < this.id.length; word++) {
      let bits = 0;
      for (let digit = at + 1 + word * 8; digit < at + 9 + word * 8; digit++) {
        const value = HEX[bytes[digit] as number] as number;
        if (value > 15) return NOWHERE;
        bits = (bits << 4) | value;
      }
      this.id[word] = bits;
    }
    this.hasId = true;
    return at + ID_LENGTH + 2;
  }

  private readValue(at: number): number {
    let value = 0;
    let end = at;
    for (; isDigit(this.bytes[end]); end++) value = value * 10 + (this.bytes[end] as number) - ZERO;
    // JSON has no leading zeros, and a report counts at least one flow.
    if (this.bytes[at] === ZERO || end === at || end - at > DIGITS_MAX) return NOWHERE;
    this.value = value;
    return end;
  }

  /** `"2026-11-22T13:14:15.016Z"`, with any number of decimals; as Date.parse does, all but three are left out. */
  private readTime(at: number): number {
    const { bytes } = this;
    const hourEnds = at + 1 + HOUR_LENGTH;
    const minutes = this.twoDigits(hourEnds + 1);
    const seconds = this.twoDigits(hourEnds + 4);
    const apart = bytes[at] === QUOTE && bytes[hourEnds] === COLON && bytes[hourEnds + 3] === COLON;
    if (!apart || !(minutes < 60 && seconds < 60)) return NOWHERE;
    let end = hourEnds + 6;
    let milliseconds = 0;
    if (bytes[end] === DOT) {
      for (let scale = 100; isDigit(bytes[++end]); scale /= 10)
        if (scale >= 1) milliseconds += scale * ((bytes[end] as number) - ZERO);
      if (bytes[end - 1] === DOT) return NOWHERE;
    }
    if (bytes[end] !== Z || bytes[end + 1] !== QUOTE) return NOWHERE;
    const time = this.hourAt(at + 1) + minutes * 60_000 + seconds * 1_000 + milliseconds;
    if (Number.isNaN(time)) return NOWHERE;
    this.at = time;
    return end + 2;
  }

  /** Reports come in the order of their times, so the hour is nearly always that of the report before. */
  private hourAt(at: number): number {
    for (let index = 0; index < HOUR_LENGTH; index++) {
      if (this.bytes[at + index] === this.hour[index]) continue;
      const text = this.bytes.toString('latin1', at, at + HOUR_LENGTH);
      // Midnight may be written as 24 o'clock, but then nothing may follow.
      const plain = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3])$/.test(text);
      this.hourStarts = plain ? Date.parse(`${text}:00:00Z`) : Number.NaN;
      this.bytes.copy(this.hour, 0, at, at + HOUR_LENGTH);
      break;
    }
    return this.hourStarts;
  }

  private twoDigits(at: number): number {
    const [tens, ones] = [this.bytes[at], this.bytes[at + 1]];
    return isDigit(tens) && isDigit(ones) ? ((tens as number) - ZERO) * 10 + (ones as number) - ZERO : Number.NaN;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
