/** Whether a unit's rules say the same under a policy and under the one that it becomes with more rulesets and networks. */
import type { AppliedRule } from './compiled-policy.ts';

export function sayTheSame(before: readonly AppliedRule[], after: readonly AppliedRule[]): boolean {
  return before.length === after.length && before.every((rule, nth) => isSame(rule, after[nth]));
}

function isSame(before: AppliedRule, after: AppliedRule | undefined): boolean {
  return (
    after !== undefined &&
    before.certain === after.certain &&
    before.compiled.rule === after.compiled.rule &&
    before.compiled.ruleset === after.compiled.ruleset &&
    meanTheSame(before.compiled.networks, after.compiled.networks)
  );
}

/** New networks come after those that were there; a rule may mean one of them by its tag. */
function meanTheSame(before: Uint8Array, after: Uint8Array): boolean {
  return before.every((named, network) => after[network] === named) && !after.includes(1, before.length);
}
