/** What is told of each host name that was called, and of the edges behind it. */
import type { Edge } from '#core/edge.ts';
import { groupBy } from '#core/stages/group-by.ts';
import type { Contact } from './contacts.ts';
import { isDoubtful, isStop, raised } from './doubt.ts';
import { domainOf } from './look-alikes.ts';
import { carriers } from './name-shapes.ts';
import { nameSignals, portSignals } from './places.ts';
import type { Suspicion } from './signals.ts';

export type NamesCalled = {
  readonly byEdge: ReadonlyMap<Edge, readonly Suspicion[]>;
  readonly stopped: ReadonlySet<string>;
};

/** `habitOf`: how a contact was seen. */
export function judgeNames(
  contacts: readonly Contact[],
  inwardNames: ReadonlySet<string>,
  habitOf: (contact: Contact) => readonly Suspicion[],
): NamesCalled {
  const byName = groupBy(
    contacts.filter(({ place }) => place.kind === 'name'),
    ({ place }) => place.value,
  );
  const countOf = (theirs: readonly Contact[]) => sum(theirs.map(({ habit }) => habit.count));
  const domains = groupBy(
    byName.flatMap(([name, theirs]) => {
      const domain = domainOf(name);
      return domain ? [{ domain, count: countOf(theirs) }] : [];
    }),
    ({ domain }) => domain.domain,
  ).flatMap(([, [first, ...more]]) =>
    first ? [{ domain: first.domain, count: sum([first.count, ...more.map(({ count }) => count)]) }] : [],
  );
  const carried = carriers(byName.map(([name]) => name));
  const around = (name: string, count: number) => ({
    inwardNames,
    usual: domains.filter((other) => other.count > count).map(({ domain }) => domain),
    carrier: [...carried.values()].find(({ domain }) => name.endsWith(`.${domain}`)),
  });

  const stopped = new Set<string>();
  const told = new Map<Edge, { name: string; suspicions: readonly Suspicion[] }[]>();
  for (const [name, theirs] of byName) {
    const place = nameSignals(name, theirs, around(name, countOf(theirs)));
    const each = theirs.map((contact) => ({
      contact,
      about: [...place, ...portSignals(contact)],
      habit: habitOf(contact),
    }));
    // What several do soundly is no single pod's doing: one sound contact vouches for the name.
    const doubtful = each.every(({ about, habit }) => isDoubtful(about, habit));
    if (doubtful || place.some(isStop)) stopped.add(name);
    for (const { contact, about, habit } of each) {
      const suspicions = doubtful ? raised(about, habit) : [...about, ...habit];
      for (const edge of contact.edges) told.set(edge, [...(told.get(edge) ?? []), { name, suspicions }]);
    }
  }
  const byEdge = new Map(
    [...told].map(([edge, names]) => {
      // Beside a sound name, one that looks wrong gets no rule and leaves the edge its own.
      const sound = names.filter(({ name }) => !stopped.has(name));
      return [edge, (sound.length > 0 ? sound : names).flatMap(({ suspicions }) => suspicions)] as const;
    }),
  );
  return { byEdge, stopped };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
