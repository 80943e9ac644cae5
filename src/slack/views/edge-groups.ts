/** Edges as a table: who talks to whom, on which ports, how often, when last. */
import { isIP } from 'node:net';
import type { KnownBlock } from '@slack/types';
import type { EdgeGroup } from '#core/draft.ts';
import { number, table, utc } from './build.ts';
import { all, peerName, some } from './words.ts';

const COLUMNS = [
  { title: 'From', wrapped: true },
  { title: 'To', wrapped: true },
  { title: 'Ports', wrapped: true },
  { title: 'Flows', align: 'right' },
  { title: 'Days', align: 'right' },
  { title: 'Last seen' },
] as const;

/** So many sources of the same become one row. */
const ALIKE = 3;

/** `shown` counts groups, of which a row may hold several. On a card without Details the rows say what they can. */
export function edgeTable(
  groups: readonly EdgeGroup[],
  max: number,
  details: 'with Details' | 'without Details' = 'with Details',
): { block: KnownBlock; shown: number } {
  const rows = alike(groups).slice(0, max);
  const written = details === 'with Details' ? some : all;
  const { block, shown } = table(
    COLUMNS,
    rows.map((each) => row(each, written)),
  );
  return { block, shown: rows.slice(0, shown).reduce((sum, each) => sum + each.length, 0) };
}

/** Groups that differ only in who talks, together where they are many; in the order of the first of each. */
function alike(groups: readonly EdgeGroup[]): EdgeGroup[][] {
  const byPeer = new Map<string, EdgeGroup[]>();
  for (const group of groups) {
    const key = JSON.stringify([group.destination, group.names, group.ports]);
    const same = byPeer.get(key);
    if (same) same.push(group);
    else byPeer.set(key, [group]);
  }
  return [...byPeer.values()].flatMap((same) => (same.length < ALIKE ? same.map((each) => [each]) : [same]));
}

function row(groups: readonly EdgeGroup[], written: typeof all): string[] {
  const [first] = groups;
  if (!first) throw new Error('a row has at least one group');
  return [
    groups.length === 1 ? first.source : together(groups, written),
    peerName(first, written),
    written(first.ports),
    number(groups.reduce((sum, { count }) => sum + count, 0)),
    number(Math.max(...groups.map(({ days }) => days))),
    utc(Math.max(...groups.map(({ lastSeen }) => lastSeen))),
  ];
}

function together(groups: readonly EdgeGroup[], written: typeof all): string {
  const sources = groups.map(({ source }) => source);
  const what = sources.some((source) => isIP(source) !== 0) ? 'sources' : 'workloads';
  return `${number(groups.length)} ${what} (${written(sources)})`;
}
