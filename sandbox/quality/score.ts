/** The score of the drafts on one application: locked down, a further week lived, and both held against the truth. */
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { STAGES, type Stage } from '#core/stage.ts';
import type { Policy } from '#sandbox/console/objects.ts';
import { type RunningConsole, startConsole } from '#sandbox/console/start.ts';
import { type Edge, edgesOf } from '#sandbox/console/traffic/edges.ts';
import { furtherWeek } from '#sandbox/console/traffic/further-week.ts';
import { startKubernetes } from '#sandbox/kubernetes/start.ts';
import { type LockedDown, lockDown } from './pipeline.ts';
import { isToItself, keyOf, type Sighted, seenInWindow } from './sightings.ts';
import { nameOf, type Width, widthOf } from './width.ts';

export type ScoreOptions = {
  readonly app: string;
  readonly seed: number;
  readonly windowDays: number;
  readonly podsMode: 'namespace' | 'observed';
  readonly kubernetes: boolean;
  readonly redis: Redis;
  readonly onProgress: (words: string) => void;
};

type Outcome = 'accept' | 'reject' | 'uncertain';

/** One edge of the true graph or of the planted noise. */
type EdgeScore = {
  readonly id: string;
  readonly name: string;
  /** Part of the application, not planted noise. */
  readonly true: boolean;
  readonly seen: boolean;
  /** What the approvers of the last stage were told; only of what was seen. */
  readonly predicted?: Outcome;
  /** In the further week, as the enforcers counted; absent where it did not happen. */
  readonly real?: 'accept' | 'reject';
};

export type Score = {
  readonly app: string;
  readonly windowDays: number;
  readonly podsMode: 'namespace' | 'observed';
  readonly seconds: number;
  readonly trueEdges: number;
  readonly seen: number;
  readonly cutThoughSeen: readonly string[];
  readonly cutBecauseUnseen: readonly string[];
  readonly width: Width;
  /** Of what was seen. */
  readonly uncertain: readonly string[];
  readonly prediction: {
    /** Edges that were seen and happened again, and of them those predicted to be, and really, rejected. */
    readonly judged: number;
    readonly predicted: number;
    readonly rejected: number;
    readonly both: number;
    readonly precision: number;
    readonly recall: number;
    readonly wrong: readonly string[];
  };
  readonly completeness: {
    readonly advice: string;
    /** Shares of the flows to come, and of all edges there are; `claimed` is absent where no estimate can be made. */
    readonly volume: { readonly claimed?: number; readonly true: number };
    readonly edges: { readonly claimed?: number; readonly true: number };
  };
  readonly edges: readonly EdgeScore[];
};

export async function scoreOf(options: ScoreOptions): Promise<Score> {
  const { app, seed, windowDays, podsMode, redis, onProgress } = options;
  const begun = Date.now();
  const running = await startConsole({ app, seed, traffic: false, policyDelayMs: 0, reportDelayMs: 0 });
  const kubernetes = options.kubernetes ? await startKubernetes({ world: running.world }) : undefined;
  try {
    const edges = edgesOf(running.world);
    const seen = seenInWindow(running.world, edges, windowDays, await policyOf(running));
    const onStage = (stage: Stage) => onProgress(`${STAGES.indexOf(stage) + 1} of ${STAGES.length}: ${stage}`);
    const kubeconfig = kubernetes ? { kubeconfig: kubernetes.kubeconfig } : {};
    const lockedDown = await lockDown({ running, redis, ...kubeconfig, windowDays, podsMode, onStage });
    onProgress('a further week');
    const policy = await policyOf(running);
    const { world } = running;
    const week = furtherWeek(world, edges, policy).filter((occurrence) => !isToItself(occurrence));
    onProgress('what the rules allow');
    const { drafts, evidence } = lockedDown;
    const width = widthOf({ world, edges, policy, seen, drafts, workloads: evidence.workloads });
    const scored = edgeScores(edges, seen, week, lockedDown);
    return {
      app: (JSON.parse(readFileSync(app, 'utf8')) as { app: string }).app,
      windowDays,
      podsMode,
      seconds: (Date.now() - begun) / 1000,
      width,
      ...summaryOf(scored),
      completeness: completenessOf(seen, edges, week, lockedDown),
      edges: scored,
    };
  } finally {
    await Promise.all([kubernetes?.stop(), running.stop()]);
  }
}

/** A seen edge of the application was cut, a prediction was wrong, or a narrow draft allows more than it says. */
export function faultsOf({ cutThoughSeen, prediction, width, podsMode }: Score): string[] {
  return [
    ...cutThoughSeen.map((name) => `seen and cut: ${name}`),
    ...prediction.wrong.map((words) => `predicted wrongly: ${words}`),
    ...(podsMode === 'observed' ? width.unexplained.map((tuple) => `allowed without a word: ${nameOf(tuple)}`) : []),
  ];
}

