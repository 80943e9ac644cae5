/** Drafting every stage, replaying what each would change, and the digests: from the edges to what people vote for. */
import { findingDigest } from '#core/digest.ts';
import type { DraftSettings } from '#core/draft.ts';
import type { Evidence } from '#core/evidence.ts';
import { judgeAfter } from '#core/foresight.ts';
import { replay } from '#core/replay.ts';
import { draftStages } from '#core/stages/draft-stage.ts';
import { lists } from '#core/suspicion/lists.ts';
import { clusterOf } from './cluster.ts';
import { type Case, type Group, repeated, type Target } from './measure.ts';

export const DRAFTS: Group = {
  title: 'Drafts of all stages, a replay and a digest of each',
  cases: [
    drafting('2,000 edges, 200 units, namespace mode', 2_000, 200, 'namespace', within(300)),
    drafting('2,000 edges, 200 units, observed mode', 2_000, 200, 'observed', within(300)),
    ...[5_000, 10_000, 20_000].map((edges) =>
      drafting(
        `${edges.toLocaleString('en')} edges, ${edges / 10} units, observed mode`,
        edges,
        edges / 10,
        'observed',
      ),
    ),
    drafting('40,000 edges, 4,000 units, observed mode', 40_000, 4_000, 'observed', {
      words: 'no faster than n log n',
      met: ({ ms }, first) => ms / (40_000 * Math.log(40_000)) <= (1.5 * first.ms) / (2_000 * Math.log(2_000)),
    }),
    drafting('50,000 edges, 5,000 units, namespace mode', 50_000, 5_000, 'namespace', within(3_000)),
    drafting('50,000 edges, 5,000 units, observed mode', 50_000, 5_000, 'observed', within(3_000)),
  ],
};

function drafting(
  name: string,
  edges: number,
  units: number,
  podsMode: DraftSettings['podsMode'],
  target?: Target,
): Case {
  return {
    name,
    of: 'edges',
    run: () => {
      const evidence = clusterOf(edges, units);
      return repeated(
        edges > 2_000 ? 3 : 9,
        edges,
        () => draftEverything({ ...evidence }, podsMode),
        edges > 2_000 ? 1 : 6,
      );
    },
    ...(target ? { target } : {}),
  };
}

function within(ms: number): Target {
  return { words: `${ms.toLocaleString('en')} ms`, met: (own) => own.ms <= ms };
}

export function settings(podsMode: DraftSettings['podsMode']): DraftSettings {
  return { podsMode, wildcards: false, trustedResolvers: [], nodeCidrs: ['10.0.0.0/24'] };
}

const BASIS = { from: 0, to: 0, edges: '', reach: '', lists: lists(), file: '', warnings: '' };

function draftEverything(evidence: Evidence, podsMode: DraftSettings['podsMode']): unknown {
  const { policy, edges } = evidence;
  return draftStages(evidence, settings(podsMode), { residual: {} }).map((draft) => ({
    replay: replay(edges, judgeAfter(evidence, draft.changes)),
    digest: findingDigest({ draft, localPrefixes: policy.prefixes.local, basis: BASIS }, {}, 'salt of the bench'),
  }));
}
