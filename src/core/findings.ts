/** What steps found and kept as evidence, for the cards, the next step and the auditor. */
import type { Basis } from './digest.ts';
import type { Draft, EdgeGroup } from './draft.ts';
import type { Reached } from './reach.ts';
import type { Reckoning } from './reckoning.ts';

export type Tally = { readonly edges: number; readonly flows: number };

/** What a stage's draft was judged to do, kept under the lockdown, the stage and the revision. */
export type DraftFinding = {
  readonly draft: Draft;
  readonly digest: string;
  readonly basis: Basis;
  /** Whom the clauses reached when it was drawn. */
  readonly reach: readonly Reached[];
  /** Tag prefixes the namespace had itself before the draft: undo leaves these alone. */
  readonly localPrefixes: readonly string[];
  /** Everything recorded, replayed under what is in force, this draft, and both default actions Reject. */
  readonly replay: {
    readonly kept: Tally;
    readonly cut: Tally;
    readonly uncertain: Tally;
    /** Ranked by what hurts. */
    readonly cutGroups: readonly EdgeGroup[];
    readonly uncertainGroups: readonly { readonly group: EdgeGroup; readonly because: string }[];
  };
  /** Whether Kubernetes was asked, or its facts were read off the flows. */
  readonly kubernetes: 'asked' | 'not configured' | 'no answer';
  /** What could not be established, in sentences. */
  readonly doubts: readonly string[];
  /** What changed since the draft that people saw before; empty for the first. */
  readonly differences: readonly string[];
  /** How complete the evidence is, in one sentence, and the figures behind it. */
  readonly completeness: { readonly sentence: string; readonly details: readonly string[] };
  /** Of a draft whose rules were only observed before; what came of that. */
  readonly shadow?: ShadowFinding;
};

/** Whether newer flows carry our rulesets. */
export type VerifyFinding = {
  readonly since: number;
  readonly readAt: number;
  readonly groups: readonly {
    readonly group: EdgeGroup;
    /**
     * `carried`: newer flows carry our ruleset; `by-default`: newer flows were still let through by the default action only;
     * `one-end`: our ruleset carries them at the end that reports, and nothing shows that a rule does at the other;
     * `dropped`: nothing came through, and not because of a policy.
     */
    readonly state: 'carried' | 'by-default' | 'rejected' | 'dropped' | 'one-end' | 'not-seen';
    readonly newest?: number;
  }[];
};

/** Traffic of which the enforcers say something else than the replay; `accepted`: although the replay says it would be cut. */
export type Disagreement = {
  readonly group: EdgeGroup;
  readonly kind: 'accepted' | 'unmatched' | 'partly';
  readonly because: string;
};

/** What enforcers said of rules that were only observed, beside what the replay says of them. */
export type ShadowFinding = {
  readonly since: number;
  readonly readAt: number;
  readonly minutes: number;
  /** Where the reports say it: apart from the real verdict, in its place, not at all; or the rules act at once. */
  readonly told: 'apart' | 'in-place' | 'at-once' | 'never' | 'no-flows';
  /** Edges as people count them, that are allowed in both. */
  readonly agreed: number;
  /** What hurts most first, by kind. */
  readonly disagreements: readonly Disagreement[];
  readonly uncertain: { readonly accepted: number; readonly unmatched: number };
  /** What the draft allows and nobody used. */
  readonly unused: readonly EdgeGroup[];
};

/** What was rejected since discovery mode was disabled. */
export type WatchFinding = {
  readonly since: number;
  readonly readAt: number;
  /** Absent when nobody has to confirm. */
  readonly confirmBy?: number;
  readonly rejected: readonly {
    readonly group: EdgeGroup;
    /** Knowingly blocked when discovery mode was disabled. */
    readonly acknowledged: boolean;
    /** Accepted during discovery. */
    readonly known: boolean;
  }[];
  /** Absent where the draft that was approved is not kept any more. */
  readonly reckoning?: Reckoning;
};

/** What discovery has seen so far, for the day's digest and the lockdown's card. */
export type DiscoveryFinding = {
  readonly at: number;
  readonly day: number;
  readonly days: number;
  readonly edges: number;
  readonly newSinceYesterday: number;
  readonly reportsRead: number;
  readonly readUpTo: number;
  /** What each stage would do if it were opened now. */
  readonly stages: readonly {
    readonly stage: string;
    readonly wouldCreate: readonly string[];
    readonly unallowed: number;
  }[];
  readonly completeness: { readonly sentence: string; readonly details: readonly string[] };
};
