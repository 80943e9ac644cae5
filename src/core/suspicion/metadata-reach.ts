/** Who reaches the address under which a cloud hands out the machine's credentials, and who is not expected to. */
import type { Edge } from '#core/edge.ts';
import { outsideNames } from '#core/stages/ends.ts';
import type { Workload } from '#core/workload.ts';
import { type Contact, contactsOf } from './contacts.ts';
import { weighed } from './doubt.ts';
import { WEAK } from './habits.ts';
import type { Suspicion } from './signals.ts';

/** Agents and clouds' own clients are few or everywhere; more than these, each steady, are a habit of the namespace. */
const FEW = 3;

export function metadataSignals(
  reaching: readonly Edge[],
  namespace: string,
  workloads: ReadonlyMap<string, Workload>,
  habitOf: (contact: Contact) => readonly Suspicion[],
): Map<Edge, readonly Suspicion[]> {
  // By address, whatever it is called: that it has an outside name is judged edge by edge.
  const contacts = contactsOf(
    reaching.map((edge) => ({ ...edge, names: [] })),
    workloads,
    namespace,
  );
  const byId = new Map(reaching.map((edge) => [edge.id, edge]));
  const few = new Set(contacts.map(({ workload }) => workload.key)).size <= FEW;
  const found = new Map<Edge, readonly Suspicion[]>();
  for (const contact of contacts) {
    const habit = habitOf(contact);
    const isWeak = habit.some(({ id }) => WEAK.has(id));
    const about = few || isWeak ? [reach(contact)] : [];
    for (const { id } of contact.edges) {
      const edge = byId.get(id);
      if (edge) found.set(edge, [...weighed(about, habit), ...disguised(edge)]);
    }
  }
  return found;
}

function reach({ workload }: Contact): Suspicion {
  const because = `${workload.name} asks the metadata service, which hands out the machine’s cloud credentials`;
  return { id: 'S-24', level: 'look', because, measured: {} };
}

/** `metadata.google.internal` leads here; a name that the internet answers for should not. */
function disguised(edge: Edge): Suspicion[] {
  const outside = outsideNames(edge);
  const [name] = outside;
  if (name === undefined) return [];
  const because = `${name}, which the internet answers for, leads to the metadata service`;
  const level = outside.length === edge.names.length ? 'stop' : 'look';
  return [{ id: 'S-11', level, because, measured: { name } }];
}
