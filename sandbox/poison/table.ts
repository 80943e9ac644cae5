/** How the findings of one application are printed. */
import type { Clean, Tried } from './verdict.ts';

export function drawTrials(trials: readonly Tried[]): string {
  const rows = trials.map((trial) => [
    trial.case,
    trial.title,
    trial.outcome,
    trial.flags.join(', '),
    trial.cutBesides.length === 0 ? '' : `cut besides: ${trial.cutBesides.join('; ')}`,
  ]);
  return columns([['case', 'planted', 'outcome', 'flagged as', ''], ...rows]);
}

export function drawClean({ stages, cutForSuspicion }: Clean): string {
  const rows = stages.map(({ stage, stops, looks, onCard }) => [
    stage,
    String(stops.length),
    String(looks.length),
    String(onCard),
    [...stops, ...looks].join('; '),
  ]);
  const cut = cutForSuspicion.length === 0 ? '' : `cut by a false stop: ${cutForSuspicion.join('; ')}\n`;
  return `${columns([['clean week', 'stops', 'looks', 'said first', 'which'], ...rows])}${cut}`;
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}