async function policyOf({ controlUrl }: RunningConsole): Promise<Policy> {
  const response = await fetch(`${controlUrl}/objects`);
  if (!response.ok) throw new Error(`the sandbox console did not say what it holds: ${response.status}`);
  const objects = (await response.json()) as Record<string, unknown>;
  return {
    namespaces: objects.namespaces as Policy['namespaces'],
    externalNetworks: objects.externalnetworks as Policy['externalNetworks'],
    rulesets: objects.networkrulesetpolicies as Policy['rulesets'],
  };
}

type Week = ReturnType<typeof furtherWeek>;

function edgeScores(
  edges: readonly Edge[],
  seen: ReadonlyMap<string, Sighted>,
  week: Week,
  { evidence, predicted }: LockedDown,
): EdgeScore[] {
  const outcomes = new Map<string, Outcome>();
  for (const folded of evidence.edges)
    if (folded.action === 'Accept') outcomes.set(keyOf(folded), predicted.judge(folded).outcome);
  const happened = new Set(week.map(({ edge }) => edge.id));
  const rejected = new Set(week.filter(({ judgement }) => judgement.action === 'Reject').map(({ edge: { id } }) => id));
  return edges.map((edge) => {
    const sighted = seen.get(edge.id);
    return {
      id: edge.id,
      name: nameOf(edge),
      true: edge.noise === undefined,
      seen: sighted !== undefined,
      ...(sighted ? { predicted: worst(sighted, outcomes) } : {}),
      ...(happened.has(edge.id) ? { real: rejected.has(edge.id) ? ('reject' as const) : ('accept' as const) } : {}),
    };
  });
}

function worst({ edge, foldedAs }: Sighted, outcomes: ReadonlyMap<string, Outcome>): Outcome {
  const all = [...foldedAs].map((key) => {
    const outcome = outcomes.get(key);
    if (!outcome) throw new Error(`${nameOf(edge)} was reported and is in no edge that was collected: ${key}`);
    return outcome;
  });
  return all.includes('reject') ? 'reject' : all.includes('uncertain') ? 'uncertain' : 'accept';
}

function summaryOf(edges: readonly EdgeScore[]) {
  const own = edges.filter((edge) => edge.true);
  const cut = own.filter(({ real }) => real === 'reject');
  const judged = edges.filter((edge) => edge.predicted !== undefined && edge.real !== undefined);
  const predicted = judged.filter((edge) => edge.predicted !== 'accept');
  const rejected = judged.filter((edge) => edge.real === 'reject');
  const both = predicted.filter((edge) => edge.real === 'reject').length;
  const share = (part: number, whole: number) => (whole === 0 ? 1 : part / whole);
  return {
    trueEdges: own.length,
    seen: own.filter(({ seen }) => seen).length,
    cutThoughSeen: cut.filter(({ seen }) => seen).map(({ name }) => name),
    cutBecauseUnseen: cut.filter(({ seen }) => !seen).map(({ name }) => name),
    uncertain: edges.filter((edge) => edge.predicted === 'uncertain').map(({ name }) => name),
    prediction: {
      judged: judged.length,
      predicted: predicted.length,
      rejected: rejected.length,
      both,
      precision: share(both, predicted.length),
      recall: share(both, rejected.length),
      wrong: judged
        .filter((edge) => (edge.predicted !== 'accept') !== (edge.real === 'reject'))
        .map((edge) => `${edge.name}: predicted ${edge.predicted}, really ${edge.real}`),
    },
  };
}

function completenessOf(
  seen: ReadonlyMap<string, Sighted>,
  edges: readonly Edge[],
  week: Week,
  { claimed }: LockedDown,
): Score['completeness'] {
  // A scan is nothing that there is to see.
  const worthSeeing = edges.filter(({ noise }) => noise !== 'scan');
  const flowsOn = (some: readonly Edge[]) => {
    const ids = new Set(some.map(({ id }) => id));
    return week.filter(({ edge }) => ids.has(edge.id)).reduce((sum, { value }) => sum + value, 0);
  };
  const known = worthSeeing.filter(({ id }) => seen.has(id));
  const volume = flowsOn(known) / flowsOn(worthSeeing);
  return {
    advice: claimed.sentence,
    volume: { ...(claimed.byVolume ? { claimed: claimed.byVolume.value } : {}), true: volume },
    edges: { ...(claimed.byDays ? { claimed: claimed.byDays.value } : {}), true: known.length / worthSeeing.length },
  };
}
