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
    drafting(2_000, 'namespace', within(300)),
    drafting(2_000, 'observed', within(300)),
    drafting(50_000, 'namespace', within(3_000)),
    drafting(50_000, 'observed', within(3_000)),
  ],
};

/** Like with like: the same mode, the same edges a unit. */
export const GROWTH: Group = {
  title: 'How drafts of all stages, their replays and digests grow',
  cases: [
    drafting(5_000, 'observed'),
    ...[10_000, 20_000, 40_000].map((edges) =>
      drafting(edges, 'observed', {
        words: 'no faster than n log n, give or take a half',
        met: ({ ms, count }, first) =>
          ms / (count * Math.log(count)) <= (1.5 * first.ms) / (first.count * Math.log(first.count)),
      }),
    ),
  ],
};

function drafting(edges: number, podsMode: DraftSettings['podsMode'], target?: Target): Case {
  const units = edges / 10;
  return {
    name: `${edges.toLocaleString('en')} edges, ${units.toLocaleString('en')} units, ${podsMode} mode`,
    of: 'edges',
    run: () => {
      const evidence = clusterOf(edges, units);
      // As what was just read, of which nothing is worked out yet.
      const work = () => draftEverything({ ...evidence, edges: [...evidence.edges] }, podsMode);
      return edges > 2_000 ? repeated(3, edges, work) : repeated(9, edges, work, 6);
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
