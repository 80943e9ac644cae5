/** Makes an approved draft so on the console, after counting the votes and computing the draft once more. */
import type { ConsoleApi } from '#console/console-api.ts';
import { type Ask, isTooOld, type Vote } from '#core/approval.ts';
import { newCutsAtOnce } from '#core/at-once.ts';
import { annotatedAnchor, LEDGER_ANNOTATION } from '#core/checkpoint.ts';
import { cutMark } from '#core/cut-mark.ts';
import { asMatter, isSameMatter } from '#core/digest.ts';
import type { Change } from '#core/draft.ts';
import { isFailure } from '#core/failure.ts';
import type { DraftFinding } from '#core/findings.ts';
import { groupInWords } from '#core/groups.ts';
import { type Lockdown, mayBeCut } from '#core/lockdown-state.ts';
import { newHolders } from '#core/reach.ts';
import { type Approval, whyOpened, whySpent } from '#core/spent.ts';
import type { Stage } from '#core/stage.ts';
import { lists } from '#core/suspicion/lists.ts';
import type { EvidenceStore, Written } from '#redis/evidence-store.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { JobFacts } from '#redis/queue.ts';
import { isAsAsked } from '#slack/views/shown-beside.ts';
import type { JobData } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';
import { thaw } from './basis.ts';
import { type CountingDeps, countVotes } from './counting-votes.ts';
import { computeDraft, type DraftingDeps } from './drafting.ts';
import { idempotencyKey } from './idempotency.ts';
import { type Reporting, report } from './reporting.ts';
import { claimApproval } from './spending.ts';
import { giveBack, isCut, type TakingBackDeps, takeBack, takeBackAllBut } from './taking-back.ts';

export type ApplyDeps = Reporting &
  CountingDeps &
  DraftingDeps &
  TakingBackDeps & {
    readonly lockdowns: Pick<LockdownStore, 'read' | 'history'>;
    readonly evidence: EvidenceStore;
    readonly consoleApi: Pick<
      ConsoleApi,
      'ensureExternalNetwork' | 'ensureRuleset' | 'addTagPrefixes' | 'setDefaultActions' | 'markNamespace'
    >;
    /** Makes idempotency keys that nobody else can guess, and so cannot use before us. */
    readonly idempotencySecret: string;
    readonly journal: Pick<Journal, 'wroteToConsole' | 'forgedVote'>;
  };

export function applyStage(deps: ApplyDeps) {
  return async ({ lockdown: id, stage }: JobData<'apply-stage'>, job: JobFacts): Promise<void> => {
    const lockdown = await deps.lockdowns.read(id);
    const state = lockdown?.stages[stage];
    if (!lockdown || lockdown.paused || lockdown.phase !== 'securing' || state?.phase !== 'applying') return;
    const finding = await deps.evidence.draft(id, stage, state.ask?.digest);
    const at = await makeApprovedSo(deps, lockdown, stage, finding);
    if (at === undefined) return;
    if (typeof at !== 'number') {
      // What an earlier try had written is approved no more.
      const left = await takeBack(deps, lockdown, stage);
      const because = [at.outdated, ...notOurs(left)].join(' ');
      return report(deps, id, { type: 'draft-outdated', stage, because }, job.id);
    }
    const written = await deps.evidence.written(id, stage);
    const objects = written.flatMap((object) => ('id' in object ? [object.id] : []));
    await report(deps, id, { type: 'applied', stage, objects, at }, job.id);
  };
}

function notOurs(left: readonly string[]): string[] {
  return left.length === 0
    ? []
    : [`Left alone on the console, because it says it is this lockdown’s and is not: ${left.join(', ')}.`];
}

type Outdated = { readonly outdated: string };
type Approved = { readonly approving: readonly Vote[]; readonly approval: Approval };

/** Gives when it was on the console, by its clock; nothing when people stopped it halfway. */
async function makeApprovedSo(
  deps: ApplyDeps,
  lockdown: Lockdown,
  stage: Stage,
  finding: DraftFinding | undefined,
): Promise<number | undefined | Outdated> {
  const { ask } = lockdown.stages[stage];
  if (!ask || !finding) return { outdated: 'The draft that was approved is not kept any more.' };
  // An earlier try got that far. Whether it still may is no question any more: the namespace has to be watched.
  const cut = async () => stage === 'disable-discovery' && (await isCut(deps, lockdown));
  if (await cut()) return deps.now();
  const checked = await check(deps, lockdown, stage, finding, ask);
  if (!('outdated' in checked)) return makeItSo(deps, lockdown, finding, checked);
  // Once more: another worker may have got that far while this one was counting.
  return (await cut()) ? deps.now() : checked;
}

