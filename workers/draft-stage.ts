/** Drafts a stage: what it would create, what that allows and cuts, and the question put to the approvers. */
import { randomUUID } from 'node:crypto';
import { personOf, settingsFor, shadowMinutesFor } from '#config/schema.ts';
import type { ApprovalRule, Ask, Electorate } from '#core/approval.ts';
import { coverage } from '#core/coverage.ts';
import { coverageInWords } from '#core/coverage-words.ts';
import { findingDigest } from '#core/digest.ts';
import type { Change, Draft } from '#core/draft.ts';
import type { Evidence } from '#core/evidence.ts';
import type { DraftFinding } from '#core/findings.ts';
import { judgeAfter } from '#core/foresight.ts';
import { groupsByWhatHurts } from '#core/hurt.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { shortage } from '#core/quorum.ts';
import { whyRefused } from '#core/refusal.ts';
import { replay } from '#core/replay.ts';
import { outOfShadow } from '#core/shadow.ts';
import type { Stage } from '#core/stage.ts';
import { talliesOf } from '#core/tallies.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import type { GroupAges } from '#redis/group-ages.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import { type JobFacts, WillNotPass } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import { askingRule, hurdlesOf } from './asking-rule.ts';
import { basisOf, type Frozen, frozenText, thaw } from './basis.ts';
import { type CollectDeps, catchUp } from './collect-flows.ts';
import { involvedIn } from './counting-votes.ts';
import { computeDraft, type Drafted, type DraftingDeps } from './drafting.ts';
import { type Reporting, report } from './reporting.ts';
import { type TakingBackDeps, takeBack } from './taking-back.ts';

export type DraftStageDeps = Reporting &
  CollectDeps &
  DraftingDeps &
  TakingBackDeps & {
    readonly lockdowns: Pick<LockdownStore, 'read'>;
    readonly evidence: EvidenceStore;
    readonly directory: { membersNow(group: string): Promise<readonly string[]> };
    readonly groupAges: GroupAges;
  };

const HOUR = 3_600_000;

export function draftStageStep(deps: DraftStageDeps) {
  return async ({ lockdown: id, stage }: JobData<'draft-stage'>, job: JobFacts): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    if (!lockdown || lockdown.paused || lockdown.phase !== 'securing' || lockdown.stages[stage].phase !== 'drafting')
      return;
    const namespace = settingsFor(deps.settings, lockdown.namespace);
    if (!namespace) throw new WillNotPass(`${lockdown.namespace} is no longer in the configuration.`);

    const before = await deps.evidence.draft(id, stage);
    const frozen = await frozenFor(deps, lockdown, stage, before);
    if (!frozen) await catchUp(deps, lockdown);
    const { shadow: observed } = lockdown.stages[stage];
    // What was in shadow is enforced next, whatever the configuration says by now.
    const shadowMinutes = observed ? undefined : shadowMinutesFor(namespace, stage);
    const inShadow = shadowMinutes !== undefined;
    const drafted = await computeDraft(deps, lockdown, stage, { inShadow, ...(frozen ? { frozen } : {}) });
    const { draft } = drafted;
    const objection = whyRefused(draft.changes);
    if (objection !== undefined)
      throw new WillNotPass(`The console would refuse this draft, so nobody is asked. ${objection}`);

    const { confirmMinutes } = deps.settings.watch;
    const rule = askingRule(deps, namespace, drafted);
    const shadow = observed && (await deps.evidence.shadow(id, stage));
    const found = {
      ...findingOf(drafted, before, deps.settings.reminders.timeZone),
      ...(shadow ? { shadow } : {}),
    };
    const basis = {
      ...basisOf(found, drafted.evidence),
      ...(stage === 'disable-discovery' ? { confirmSeconds: Math.round(confirmMinutes * 60) } : {}),
    };
    const digest = findingDigest({ ...found, basis }, rule, lockdown.salt);
    await deps.evidence.keepFrozen(id, frozenText(drafted.evidence));
    await deps.evidence.keepDraft(id, { ...found, basis, digest });
    if (draft.changes.length === 0) {
      if (observed) await takeBack(deps, lockdown, stage);
      const because = draft.remarks.map(({ text }) => text).join(' ') || 'There is nothing to allow.';
      return report(deps, id, { type: 'nothing-to-allow', stage, because }, job.id);
    }
    const ask = {
      ...(await askFor(deps, lockdown, draft, digest, rule)),
      ...(shadowMinutes === undefined ? {} : { shadowMinutes }),
    };
    await report(deps, id, { type: 'draft-ready', stage, ask }, job.id);
  };
}

/**
 * An answer of somebody draws the draft anew from the same edges: else who keeps talking would bring a new question for
 * each that is answered, and nobody could ever vote.
 */
async function frozenFor(
  { evidence }: Pick<DraftStageDeps, 'evidence'>,
  { id, stages }: Lockdown,
  stage: Stage,
  before: DraftFinding | undefined,
): Promise<Frozen | undefined> {
  if (!stages[stage].frozen || !before) return undefined;
  return thaw(await evidence.frozen(id), before.basis);
}

