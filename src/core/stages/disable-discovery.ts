/** Disable discovery mode: what everything approved so far would still reject, asked about one by one, then Reject. */
import type { Change, EdgeGroup, Remark, Residual } from '#core/draft.ts';
import { type Edge, isFoundByName } from '#core/edge.ts';
import { foldName } from '#core/flow.ts';
import type { RuleAction } from '#core/network-ruleset.ts';
import type { DefaultActions } from '#core/policy.ts';
import { adviceFor } from './advice.ts';
import { isIcmp } from './ends.ts';
import type { Mint } from './mint.ts';
import { questionsOf } from './questions.ts';
import { remedyFor } from './residual.ts';
import { isWanting, type Scene } from './scene.ts';
import type { LeftOut, Sketch } from './sketch.ts';

const REJECT: DefaultActions<RuleAction> = { incoming: 'Reject', outgoing: 'Reject' };

export function sketchDisableDiscovery(scene: Scene, mint: Mint): Sketch & { residual: Residual[] } {
  const { policy } = scene.evidence;
  const wanting = scene.edges.filter((edge) => isWanting(scene.verdict(edge)));
  const pings = wanting.filter((edge) => isIcmp(edge) && scene.verdict(edge).outcome === 'uncertain');
  const waiting = wanting.filter((edge) => !isIcmp(edge) && waitsForALookup(scene, edge));
  const doubtful = new Set([...pings, ...waiting]);
  const residual = questionsOf(
    scene,
    wanting.filter((edge) => !doubtful.has(edge)),
  ).map(({ group, edges }) => residualOf(scene, group, edges, mint));

  const allowed = residual.filter((one) => one.decision?.answer === 'allow').flatMap((one) => one.changes);
  const off = policy.own.incoming === 'Reject' && policy.own.outgoing === 'Reject';
  const change: Change[] = off ? [] : [{ kind: 'set-default-actions', actions: REJECT, former: policy.own }];
  return {
    changes: [...allowed, ...change],
    leftOut: leftOutOf(pings, waiting),
    remarks: [...(off ? [alreadyOff()] : []), ...answersFor(residual)],
    residual,
  };
}

function residualOf(scene: Scene, group: EdgeGroup, edges: readonly Edge[], mint: Mint): Residual {
  const remedy = remedyFor(scene, group, edges, mint);
  const decision = scene.answers.residual[group.id];
  const [worst] = edges.map((edge) => scene.verdict(edge)).sort((a, b) => (a.outcome < b.outcome ? -1 : 1));
  return {
    group,
    because: [worst?.because ?? '', remedy.because].filter((part) => part !== '').join(' '),
    ...adviceFor(scene, group, edges),
    ...(decision ? { decision } : {}),
    ...(edges.some((edge) => scene.suspicions.isStopped(edge)) ? { wrong: true as const } : {}),
    changes: remedy.changes,
  };
}

/** Only another workload or pod had asked for the name, and a rule by that name is there: the next lookup settles it. */
function waitsForALookup(scene: Scene, edge: Edge): boolean {
  if (scene.verdict(edge).outcome !== 'uncertain' || isFoundByName(edge)) return false;
  const entries = scene.evidence.policy.externalNetworks.flatMap((network) => network.entries.map(foldName));
  return [...edge.names, ...edge.namesElsewhere].some((name) =>
    entries.some((entry) => entry === name || (entry.startsWith('*.') && name.endsWith(entry.slice(1)))),
  );
}

function leftOutOf(pings: readonly Edge[], waiting: readonly Edge[]): LeftOut[] {
  return [
    ...(pings.length === 0
      ? []
      : [
          {
            edges: pings,
            because: 'a ruleset allows some kinds of ICMP, and flow reports do not say which kind this was',
          },
        ]),
    ...(waiting.length === 0
      ? []
      : [
          {
            edges: waiting,
            because: 'a rule by name allows it as soon as each pod itself asks for that name; so far only others did',
          },
        ]),
  ];
}

function alreadyOff(): Remark {
  return { level: 'note', text: 'Discovery mode is off already: both default actions are Reject.' };
}

function answersFor(residual: readonly Residual[]): Remark[] {
  const open = residual.filter((one) => !one.decision).length;
  const unallowable = residual.filter((one) => one.changes.length === 0 && one.decision?.answer === 'allow');
  return [
    ...(open === 0
      ? []
      : [
          {
            level: 'stop' as const,
            text: `${open} of ${residual.length} kinds of traffic that would be cut have no answer yet.`,
          },
        ]),
    ...unallowable.map((one) => ({
      level: 'look' as const,
      text: `${one.group.source} to ${one.group.destination} was answered with allow, but nothing in this namespace could: ${one.because}`,
    })),
  ];
}
