/** Whether a cron pattern is one; what it means is for the scheduler to say. */

type Field = { readonly name: string; readonly from: number; readonly to: number; readonly words?: readonly string[] };

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const SECOND: Field = { name: 'second', from: 0, to: 59 };
const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, words: MONTHS },
  { name: 'day of the week', from: 0, to: 7, words: DAYS },
];

/** Nothing where it is one. Five fields, or six with seconds first. */
export function whyNotCron(pattern: string): string | undefined {
  const parts = pattern.trim().split(/\s+/);
  const fields = parts.length === FIELDS.length + 1 ? [SECOND, ...FIELDS] : FIELDS;
  if (parts.length !== fields.length)
    return 'a cron pattern of five fields (minute, hour, day of the month, month, day of the week), such as "0 9 * * *"';
  const wrong = fields.find((field, at) => !(parts[at] ?? '').split(',').every((item) => isItem(item, field)));
  if (!wrong) return undefined;
  return `a cron pattern, whose ${wrong.name} is *, or ${wrong.from}-${wrong.to}, as a list, a range or with a step`;
}

function isItem(item: string, field: Field): boolean {
  const [range = '', step, ...rest] = item.split('/');
  if (rest.length > 0 || (step !== undefined && !/^[1-9]\d{0,3}$/.test(step))) return false;
  if (range === '*') return true;
  const ends = range.split('-').map((end) => numberOf(end, field));
  if (ends.length > 2 || ends.some((end) => end === undefined || end < field.from || end > field.to)) return false;
  const [first = 0, last = first] = ends;
  return first <= last;
}

function numberOf(text: string, { from, words }: Field): number | undefined {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const at = words?.indexOf(text.toLowerCase()) ?? -1;
  return at === -1 ? undefined : at + from;
}
