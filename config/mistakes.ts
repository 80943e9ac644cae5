/** What a mistake in the configuration is, and how it is shown: with its line and a caret, as compilers do. */

export type Place = {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** How many characters the caret underlines. */
  readonly length: number;
  readonly text: string;
};

/** Names and list positions that lead to a setting. */
export type Path = readonly PropertyKey[];

/** A mistake before it is known where in the file its setting stands. */
export type Finding = Pick<Mistake, 'weight' | 'sentence'> & { readonly path: Path };

export type Mistake = {
  /** A warning does not stop the start. */
  readonly weight: 'mistake' | 'warning';
  /** Path of the setting, or name of the variable. */
  readonly of: string;
  readonly sentence: string;
  /** Absent where it is about the environment. */
  readonly place?: Place;
};

const WIDEST = 140;

/** All of them, in the order of the file, then those of the environment, and how many there are. */
export function printMistakes(mistakes: readonly Mistake[]): string {
  if (mistakes.length === 0) return '';
  const inFile = mistakes.filter(({ place }) => place).toSorted(byPlace);
  const elsewhere = mistakes.filter(({ place }) => !place);
  const sections = [...inFile, ...elsewhere].map(printOne);
  return `${sections.join('\n\n')}\n\n${howMany(mistakes)}\n`;
}

/** How a value from outside is quoted: short, on one line, with nothing invisible in it and no token. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a group of settings';
  if (typeof value !== 'string') return String(value);
  const text = visible(value);
  return `"${text.length > 60 ? `${text.slice(0, 59)}…` : text}"`;
}

/** Text that cannot move the cursor, turn the line around or give a token away. */
export function visible(text: string): string {
  return text
    .replace(/\b(xox[a-z]|xapp)([-.])[^\s"',\]}]+/gi, '$1$2…')
    .replace(/-----BEGIN [^-]*-----.*/g, '-----BEGIN …')
    .replace(/\t/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
      const code = character.codePointAt(0)?.toString(16).padStart(4, '0');
      return `\\u${code}`;
    });
}

function printOne({ weight, of, sentence, place }: Mistake): string {
  if (!place) return `${of}: ${weight}: ${sentence}`;
  const heading = `${place.file}:${place.line}:${place.column}: ${weight}: ${sentence}`;
  const number = String(place.line);
  const margin = ' '.repeat(number.length);
  const { text, column } = cut(place);
  const caret = `${' '.repeat(column - 1)}${'^'.repeat(Math.max(1, Math.min(place.length, text.length - column + 1)))}`;
  return `${heading}\n  ${number} | ${text}\n  ${margin} | ${caret}`;
}

/** A long line is shown from a little before the column; what is made visible before it moves the caret along. */
function cut({ text, column }: Place): { text: string; column: number } {
  const from = column > WIDEST - 40 ? column - 40 : 1;
  const before = visible(text.slice(from - 1, column - 1));
  const rest = visible(text.slice(column - 1));
  return { text: `${before}${rest}`.slice(0, WIDEST), column: before.length + 1 };
}

function howMany(mistakes: readonly Mistake[]): string {
  const warnings = mistakes.filter(({ weight }) => weight === 'warning').length;
  const real = mistakes.length - warnings;
  const parts = [
    ...(real > 0 ? [`${real} ${real === 1 ? 'mistake' : 'mistakes'}`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
  ];
  return `${parts.join(', ')} in the configuration.`;
}

function byPlace(a: Mistake, b: Mistake): number {
  return (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0);
}
