/** What was measured of the lockdowns, as people read it. */

export type Figure = {
  readonly what: string;
  readonly value: number;
  readonly unit: 'ms' | 'KB' | 'jobs' | 'changes';
  /** What bare BullMQ took. */
  readonly beside?: number;
  /** To that, or to the first figure of its kind. */
  readonly ratio?: number;
  readonly missed?: number;
};

const WIDTH = 82;

export function inWords({ what, value, unit, beside, ratio, missed }: Figure): string {
  const more = [
    ...(beside === undefined ? [] : [`bare BullMQ ${number(beside)} ms`]),
    ...(ratio === undefined ? [] : [`ratio ${number(ratio)}`]),
    ...(missed === undefined ? [] : [`${missed} missed`]),
  ];
  return `${what.padEnd(WIDTH)} ${`${number(value)} ${unit}`.padStart(14)}   ${more.join(', ')}`.trimEnd();
}

/** Of the values in order, the one at that share of the way. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  if (at === undefined) throw new Error('nothing was measured');
  return at;
}

function number(value: number): string {
  return value < 100 ? value.toFixed(value < 10 ? 2 : 1) : Math.round(value).toLocaleString('en');
}
