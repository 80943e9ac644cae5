/** What a network ruleset and its rules are. */
import type { Clauses } from './tags.ts';

export type RuleAction = 'Allow' | 'Reject';

export type NetworkRule = {
  /** At most 16 characters; comes back as `ruleName` in the flow reports (console-api.md 3.4). */
  readonly name?: string;
  readonly action: RuleAction;
  readonly object: Clauses;
  readonly protocolPorts: readonly string[];
  readonly observationEnabled?: boolean;
};

export type NewNetworkRuleset = {
  readonly name: string;
  readonly subject: Clauses;
  readonly incomingRules: readonly NetworkRule[];
  readonly outgoingRules: readonly NetworkRule[];
};

/** As read from the console. `fallback`: counts only when no other ruleset was resolved for the processing unit. */
export type NetworkRuleset = NewNetworkRuleset & {
  readonly id: string;
  readonly namespace: string;
  readonly propagate: boolean;
  readonly disabled: boolean;
  readonly fallback: boolean;
  readonly annotations: Readonly<Record<string, readonly string[]>>;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
};
