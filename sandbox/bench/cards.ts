/** The approval card: edges grouped as people see them, and the message drawn from them. */
import { calledPorts } from '#core/called-ports.ts';
import { digestOf } from '#core/digest.ts';
import type { DraftFinding } from '#core/findings.ts';
import { groupEdges } from '#core/groups.ts';
import { type Lockdown, newLockdown } from '#core/lockdown-state.ts';
import { replay, withChanges } from '#core/replay.ts';
import { draftStage } from '#core/stages/draft-stage.ts';
import { lists } from '#core/suspicion/lists.ts';
import { compile } from '#core/verdict.ts';
import { approvalCard } from '#slack/views/approval-card.ts';
import { clusterOf } from './cluster.ts';
import { settings } from './drafts.ts';
import { type Group, repeated } from './measure.ts';

const DAY = 86_400_000;
const EDGES = 2_000;

export const CARDS: Group = {
  title: 'The approval card',
  cases: [
    {
      name: 'from 2,000 edges',
      of: 'edges',
      run: () => repeated(15, EDGES, card(), 5),
      target: { words: '20 ms', met: ({ ms }) => ms <= 20 },
    },
  ],
};

/** The draft and its verdicts are there; what is left is to group all edges, and those that would be cut, and to draw. */
function card(): () => unknown {
  const evidence = clusterOf(EDGES, EDGES / 10);
  const { policy, workloads, edges, namespace } = evidence;
  const draft = draftStage('pods', evidence, settings('observed'), { residual: {} });
  const judge = compile(withChanges(policy, draft.changes), workloads, {
    assume: { incoming: 'Reject', outgoing: 'Reject' },
    called: calledPorts(evidence),
  });
  const { cutEdges, ...counts } = replay(edges, judge);
  const cut = cutEdges.map(({ edge }) => edge);
  const lockdown = asking(namespace);
  return () => {
    const finding: DraftFinding = {
      draft: { ...draft, unallowed: groupEdges(edges, evidence) },
      digest: digestOf('draft', draft.stage),
      localPrefixes: [],
      reach: [],
      replay: { ...counts, cutGroups: groupEdges(cut, evidence), uncertainGroups: [] },
      basis: {
        from: evidence.from,
        to: evidence.to,
        lists: lists(),
        ...{ edges: '', reach: '', file: '', warnings: '' },
      },
      kubernetes: 'asked',
      doubts: [],
      differences: [],
      completeness: { sentence: 'Go on.', details: [] },
    };
    return approvalCard({ lockdown, stage: 'pods', finding });
  };
}

function asking(namespace: string): Lockdown {
  const begin = {
    id: 'bench',
    salt: 'salt of the bench',
    namespace,
    team: 'T0ACME0001',
    channel: 'C0LOCKDOWN1',
    requestedBy: 'U0ALICE001',
  };
  const lockdown = newLockdown({ ...begin, startedAt: 0, days: 7 });
  const pods = {
    ...lockdown.stages.pods,
    phase: 'asking' as const,
    ask: {
      nonce: 'nonce',
      digest: digestOf('draft', 'pods'),
      rule: {
        users: [],
        groups: [],
        needed: 1,
        fromGroups: [],
        requesterMayVote: false,
        reactions: true,
        expiresHours: 72,
      },
      electorate: { users: [], groups: {} },
      askedAt: 7 * DAY,
      expiresAt: 10 * DAY,
      undecided: 0,
      cuts: false,
    },
  };
  return { ...lockdown, phase: 'securing', stages: { ...lockdown.stages, pods } };
}
