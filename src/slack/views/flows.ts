/** What `/lockdown flows` answers: what was seen, and what each stage would do about it. */
import type { DiscoveryFinding, DraftFinding } from '#core/findings.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import {
  bold,
  code,
  count,
  emoji,
  header,
  italic,
  type Line,
  list,
  type Message,
  message,
  number,
  says,
  utc,
} from './build.ts';
import { changeList } from './changes.ts';
import { edgeTable } from './edge-groups.ts';
import { edgeLine, kinds, STAGE_MEANS, stageWords } from './words.ts';

const ROWS = 40;

export function flowsOverview(lockdown: Lockdown, finding: DiscoveryFinding | undefined): Message {
  const { namespace } = lockdown;
  if (!finding) return nothingYet(namespace);
  return message(`Flows of ${namespace}: ${count(finding.edges, 'edge')}`, [
    says([
      'Seen in ',
      code(namespace),
      ': ',
      bold(count(finding.edges, 'edge')),
      `, ${number(finding.newSinceYesterday)} of them new since yesterday; reports read up to ${utc(finding.readUpTo)}.`,
    ]),
    list(
      'How the stages stand:',
      STAGES.filter((stage) => isBegun(lockdown, stage)).map((stage) => stands(lockdown, stage)),
      STAGES.length,
    ),
    stagesNow({
      stages: finding.stages.filter(({ stage }) => !STAGES.some((each) => each === stage && isBegun(lockdown, each))),
    }),
    says(
      [italic('How complete the evidence is: '), finding.completeness.sentence],
      ['One stage: ', code(`/lockdown flows ${namespace} dns`)],
    ),
  ]);
}

/** What a stage would do if it were opened is no news of one that was. */
function isBegun({ phase, stages }: Lockdown, stage: Stage): boolean {
  return phase !== 'discovering' && stages[stage].phase !== 'waiting';
}

function stands(lockdown: Lockdown, stage: Stage): Line {
  const [mark, word] = stageWords(lockdown, stage);
  return [emoji(mark), ' ', bold(stage), ': ', word];
}

export function flowsOfStage(namespace: string, stage: Stage, finding: DraftFinding | undefined): Message {
  if (!finding) {
    return message(`${stage} of ${namespace} has no draft yet`, [
      says([
        bold(stage),
        ' of ',
        code(namespace),
        ' is not drafted yet. ',
        code(`/lockdown flows ${namespace}`),
        ' says what it would do now.',
      ]),
    ]);
  }
  const { draft } = finding;
  const groups = stage === 'disable-discovery' ? draft.residual.map(({ group }) => group) : draft.unallowed;
  const shown = groups.length > 0 ? edgeTable(groups, ROWS) : undefined;
  return message(`${stage} of ${namespace}: ${kinds(groups.length)}`, [
    header(`Flows of ${stage}`),
    says([code(namespace), ': ', bold(stage), ` ${STAGE_MEANS[stage]}.`]),
    shown?.block ?? says('Nothing is unallowed here.'),
    shown && shown.shown < groups.length
      ? says(`${number(shown.shown)} of ${kinds(groups.length)} shown; all are in the file in the thread.`)
      : undefined,
    list(
      'Left out on purpose:',
      draft.leftOut.map(({ group, because }) => `${edgeLine(group)}: ${because}`),
      5,
    ),
    changeList('The draft:', draft.changes, 10),
  ]);
}

/** What each stage would do if it were opened now; shared with the day's digest. */
export function stagesNow({ stages }: Pick<DiscoveryFinding, 'stages'>) {
  const known = stages.filter(({ stage }) => STAGES.some((each) => each === stage));
  return list('Opened now, the stages would:', known.map(stageNow), STAGES.length);
}

function stageNow({ stage, wouldCreate, unallowed }: DiscoveryFinding['stages'][number]): Line {
  if (wouldCreate.length === 0)
    return [bold(stage), unallowed === 0 ? ': nothing to allow' : `: ${kinds(unallowed)} without a proposal`];
  const shown = wouldCreate.slice(0, 4).join(', ');
  const more = wouldCreate.length > 4 ? ` and ${wouldCreate.length - 4} more` : '';
  return [bold(stage), `: create ${shown}${more} for ${kinds(unallowed)}`];
}

function nothingYet(namespace: string): Message {
  return message(`No flows of ${namespace} have been read yet`, [
    says([
      'No flows of ',
      code(namespace),
      ' have been read yet; they are, every few minutes, from the start of a lockdown on.',
    ]),
  ]);
}
