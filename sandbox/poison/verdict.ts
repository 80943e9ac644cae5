/** What the product made of a week: what it flagged, what got into a draft, what of the true traffic was lost. */
import type { DraftSettings, Remark } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import { sameTraffic } from '#core/fold.ts';
import { groupEdges } from '#core/groups.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import { isWanting, type Scene, setScene } from '#core/stages/scene.ts';
import { createChance } from '#sandbox/console/world/chance.ts';
import { type LockedDown, lockedDown } from './locked-down.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { victimsIn } from './victims.ts';
import { evidenceOf, type Week } from './week.ts';

const SETTINGS: DraftSettings = { podsMode: 'observed', wildcards: false, trustedResolvers: [], nodeCidrs: [] };
const LEVELS = ['stop', 'look', 'note'] as const;
/** A card that says more than this at once is not read. */
const LOOKS_MAX = 3;
/** More warnings than these, and a card takes no vote. */
const REMARKS_MAX = 40;

export type Tried = {
  readonly case: string;
  readonly title: string;
  readonly kind: Scenario['kind'];
  readonly outcome: 'kept out' | 'flagged' | 'slipped in' | 'unseen' | 'nobody to use';
  /** `S-18 stop, S-03 look`. */
  readonly flags: readonly string[];
  /** Stages whose drafts would let some of it through. */
  readonly inDraftsOf: readonly Stage[];
  readonly because: string;
  /** Most remarks on one card that are more than a note. */
  readonly remarks: number;
  /** True traffic that the clean week's drafts kept and these would cut. */
  readonly cutBesides: readonly string[];
};

export type Clean = {
  readonly stages: readonly {
    readonly stage: Stage;
    readonly stops: readonly string[];
    readonly looks: readonly string[];
    /** What the card says first, suspicion or not. */
    readonly onCard: number;
  }[];
  /** Seen, true or not, and cut by the advised answers because of a suspicion. */
  readonly cutForSuspicion: readonly string[];
};

/** `unharmed`: the clean week, locked down under the same settings. */
export function tried(scenario: Scenario, week: Week, clean: Evidence, unharmed: LockedDown, seed: string): Tried {
  const { case: id, title, kind } = scenario;
  const chance = createChance(`${seed}/${title}`);
  const settings = settingsOf(scenario);
  const found = scenario.plant({
    week,
    evidence: clean,
    victims: victimsIn(week, clean, chance.fork('victims')),
    chance,
  });
  const nothing = { case: id, title, kind, flags: [], inDraftsOf: [], remarks: 0, cutBesides: [] };
  if (!found) return { ...nothing, outcome: 'nobody to use', because: 'this application has nobody to use for it' };

  const evidence = evidenceOf(found.week);
  const plain = evidenceOf({ ...found.week, flows: found.flows });
  const wrong = new Set(sameTraffic(plain.edges).map((edge) => edge.id));
  const planted = evidence.edges.filter((edge) => wrong.has(edge.id));
  if (planted.length === 0) throw new Error(`${title}: nothing of what was planted was folded`);
  const scene = setScene(evidence, settings, { residual: {} });
  const { drafts, judge } = lockedDown(evidence, settings);
  const counted = drafts.filter(({ stage }) => scenario.atTheEnd === undefined || stage !== 'disable-discovery');
  const inDraftsOf = counted.filter((draft) => draft.allows.some((edge) => wrong.has(edge))).map(({ stage }) => stage);
  const flags = flagsOf(scene, planted);
  const remarks = drafts.flatMap((draft) => draft.remarks);
  const said = scenario.said && remarks.some(({ level, text }) => level !== 'note' && scenario.said?.test(text));
  const isFlagged = said || flags.some((flag) => !flag.endsWith('note'));
  const isKeptOut =
    inDraftsOf.length === 0 &&
    (scenario.atTheEnd !== undefined || planted.every((edge) => judge.judge(edge).outcome !== 'accept'));
  return {
    ...nothing,
    flags: [...flags, ...(said ? ['said on the card'] : [])],
    inDraftsOf,
    remarks: Math.max(...drafts.map((draft) => draft.remarks.filter(({ level }) => level !== 'note').length)),
    because: whyOf(scene, planted, remarks, scenario),
    outcome: !isFlagged ? 'unseen' : isKeptOut ? 'kept out' : kind === 'other' ? 'flagged' : 'slipped in',
    cutBesides: namesOf(
      evidence.edges.filter(
        (edge) =>
          !wrong.has(edge.id) &&
          unharmed.judge.judge(edge).outcome === 'accept' &&
          judge.judge(edge).outcome === 'reject' &&
          clean.edges.some((same) => same.id === edge.id),
      ),
      evidence,
    ),
  };
}

