/** Annotations that Lockstep puts on a namespace itself, beside those of others. */
import type { Client } from './client.ts';
import { changeNamespace } from './namespaces.ts';
import type { Annotations } from './wire/fields.ts';
import { withAnnotations } from './wire/namespaces.ts';

/** Annotations to write, empty ones to be taken off; or why nothing may be written. */
export type Marking = { readonly marks: Annotations } | { readonly refused: string };
export type Marked = { readonly written: boolean } | { readonly refused: string };

/** Decided by what the namespace carries as it is overwritten: whoever is faster is seen. */
export async function markNamespace(
  client: Client,
  path: string,
  decide: (annotations: Annotations) => Marking,
  key: string,
): Promise<Marked> {
  const { written, now } = await changeNamespace<Marking>(client, path, key, ({ raw, annotations }) => {
    const result = decide(annotations);
    const marks = 'marks' in result ? result.marks : {};
    const same = Object.entries(marks).every(
      ([name, values]) => JSON.stringify(annotations[name] ?? []) === JSON.stringify(values),
    );
    return {
      ...(same ? {} : { next: withAnnotations(raw, annotations, marks) }),
      result: { former: { marks: annotations }, now: result },
    };
  });
  return 'refused' in now ? { refused: now.refused } : { written };
}
