/** What a draft is: the changes a stage wants to make on the console, what they would allow, and what there is to say. */
import type { NewExternalNetwork } from './external-network.ts';
import type { NewNetworkRuleset } from './network-ruleset.ts';
import type { DefaultActions } from './policy.ts';
import type { Stage } from './stage.ts';

export type Change =
  | { readonly kind: 'create-external-network'; readonly network: NewExternalNetwork }
  | { readonly kind: 'create-ruleset'; readonly ruleset: NewNetworkRuleset }
  | { readonly kind: 'add-tag-prefixes'; readonly prefixes: readonly string[] }
  | { readonly kind: 'set-default-actions'; readonly actions: DefaultActions; readonly former: DefaultActions };

/** `stop`: not in the draft; `look`: comes first on the card; `note`: a word beside the row. */
export type Remark = {
  readonly level: 'stop' | 'look' | 'note';
  readonly text: string;
  /** Whose word it is, where it is somebody's. */
  readonly by?: string;
};

/** What stands out in a draft: each of these is looked at before it is approved. */
export function looksOf({ remarks }: Pick<Draft, 'remarks'>): readonly Remark[] {
  return remarks.filter(({ level }) => level === 'look');
}

/** Edges that people see as one: same source, same destination, ports listed. Its id holds no address that changes by the hour. */
export type EdgeGroup = {
  readonly id: string;
  readonly source: string;
  readonly destination: string;
  /** `tcp/443`, `udp/53`, `icmp`; sorted. */
  readonly ports: readonly string[];
  /** Host names behind the addresses; sorted. */
  readonly names: readonly string[];
  /** Addresses outside, for where the group has no workload; sorted, at most 32 kept. */
  readonly addresses: readonly string[];
  readonly edges: readonly string[];
  readonly count: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly days: number;
};

/** Who answers for what was stopped, and why it is right. */
type Sponsor = { readonly by: string; readonly because: string };

/** Kept out of the draft because it looks wrong, unless a named person answers for it. */
export type Stopped = { readonly group: EdgeGroup; readonly because: string; readonly sponsor?: Sponsor };

/** One edge group that everything approved so far would reject, and what should become of it. */
export type Residual = {
  readonly group: EdgeGroup;
  readonly because: string;
  /** Something about it looks wrong: nobody answers it along with others, and allowing it takes one approver more. */
  readonly wrong?: true;
  /** What the answer should be where nobody knows better, and why. */
  readonly advice: 'allow' | 'block';
  readonly adviceBecause: string;
  /** Little speaks against it, how seldom it comes say, or that no rule could allow it: no answer is chosen beforehand. */
  readonly unchosen?: true;
  /** A person's answer. */
  readonly decision?: { readonly answer: 'allow' | 'block'; readonly by: string };
  /** The changes that `allow` would make. Empty where nothing in this namespace could allow it; `because` then says which side must. */
  readonly changes: readonly Change[];
};

export type Draft = {
  readonly namespace: string;
  readonly stage: Stage;
  /** Empty: nothing to allow, the stage is skipped and `remarks` say why. */
  readonly changes: readonly Change[];
  /** What it is about: the unallowed edges of this stage. */
  readonly unallowed: readonly EdgeGroup[];
  /** Ids of the edges that these changes allow and nothing allowed before. */
  readonly allows: readonly string[];
  /** Of this stage's traffic, what somebody's ruleset already allows. */
  readonly alreadyAllowed: readonly {
    readonly group: EdgeGroup;
    readonly ruleset: string;
    readonly namespace: string;
  }[];
  /** Seen, of this stage's kind, and deliberately not proposed. */
  readonly leftOut: readonly { readonly group: EdgeGroup; readonly because: string }[];
  /** Of what was stopped, what the rules of this stage could allow: in the draft only with a sponsor. */
  readonly stopped: readonly Stopped[];
  /** How wide the rules are beside the evidence: pairs of workloads and ports allowed, and of them seen. */
  readonly breadth?: { readonly seen: number; readonly possible: number; readonly of: string };
  /** What is lost as soon as it is written, the default actions being what they are; absent of the last stage, and where nobody judged it. */
  readonly cutsAtOnce?: readonly EdgeGroup[];
  /** Only for disable-discovery. */
  readonly residual: readonly Residual[];
  readonly remarks: readonly Remark[];
};

/** What people answered to the questions a draft asks. */
export type Answers = {
  /** By EdgeGroup.id: what people answered for the residual. */
  readonly residual: Readonly<Record<string, { readonly answer: 'allow' | 'block'; readonly by: string }>>;
  /** By EdgeGroup.id: who answers for what was stopped. */
  readonly sponsored?: Readonly<Record<string, Sponsor>>;
};

/** The settings of the configuration that a draft depends on. */
export type DraftSettings = {
  /** `namespace`: the guide's any-to-any; `observed`: per workload, only the seen ports. */
  readonly podsMode: 'namespace' | 'observed';
  /** Whether several seen names under one registrable domain may become `*.domain`. */
  readonly wildcards: boolean;
  /** Resolvers that may be allowed beside the cluster's own DNS service. */
  readonly trustedResolvers: readonly string[];
  /** Ranges that node addresses must lie in to be believed. */
  readonly nodeCidrs: readonly string[];
};
