/** Whether a policy accepts an edge, by what, and what is missing where nobody can say (console-api.md chapter 4). */
import type { Edge, Peer } from './edge.ts';
import { BY_DEFAULT } from './flow.ts';
import type { RuleAction } from './network-ruleset.ts';
import type { DefaultActions, Policy } from './policy.ts';
import { type AppliedRule, CompiledPolicy, type Direction } from './verdict/compiled-policy.ts';
import { decide, matching, probeOf } from './verdict/decide.ts';
import { type End, endsOf, isHere, type Side } from './verdict/ends.ts';
import { doubtAbout, sentenceFor } from './verdict/sentences.ts';
import type { Workload } from './workload.ts';

export type DecidedBy =
  | { readonly kind: 'rule'; readonly ruleset: string; readonly rulesetName: string; readonly ruleName?: string }
  | { readonly kind: 'default' };

export type Verdict = {
  readonly outcome: 'accept' | 'reject' | 'uncertain';
  /**
   * An accepted edge is by default as soon as one of its ends is. An uncertain one is by the rule it hangs on, where it hangs
   * on a rule.
   */
  readonly by: DecidedBy;
  /** Which end fails, or is in doubt, or is accepted by default only; else the only end that is judged. */
  readonly side?: Side;
  /** One plain sentence or two for people. */
  readonly because: string;
};

type RulesetRef = { readonly id: string; readonly name: string; readonly namespace: string };

/** What can be asked beyond edges: at one unit, in one direction, with ICMP types, and any peer. */
type Question = {
  readonly protocol: number;
  readonly port?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** Tags as they are on the wire, or an address with the names its lookups found. */
  readonly peer:
    | { readonly tags: readonly string[] }
    | { readonly address: string; readonly names?: readonly string[] };
};

type Answer = {
  readonly outcome: Verdict['outcome'];
  readonly by: DecidedBy;
  /** All rules that certainly match, each judged alone. */
  readonly matching: readonly Extract<DecidedBy, { kind: 'rule' }>[];
};

export type Judge = {
  judge(edge: Edge): Verdict;
  /** Whose rules allow an edge, at each end that is in this namespace; a Reject may still beat them. */
  whichAllow(edge: Edge): { readonly [side in Side]?: readonly RulesetRef[] };
  ask(workload: Workload, direction: Direction, question: Question): Answer;
};

/** `assume`: judge as if these were the default actions. */
export function compile(
  policy: Policy,
  workloads: ReadonlyMap<string, Workload>,
  options: { readonly assume?: DefaultActions<RuleAction> } = {},
): Judge {
  const compiled = new CompiledPolicy(policy);
  for (const workload of workloads.values()) if (workload.namespace === policy.namespace) compiled.unit(workload);
  const byDefault = options.assume ?? policy.effective;

  const judge = (edge: Edge): Verdict => {
    const unjudgeable = whyUnjudgeable(edge, policy, workloads);
    if (unjudgeable) return { outcome: 'uncertain', by: { kind: 'default' }, because: unjudgeable };
    const ends = endsOf(edge, compiled, workloads, byDefault);
    const others = foreignEnd(edge, policy);
    if (ends.length === 0) return asRecorded(edge);
    const failing = ends.filter(({ decision }) => decision.outcome === 'reject');
    if (failing.length > 0) return verdictOf('reject', failing, edge, compiled);
    const doubtful = ends.filter(({ decision }) => decision.outcome === 'uncertain');
    if (doubtful.length > 0) return verdictOf('uncertain', doubtful, edge, compiled);
    if (others && edge.action === 'Reject') return rejectedElsewhere(edge, others, policy);
    const byDefaultOnly = ends.filter(({ decision }) => !decision.rule);
    const verdict = verdictOf('accept', byDefaultOnly.length > 0 ? byDefaultOnly : ends, edge, compiled);
    if (!others) return verdict;
    return { ...verdict, because: `${verdict.because} ${others.namespace} accepted it at its end in the record.` };
  };

  return {
    judge,

    whichAllow: (edge) => {
      if (whyUnjudgeable(edge, policy, workloads)) return {};
      return Object.fromEntries(
        endsOf(edge, compiled, workloads, byDefault).map(({ side, workload, direction, probe }) => {
          const allows = matching(compiled.unit(workload)[direction], probe).filter(
            ({ compiled: { rule } }) => rule.action === 'Allow',
          );
          return [side, [...new Set(allows.map(({ compiled: { ruleset } }) => ruleset))].map(refOf)];
        }),
      );
    },

    ask: (workload, direction, { peer, ...asked }) => {
      const rules = compiled.unit(workload)[direction];
      const probe =
        'tags' in peer
          ? probeOf({ ...asked, tags: { certain: compiled.bitsOf(peer.tags), perhaps: compiled.bitsOf([]) } })
          : probeOf({
              ...asked,
              networks: compiled.networksOf(
                peer.address,
                direction === 'outgoing' ? { known: peer.names ?? [], elsewhere: [] } : undefined,
              ),
            });
      const { outcome, rule } = decide(rules, byDefault[direction], probe);
      return { outcome, by: byOf(rule), matching: matching(rules, probe).map(byRule) };
    },
  };
}

