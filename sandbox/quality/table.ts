/** The scores as people read them: one row an application, then by name what was cut, doubted or allowed unseen. */
import { faultsOf, type Score } from './score.ts';
import { nameOf } from './width.ts';

const NAMES_SHOWN = 8;
const HEAD = [
  'application',
  'true',
  'seen',
  'cut: seen',
  'unseen',
  'allowed unseen',
  'uncertain',
  'rejects',
  'precision',
  'recall',
  'flows: claimed',
  'true',
  'edges: claimed',
  'true',
  'time',
];

export function drawScores(scores: readonly Score[]): string {
  return [tableOf([HEAD, ...scores.map(rowOf)]), ...scores.flatMap(wordsAbout)].join('\n');
}

function rowOf(score: Score): string[] {
  const { width, prediction, completeness } = score;
  return [
    score.app,
    `${score.trueEdges}`,
    `${score.seen}`,
    `${score.cutThoughSeen.length}`,
    `${score.cutBecauseUnseen.length}`,
    `${width.unseen.length} of ${width.possible} (${percent(width.possible === 0 ? 0 : width.unseen.length / width.possible)})`,
    `${score.uncertain.length}`,
    `${prediction.both} of ${prediction.predicted}`,
    prediction.precision.toFixed(2),
    prediction.recall.toFixed(2),
    percent(completeness.volume.claimed),
    percent(completeness.volume.true),
    percent(completeness.edges.claimed),
    percent(completeness.edges.true),
    `${score.seconds.toFixed(1)} s`,
  ];
}

function wordsAbout(score: Score): string[] {
  const reasons = [...new Set(score.width.unseen.map(({ reason }) => reason))].sort().map((reason) => {
    const tuples = score.width.unseen.filter((one) => one.reason === reason);
    return `allowed unseen, ${reason} (${tuples.length}): ${some(tuples.map(nameOf))}`;
  });
  const lines = [
    ...(score.cutThoughSeen.length > 0 ? [`CUT ALTHOUGH SEEN: ${some(score.cutThoughSeen)}`] : []),
    ...(score.cutBecauseUnseen.length > 0 ? [`cut because unseen: ${some(score.cutBecauseUnseen)}`] : []),
    ...(score.uncertain.length > 0 ? [`uncertain: ${some(score.uncertain)}`] : []),
    ...(score.prediction.wrong.length > 0 ? [`PREDICTED WRONGLY: ${some(score.prediction.wrong)}`] : []),
    ...reasons,
    `the card said: ${score.completeness.advice}`,
    ...(faultsOf(score).length > 0 ? [`${faultsOf(score).length} faults`] : []),
  ];
  return ['', score.app, ...lines.map((line) => `  ${line}`)];
}

function some(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return `${names.slice(0, NAMES_SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Never rounded up. */
function percent(share: number | undefined): string {
  return share === undefined ? '–' : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...body.map(line)].join('\n');
}
