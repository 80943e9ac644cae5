/** Which rulesets sleep because a tag they name has no effective prefix, and what waking them would do. */
import type { NetworkRule, NetworkRuleset } from '#core/network-ruleset.ts';
import type { Policy } from '#core/policy.ts';
import type { Clauses } from '#core/tags.ts';

/** Rulesets that name tags of this prefix have slept so far: an ineffective tag matches nothing (console-api.md 4.2). */
export function wokenBy({ rulesets }: Policy, prefix: string): NetworkRuleset[] {
  return rulesets.filter(
    (ruleset) =>
      !ruleset.disabled &&
      (names(ruleset.subject, prefix) || rulesOf(ruleset).some(({ object }) => names(object, prefix))),
  );
}

/** Whether the prefix would cut by itself: it wakes a Reject, or a ruleset whose coming ends the fallbacks of its units. */
export function wakesWhatCuts(policy: Policy, prefix: string): boolean {
  const hasFallbacks = policy.rulesets.some(({ disabled, fallback }) => fallback && !disabled);
  return wokenBy(policy, prefix).some((ruleset) => {
    const subject = names(ruleset.subject, prefix);
    if (subject && hasFallbacks && !ruleset.fallback) return true;
    return rulesOf(ruleset).some(
      (rule) => rule.action === 'Reject' && rule.observationEnabled !== true && (subject || names(rule.object, prefix)),
    );
  });
}

function rulesOf({ incomingRules, outgoingRules }: NetworkRuleset): NetworkRule[] {
  return [...incomingRules, ...outgoingRules];
}

function names(clauses: Clauses, prefix: string): boolean {
  return clauses.some((clause) => clause.some((tag) => tag.startsWith(prefix)));
}
