/** The front of the stages: what one of them wants to change, written out with everything an approver must know. */
import type { Answers, Change, Draft, DraftSettings, EdgeGroup, Remark } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import { judgeAfter } from '#core/foresight.ts';
import { groupEdges } from '#core/groups.ts';
import { isReleaseTag } from '#core/releases.ts';
import { type AllowingStage, STAGES, type Stage } from '#core/stage.ts';
import { validate } from '#core/validation.ts';
import { sketchDisableDiscovery } from './disable-discovery.ts';
import { sketchDns } from './dns.ts';
import { sketchExternalServices } from './external-services.ts';
import { groupBy } from './group-by.ts';
import { sketchKubelets } from './kubelets.ts';
import { sketchMetadata } from './metadata.ts';
import { type Mint, mintFor } from './mint.ts';
import { sketchPods } from './pods.ts';
import { isWanting, type Scene, setScene } from './scene.ts';
import { withServiceNames } from './service-names.ts';
import { type LeftOut, list, type Sketch } from './sketch.ts';
import { letThrough, sponsorRemarks, stoppedGroups, withSponsors } from './sponsors.ts';
import { reasonsOf, withSuspicions } from './suspects.ts';
import { sketchWebServer } from './web-server.ts';

const SKETCH: Record<AllowingStage, (scene: Scene, edges: readonly Edge[], mint: Mint) => Sketch> = {
  dns: sketchDns,
  pods: sketchPods,
  metadata: sketchMetadata,
  'external-services': sketchExternalServices,
  'web-server': sketchWebServer,
  kubelets: sketchKubelets,
};

/** The same evidence in any order gives the same draft. */
export function draftStage(stage: Stage, evidence: Evidence, settings: DraftSettings, answers: Answers): Draft {
  return draftFrom(withSponsors(setScene(evidence, settings, answers)), stage);
}

/** What each of these stages would do if it were opened now, none of the others being applied. */
export function draftStages(
  evidence: Evidence,
  settings: DraftSettings,
  answers: Answers,
  stages: readonly Stage[] = STAGES,
): Draft[] {
  const scene = withSponsors(setScene(evidence, settings, answers));
  return stages.map((stage) => draftFrom(scene, stage));
}

function draftFrom(scene: Scene, stage: Stage): Draft {
  const mint = mintFor(scene.evidence.policy);
  if (stage === 'disable-discovery') {
    const sketch = sketchDisableDiscovery(scene, mint);
    const asked = new Set(sketch.residual.flatMap((one) => one.group.edges));
    const edges = scene.edges.filter((edge) => asked.has(edge.id));
    const changes = inOrder(sketch.changes);
    return {
      ...written(stage, scene, { ...sketch, changes }, allowedBy(scene, changes), edges, mint),
      residual: sketch.residual,
    };
  }
  const business = scene.edges.filter((edge) => scene.stageOf(edge) === stage);
  const wanting = business.filter((edge) => isWanting(scene.verdict(edge)));
  const sketch = SKETCH[stage](
    scene,
    wanting.filter((edge) => !scene.suspicions.isStopped(edge)),
    mint,
  );
  const allowed = business.filter((edge) => !isWanting(scene.verdict(edge)));
  const stopped = stoppedIn(scene, stage, wanting);
  const changes = inOrder(sketch.changes);
  const allows = allowedBy(scene, changes);
  const suspected = withSuspicions(scene, { ...sketch, changes }, wanting, new Set(allows));
  const draft = written(stage, scene, suspected, allows, wanting, mint);
  const remarks = [...sponsorRemarks(stopped), ...draft.remarks];
  return {
    ...draft,
    alreadyAllowed: alreadyAllowed(scene, allowed),
    stopped,
    remarks: draft.changes.length === 0 ? [...remarks, skipped(wanting, allowed)] : remarks,
  };
}

/** What somebody could answer for: it looks wrong, and the rules of this stage would allow it if it did not. */
function stoppedIn(scene: Scene, stage: AllowingStage, wanting: readonly Edge[]): Draft['stopped'] {
  const { suspicions } = scene;
  const stopped = wanting.filter((edge) => suspicions.isStopped(edge) || suspicions.isSponsored(edge));
  if (stopped.length === 0) return [];
  const free = letThrough(scene, new Set(stopped.map(({ id }) => id)));
  const { changes } = SKETCH[stage](free, wanting, mintFor(scene.evidence.policy));
  const after = judgeAfter(scene.evidence, changes);
  const possible = stopped.filter((edge) => after.judge(edge).outcome === 'accept').map(({ id }) => id);
  return stoppedGroups(scene, stopped, new Set(possible), (edge) => reasonsOf(scene, edge, 'stop'));
}

