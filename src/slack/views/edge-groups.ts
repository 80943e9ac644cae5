/** Edges as a table: who talks to whom, on which ports, how often, when last. */
import type { KnownBlock } from '@slack/types';
import type { EdgeGroup } from '#core/draft.ts';
import { number, table, utc } from './build.ts';
import { peerName } from './words.ts';

const COLUMNS = [
  { title: 'From', wrapped: true },
  { title: 'To', wrapped: true },
  { title: 'Ports', wrapped: true },
  { title: 'Flows', align: 'right' },
  { title: 'Days', align: 'right' },
  { title: 'Last seen' },
] as const;

export function edgeTable(groups: readonly EdgeGroup[], max: number): { block: KnownBlock; shown: number } {
  return table(COLUMNS, groups.slice(0, max).map(row));
}

function row(group: EdgeGroup): string[] {
  return [
    group.source,
    peerName(group),
    ports(group.ports),
    number(group.count),
    number(group.days),
    utc(group.lastSeen),
  ];
}

function ports(all: readonly string[]): string {
  return all.length > 6 ? `${all.slice(0, 5).join(', ')} and ${all.length - 5} more` : all.join(', ');
}
