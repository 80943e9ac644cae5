/** How a stretch of flow and DNS reports is read: in windows, each split until its answer is whole. */
import type { DnsLookup, Flow } from '#core/flow.ts';
import type { Client } from './client.ts';
import { isConsoleFailure } from './errors.ts';
import { DNS_LOOKUPS, FLOWS, type ReportKind, type ReportsAnswer } from './wire/reports.ts';

/** What one window had. Times are milliseconds since the epoch; a report at `from` is inside, one at `to` is not. */
export type ReportPage<Report> = {
  readonly from: number;
  readonly to: number;
  readonly reports: readonly Report[];
  /** Elements of the answer that could not be understood, and what was wrong with the first. */
  readonly unreadable: number;
  readonly unreadableBecause?: string;
  /** Why reports of this window may be missing. */
  readonly truncated?: string;
};

export type Windows = {
  readonly windowMs: number;
  /** A window this short is not split further. */
  readonly shortestMs: number;
  /** An answer of so many reports is taken to be cut off (console-api.md A13). */
  readonly suspiciousSize: number;
};

export const WINDOWS: Windows = { windowMs: 3_600_000, shortestMs: 1_000, suspiciousSize: 10_000 };

export function readFlows(client: Client, path: string, from: number, to: number, windows: Windows) {
  return readReports<Flow>(client, FLOWS, { path, from, to }, windows);
}

export function readDnsLookups(client: Client, path: string, from: number, to: number, windows: Windows) {
  return readReports<DnsLookup>(client, DNS_LOOKUPS, { path, from, to }, windows);
}

type Stretch = { readonly path: string; readonly from: number; readonly to: number };

async function* readReports<Report extends { readonly at: number }>(
  client: Client,
  kind: ReportKind<Report>,
  { path, from, to }: Stretch,
  windows: Windows,
): AsyncGenerator<ReportPage<Report>> {
  // Windows touch, so a report can come twice only from two neighbours.
  let neighbour = new Set<string>();
  for (let start = from; start < to; start += windows.windowMs) {
    const stretch = { path, from: start, to: Math.min(start + windows.windowMs, to) };
    for await (const { answer, ...window } of wholeWindows(client, kind, stretch, windows)) {
      const seen = new Set<string>();
      const reports: Report[] = [];
      for (const { id, report } of answer.reports) {
        if (report.at < from || report.at >= to || neighbour.has(id) || seen.has(id)) continue;
        seen.add(id);
        reports.push(report);
      }
      neighbour = seen;
      yield {
        ...window,
        reports,
        unreadable: answer.unreadable,
        ...(answer.unreadableBecause === undefined ? {} : { unreadableBecause: answer.unreadableBecause }),
      };
    }
  }
}

type Window<Report> = {
  readonly from: number;
  readonly to: number;
  readonly truncated?: string;
  readonly answer: ReportsAnswer<Report>;
};

async function* wholeWindows<Report>(
  client: Client,
  kind: ReportKind<Report>,
  stretch: Stretch,
  windows: Windows,
): AsyncGenerator<Window<Report>> {
  const { from, to } = stretch;
  const answer = await readWindow(client, kind, stretch);
  const truncated = whyNotWhole(answer, windows);
  if (truncated !== undefined && to - from > windows.shortestMs) {
    const middle = from + Math.ceil((to - from) / 2);
    yield* wholeWindows(client, kind, { ...stretch, to: middle }, windows);
    yield* wholeWindows(client, kind, { ...stretch, from: middle }, windows);
    return;
  }
  yield {
    from,
    to,
    ...(truncated === undefined ? {} : { truncated }),
    answer: answer ?? { size: 0, reports: [], unreadable: 0 },
  };
}

function whyNotWhole<Report>(answer: ReportsAnswer<Report> | undefined, windows: Windows): string | undefined {
  if (!answer) return 'the console’s answer is too large even for a window this short';
  if (answer.size < windows.suspiciousSize) return undefined;
  return `the console answered with ${answer.size} reports, as many as it may ever give at once`;
}

/** Undefined where the answer was refused as too large. */
async function readWindow<Report>(
  client: Client,
  kind: ReportKind<Report>,
  { path, from, to }: Stretch,
): Promise<ReportsAnswer<Report> | undefined> {
  try {
    const { body, where } = await client.call({
      method: 'POST',
      namespace: path,
      path: '/reportsqueries',
      // Whether the ends belong to the window is not documented: one more millisecond is asked than is kept.
      query: { startAbsolute: new Date(from - 1).toISOString(), endAbsolute: new Date(to).toISOString() },
      body: kind.body,
    });
    return kind.read(body, where, path);
  } catch (error) {
    if (isConsoleFailure(error, 'too-large')) return undefined;
    throw error;
  }
}
