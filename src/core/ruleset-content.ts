/** What a ruleset says, whatever it is called and in whatever order it says it. */
import type { NetworkRule, NewNetworkRuleset } from './network-ruleset.ts';
import type { Clauses } from './tags.ts';

export function contentOf(ruleset: Omit<NewNetworkRuleset, 'name'>): string {
  const clauses = (all: Clauses) => all.map((clause) => [...clause].sort().join('\n')).sort();
  const rules = (all: readonly NetworkRule[]) =>
    all
      .map((rule) =>
        JSON.stringify([
          rule.action,
          rule.observationEnabled === true,
          clauses(rule.object),
          rule.protocolPorts.map((port) => port.toLowerCase()).sort(),
        ]),
      )
      .sort();
  return JSON.stringify([clauses(ruleset.subject), rules(ruleset.incomingRules), rules(ruleset.outgoingRules)]);
}
