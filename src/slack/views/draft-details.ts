/** The modal behind Details: the draft as the guide writes it, every edge it is about, who may approve. */
import type { KnownBlock } from '@slack/types';
import { stringify } from 'yaml';
import type { Draft, EdgeGroup } from '#core/draft.ts';
import { draftDocuments } from '#core/draft-yaml.ts';
import type { DraftFinding } from '#core/findings.ts';
import type { StageState } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import { NOT_CHECKED } from '#core/suspicion/signals.ts';
import { bold, box, code, count, header, list, type Modal, modal, number, says, utc } from './build.ts';
import { completeness, doubts, prediction } from './prediction.ts';
import { askedLine, extraLines, voteLines } from './votes.ts';
import { all, peerName, stageNumber } from './words.ts';

export type DraftDetails = {
  readonly stage: Stage;
  readonly state: StageState;
  readonly finding: DraftFinding;
};

/** Lines of one list; a modal takes a hundred blocks. */
const LINES = 100;

export function draftDetails({ stage, state, finding }: DraftDetails): Modal {
  const { draft } = finding;
  return modal(`${stage} in detail`, [
    says([bold(`${stageNumber(stage)}, ${stage}`), ' of ', code(draft.namespace), `, draft ${number(state.revision)}`]),
    says(
      ['Digest ', code(finding.digest)],
      `Evidence from ${utc(finding.basis.from)} to ${utc(finding.basis.to)}; what was seen later is not part of this draft. Known places of ${finding.basis.lists.date}.`,
    ),
    ...(state.ask ? [says(...voteLines(state.votes, state.ask), ...extraLines(state.ask), askedLine(state.ask))] : []),
    header('What would be created'),
    ...(draft.changes.length === 0 ? [says('Nothing.')] : box(draftYaml(draft, finding.localPrefixes))),
    ...section('Traffic it is about, by kind', draft.unallowed),
    ...residual(draft),
    ...section('Would still be rejected without discovery mode', finding.replay.cutGroups),
    ...reasons('Uncertain', finding.replay.uncertainGroups),
    ...reasons('Left out on purpose', draft.leftOut),
    ...reasons(
      'Already allowed by somebody’s ruleset',
      draft.alreadyAllowed.map(({ group, ruleset, namespace }) => ({ group, because: `${ruleset} of ${namespace}` })),
    ),
    header('How sure this is'),
    ...prediction(finding),
    ...doubts(finding, 20),
    ...completeness(finding),
    list('Not checked:', NOT_CHECKED, 10),
  ]);
}

/** The guide's own YAML, one document a change, each under its command. */
function draftYaml(draft: Pick<Draft, 'namespace' | 'changes'>, localPrefixes: readonly string[]): string {
  const documents = draftDocuments(draft, localPrefixes).map(
    ({ command, document }) => `# ${command}\n${stringify(document, { indentSeq: false, lineWidth: 0 })}`,
  );
  return documents.join('---\n').trimEnd();
}

function residual({ residual: rows }: Draft): KnownBlock[] {
  const groups = rows.map(({ group, because, decision }) => ({
    group,
    because: `${decision ? (decision.answer === 'allow' ? 'allowed by a further rule' : 'knowingly blocked') : 'not yet decided'}; ${because}`,
  }));
  return reasons('Traffic that no rule would allow, by kind', groups);
}

function section(title: string, groups: readonly EdgeGroup[]): KnownBlock[] {
  return lines(title, groups, groupLine);
}

function reasons(
  title: string,
  rows: readonly { readonly group: EdgeGroup; readonly because: string }[],
): KnownBlock[] {
  return lines(title, rows, ({ group, because }) => `${groupLine(group)}\n    ${because}`);
}

function lines<Row>(title: string, rows: readonly Row[], line: (row: Row) => string): KnownBlock[] {
  if (rows.length === 0) return [];
  const rest = rows.length - LINES;
  return [
    header(`${title}: ${number(rows.length)}`),
    ...box(rows.slice(0, LINES).map(line).join('\n')),
    ...(rest > 0 ? [says(`${count(rest, 'more is', 'more are')} in the file in the thread.`)] : []),
  ];
}

function groupLine(group: EdgeGroup): string {
  return `${group.source} → ${peerName(group, all)}  ${group.ports.join(' ')}  ${count(group.count, 'flow')} on ${count(group.days, 'day')}, last ${utc(group.lastSeen)}`;
}
