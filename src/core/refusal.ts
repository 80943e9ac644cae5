/** What the console would not take of a draft, in its own words: asked before any approver is. */
import type { Change } from './draft.ts';
import { validate } from './validation.ts';

/** The first objection; nothing when it would take everything. */
export function whyRefused(changes: readonly Change[]): string | undefined {
  for (const change of changes) {
    const object = objectOf(change);
    const [objection] = object ? validate(object[0], object[1]) : [];
    if (object && objection) return `${object[1].name}: ${objection.description}`;
  }
  return undefined;
}

function objectOf(change: Change) {
  if (change.kind === 'create-external-network') return ['externalnetwork', change.network] as const;
  return change.kind === 'create-ruleset' ? (['networkrulesetpolicy', change.ruleset] as const) : undefined;
}