function written(
  stage: Stage,
  scene: Scene,
  { changes, ...sketch }: Sketch,
  allows: readonly string[],
  wanting: readonly Edge[],
  mint: Mint,
): Draft {
  const { evidence } = scene;
  for (const change of changes) assertAcceptable(change);
  const left = new Set(sketch.leftOut.flatMap((one) => one.edges));
  const order = { stop: 0, look: 1, note: 2 };
  return {
    namespace: evidence.namespace,
    stage,
    changes,
    unallowed: withServiceNames(
      groupEdges(
        wanting.filter((edge) => !left.has(edge)),
        evidence,
      ),
      evidence.kubernetes,
    ),
    allows,
    alreadyAllowed: [],
    stopped: [],
    leftOut: sketch.leftOut.flatMap((one) => leftOutGroups(one, scene)),
    ...(sketch.breadth && changes.length > 0 ? { breadth: sketch.breadth } : {}),
    residual: [],
    remarks: [...releaseRemarks(changes), ...sketch.remarks, ...mint.remarks].sort(
      (a, b) => order[a.level] - order[b.level],
    ),
  };
}

/** Prefixes first and all at once, then networks, then the rulesets that name them, and the default actions at the end. */
function inOrder(changes: readonly Change[]): Change[] {
  const prefixes = changes.flatMap((change) => (change.kind === 'add-tag-prefixes' ? change.prefixes : []));
  // Two answers may need the same network.
  const distinct = [...new Map(changes.map((change) => [JSON.stringify(change), change])).values()];
  const of = (kind: Change['kind']) => distinct.filter((change) => change.kind === kind);
  const together: Change[] =
    prefixes.length === 0 ? [] : [{ kind: 'add-tag-prefixes', prefixes: [...new Set(prefixes)].sort() }];
  return [...together, ...of('create-external-network'), ...of('create-ruleset'), ...of('set-default-actions')];
}

/** A rule by a version means one release: the next one would get nothing of what it allows. */
function releaseRemarks(changes: readonly Change[]): Remark[] {
  const clauses = changes.flatMap((change) => {
    if (change.kind !== 'create-ruleset') return [];
    const { subject, incomingRules, outgoingRules } = change.ruleset;
    return [...subject, ...[...incomingRules, ...outgoingRules].flatMap(({ object }) => object)];
  });
  const tags = [...new Set(clauses.flat())].filter(isReleaseTag).sort();
  if (tags.length === 0) return [];
  const text = `Rules name ${list(tags)}, which a new release may change: the next release is then not meant by them, and is cut once discovery mode is off.`;
  return [{ level: 'look', text }];
}

/** A draft that the console would refuse must not reach an approver. */
function assertAcceptable(change: Change): void {
  const objections =
    change.kind === 'create-external-network'
      ? validate('externalnetwork', change.network)
      : change.kind === 'create-ruleset'
        ? validate('networkrulesetpolicy', change.ruleset)
        : [];
  if (objections.length > 0) {
    throw new Error(`the console would refuse this draft: ${objections.map((one) => one.description).join('; ')}`);
  }
}

/** Edges that were wanting and are accepted with the changes; ICMP of unknown kind stays uncertain and does not count. */
function allowedBy(scene: Scene, changes: readonly Change[]): string[] {
  if (changes.length === 0) return [];
  const { evidence, wanting, wantingPlaces } = scene;
  const after = judgeAfter(evidence, changes).judgeAll(evidence.edges);
  return wanting.filter((_, nth) => after[wantingPlaces[nth] as number]?.outcome === 'accept').map(({ id }) => id);
}

function alreadyAllowed(scene: Scene, edges: readonly Edge[]): Draft['alreadyAllowed'] {
  const byRuleset = groupBy(edges, (edge) => {
    const { by } = scene.verdict(edge);
    return by.kind === 'rule' ? by.ruleset : '';
  });
  return byRuleset.flatMap(([id, theirs]) => {
    const ruleset = scene.evidence.policy.rulesets.find((one) => one.id === id);
    if (!ruleset) return [];
    return groupEdges(theirs, scene.evidence).map((group) => ({
      group,
      ruleset: ruleset.name,
      namespace: ruleset.namespace,
    }));
  });
}

function leftOutGroups({ edges, because }: LeftOut, scene: Scene): { group: EdgeGroup; because: string }[] {
  return groupEdges(edges, scene.evidence).map((group) => ({ group, because }));
}

function skipped(wanting: readonly Edge[], allowed: readonly Edge[]): Draft['remarks'][number] {
  if (wanting.length > 0) {
    return {
      level: 'note',
      text: 'Nothing of what was seen is proposed here; it is asked about before discovery mode is disabled.',
    };
  }
  const text =
    allowed.length > 0
      ? 'Everything of this kind is allowed by rulesets already in force.'
      : 'Nothing of this kind was seen.';
  return { level: 'note', text };
}
