/** Results as people read them. */
import type { Result } from './measure.ts';

export type Row =
  | (Result & {
      readonly name: string;
      readonly of: string;
      /** How many times as fast as the first row of its group. */
      readonly ratio: number;
      readonly target?: string;
      readonly met?: boolean;
    })
  | { readonly name: string; readonly leftOut: string };

const HEAD = ['', 'median', 'a second', 'ratio', 'peak memory', 'to reach'];

export function asTable(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) =>
    Math.max(...cells.filter((row) => row.length > 2).map((row) => row[column]?.length ?? 0)),
  );
  return cells
    .map(
      (row) =>
        `${row
          .map((text, column) => pad(text, widths[column] ?? 0, column))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function cellsOf(row: Row): string[] {
  if ('leftOut' in row) return [row.name, `left out: ${row.leftOut}`];
  const target = row.target === undefined ? '' : `${row.target}: ${row.met ? 'met' : 'missed'}`;
  return [
    row.name,
    milliseconds(row.ms),
    `${quantity(row.perSecond)} ${row.of}`,
    ratio(row.ratio),
    `${row.peakMb} MB`,
    target,
  ];
}

/** Names to the left, figures to the right, words to the left. */
function pad(text: string, width: number, column: number): string {
  return column === 0 || column === HEAD.length - 1 ? text.padEnd(width) : text.padStart(width);
}

function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(2) : Math.round(ms).toLocaleString('en')} ms`;
}

function quantity(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  return value >= 1e3 ? `${(value / 1e3).toFixed(1)}k` : value.toFixed(1);
}

function ratio(value: number): string {
  return `${value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2)}×`;
}