/** Whether enough valid votes stand for exactly this draft, and it is still the right one: at every try, however late. */
async function check(
  deps: ApplyDeps,
  lockdown: Lockdown,
  stage: Stage,
  finding: DraftFinding,
  ask: Ask,
): Promise<Approved | Outdated> {
  const frozen = thaw(await deps.evidence.frozen(lockdown.id), finding.basis);
  if (!isAsAsked(finding, ask, lockdown) || !frozen)
    return { outdated: 'The draft that is kept is not the one that was approved.' };
  const { result, approving } = await countVotes(deps, lockdown, stage, ask);
  if (result !== 'enough') {
    return {
      outdated:
        'Counted again just before writing, the approvals were no longer enough: a vote, or somebody’s right to vote, has fallen away.',
    };
  }
  if (isTooOld(approving, ask.rule, deps.now())) {
    return {
      outdated: `It was approved more than ${ask.rule.expiresHours} hours ago, and what was seen since was not on the card. The approvers are asked again.`,
    };
  }
  const now = await computeDraft(deps, lockdown, stage, {
    frozen,
    inShadow: ask.shadowMinutes !== undefined,
  });
  // Who keeps talking cannot keep a stage from being applied: what was seen since is not part of the question.
  if (!isSameMatter(asMatter(now), asMatter(finding)) || lists().digest !== finding.basis.lists.digest) {
    return {
      outdated:
        'The console’s policy, the workloads or what Kubernetes says has changed since the approvers looked, and the draft with it. They are asked again, and the difference is shown.',
    };
  }
  const [cut] = newCutsAtOnce(now.draft, finding.draft);
  if (cut) return { outdated: `Since the approvers looked, it would cut ${groupInWords(cut)} at once.` };
  const { confirmSeconds } = finding.basis;
  if (confirmSeconds !== undefined && confirmSeconds !== Math.round(deps.settings.watch.confirmMinutes * 60))
    return { outdated: 'The time to confirm afterwards is another one than the approvers were told.' };
  const [captured] = newHolders(finding.reach, now.reach);
  if (captured !== undefined) return { outdated: `Since the approvers looked, ${captured}` };
  // Last, so that nothing is between this answer and what is written.
  const approval = await claimApproval(deps, lockdown, stage, ask, approving);
  return 'refused' in approval ? { outdated: approval.refused } : { approving, approval };
}

/**
 * Writes what is missing, one object at a time, and journals each. Gives when the last of it was on the console, by its
 * clock; nothing when people stopped it halfway.
 */
async function makeItSo(
  deps: ApplyDeps,
  lockdown: Lockdown,
  finding: DraftFinding,
  { approving, approval }: Approved,
): Promise<number | undefined> {
  const { draft, digest } = finding;
  await takeBackAllBut(deps, lockdown, draft);
  const written = await deps.evidence.written(lockdown.id, draft.stage);
  const annotations = {
    'lockstep.lockdown': [lockdown.id],
    'lockstep.stage': [draft.stage],
    'lockstep.digest': [digest],
    'lockstep.approvedBy': approving.map((vote) => vote.user),
    ...(await anchorOf(deps, lockdown.id, draft.stage)),
  };
  let at = 0;
  for (const change of draft.changes) {
    if (await stoppedHalfway(deps, lockdown, draft.stage)) return undefined;
    const key = idempotencyKey(deps.idempotencySecret, lockdown.id, draft.stage, digest, change);
    const making = { key, annotations, written, approval, digest };
    const made = await makeOneSo(deps, lockdown, finding, change, making).catch(async (error: unknown) => {
      // What was taken back meanwhile is refused by the console, and is no failure of a stage that has gone on.
      if (isFailure(error) && !error.passing && (await stoppedHalfway(deps, lockdown, draft.stage))) return undefined;
      throw error;
    });
    if (made === undefined) return undefined;
    at = Math.max(at, made);
  }
  return (await stoppedHalfway(deps, lockdown, draft.stage)) ? undefined : at;
}

/** The history up to the approval, as the console vouches for it: the same at every try. */
async function anchorOf(
  deps: Pick<ApplyDeps, 'lockdowns'>,
  id: string,
  stage: Stage,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const entries = await deps.lockdowns.history(id);
  const approval = entries.findLast(
    ({ event, from, to }) => 'stage' in event && event.stage === stage && from === 'asking' && to === 'applying',
  );
  return approval ? { [LEDGER_ANNOTATION]: [annotatedAnchor(approval.number, approval.hash)] } : {};
}

