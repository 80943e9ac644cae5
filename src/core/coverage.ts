/** How complete what we have seen is: two estimates, the calendar, the blind spots, and whether to go on or wait. */
import { type CalendarSeen, calendarOf } from './calendar.ts';
import type { EdgeGroup } from './draft.ts';
import type { Edge } from './edge.ts';
import { byDays, byVolume, type Estimate } from './estimates.ts';
import type { Evidence } from './evidence.ts';
import { groupEdges, sightingKeys } from './groups.ts';
import { scanEdges } from './stages/scans.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Below this, more is likely to be cut than people will forgive. */
const COVERAGE_ENOUGH = 0.95;
const MISSING_REPORTS_MUCH = 0.1;
/** The last fifth of the window tells whether new edges still come; one in fifty of all is still growing. */
const LATELY = 0.2;
const GROWING = 0.02;

export type Coverage = {
  /** Between 0 and 1: the lower of the two estimates. Absent where neither can be made. */
  readonly coverage?: number;
  /** Of the flows to come, the share on edges already seen. */
  readonly byVolume?: Estimate;
  /** Of the edges there are, the share already seen. Absent with fewer than two days. */
  readonly byDays?: Estimate & { readonly edges: Estimate };
  /** Distinct edges as people count them, and the flows on them. */
  readonly edges: number;
  readonly flows: number;
  readonly calendar: CalendarSeen;
  readonly onOneDayOnly: readonly EdgeGroup[];
  /** Every UTC day of the window. */
  readonly newPerDay: readonly { readonly day: string; readonly edges: number }[];
  readonly newLately: number;
  readonly growing: boolean;
  readonly gapHours: number;
  /** Names of the namespace's workloads: first seen in the second half of the window; never seen to talk at all. */
  readonly youngWorkloads: readonly string[];
  readonly silentWorkloads: readonly string[];
  /** All of whose units are older than the window: what they do when they start was not seen. */
  readonly notRestarted: readonly string[];
  /** How many workloads the namespace has. */
  readonly workloads: number;
  readonly advice: 'go on' | 'wait';
  readonly sentence: string;
};

type Sighted = { count: number; firstSeen: number; readonly days: Set<string>; readonly edges: Edge[] };

export function coverage(
  evidence: Pick<Evidence, 'edges' | 'workloads' | 'policy' | 'kubernetes' | 'from' | 'to' | 'gaps'>,
  timeZone: string,
): Coverage {
  const { from, to, gaps } = evidence;
  const accepted = withoutScans(evidence);
  const sighted = sightedOf(accepted, evidence);
  const days = daysBetween(from, to);
  const flows = sighted.reduce((sum, { count }) => sum + count, 0);
  const volume = byVolume(sighted.map(({ count }) => count));
  const perDay = byDays(
    sighted.map((one) => one.days.size),
    days.length,
  );
  const estimates = [volume, perDay].flatMap((estimate) => estimate?.value ?? []);
  const newLately = sighted.filter(({ firstSeen }) => firstSeen >= to - LATELY * (to - from)).length;
  const facts = {
    ...(estimates.length > 0 && { coverage: Math.min(...estimates) }),
    ...(volume && { byVolume: volume }),
    ...(perDay && { byDays: perDay }),
    edges: sighted.length,
    flows,
    calendar: calendarOf({ from, to, gaps, timeZone }),
    onOneDayOnly: groupEdges(
      sighted.filter((one) => one.days.size === 1).flatMap((one) => one.edges),
      evidence,
    ),
    newPerDay: days.map((day) => ({ day, edges: sighted.filter((one) => dayOf(one.firstSeen) === day).length })),
    newLately,
    growing: newLately > Math.max(1, GROWING * sighted.length),
    gapHours: missing(from, to, gaps) / HOUR,
    ...workloadsSeen(evidence),
  };
  return { ...facts, ...advise(facts, (to - from) / HOUR) };
}

/** A stranger who tries one door after the other once would look like much that has not been seen yet. */
function withoutScans(evidence: Pick<Evidence, 'edges' | 'workloads' | 'kubernetes'>): Edge[] {
  const edges = evidence.edges.filter((edge) => edge.action === 'Accept');
  const scans = scanEdges(edges, evidence);
  return edges.filter((edge) => !scans.has(edge));
}

