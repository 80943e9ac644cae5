/** Draws the two tables of a lockdown, and the jobs, as they stand in ARCHITECTURE.md; run by itself it writes them there. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LOCKDOWN_TABLE, STAGE_TABLE } from '#core/lockdown.ts';
import { FROM_SLACK, JOB_NAMES, PATIENCE } from '#src/jobs.ts';

export const PAGE = 'ARCHITECTURE.md';

type Row = { readonly when?: string; readonly to: string; readonly does: readonly string[] };
type Table = Readonly<Record<string, Readonly<Record<string, readonly Row[]>>>>;

function drawTable(table: Table): string {
  const rows = Object.entries(table).flatMap(([from, events]) =>
    Object.entries(events).flatMap(([event, list]) =>
      list.map(({ when, to, does }, index) => [
        index === 0 ? from : '',
        index === 0 ? event : '',
        when ? `when ${when}` : '',
        to === from ? '·' : to,
        does.join(', '),
      ]),
    ),
  );
  return inColumns([['in', 'what happens', '', 'goes to', 'and starts'], ...rows]);
}

function drawJobs(): string {
  const rows = JOB_NAMES.map((name) => {
    const { attempts, backoffMs, concurrency } = PATIENCE[name];
    const left = (FROM_SLACK as readonly string[]).includes(name) ? 'the Slack process' : 'workers';
    return [name, left, String(attempts), `${backoffMs / 1000} s, doubling`, String(concurrency)];
  });
  return inColumns([['job, queue and file', 'left by', 'tries', 'between tries', 'at once in a process'], ...rows]);
}

function inColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return ['```', ...lines, '```'].join('\n');
}

const DRAWN: Readonly<Record<string, () => string>> = {
  lockdown: () => drawTable(LOCKDOWN_TABLE),
  stage: () => drawTable(STAGE_TABLE),
  jobs: drawJobs,
};

/** The page with every drawing made anew. */
export function redrawn(page: string): string {
  return Object.entries(DRAWN).reduce((text, [name, draw]) => {
    const [begin, end] = [`<!-- drawn: ${name} -->`, `<!-- end: ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < 0) throw new Error(`${PAGE} has no place for the drawing “${name}”`);
    return `${text.slice(0, from + begin.length)}\n${draw()}\n${text.slice(to)}`;
  }, page);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, redrawn(readFileSync(PAGE, 'utf8')));
