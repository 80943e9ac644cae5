/** The tags an object carries: those computed from it, those of the organisation above it, its own. */
import type { Stored } from './objects.ts';

export function normalizedTags(identity: string, object: Stored, more: Record<string, string> = {}): string[] {
  const computed = { $id: object.ID, $identity: identity, $name: object.name, $namespace: object.namespace, ...more };
  return [
    ...new Set([
      ...Object.entries(computed).map(([key, value]) => `${key}=${value}`),
      ...object.metadata,
      ...object.associatedTags,
    ]),
  ];
}