function sightedOf(edges: readonly Edge[], evidence: Pick<Evidence, 'workloads' | 'policy'>): Sighted[] {
  const keys = sightingKeys(edges, evidence);
  const sighted = new Map<string, Sighted>();
  for (const edge of edges) {
    const key = keys.get(edge.id);
    if (key === undefined) continue;
    const one = sighted.get(key) ?? { count: 0, firstSeen: edge.firstSeen, days: new Set(), edges: [] };
    one.count += edge.count;
    one.firstSeen = Math.min(one.firstSeen, edge.firstSeen);
    for (const day of edge.days) one.days.add(day);
    one.edges.push(edge);
    sighted.set(key, one);
  }
  return [...sighted.values()];
}

function workloadsSeen({
  edges,
  workloads,
  policy,
  from,
  to,
}: Pick<Evidence, 'edges' | 'workloads' | 'policy' | 'from' | 'to'>): {
  youngWorkloads: string[];
  silentWorkloads: string[];
  notRestarted: string[];
  workloads: number;
} {
  const firstSeen = new Map<string, number>();
  for (const edge of edges) {
    for (const peer of [edge.source, edge.destination]) {
      if (peer.kind !== 'workload') continue;
      const before = firstSeen.get(peer.workload) ?? Number.POSITIVE_INFINITY;
      firstSeen.set(peer.workload, Math.min(before, edge.firstSeen));
    }
  }
  const own = [...workloads.values()].filter(({ namespace }) => namespace === policy.namespace);
  return {
    youngWorkloads: namesOf(own.filter(({ key }) => (firstSeen.get(key) ?? from) > (from + to) / 2)),
    silentWorkloads: namesOf(own.filter(({ key }) => !firstSeen.has(key))),
    notRestarted: namesOf(own.filter(({ newestUnitAt }) => newestUnitAt !== undefined && newestUnitAt < from)),
    workloads: own.length,
  };
}

/** The first reason to wait is the one that is said; the rest can be read beside it. */
function advise(
  facts: Omit<Coverage, 'advice' | 'sentence'>,
  windowHours: number,
): Pick<Coverage, 'advice' | 'sentence'> {
  const wait = (sentence: string) => ({ advice: 'wait' as const, sentence });
  const { calendar, gapHours } = facts;
  if (facts.edges === 0 || facts.coverage === undefined) {
    return wait('Wait: no accepted flow has been seen yet.');
  }
  if (gapHours > MISSING_REPORTS_MUCH * windowHours) {
    return wait(`Wait: the reports of ${rounded(gapHours)} of ${rounded(windowHours)} hours are missing.`);
  }
  if (calendar.weekdaysMissing.length > 0) {
    return wait(
      `Wait for ${listed(calendar.weekdaysMissing)}: the window has not held ${one(calendar.weekdaysMissing)} yet.`,
    );
  }
  if (facts.coverage < COVERAGE_ENOUGH) {
    return wait(`Wait: only ${percent(facts.coverage)} of what there is seems to have been seen.`);
  }
  if (facts.growing) {
    return wait(
      `Wait until no new edges come: ${facts.newLately} of ${facts.edges} came in the last fifth of the window.`,
    );
  }
  return {
    advice: 'go on',
    sentence: `Go on: ${percent(facts.coverage)} of what there is seems to have been seen${caveat(facts)}.`,
  };
}

function caveat({ calendar, youngWorkloads }: Pick<Coverage, 'calendar' | 'youngWorkloads'>): string {
  const doubts = [
    ...(youngWorkloads.length > 0 ? [`${listed(youngWorkloads)} came only in the second half of the window`] : []),
    ...(calendar.monthEnd ? [] : ['the turn of a month was not in it, so ask who has monthly jobs']),
  ];
  return doubts.length === 0 ? '' : `, but ${doubts.join(', and ')}`;
}

function missing(from: number, to: number, gaps: Evidence['gaps']): number {
  let until = from;
  let sum = 0;
  for (const gap of gaps.toSorted((a, b) => a.from - b.from)) {
    const [start, end] = [Math.max(gap.from, until), Math.min(gap.to, to)];
    if (end <= start) continue;
    sum += end - start;
    until = end;
  }
  return sum;
}

function daysBetween(from: number, to: number): string[] {
  const days: string[] = [];
  for (let day = Math.floor(from / DAY); day * DAY < to; day++) days.push(dayOf(day * DAY));
  return days;
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function namesOf(workloads: readonly { readonly name: string }[]): string[] {
  return workloads.map(({ name }) => name).sort();
}

/** Never rounded up: 99.96 % is not all of it. */
function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}

function rounded(hours: number): number {
  return Math.round(hours * 10) / 10;
}

function one(items: readonly string[]): string {
  return items.length === 1 ? 'one' : 'them';
}

function listed(items: readonly string[]): string {
  const [last, ...before] = items.toReversed();
  return before.length === 0 ? `${last}` : `${before.toReversed().join(', ')} and ${last}`;
}
