/** Disable discovery mode: what everything approved so far would still reject, asked about one by one, then Reject. */
import type { Change, EdgeGroup, Remark, Residual } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import type { RuleAction } from '#core/network-ruleset.ts';
import type { DefaultActions } from '#core/policy.ts';
import { adviceFor } from './advice.ts';
import type { Mint } from './mint.ts';
import { questionsOf } from './questions.ts';
import { remedyFor } from './residual.ts';
import type { Scene } from './scene.ts';
import type { Sketch } from './sketch.ts';

const REJECT: DefaultActions<RuleAction> = { incoming: 'Reject', outgoing: 'Reject' };

export function sketchDisableDiscovery(scene: Scene, mint: Mint): Sketch & { residual: Residual[] } {
  const { policy } = scene.evidence;
  const residual = questionsOf(scene, scene.wanting).map(({ group, edges }) => residualOf(scene, group, edges, mint));

  const allowed = residual.filter((one) => one.decision?.answer === 'allow').flatMap((one) => one.changes);
  const off = policy.own.incoming === 'Reject' && policy.own.outgoing === 'Reject';
  const change: Change[] = off ? [] : [{ kind: 'set-default-actions', actions: REJECT, former: policy.own }];
  return {
    changes: [...allowed, ...change],
    leftOut: [],
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
    ...(remedy.changes.length > 0 ? adviceFor(scene, group, edges) : adviceWithout(adviceFor(scene, group, edges))),
    ...(decision ? { decision } : {}),
    ...(edges.some((edge) => scene.suspicions.isStopped(edge)) ? { wrong: true as const } : {}),
    changes: remedy.changes,
  };
}

/** Nobody is advised what cannot be done, nor passes over what would have been advised. */
function adviceWithout(advice: ReturnType<typeof adviceFor>): ReturnType<typeof adviceFor> {
  if (advice.advice === 'block') return advice;
  const adviceBecause = `no rule of this namespace could allow it, although ${advice.adviceBecause}`;
  return { advice: 'block', adviceBecause, unchosen: true };
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
