/** What is due while people are waited for: which day of discovery it is, whom to nudge, and when to give up. */
import { localTime } from './calendar.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export type Rhythm = {
  /** From the question to the first nudge. */
  readonly reminderHoursFirst: number;
  /** From one nudge of a person to the next. */
  readonly reminderHoursBetween: number;
  /** Nudges one person gets on one day at most. */
  readonly remindersPerDayMax: number;
  /** From the question to giving up; 0 never gives up. */
  readonly expireHours: number;
  /** IANA name; where a day begins. */
  readonly timeZone: string;
};

export type DiscoveryDay = {
  /** Counted in calendar days, the day it started is day 1; never more than `of`. */
  readonly day: number;
  readonly of: number;
  /** Its days are over, to the hour it started at. */
  readonly ended: boolean;
};

/** Times are milliseconds since the epoch. */
export function discoveryDay(discovery: {
  readonly startedAt: number;
  readonly days: number;
  readonly now: number;
  readonly timeZone: string;
}): DiscoveryDay {
  const { startedAt, days, now, timeZone } = discovery;
  const read = localTime(timeZone);
  const day = read(now).number - read(startedAt).number + 1;
  return { day: Math.min(Math.max(day, 1), days), of: days, ended: now >= startedAt + days * DAY };
}

/** Whether the day's digest has still to be posted: once a calendar day, not before the given hour, not on the day it started. */
export function isDigestDue(digest: {
  readonly startedAt: number;
  readonly lastDigestAt?: number;
  readonly now: number;
  readonly notBeforeHour: number;
  readonly timeZone: string;
}): boolean {
  const read = localTime(digest.timeZone);
  const today = read(digest.now);
  return today.hour >= digest.notBeforeHour && today.number > read(digest.lastDigestAt ?? digest.startedAt).number;
}

export type Owing = {
  readonly person: string;
  /** When this person was nudged before; about other questions too, where the day's limit is to hold for all of them. */
  readonly nudgedAt: readonly number[];
};

export type Due = { readonly expired: true } | { readonly expired: false; readonly nudge: readonly string[] };

/** Whom to nudge about a question that was asked; nobody once it is given up. */
export function remindersDue(
  question: { readonly askedAt: number; readonly owing: readonly Owing[]; readonly now: number },
  rhythm: Rhythm,
): Due {
  const { askedAt, owing, now } = question;
  if (rhythm.expireHours > 0 && now >= askedAt + rhythm.expireHours * HOUR) return { expired: true };
  if (now < askedAt + rhythm.reminderHoursFirst * HOUR) return { expired: false, nudge: [] };
  const read = localTime(rhythm.timeZone);
  const today = read(now).number;
  const isDue = ({ nudgedAt }: Owing) =>
    now >= Math.max(...nudgedAt) + rhythm.reminderHoursBetween * HOUR &&
    nudgedAt.filter((at) => read(at).number === today).length < rhythm.remindersPerDayMax;
  return { expired: false, nudge: owing.filter(isDue).map(({ person }) => person) };
}
