/** Whether each stage has approvers who can approve it, and whether the last one is guarded best. */

import type { ApprovalRule } from '#core/approval.ts';
import { ALLOWING_STAGES, STAGES, type Stage } from '#core/stage.ts';
import type { Finding, Path } from './mistakes.ts';
import { type NamespaceSettings, personOf, ruleFor } from './schema.ts';

export type Circumstances = {
  /** Where the namespace stands in the list. */
  readonly index: number;
  readonly people: Readonly<Record<string, string[]>>;
  readonly production: boolean;
};

/** A mistake that several stages share is told once, where it was written. */
export function approverFindings(namespace: NamespaceSettings, circumstances: Circumstances): Finding[] {
  const findings = STAGES.flatMap((stage) => stageFindings(namespace, stage, circumstances));
  const once = new Map(
    findings.map((finding) => [`${finding.path.map(String).join('.')} ${finding.sentence}`, finding]),
  );
  return [...once.values(), ...weakerEnd(namespace, circumstances.index)];
}

function stageFindings(namespace: NamespaceSettings, stage: Stage, circumstances: Circumstances): Finding[] {
  const rule = ruleFor(namespace, stage);
  const own: Partial<NonNullable<NamespaceSettings['stages'][Stage]>> = namespace.stages[stage] ?? {};
  const where = (key: Configured): Path =>
    own[key] === undefined
      ? ['namespaces', circumstances.index, 'approval', key]
      : ['namespaces', circumstances.index, 'stages', stage, key];
  const mistake = (key: Configured, sentence: string): Finding => ({
    weight: 'mistake',
    path: where(key),
    sentence,
  });
  const ofStage = DECISIVE.some((key) => own[key] !== undefined) ? ` of ${stage}` : '';
  const voters = personsAmong(rule.users, circumstances.people);

  if (rule.users.length === 0 && rule.groups.length === 0)
    return [mistake('users', `nobody can approve${ofStage}: list users or groups`)];

  const findings: Finding[] = [];
  if (rule.groups.length === 0 && voters.size < rule.needed)
    findings.push(
      mistake(
        'needed',
        `${rule.needed} approvals${ofStage} can never be reached: ${voters.size === 1 ? 'only one person is' : `only ${voters.size} persons are`} listed, and no group`,
      ),
    );
  else findings.push(...requesterAlone(namespace, rule, voters, where('requesterMayVote'), circumstances));

  const strangers = rule.fromGroups.filter(({ group }) => !rule.groups.includes(group));
  for (const { group } of strangers)
    findings.push(
      mistake(
        'fromGroups',
        `approvals${ofStage} are needed from ${group}, which is not among groups: its members may not vote`,
      ),
    );
  const demanded = rule.fromGroups.reduce((sum, { needed }) => sum + needed, 0);
  if (demanded > rule.needed)
    findings.push(
      mistake(
        'fromGroups',
        `fromGroups asks for ${demanded} approvals in all, but needed says ${rule.needed}${ofStage}: set needed to ${demanded} or more`,
      ),
    );
  if (rule.requesterMayVote && rule.needed === 1)
    findings.push({
      weight: circumstances.production ? 'mistake' : 'warning',
      path: where('requesterMayVote'),
      sentence: `one person can ask for and approve${ofStage === '' ? ' a stage' : ofStage.replace(' of', '')} alone: need 2 approvals, or set requesterMayVote to false`,
    });
  return findings;
}

/** What a draft adds by itself is not written by anybody. */
type Configured = Exclude<keyof ApprovalRule, 'extraApprovers' | 'looks' | 'askWhy'>;

const DECISIVE = ['users', 'groups', 'needed', 'fromGroups', 'requesterMayVote'] as const;

/** Who asks cannot vote: then enough others must be left. */
function requesterAlone(
  { requesters }: NamespaceSettings,
  rule: ApprovalRule,
  voters: ReadonlySet<string>,
  path: Path,
  { people }: Circumstances,
): Finding[] {
  if (rule.requesterMayVote || rule.groups.length > 0) return [];
  const stuck = [...personsAmong(requesters.users, people)].filter(
    (requester) => voters.has(requester) && voters.size - 1 < rule.needed,
  );
  return stuck.map((requester) => ({
    weight: 'warning',
    path,
    sentence: `what ${requester} asks for can never be approved: without the requester ${voters.size - 1} of ${rule.needed} needed approvers are left`,
  }));
}

/** Disabling discovery mode is the only stage that cuts traffic, so no other should be harder to approve. */
function weakerEnd(namespace: NamespaceSettings, index: number): Finding[] {
  const end = ruleFor(namespace, 'disable-discovery');
  const own = namespace.stages['disable-discovery'];
  const path: Path = ['namespaces', index, ...(own ? ['stages', 'disable-discovery'] : ['stages'])];
  const harder = ALLOWING_STAGES.filter((stage) => isWeaker(end, ruleFor(namespace, stage)));
  const findings: Finding[] = [];
  if (harder.length > 0)
    findings.push({
      weight: 'warning',
      path,
      sentence: `disable-discovery, which cuts traffic, is easier to approve than ${harder.join(', ')}`,
    });
  if (own?.reactions)
    findings.push({
      weight: 'warning',
      path: [...path, 'reactions'],
      sentence: 'reactions never count for disable-discovery: it takes the button and the namespace’s name typed',
    });
  if (own?.requesterMayVote)
    findings.push({
      weight: 'warning',
      path: [...path, 'requesterMayVote'],
      sentence: 'the requester never approves disable-discovery, which can cut: others have to',
    });
  return findings;
}

function isWeaker(end: ApprovalRule, other: ApprovalRule): boolean {
  if (end.needed < other.needed || (end.requesterMayVote && !other.requesterMayVote)) return true;
  return other.fromGroups.some(
    ({ group, needed }) => (end.fromGroups.find((from) => from.group === group)?.needed ?? 0) < needed,
  );
}

function personsAmong(users: readonly string[], people: Circumstances['people']): Set<string> {
  return new Set(users.map((user) => personOf({ people }, user)));
}
