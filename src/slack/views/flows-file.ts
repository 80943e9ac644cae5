/** Everything a draft is about as a file for a spreadsheet: one edge group a line, and what becomes of it. */
import { stringify } from 'csv-stringify/sync';
import type { EdgeGroup } from '#core/draft.ts';
import type { DraftFinding } from '#core/findings.ts';
import { lastSegment } from '#core/namespace.ts';
import { visible } from '../escape.ts';

const COLUMNS = [
  'what',
  'from',
  'to',
  'ports',
  'names',
  'addresses',
  'flows',
  'days',
  'first seen',
  'last seen',
  'because',
];

export function flowsFile({ draft, replay }: Pick<DraftFinding, 'draft' | 'replay'>): {
  readonly name: string;
  readonly content: string;
} {
  const rows = [
    ...draft.unallowed.map((group) => line('to be allowed', group, '')),
    ...draft.residual.map(({ group, because, decision }) =>
      line(decision ? `residual: ${decision.answer}` : 'residual: undecided', group, because),
    ),
    ...draft.leftOut.map(({ group, because }) => line('left out', group, because)),
    ...draft.alreadyAllowed.map(({ group, ruleset, namespace }) =>
      line('already allowed', group, `${ruleset} of ${namespace}`),
    ),
    ...replay.cutGroups.map((group) => line('would be cut', group, '')),
    ...replay.uncertainGroups.map(({ group, because }) => line('uncertain', group, because)),
  ];
  return {
    name: `${lastSegment(draft.namespace)}-${draft.stage}.csv`,
    // A host name that begins with = must not become a formula.
    content: stringify([COLUMNS, ...rows], { escape_formulas: true }),
  };
}

function line(what: string, group: EdgeGroup, because: string): string[] {
  const { source, destination, ports, names, addresses, count, days, firstSeen, lastSeen } = group;
  const times = [firstSeen, lastSeen].map((at) => new Date(at).toISOString());
  const told = [
    what,
    source,
    destination,
    ports.join(' '),
    names.join(' '),
    addresses.join(' '),
    `${count}`,
    `${days}`,
  ];
  return [...told, ...times, because].map(visible);
}