/** What no policy decides, or what nobody knows enough about. */
function whyUnjudgeable(edge: Edge, policy: Policy, workloads: ReadonlyMap<string, Workload>): string | undefined {
  if (edge.action === 'Reject' && edge.dropReason !== undefined && edge.dropReason !== 'policy')
    return `It was dropped for another reason than policy (${edge.dropReason}); no rule would change that.`;
  if (isLost(edge.source, policy, workloads) || isLost(edge.destination, policy, workloads))
    return 'The tags of one of its workloads are not known any more.';
  return undefined;
}

function isLost(peer: Peer, policy: Policy, workloads: ReadonlyMap<string, Workload>): boolean {
  return isHere(peer, policy) && !workloads.has(peer.workload);
}

function verdictOf(outcome: Verdict['outcome'], ends: readonly End[], edge: Edge, compiled: CompiledPolicy): Verdict {
  const [first] = ends;
  if (!first) throw new Error('a verdict is about at least one end');
  // Where a rule accepts at both ends no side stands out.
  const both = outcome === 'accept' && ends.length > 1 && first.decision.rule !== undefined;
  const verdict = {
    outcome,
    by: byOf(first.decision.rule),
    // Of a million verdicts a few are read: words are found when somebody asks for them, which halves the time.
    get because() {
      if (outcome === 'uncertain') return doubtAbout(first, edge, compiled);
      return ends.map((end) => sentenceFor(end, edge)).join(' ');
    },
  };
  return both ? verdict : Object.assign(verdict, { side: first.side });
}

/** The end of a connection that is in another namespace, whose policy is not ours to judge. */
function foreignEnd(edge: Edge, policy: Policy): { side: Side; namespace: string } | undefined {
  for (const side of ['source', 'destination'] as const) {
    const peer = edge[side];
    if (peer.kind === 'workload' && peer.namespace !== policy.namespace) return { side, namespace: peer.namespace };
  }
  return undefined;
}

/** Our end would accept, the record says rejected: by them, unless it was one of our rulesets then. */
function rejectedElsewhere(
  edge: Edge,
  { side, namespace }: { side: Side; namespace: string },
  policy: Policy,
): Verdict {
  const ours = edge.policyId === BY_DEFAULT || policy.rulesets.some((ruleset) => ruleset.id === edge.policyId);
  if (ours) {
    const because = `It was rejected in the record; whether ${namespace} would accept it at its end is not known here.`;
    return { outcome: 'uncertain', by: { kind: 'default' }, side, because };
  }
  const by = { kind: 'rule', ruleset: edge.policyId, rulesetName: edge.policyId } as const;
  return { outcome: 'reject', by, side, because: `${namespace} rejected it at its end in the record.` };
}

/** Neither end is in this namespace. */
function asRecorded(edge: Edge): Verdict {
  return {
    outcome: edge.action === 'Accept' ? 'accept' : 'reject',
    by:
      edge.policyId === BY_DEFAULT
        ? { kind: 'default' }
        : { kind: 'rule', ruleset: edge.policyId, rulesetName: edge.policyId },
    because: 'Neither end is in this namespace; this is what the record says.',
  };
}

function byOf(rule: AppliedRule | undefined): DecidedBy {
  return rule ? byRule(rule) : { kind: 'default' };
}

function byRule({ compiled: { ruleset, rule } }: AppliedRule): Extract<DecidedBy, { kind: 'rule' }> {
  return {
    kind: 'rule',
    ruleset: ruleset.id,
    rulesetName: ruleset.name,
    ...(rule.name === undefined ? {} : { ruleName: rule.name }),
  };
}

function refOf({ id, name, namespace }: RulesetRef): RulesetRef {
  return { id, name, namespace };
}
