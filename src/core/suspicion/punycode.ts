/** What a label beginning with `xn--` says (RFC 3492). */

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const INITIAL_BIAS = 72;
const INITIAL = 128;
const CODE_POINT_MAX = 0x10ffff;

/** Undefined where the label cannot be read. */
export function decodeLabel(label: string): string | undefined {
  if (!label.startsWith('xn--')) return label;
  const encoded = label.slice(4);
  const delimiter = encoded.lastIndexOf('-');
  const output = [...(delimiter < 0 ? '' : encoded.slice(0, delimiter))].map((letter) => letter.codePointAt(0) ?? 0);
  let code = INITIAL;
  let bias = INITIAL_BIAS;
  let at = 0;
  let position = delimiter < 0 ? 0 : delimiter + 1;
  while (position < encoded.length) {
    const before = at;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const digit = digitOf(encoded.charCodeAt(position));
      position += 1;
      if (digit === undefined) return undefined;
      at += digit * weight;
      const threshold = Math.min(T_MAX, Math.max(T_MIN, k - bias));
      if (digit < threshold) break;
      weight *= BASE - threshold;
      if (weight > 0x7fffffff) return undefined;
    }
    const length = output.length + 1;
    bias = adapt(at - before, length, before === 0);
    code += Math.floor(at / length);
    if (code > CODE_POINT_MAX) return undefined;
    at %= length;
    output.splice(at, 0, code);
    at += 1;
  }
  return String.fromCodePoint(...output);
}

function digitOf(character: number): number | undefined {
  if (character >= 0x61 && character <= 0x7a) return character - 0x61;
  if (character >= 0x30 && character <= 0x39) return character - 0x30 + 26;
  return undefined;
}

function adapt(delta: number, length: number, first: boolean): number {
  let rest = first ? Math.floor(delta / DAMP) : Math.floor(delta / 2);
  rest += Math.floor(rest / length);
  let k = 0;
  while (rest > ((BASE - T_MIN) * T_MAX) / 2) {
    rest = Math.floor(rest / (BASE - T_MIN));
    k += BASE;
  }
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}
