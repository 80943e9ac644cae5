/** What a window holds of the calendar, where people live. */
import { expect, test } from 'vitest';
import { calendarOf, localTime } from '#core/calendar.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MONDAY = Date.UTC(2026, 10, 16);

function seen(from: number, to: number, timeZone = 'UTC', gaps: { from: number; to: number }[] = []) {
  return calendarOf({ from, to, gaps, timeZone });
}

test('a moment has another date where the sun is elsewhere', () => {
  const at = Date.UTC(2026, 10, 22, 23, 30);
  expect(localTime('UTC')(at)).toMatchObject({ date: '2026-11-22', hour: 23 });
  expect(localTime('Europe/Berlin')(at)).toMatchObject({ date: '2026-11-23', hour: 0 });
  expect(localTime('Asia/Kolkata')(at)).toMatchObject({ date: '2026-11-23', hour: 5 });
  expect(localTime('America/Los_Angeles')(at)).toMatchObject({ date: '2026-11-22', hour: 15 });
});

test('a week holds every weekday, the weekend and seven nights', () => {
  expect(seen(MONDAY, MONDAY + 7 * DAY)).toEqual({ weekdaysMissing: [], weekend: true, nights: 7, monthEnd: false });
});

test('Monday to Friday misses the weekend', () => {
  expect(seen(MONDAY, MONDAY + 5 * DAY)).toMatchObject({ weekdaysMissing: ['Saturday', 'Sunday'], weekend: false });
});

test('a week from noon to noon holds the day it begins and ends on', () => {
  expect(seen(MONDAY + 12 * HOUR, MONDAY + 7 * DAY + 12 * HOUR).weekdaysMissing).toEqual([]);
});

test('a few office hours hold no night and hardly a day', () => {
  expect(seen(MONDAY + 9 * HOUR, MONDAY + 17 * HOUR)).toMatchObject({ nights: 0, weekdaysMissing: { length: 7 } });
});

test('a gap over Saturday loses Saturday and its night', () => {
  const gap = { from: MONDAY + 5 * DAY, to: MONDAY + 6 * DAY };
  expect(seen(MONDAY, MONDAY + 7 * DAY, 'UTC', [gap])).toMatchObject({
    weekdaysMissing: ['Saturday'],
    weekend: false,
    nights: 6,
  });
});

test('the turn of a month is its midnight where people live', () => {
  const last = Date.UTC(2026, 10, 30);
  expect(seen(last, last + 2 * DAY).monthEnd).toBe(true);
  expect(seen(last, last + DAY).monthEnd).toBe(false);
  expect(seen(last + DAY, last + 3 * DAY).monthEnd).toBe(false);
  expect(seen(last, last + DAY, 'Asia/Tokyo').monthEnd).toBe(true);
});

test('the night the clocks go back or forward is a night', () => {
  const backward = Date.UTC(2026, 9, 24, 22);
  const forward = Date.UTC(2026, 2, 28, 23);
  expect(seen(backward, backward + 25 * HOUR, 'Europe/Berlin').nights).toBe(1);
  expect(seen(forward, forward + 23 * HOUR, 'Europe/Berlin').nights).toBe(1);
});
