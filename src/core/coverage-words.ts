/** The figures behind how complete the evidence is, each in one short line: what an approver looks at before the advice. */
import type { Coverage } from './coverage.ts';
import type { Estimate } from './estimates.ts';
import { groupInWords } from './groups.ts';

/** As many names as one reads in passing. */
const NAMED = 3;
const DAYS_TOLD = 8;
const WEEK = 7;

export function coverageInWords(coverage: Coverage): string[] {
  return [
    estimates(coverage),
    calendar(coverage),
    onOneDayOnly(coverage),
    newPerDay(coverage),
    `Blind spots: ${blindSpots(coverage).join('; ') || 'none that are known'}.`,
  ];
}

/** Both, with their intervals, because each is deceived by something else. */
function estimates({ byVolume, byDays, edges, flows }: Coverage): string {
  const seen = `${number(edges)} edges and ${number(flows)} flows seen, scans aside`;
  if (!byVolume && !byDays) return `${seen}; how much there is cannot be estimated yet.`;
  const both = [
    ...(byVolume ? [{ value: byVolume.value, words: `by volume ${share(byVolume)} of the flows to come` }] : []),
    ...(byDays ? [{ value: byDays.value, words: `by days ${share(byDays)} of all edges` }] : []),
  ].sort((a, b) => a.value - b.value);
  const lower = both.length > 1 ? '; the lower, first one counts' : '';
  return `${seen}: ${both.map(({ words }) => words).join(', ')}${lower}.`;
}

function calendar({ calendar: { weekdaysMissing, nights, monthEnd } }: Coverage): string {
  const days = weekdaysMissing.length === WEEK ? 'no whole day' : missing(weekdaysMissing);
  return `Calendar: ${days}; ${nights === 1 ? 'one night' : `${nights} nights`}; ${monthEnd ? 'a' : 'no'} turn of a month.`;
}

function missing(weekdays: readonly string[]): string {
  return weekdays.length === 0 ? 'every weekday' : `no ${weekdays.join(', no ')}`;
}

function onOneDayOnly({ onOneDayOnly: groups }: Coverage): string {
  if (groups.length === 0) return 'Seen on one day only, scans aside: nothing.';
  return `Seen on one day only, scans aside: ${some(groups.map(groupInWords))}.`;
}

function newPerDay({ newPerDay: days, growing }: Coverage): string {
  const each = days
    .slice(-DAYS_TOLD)
    .map(({ day, edges }) => `${number(edges)} on ${day.slice(5)}`)
    .join(', ');
  return `New edges by day: ${each}; ${growing ? 'still growing' : 'no longer growing'}.`;
}

function blindSpots({
  gapHours,
  youngWorkloads,
  silentWorkloads,
  notRestarted,
  workloads,
}: Pick<Coverage, 'gapHours' | 'youngWorkloads' | 'silentWorkloads' | 'notRestarted' | 'workloads'>): string[] {
  const restarted =
    notRestarted.length === workloads && workloads > 1
      ? ['no workload was restarted in the window, so what they do when they start was not seen']
      : [`not restarted in the window: ${some(notRestarted)}`];
  return [
    ...(gapHours > 0 ? [`the reports of ${Math.round(gapHours * 10) / 10} hours are missing or cut short`] : []),
    ...(youngWorkloads.length > 0 ? [`there only in its second half: ${some(youngWorkloads)}`] : []),
    ...(silentWorkloads.length > 0 ? [`never seen to talk: ${some(silentWorkloads)}`] : []),
    ...(notRestarted.length > 0 ? restarted : []),
  ];
}

function some(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Never rounded up: 99.96 % is not all of it. */
function share({ value, low, high }: Estimate): string {
  const percent = (part: number) => Math.floor(part * 1000) / 10;
  return `${percent(value)} % (${percent(low)} to ${percent(high)})`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
