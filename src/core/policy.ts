/** What a policy is: everything in force for a namespace. */
import type { ExternalNetwork } from './external-network.ts';
import type { NetworkRuleset, RuleAction } from './network-ruleset.ts';

/** What a namespace says itself; `Inherit` asks its parent. */
export type OwnAction = RuleAction | 'Inherit';

export type DefaultActions<Action extends OwnAction = OwnAction> = {
  readonly incoming: Action;
  readonly outgoing: Action;
};

export type Policy = {
  readonly namespace: string;
  readonly prefixes: { readonly local: readonly string[]; readonly effective: readonly string[] };
  /** As written on the namespace: what release gives back. */
  readonly own: DefaultActions;
  /** `Inherit` resolved: what an enforcer does with what no rule matches. */
  readonly effective: DefaultActions<RuleAction>;
  /** Own and propagated, disabled ones included. */
  readonly rulesets: readonly NetworkRuleset[];
  readonly externalNetworks: readonly ExternalNetwork[];
};

/** Discovery mode is nothing more than both directions allowed by default (console-api.md 4.3). */
export function inDiscoveryMode(policy: Pick<Policy, 'effective'>): boolean {
  return policy.effective.incoming === 'Allow' && policy.effective.outgoing === 'Allow';
}
