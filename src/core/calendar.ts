/** What a moment is called where people live, and which weekdays, nights and month ends a window holds. */

const HOUR = 3_600_000;
/** A day counts as seen when half of it was, a night when hardly an hour of it is missing. */
const DAY_HOURS = 12;
const NIGHT_HOURS = 5;
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** `date` is `2026-11-22`, `number` counts days, so that two dates can be subtracted. */
export type LocalTime = { readonly date: string; readonly number: number; readonly hour: number };

export type CalendarSeen = {
  readonly weekdaysMissing: readonly string[];
  readonly weekend: boolean;
  readonly nights: number;
  /** Whether a midnight between two months lies in the window. */
  readonly monthEnd: boolean;
};

/** Reads many moments in one IANA time zone; making the reader is the slow part. */
export function localTime(timeZone: string): (at: number) => LocalTime {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const date = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
    return { date, number: Date.parse(date) / (24 * HOUR), hour: Number(parts.get('hour')) };
  };
}

export function calendarOf(window: {
  readonly from: number;
  readonly to: number;
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  readonly timeZone: string;
}): CalendarSeen {
  const { from, to, gaps, timeZone } = window;
  const read = localTime(timeZone);
  const hoursOfDay = new Map<number, number>();
  const hoursOfNight = new Map<number, number>();
  let monthEnd = false;
  for (let at = Math.ceil(from / HOUR) * HOUR; at + HOUR <= to; at += HOUR) {
    if (gaps.some((gap) => gap.from < at + HOUR && gap.to > at)) continue;
    const { date, number, hour } = read(at);
    hoursOfDay.set(number, (hoursOfDay.get(number) ?? 0) + 1);
    if (hour < 6) hoursOfNight.set(number, (hoursOfNight.get(number) ?? 0) + 1);
    monthEnd ||= date.endsWith('-01') && hoursOfDay.has(number - 1);
  }
  const seen = new Set([...hoursOfDay].filter(([, hours]) => hours >= DAY_HOURS).map(([day]) => weekdayOf(day)));
  return {
    weekdaysMissing: WEEKDAYS.filter((weekday) => !seen.has(weekday)),
    weekend: seen.has('Saturday') && seen.has('Sunday'),
    nights: [...hoursOfNight.values()].filter((hours) => hours >= NIGHT_HOURS).length,
    monthEnd,
  };
}

/** Day 0, the first of January 1970, was a Thursday. */
function weekdayOf(day: number): (typeof WEEKDAYS)[number] | undefined {
  return WEEKDAYS[(day + 3) % 7];
}
