/** Which tags can match at all, and when an expression matches them. */
import type { Expression, Policy } from '#sandbox/console/objects.ts';
import { effectivePrefixes } from './hierarchy.ts';

/** Tags without an effective prefix never leave the enforcer, so no rule ever sees them. */
export function wireTags(policy: Policy, namespace: string, tags: readonly string[]): string[] {
  const prefixes = effectivePrefixes(policy, namespace);
  return tags.filter((tag) => prefixes.some((prefix) => tag.startsWith(prefix)));
}

/** Any of the lists, and in it every tag. */
export function matches(expression: Expression, tags: readonly string[]): boolean {
  return expression.some((clause) => clause.length > 0 && clause.every((tag) => tags.includes(tag)));
}
