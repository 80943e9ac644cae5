/** How a stretch of flow and DNS reports is read: in windows, each split until its answer is whole. */
import type { DnsLookup, FlowKind } from '#core/flow.ts';
import { FlowLog } from '#core/flow-log.ts';
import type { Client } from './client.ts';
import { isConsoleFailure } from './errors.ts';
import { SeenIds } from './wire/report-ids.ts';
import { type Columns, DNS_LOOKUPS, type ReportKind, type ReportsAnswer } from './wire/reports.ts';

/** What one window had. Times are milliseconds since the epoch; a report at `from` is inside, one at `to` is not. */
export type ReportPage<Reports> = {
  readonly from: number;
  readonly to: number;
  readonly reports: Reports;
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

/** `kind` is one of the caller's, to be used for as many stretches as there are. */
export function readFlows(
  client: Pick<Client, 'callForBytes'>,
  kind: ReportKind<FlowKind>,
  stretch: Stretch,
  windows: Windows,
): AsyncGenerator<ReportPage<FlowLog>> {
  return readReports(client, kind, stretch, windows, ({ whats, ats, values }) => new FlowLog(whats, ats, values));
}

export function readDnsLookups(
  client: Pick<Client, 'callForBytes'>,
  stretch: Stretch,
  windows: Windows,
): AsyncGenerator<ReportPage<readonly DnsLookup[]>> {
  return readReports(client, DNS_LOOKUPS, stretch, windows, ({ whats }) => whats);
}

type Stretch = { readonly path: string; readonly from: number; readonly to: number };

async function* readReports<What, Reports>(
  client: Pick<Client, 'callForBytes'>,
  kind: ReportKind<What>,
  { path, from, to }: Stretch,
  windows: Windows,
  reportsOf: (columns: Omit<Columns<What>, 'ids'>) => Reports,
): AsyncGenerator<ReportPage<Reports>> {
  // Windows touch, so a report can come twice only from two neighbours.
  let neighbour = new SeenIds(new Int32Array(0));
  for (let start = from; start < to; start += windows.windowMs) {
    const stretch = { path, from: start, to: Math.min(start + windows.windowMs, to) };
    for await (const { answer, ...window } of wholeWindows(client, kind, stretch, windows)) {
      const { seen, columns } = newIn(answer, neighbour, { from, to });
      neighbour = seen;
      yield {
        ...window,
        reports: reportsOf(columns),
        unreadable: answer.unreadable,
        ...(answer.unreadableBecause === undefined ? {} : { unreadableBecause: answer.unreadableBecause }),
      };
    }
  }
}

/** Each report once, and those of the stretch only. */
function newIn<What>(
  columns: Columns<What>,
  neighbour: SeenIds,
  { from, to }: Pick<Stretch, 'from' | 'to'>,
): { seen: SeenIds; columns: Omit<Columns<What>, 'ids'> } {
  const { ids, ats, values, whats } = columns;
  const seen = new SeenIds(ids);
  const isNew = (nth: number) => {
    const at = ats[nth] as number;
    return at >= from && at < to && !neighbour.has(ids, nth) && seen.add(nth);
  };
  let nth = 0;
  while (nth < whats.length && isNew(nth)) nth++;
  // Nearly every answer is new as a whole.
  if (nth === whats.length) return { seen, columns };
  const kept = Array.from({ length: nth }, (_, before) => before);
  while (++nth < whats.length) if (isNew(nth)) kept.push(nth);
  return {
    seen,
    columns: {
      ats: Float64Array.from(kept, (one) => ats[one] as number),
      values: Float64Array.from(kept, (one) => values[one] as number),
      whats: kept.map((one) => whats[one] as What),
    },
  };
}

type Window<What> = {
  readonly from: number;
  readonly to: number;
  readonly truncated?: string;
  readonly answer: ReportsAnswer<What>;
};

async function* wholeWindows<What>(
  client: Pick<Client, 'callForBytes'>,
  kind: ReportKind<What>,
  stretch: Stretch,
  windows: Windows,
): AsyncGenerator<Window<What>> {
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
    answer: answer ?? NOTHING,
  };
}

const NOTHING: ReportsAnswer<never> = {
  size: 0,
  ids: new Int32Array(0),
  ats: new Float64Array(0),
  values: new Float64Array(0),
  whats: [],
  unreadable: 0,
};

function whyNotWhole(answer: Pick<ReportsAnswer<unknown>, 'size'> | undefined, windows: Windows): string | undefined {
  if (!answer) return 'the console’s answer is too large even for a window this short';
  if (answer.size < windows.suspiciousSize) return undefined;
  return `the console answered with ${answer.size} reports, as many as it may ever give at once`;
}

/** Undefined where the answer was refused as too large. */
async function readWindow<What>(
  client: Pick<Client, 'callForBytes'>,
  kind: ReportKind<What>,
  { path, from, to }: Stretch,
): Promise<ReportsAnswer<What> | undefined> {
  try {
    const { bytes, where } = await client.callForBytes({
      method: 'POST',
      namespace: path,
      path: '/reportsqueries',
      // Whether the ends belong to the window is not documented: one more millisecond is asked than is kept.
      query: { startAbsolute: new Date(from - 1).toISOString(), endAbsolute: new Date(to).toISOString() },
      body: kind.body,
    });
    return kind.read(bytes, where, path);
  } catch (error) {
    if (isConsoleFailure(error, 'too-large')) return undefined;
    throw error;
  }
}
