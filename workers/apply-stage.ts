/** Makes an approved draft so on the console, after counting the votes and computing the draft once more. */
import type { ConsoleApi } from '#console/console-api.ts';
import { annotatedAnchor, LEDGER_ANNOTATION } from '#core/checkpoint.ts';
import { cutMark } from '#core/cut-mark.ts';
import type { Change } from '#core/draft.ts';
import { isFailure } from '#core/failure.ts';
import type { DraftFinding } from '#core/findings.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { whyOpened, whySpent, whyTakenBack } from '#core/spent.ts';
import type { Stage } from '#core/stage.ts';
import type { EvidenceStore, Written } from '#redis/evidence-store.ts';
import type { LockdownStore } from '#redis/lockdown-store.ts';
import type { JobFacts } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';
import { idempotencyKey } from './idempotency.ts';
import { type Reporting, report } from './reporting.ts';
import { type Approved, type StillApprovedDeps, stillApproved } from './still-approved.ts';
import { stoppedHalfway } from './stopped-halfway.ts';
import { isCut, type TakingBackDeps, takeBack, takeBackAllBut } from './taking-back.ts';
import { giveBackUnwatched, type UnwatchedDeps } from './unwatched-cut.ts';
import { type Outdated, whyNotCut } from './why-not-cut.ts';

export type ApplyDeps = Reporting &
  StillApprovedDeps &
  TakingBackDeps &
  UnwatchedDeps & {
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
    if (!lockdown || lockdown.paused || lockdown.phase !== 'securing' || state?.phase !== 'applying') {
      // An earlier try may have cut it just when that was given up.
      if (lockdown && stage === 'disable-discovery') await giveBackUnwatched(deps, lockdown.namespace, id);
      return;
    }
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
  if (await cut()) return (await whyNotCut(deps, lockdown, stage)) ?? deps.now();
  const checked = await stillApproved(deps, lockdown, stage, finding, ask);
  if (!('outdated' in checked)) return makeItSo(deps, lockdown, finding, checked);
  // Once more: another worker may have got that far while this one was counting.
  return (await cut()) ? deps.now() : checked;
}

/**
 * Writes what is missing, one object at a time, and journals each. Gives when the last of it was on the console, by its
 * clock; nothing when people stopped it halfway.
 */
async function makeItSo(
  deps: ApplyDeps,
  lockdown: Lockdown,
  finding: DraftFinding,
  approved: Approved,
): Promise<number | undefined | Outdated> {
  const { draft, digest } = finding;
  const { approving } = approved;
  await takeBackAllBut(deps, lockdown, draft, approved.written);
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
    const refused = await whyNotCut(deps, lockdown, draft.stage);
    if (refused) return refused;
    const key = idempotencyKey(deps.idempotencySecret, lockdown.id, draft.stage, digest, change);
    const making = { key, annotations, written, approved, digest };
    const made = await makeOneSo(deps, lockdown, finding, change, making).catch(async (error: unknown) => {
      // What was taken back meanwhile is refused by the console, and is no failure of a stage that has gone on.
      if (isFailure(error) && !error.passing && (await stoppedHalfway(deps, lockdown, draft.stage))) return undefined;
      throw error;
    });
    if (made === undefined) return undefined;
    at = Math.max(at, made);
  }
  if (await stoppedHalfway(deps, lockdown, draft.stage)) return undefined;
  return (await whyNotCut(deps, lockdown, draft.stage, approved.restsOn)) ?? at;
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

type Making = {
  readonly key: string;
  readonly annotations: Readonly<Record<string, readonly string[]>>;
  readonly written: readonly Written[];
  readonly approved: Approved;
  readonly digest: string;
};

async function makeOneSo(
  deps: ApplyDeps,
  { id, namespace }: Lockdown,
  { draft: { stage }, localPrefixes }: DraftFinding,
  change: Change,
  { key, annotations, written, approved, digest }: Making,
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
        unless: (found) =>
          whySpent(found, approved.approval) ??
          whyOpened(found, id, digest) ??
          whyTakenBack(
            found,
            id,
            approved.restsOn.map((object) => object.stage),
          ),
      });
      // Once more: whoever took the stage back a moment ago has forgotten it.
      await deps.evidence.keepFormer(id, former);
      const name = `incoming ${change.actions.incoming}, outgoing ${change.actions.outgoing}`;
      note('default actions', name, result.written ? 'set' : 'so already', namespace);
      return result.updatedAt;
    }
  }
}
