/** Which objects a list holds, in which order, and how it is cut into pages. */
import { isBelow, visibleFrom } from '#sandbox/console/enforcer/hierarchy.ts';
import type { Query } from './query-parameters.ts';

export interface Listing<T> {
  objects: T[];
  total: number;
  next?: string;
}

interface Listed {
  ID: string;
  namespace: string;
}

export function scoped<T extends Listed>(objects: readonly T[], namespace: string, query: Query): T[] {
  return objects.filter(
    (object) =>
      object.namespace === namespace ||
      (query.recursive && isBelow(object.namespace, namespace)) ||
      (query.propagated && visibleFrom(namespace, { propagate: false, ...object })),
  );
}

export function page<T extends Listed>(objects: readonly T[], query: Query): Listing<T> {
  const filtered = query.filter ? objects.filter(query.filter) : [...objects];
  const ordered = filtered.sort(inOrder(query.order));
  const total = ordered.length;
  if (query.limit === 0 && query.after === '') {
    const from = query.pagesize > 0 ? Math.max(0, query.page - 1) * query.pagesize : 0;
    return { objects: query.pagesize > 0 ? ordered.slice(from, from + query.pagesize) : ordered, total };
  }
  const from = query.after === '' ? 0 : ordered.findIndex(({ ID }) => ID === query.after) + 1;
  // Without an order the cursor means "greater than", so it survives the deletion of its object.
  const rest =
    query.after !== '' && query.order.length === 0 ? ordered.filter(({ ID }) => ID > query.after) : ordered.slice(from);
  const cut = query.limit > 0 ? rest.slice(0, query.limit) : rest;
  const last = cut.at(-1);
  const isFull = query.limit > 0 && cut.length === query.limit;
  return { objects: cut, total, ...(isFull && last ? { next: last.ID } : {}) };
}

function inOrder(order: readonly string[]): (a: Listed, b: Listed) => number {
  return (a, b) => {
    for (const name of [...order, 'ID']) {
      const attribute = name.replace(/^-/, '');
      const [left, right] = [String(Reflect.get(a, attribute) ?? ''), String(Reflect.get(b, attribute) ?? '')];
      if (left !== right) return (left < right ? -1 : 1) * (name.startsWith('-') ? -1 : 1);
    }
    return 0;
  };
}
