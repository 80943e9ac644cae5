/** When people are reminded, and when not. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { discoveryDay, isDigestDue, type Rhythm, remindersDue } from '#core/reminder.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MONDAY_NINE = Date.UTC(2026, 10, 16, 9);

describe('discovery', () => {
  const discovery = { startedAt: MONDAY_NINE, days: 7, timeZone: 'UTC' };
  const on = (now: number, timeZone = 'UTC') => discoveryDay({ ...discovery, now, timeZone });

  test('begins with day 1', () => {
    expect(on(MONDAY_NINE)).toEqual({ day: 1, of: 7, ended: false });
  });

  test('counts calendar days, not stretches of 24 hours', () => {
    expect(on(MONDAY_NINE + 14 * HOUR).day).toBe(1);
    expect(on(MONDAY_NINE + 15 * HOUR).day).toBe(2);
  });

  test('has its midnight where people live', () => {
    expect(on(MONDAY_NINE + 14 * HOUR, 'Europe/Berlin').day).toBe(2);
    expect(on(MONDAY_NINE + 20 * HOUR, 'America/New_York').day).toBe(2);
    expect(on(MONDAY_NINE + 19 * HOUR - 1, 'America/New_York').day).toBe(1);
  });

  test('ends after its days, to the hour, and never shows day 8 of 7', () => {
    expect(on(MONDAY_NINE + 7 * DAY - 1)).toEqual({ day: 7, of: 7, ended: false });
    expect(on(MONDAY_NINE + 7 * DAY)).toEqual({ day: 7, of: 7, ended: true });
    expect(on(MONDAY_NINE + 30 * DAY)).toEqual({ day: 7, of: 7, ended: true });
  });

  test('does not lose a day when the clocks change', () => {
    const startedAt = Date.UTC(2026, 9, 24, 10);
    const days = [0, 1, 2, 3].map(
      (later) => discoveryDay({ startedAt, days: 7, now: startedAt + later * DAY, timeZone: 'Europe/Berlin' }).day,
    );
    expect(days).toEqual([1, 2, 3, 4]);
  });
});

describe('the day’s digest', () => {
  const due = (now: number, lastDigestAt?: number) =>
    isDigestDue({
      startedAt: MONDAY_NINE,
      now,
      notBeforeHour: 9,
      timeZone: 'UTC',
      ...(lastDigestAt !== undefined && { lastDigestAt }),
    });

  test('is not due on the day discovery started', () => {
    expect(due(MONDAY_NINE + 10 * HOUR)).toBe(false);
  });

  test('is due the next morning, not in the night', () => {
    expect(due(MONDAY_NINE + DAY - 1)).toBe(false);
    expect(due(MONDAY_NINE + DAY)).toBe(true);
  });

  test('is due once a day', () => {
    expect(due(MONDAY_NINE + DAY + 5 * HOUR, MONDAY_NINE + DAY)).toBe(false);
    expect(due(MONDAY_NINE + 2 * DAY, MONDAY_NINE + DAY + 5 * HOUR)).toBe(true);
  });
});

describe('who owes a vote', () => {
  const rhythm: Rhythm = {
    reminderHoursFirst: 4,
    reminderHoursBetween: 2,
    remindersPerDayMax: 3,
    expireHours: 72,
    timeZone: 'UTC',
  };
  const asked = MONDAY_NINE;
  const owing = (...nudgedHours: number[]) => [
    { person: 'U0BORIS001', nudgedAt: nudgedHours.map((hours) => asked + hours * HOUR) },
  ];
  const due = (hours: number, who = owing()) =>
    remindersDue({ askedAt: asked, owing: who, now: asked + hours * HOUR }, rhythm);
  const nudged = { expired: false, nudge: ['U0BORIS001'] };
  const nobody = { expired: false, nudge: [] };

  test('is left in peace at first', () => {
    expect(due(3.9)).toEqual(nobody);
    expect(due(4)).toEqual(nudged);
  });

  test('is not nudged again too soon', () => {
    expect(due(5.9, owing(4))).toEqual(nobody);
    expect(due(6, owing(4))).toEqual(nudged);
  });

  test('is nudged three times a day at most, and again the next day', () => {
    expect(due(14.9, owing(4, 6, 8))).toEqual(nobody);
    expect(due(15, owing(4, 6, 8))).toEqual(nudged);
  });

  test('has a day that begins where people live', () => {
    const there = { ...rhythm, timeZone: 'Europe/Berlin' };
    const question = { askedAt: asked, owing: owing(4, 6, 8), now: asked + 14 * HOUR };
    expect(remindersDue(question, there)).toEqual(nudged);
  });

  test('is nudged alone when the others were just nudged', () => {
    const both = [...owing(4), { person: 'U0CHITRA01', nudgedAt: [] }];
    expect(due(5, both)).toEqual({ expired: false, nudge: ['U0CHITRA01'] });
  });

  test('has voted, so nobody is nudged', () => {
    expect(due(30, [])).toEqual(nobody);
  });

  test('is given up in the end, and not nudged any more', () => {
    expect(due(71.9, owing(50))).toEqual(nudged);
    expect(due(72, owing())).toEqual({ expired: true });
  });

  test('is never given up where the configuration says so', () => {
    const patient = { ...rhythm, expireHours: 0 };
    expect(remindersDue({ askedAt: asked, owing: owing(), now: asked + 9999 * HOUR }, patient)).toEqual(nudged);
  });

  test('asked every few minutes for days, never more than three a day, never closer than two hours', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 300 }), (steps) => {
        const nudgedAt: number[] = [];
        let now = asked;
        for (const minutes of steps) {
          now += minutes * 60_000;
          const result = remindersDue({ askedAt: asked, owing: [{ person: 'U0BORIS001', nudgedAt }], now }, rhythm);
          if (result.expired) break;
          if (result.nudge.length > 0) nudgedAt.push(now);
        }
        const days = nudgedAt.map((at) => new Date(at).toISOString().slice(0, 10));
        for (const day of days) expect(days.filter((other) => other === day).length).toBeLessThanOrEqual(3);
        for (const [n, at] of nudgedAt.slice(1).entries()) {
          expect(at - (nudgedAt[n] ?? 0)).toBeGreaterThanOrEqual(2 * HOUR);
        }
      }),
    );
  });
});