export function settingsOf({ settings }: Pick<Scenario, 'settings'>): DraftSettings {
  return { ...SETTINGS, ...settings };
}

export function cleanWeek(evidence: Evidence, { drafts, judge }: LockedDown): Clean {
  const scene = setScene(evidence, SETTINGS, { residual: {} });
  const told = (stage: Stage, level: 'stop' | 'look') =>
    namesOf(
      scene.edges.filter((edge) => {
        const [loudest] = scene.suspicions.of(edge);
        const at = scene.stageOf(edge) ?? 'disable-discovery';
        return (
          at === stage && isWanting(scene.verdict(edge)) && loudest?.level === level && isAsked(scene, edge, level)
        );
      }),
      evidence,
    );
  return {
    stages: STAGES.map((stage) => ({
      stage,
      stops: told(stage, 'stop'),
      looks: told(stage, 'look'),
      onCard:
        drafts.find((draft) => draft.stage === stage)?.remarks.filter(({ level }) => level === 'look').length ?? 0,
    })),
    cutForSuspicion: namesOf(
      scene.edges.filter((edge) => scene.suspicions.isStopped(edge) && judge.judge(edge).outcome === 'reject'),
      evidence,
    ),
  };
}

/** A bare address is left to the last stage whatever it looks like; only what a draft would hold is looked at there. */
function isAsked({ suspicions }: Scene, edge: Edge, level: 'stop' | 'look'): boolean {
  return (
    level === 'stop' ||
    suspicions.of(edge).some(({ id, level: own }) => own === 'look' && !['S-13', 'S-14'].includes(id))
  );
}

/** Why the command ends with a failure; empty where all is well. */
export function faultsOf(trials: readonly Tried[], clean: Clean): string[] {
  return [
    ...trials.flatMap((trial) => {
      const where = `${trial.case} ${trial.title}`;
      if (trial.outcome === 'unseen') return [`not flagged: ${where}`];
      if (trial.remarks > REMARKS_MAX) return [`${trial.remarks} remarks on one card: ${where}`];
      if (trial.kind !== 'other' && !['kept out', 'nobody to use'].includes(trial.outcome)) return [`got in: ${where}`];
      return [];
    }),
    ...clean.stages.flatMap(({ stage, stops, looks }) => [
      ...stops.map((name) => `false stop at ${stage}: ${name}`),
      ...(looks.length > LOOKS_MAX ? [`${looks.length} looks at ${stage}: ${looks.join('; ')}`] : []),
    ]),
    ...clean.cutForSuspicion.map((name) => `cut by a false stop: ${name}`),
  ];
}

function flagsOf(scene: Scene, planted: readonly Edge[]): string[] {
  const flags = new Map<string, number>();
  for (const edge of planted)
    for (const { id, level } of scene.suspicions.of(edge))
      flags.set(id, Math.min(flags.get(id) ?? LEVELS.length, LEVELS.indexOf(level)));
  return [...flags]
    .sort(([idA, a], [idB, b]) => a - b || (idA < idB ? -1 : 1))
    .map(([id, level]) => `${id} ${LEVELS[level]}`);
}

function whyOf(scene: Scene, planted: readonly Edge[], remarks: readonly Remark[], { said }: Scenario): string {
  const loudest = planted.flatMap((edge) => scene.suspicions.of(edge).slice(0, 1));
  const [worst] = loudest.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
  const remark = said && remarks.find(({ text }) => said.test(text));
  return worst?.because ?? remark?.text ?? '';
}

function namesOf(edges: readonly Edge[], evidence: Evidence): string[] {
  return groupEdges(edges, evidence).map(
    ({ source, destination, ports }) => `${source} → ${destination} ${ports.join(' ')}`,
  );
}
