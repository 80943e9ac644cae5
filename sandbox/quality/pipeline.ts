/** A whole lockdown without people: collected, drafted, applied over the console's wire, every question answered as advised. */
import type { Redis } from 'ioredis';
import { NamespaceSettings } from '#config/schema.ts';
import { type ConsoleApi, consoleApi } from '#console/console-api.ts';
import { readAccess } from '#console/credential.ts';
import { calledPorts } from '#core/called-ports.ts';
import { type Coverage, coverage } from '#core/coverage.ts';
import type { Answers, Change, Draft } from '#core/draft.ts';
import type { Evidence } from '#core/evidence.ts';
import { withChanges } from '#core/replay.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import { draftStage } from '#core/stages/draft-stage.ts';
import { compile, type Judge } from '#core/verdict.ts';
import { readKubernetesFacts } from '#kubernetes/facts.ts';
import { edgeStore } from '#redis/edge-store.ts';
import { lockdownStore } from '#redis/lockdown-store.ts';
import type { RunningConsole } from '#sandbox/console/start.ts';
import { type CollectDeps, catchUp } from '#workers/collect-flows.ts';
import { type GatheringDeps, gather } from '#workers/gathering.ts';
import { idempotencyKey } from '#workers/idempotency.ts';

const HOUR = 3_600_000;
const WINDOW_HOURS = 6;
const REJECT = { incoming: 'Reject', outgoing: 'Reject' } as const;
/** An answer can bring a new question; more rounds than this is a draft that never settles. */
const ROUNDS = 5;

export type LockDownOptions = {
  readonly running: RunningConsole;
  readonly redis: Redis;
  /** Absent: as if no cluster could be asked. */
  readonly kubeconfig?: string;
  readonly windowDays: number;
  readonly podsMode: 'namespace' | 'observed';
  /** Called as each stage begins. */
  readonly onStage: (stage: Stage) => void;
};

export type LockedDown = {
  /** As the last stage was drafted: what was seen, and everything approved before. */
  readonly evidence: Evidence;
  /** In the order of the stages, each as it was applied. */
  readonly drafts: readonly Draft[];
  /** What the approvers of the last stage were told would happen to each edge. */
  readonly predicted: Pick<Judge, 'judge'>;
  /** How complete the evidence was said to be. */
  readonly claimed: Coverage;
};

export async function lockDown(options: LockDownOptions): Promise<LockedDown> {
  const { running, redis, kubeconfig, windowDays, podsMode } = options;
  const { namespace, credentials, world } = running;
  const api = consoleApi({
    observe: await readAccess(credentials.observe),
    finalise: await readAccess(credentials.finalise),
    windows: { windowMs: WINDOW_HOURS * HOUR },
  });
  const deps: CollectDeps & GatheringDeps = {
    lockdowns: lockdownStore(redis),
    edges: edgeStore(redis),
    consoleApi: api,
    journal: { collected: () => undefined },
    rhythm: { lookbackDays: windowDays, reportDelaySeconds: 0, windowHours: WINDOW_HOURS },
    now: Date.now,
    ...(kubeconfig ? { readKubernetes: (name: string) => readKubernetesFacts({ kubeconfig }, name) } : {}),
  };
  const settings = NamespaceSettings.parse({
    match: namespace,
    channel: 'C0LOCKDOWN1',
    requesters: {},
    approval: {},
    drafts: { podsMode },
  });
  const lockdown = { id: 'quality-0001', namespace, startedAt: world.startMs };
  await redis.flushdb();

  const draftNow = async (stage: Stage, answers: Answers) => {
    await catchUp(deps, lockdown);
    const { evidence, doubts } = await gather(deps, lockdown, settings);
    if (doubts.length > 0) throw new Error(`the sandbox could not be read whole: ${doubts.join(' ')}`);
    return { evidence, draft: draftStage(stage, evidence, settings.drafts, answers) };
  };

  try {
    const drafts: Draft[] = [];
    let last: Awaited<ReturnType<typeof draftNow>> | undefined;
    for (const stage of STAGES) {
      options.onStage(stage);
      last = await answeredAsAdvised((answers) => draftNow(stage, answers));
      drafts.push(last.draft);
      if (stage !== 'disable-discovery') await apply(api, lockdown.id, last.draft);
    }
    if (!last) throw new Error('there is no stage');
    const { evidence, draft } = last;
    const after = withChanges(evidence.policy, draft.changes);
    await apply(api, lockdown.id, draft);
    return {
      evidence,
      drafts,
      predicted: compile(after, evidence.workloads, { assume: REJECT, called: calledPorts(evidence) }),
      claimed: coverage(evidence, 'UTC'),
    };
  } finally {
    await api.close();
  }
}

/** Drafted again with each round of answers, as people who take every preselected answer would have it. */
async function answeredAsAdvised<Drafted extends { readonly draft: Draft }>(
  draft: (answers: Answers) => Promise<Drafted>,
): Promise<Drafted> {
  let residual: Answers['residual'] = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    const drafted = await draft({ residual });
    const open = drafted.draft.residual.filter(({ decision }) => !decision);
    if (open.length === 0) return drafted;
    const answers = open.map(({ group, advice }) => [group.id, { answer: advice, by: 'U0QUALITY01' }] as const);
    residual = { ...residual, ...Object.fromEntries(answers) };
  }
  throw new Error(`the questions did not end after ${ROUNDS} rounds of answers`);
}

async function apply(api: ConsoleApi, lockdown: string, draft: Draft): Promise<void> {
  for (const change of draft.changes) await applyOne(api, lockdown, draft, change);
}

async function applyOne(api: ConsoleApi, lockdown: string, { namespace, stage }: Draft, change: Change): Promise<void> {
  const key = idempotencyKey('quality', lockdown, stage, change);
  const annotations = { 'lockstep.lockdown': [lockdown], 'lockstep.stage': [stage] };
  switch (change.kind) {
    case 'create-external-network':
      await api.ensureExternalNetwork(namespace, { object: change.network, annotations, key });
      return;
    case 'create-ruleset':
      await api.ensureRuleset(namespace, { object: change.ruleset, annotations, key });
      return;
    case 'add-tag-prefixes':
      await api.addTagPrefixes(namespace, change.prefixes, key, { lockdown, stage });
      return;
    case 'set-default-actions':
      await api.setDefaultActions(namespace, change.actions, change.former, key);
      return;
  }
}