async function askFor(
  deps: DraftStageDeps,
  lockdown: Lockdown,
  draft: Draft,
  digest: string,
  rule: ApprovalRule,
): Promise<Ask> {
  const groups: Electorate['groups'] = {};
  for (const group of new Set([...rule.groups, ...rule.fromGroups.map((each) => each.group)]))
    groups[group] = [...(await deps.directory.membersNow(group))];
  const tooNew = await withoutNewcomers(deps, groups, rule.users);
  const electorate: Electorate = { users: [...rule.users], groups };
  const involved = involvedIn(deps.settings, lockdown, draft.stage);
  const tooFew = shortage({ rule, electorate }, involved, (user) => personOf(deps.settings, user));
  if (tooFew && tooFew.left < tooFew.needed)
    throw new WillNotPass(
      `${tooFew.needed} approvals are needed for ${draft.stage}, but only ${tooFew.left} people may give one: whoever asked for the lockdown or answered for its edges does not count. Somebody has to change the approvers or their user group.`,
    );
  const askedAt = deps.now();
  return {
    nonce: randomUUID(),
    digest,
    rule,
    electorate,
    ...(tooNew.length > 0 ? { tooNew } : {}),
    askedAt,
    expiresAt: Math.round(askedAt + rule.expiresHours * 3_600_000),
    ...hurdlesOf(draft),
    cuts: draft.stage === 'disable-discovery',
  };
}

/** Takes those out of the groups who came too lately; gives them. Who is named by the configuration itself is not among them. */
async function withoutNewcomers(
  { groupAges, settings, now }: Pick<DraftStageDeps, 'groupAges' | 'settings' | 'now'>,
  groups: Electorate['groups'],
  users: readonly string[],
): Promise<string[]> {
  const found = new Set<string>();
  for (const [group, members] of Object.entries(groups)) {
    const newcomers = await groupAges.newcomers(group, members, now(), settings.votes.groupHours * HOUR);
    groups[group] = members.filter((member) => !newcomers.includes(member));
    for (const member of newcomers) found.add(member);
  }
  const stillIn = new Set([...users, ...Object.values(groups).flat()]);
  return [...found].filter((member) => !stillIn.has(member));
}

function findingOf(
  { draft, localPrefixes, reach, evidence, kubernetes, doubts }: Drafted,
  before: DraftFinding | undefined,
  timeZone: string,
): Omit<DraftFinding, 'basis' | 'digest'> {
  const result = replay(evidence.edges, judgeAfter(evidence, outOfShadow(draft.changes)));
  const complete = coverage(evidence, timeZone);
  return {
    draft,
    localPrefixes,
    reach,
    replay: {
      ...talliesOf(evidence.edges, result, evidence),
      cutGroups: groupsByWhatHurts(
        result.cutEdges.map(({ edge }) => edge),
        evidence,
      ),
      uncertainGroups: uncertainGroups(result.uncertainEdges, evidence),
    },
    kubernetes,
    doubts,
    differences: before ? differences(before.draft, draft) : [],
    completeness: {
      sentence: complete.sentence,
      details: coverageInWords(complete),
    },
  };
}

function uncertainGroups(
  judged: ReturnType<typeof replay>['uncertainEdges'],
  evidence: Evidence,
): DraftFinding['replay']['uncertainGroups'] {
  const because = new Map(judged.map(({ edge, verdict }) => [edge.id, verdict.because]));
  const groups = groupsByWhatHurts(
    judged.map(({ edge }) => edge),
    evidence,
  );
  return groups.map((group) => ({ group, because: because.get(group.edges[0] ?? '') ?? '' }));
}

/** What approvers who saw the draft before have to know: which changes came, went, or read differently now. */
function differences(before: Draft, now: Draft): string[] {
  const [old, fresh] = [byName(outOfShadow(before.changes)), byName(outOfShadow(now.changes))];
  const came = [...fresh.keys()].filter((name) => !old.has(name)).map((name) => `new: ${name}`);
  const went = [...old.keys()].filter((name) => !fresh.has(name)).map((name) => `no longer: ${name}`);
  const changed = [...fresh.keys()]
    .filter((name) => old.has(name) && JSON.stringify(old.get(name)) !== JSON.stringify(fresh.get(name)))
    .map((name) => `changed: ${name}`);
  const residual = new Map(before.residual.map((each) => [each.group.id, each]));
  const asked = now.residual
    .filter(({ group }) => before.stage === 'disable-discovery' && !residual.has(group.id))
    .map(({ group }) => `newly seen: ${group.source} → ${group.destination} ${group.ports.join(', ')}`);
  return [...came, ...went, ...changed, ...asked];
}

function byName(changes: readonly Change[]): Map<string, Change> {
  return new Map(changes.map((change) => [nameOf(change), change]));
}

function nameOf(change: Change): string {
  switch (change.kind) {
    case 'create-external-network':
      return `external network ${change.network.name}`;
    case 'create-ruleset':
      return `ruleset ${change.ruleset.name}`;
    case 'add-tag-prefixes':
      return `tag prefixes ${change.prefixes.join(' ')}`;
    case 'set-default-actions':
      return `default actions ${change.actions.incoming} and ${change.actions.outgoing}`;
  }
}