/** Whether the stage has left its phase meanwhile; what was written after it was taken back is taken back, too. */
async function stoppedHalfway(deps: ApplyDeps, lockdown: Lockdown, stage: Stage): Promise<boolean> {
  const now = await deps.lockdowns.read(lockdown.id);
  const phase = now?.stages[stage].phase;
  if (phase === 'undoing' || phase === 'waiting') await takeBack(deps, lockdown, stage);
  const givenBack = now?.phase === 'releasing' || now?.phase === 'released';
  // Another worker found the votes void: nobody would watch what this one has cut.
  const unwatched = now && phase !== 'allowed' && !mayBeCut(now);
  if ((givenBack || unwatched) && stage === 'disable-discovery' && (await isCut(deps, lockdown)))
    await giveBack(deps, lockdown);
  const askedAnew = now?.stages[stage].ask?.nonce !== lockdown.stages[stage].ask?.nonce;
  return phase !== 'applying' || now?.phase !== 'securing' || askedAnew;
}

type Making = {
  readonly key: string;
  readonly annotations: Readonly<Record<string, readonly string[]>>;
  readonly written: readonly Written[];
  readonly approval: Approval;
  readonly digest: string;
};

async function makeOneSo(
  deps: ApplyDeps,
  { id, namespace }: Lockdown,
  { draft: { stage }, localPrefixes }: DraftFinding,
  change: Change,
  { key, annotations, written, approval, digest }: Making,
): Promise<number> {
  const journalled = (kind: Written['kind'], name: string) =>
    written.find((object) => object.kind === kind && 'name' in object && object.name === name);
  const note = (kind: string, name: string, result: string, object: string) =>
    deps.journal.wroteToConsole({ lockdown: id, stage, kind, name, outcome: result, id: object });

  switch (change.kind) {
    case 'create-external-network':
    case 'create-ruleset': {
      const [kind, name] =
        change.kind === 'create-ruleset'
          ? (['ruleset', change.ruleset.name] as const)
          : (['external-network', change.network.name] as const);
      const before = journalled(kind, name);
      const wish = { annotations, key, ...(before && 'id' in before ? { id: before.id } : {}) };
      const made =
        change.kind === 'create-ruleset'
          ? await deps.consoleApi.ensureRuleset(namespace, { ...wish, object: change.ruleset })
          : await deps.consoleApi.ensureExternalNetwork(namespace, { ...wish, object: change.network });
      if (!before || !('id' in before) || before.id !== made.id)
        await deps.evidence.keepWritten(id, stage, { kind, id: made.id, name, at: made.updatedAt });
      note(kind, name, made.outcome, made.id);
      return made.updatedAt;
    }
    case 'add-tag-prefixes': {
      const added = change.prefixes.filter((prefix) => !localPrefixes.includes(prefix));
      // Journalled first: were it the other way round, a crash in between would make undo forget what was added.
      if (!written.some((object) => object.kind === 'tag-prefixes'))
        await deps.evidence.keepWritten(id, stage, { kind: 'tag-prefixes', added, at: deps.now() });
      const result = await deps.consoleApi.addTagPrefixes(namespace, change.prefixes, key, { lockdown: id, stage });
      note('tag prefixes', change.prefixes.join(' '), result.written ? 'added' : 'there already', namespace);
      return result.updatedAt;
    }
    case 'set-default-actions': {
      const former = { ...change.former, digest, at: deps.now() };
      await deps.evidence.keepFormer(id, former);
      const { confirmMinutes } = deps.settings.watch;
      const marks = {
        ...annotations,
        ...cutMark({
          ...{ lockdown: id, digest, former: change.former },
          ...(confirmMinutes > 0 ? { confirmBy: former.at + confirmMinutes * 60_000 } : {}),
        }),
      };
      const result = await deps.consoleApi.setDefaultActions(namespace, change.actions, change.former, key, {
        marks: () => marks,
        unless: (found) => whySpent(found, approval) ?? whyOpened(found, id, digest),
      });
      // Once more: whoever took the stage back a moment ago has forgotten it.
      await deps.evidence.keepFormer(id, former);
      const name = `incoming ${change.actions.incoming}, outgoing ${change.actions.outgoing}`;
      note('default actions', name, result.written ? 'set' : 'so already', namespace);
      return result.updatedAt;
    }
  }
}
