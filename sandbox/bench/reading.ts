/** Reading a week of reports and folding them into edges, beside merely parsing the same bytes. */
import type { Client } from '#console/client.ts';
import { readFlows, WINDOWS } from '#console/reports.ts';
import { flowReports } from '#console/wire/reports.ts';
import type { Edge } from '#core/edge.ts';
import { Fold } from '#core/fold.ts';
import { budget, cpuMs, type Group, keep, type Measured, median, timed } from './measure.ts';
import { type Week, weekOf } from './week.ts';

const REPORTS = 1_000_000;
const RUNS = 3;

export const READING: Group = {
  title: 'A week of reports, 1M of 620 bytes over 2,000 edges, read and folded into edges',
  cases: [
    {
      name: 'JSON.parse of the same bytes alone',
      of: 'reports',
      run: () =>
        repeatedly(REPORTS, async () => pageByPage(weekOf(REPORTS, 'console'), (page) => JSON.parse(page.toString()))),
    },
    {
      name: 'Lockstep, read and folded',
      of: 'reports',
      run: () => repeatedly(REPORTS, reading(REPORTS, 'console')),
      target: {
        words: 'as fast as JSON.parse, 150 MB',
        met: (own, first) => own.perSecond >= first.perSecond && own.peakMb <= 150,
      },
    },
    {
      name: 'the same, a tenth of the reports',
      of: 'reports',
      run: () => repeatedly(REPORTS / 10, reading(REPORTS / 10, 'console')),
    },
    {
      name: 'the same, keys in another order',
      of: 'reports',
      run: () => repeatedly(REPORTS, reading(REPORTS, 'sandbox')),
    },
    {
      name: 'JSON.parse, then a Map by string keys',
      of: 'reports',
      run: async () => {
        await check('console');
        await check('sandbox');
        return repeatedly(REPORTS, async () => parseAndCount(weekOf(REPORTS, 'console')));
      },
    },
  ],
};

/** Work that says itself how long it took: making the pages does not count. */
async function repeatedly(count: number, work: () => Promise<number>): Promise<Measured> {
  const times: number[] = [];
  const hasTime = budget();
  while (times.length < RUNS && hasTime()) times.push(await work());
  return { ms: median(times), runs: times.length, count };
}

function pageByPage(week: Week, read: (page: Buffer) => unknown): number {
  let ms = 0;
  for (const page of week.pages()) ms += timed(() => keep(read(page)));
  return ms;
}

/** All of what the product does between a console's answer and the edges; what was looked up is known beforehand. */
function reading(reports: number, order: 'console' | 'sandbox'): () => Promise<number> {
  const week = weekOf(reports, order);
  const names = week.names();
  return async () => {
    const start = cpuMs();
    const { pages, making } = answering(week, (page) => page);
    const fold = new Fold(names);
    for await (const page of readFlows(pages, flowReports(), week, WINDOWS)) {
      if (page.unreadable > 0 || page.truncated) throw new Error('every report of the benchmark can be read');
      fold.add(page.reports);
    }
    keep(fold.edges(week.unitToWorkload).edges);
    return cpuMs() - start - making.ms;
  };
}

/** A console that answers each hour with its page. */
function answering(week: Week, spelled: (page: Buffer) => Buffer) {
  const making = { ms: 0 };
  const answers = week.pages();
  const callForBytes: Client['callForBytes'] = async ({ path }) => {
    const start = cpuMs();
    const { value } = answers.next();
    if (!value) throw new Error('a week has no more hours');
    const bytes = spelled(value);
    making.ms += cpuMs() - start;
    return { status: 200, bytes, where: path };
  };
  return { pages: { callForBytes }, making };
}

type Said = Record<'sourceID' | 'sourceIP' | 'destinationID' | 'destinationIP' | 'policyID' | 'action', string> & {
  readonly destinationPort: number;
  readonly protocol: number;
  readonly value: number;
};

/** What one would write first: no names, no days, no doubled reports. */
function parseAndCount(week: Week): number {
  const counts = new Map<string, number>();
  return pageByPage(week, (page) => {
    for (const one of JSON.parse(page.toString()).flowReports as Said[]) {
      const ends = `${one.sourceID} ${one.sourceIP} ${one.destinationID} ${one.destinationIP}`;
      const key = `${ends} ${one.destinationPort} ${one.protocol} ${one.action} ${one.policyID}`;
      counts.set(key, (counts.get(key) ?? 0) + one.value);
    }
    return counts;
  });
}

/** The same edges, whether known by their bytes or parsed one by one. */
async function check(order: 'console' | 'sandbox'): Promise<void> {
  const edges = async (spelled?: (page: Buffer) => Buffer) => {
    const week = weekOf(20_000, order);
    const fold = new Fold(week.names());
    const { pages } = answering(week, spelled ?? ((page) => page));
    for await (const page of readFlows(pages, flowReports(), week, WINDOWS)) fold.add(page.reports);
    return JSON.stringify(fold.edges(week.unitToWorkload).edges satisfies Edge[]);
  };
  const parsed = await edges((page) => Buffer.from(JSON.stringify(JSON.parse(page.toString()), undefined, 1)));
  if ((await edges()) !== parsed) throw new Error('read by bytes and parsed, the edges differ');
}
