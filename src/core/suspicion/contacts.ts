/** What is judged: one workload and one place outside that it calls, over all its addresses, and how that was seen. */
import type { Edge } from '#core/edge.ts';
import { outsideNames } from '#core/stages/ends.ts';
import type { Workload } from '#core/workload.ts';

export type Contact = {
  readonly workload: Workload;
  /** A host name, or an address without one. */
  readonly place: { readonly kind: 'name' | 'address'; readonly value: string };
  readonly protocol: number;
  readonly port: number | undefined;
  readonly edges: readonly Edge[];
  readonly habit: Habit;
};

type Habit = {
  readonly count: number;
  readonly reports: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly days: number;
  /** Ids of the workload's units that took part. */
  readonly units: readonly string[];
};

/** An address with several names is part of several contacts. */
export function contactsOf(
  edges: readonly Edge[],
  workloads: ReadonlyMap<string, Workload>,
  namespace: string,
): Contact[] {
  const grouped = new Map<string, { place: Contact['place']; workload: Workload; edges: Edge[] }>();
  for (const edge of edges) {
    const { source, destination } = edge;
    if (source.kind !== 'workload' || source.namespace !== namespace || destination.kind !== 'address') continue;
    const workload = workloads.get(source.workload);
    if (!workload) continue;
    const names = outsideNames(edge);
    const places: Contact['place'][] =
      names.length > 0
        ? names.map((value) => ({ kind: 'name', value }))
        : [{ kind: 'address', value: destination.address }];
    for (const place of places) {
      const key = JSON.stringify([workload.key, place.kind, place.value, edge.protocol, edge.port ?? null]);
      const known = grouped.get(key);
      if (known) known.edges.push(edge);
      else grouped.set(key, { place, workload, edges: [edge] });
    }
  }
  return [...grouped.values()].flatMap(({ place, workload, edges: theirs }) => {
    const [first] = theirs;
    if (!first) return [];
    return [
      {
        workload,
        place,
        protocol: first.protocol,
        port: first.port,
        edges: theirs,
        habit: habitOf(theirs, new Set(workload.units)),
      },
    ];
  });
}

function habitOf(edges: readonly Edge[], units: ReadonlySet<string>): Habit {
  return {
    count: edges.reduce((sum, edge) => sum + edge.count, 0),
    reports: edges.reduce((sum, edge) => sum + edge.reports, 0),
    firstSeen: Math.min(...edges.map((edge) => edge.firstSeen)),
    lastSeen: Math.max(...edges.map((edge) => edge.lastSeen)),
    days: new Set(edges.flatMap((edge) => edge.days)).size,
    units: [...new Set(edges.flatMap((edge) => edge.units))].filter((unit) => units.has(unit)).sort(),
  };
}

/** When the console was told of a unit: its ids begin with the second in which they were given. Undefined for others. */
export function bornAt(unitId: string): number | undefined {
  return /^[0-9a-f]{24}$/.test(unitId) ? Number.parseInt(unitId.slice(0, 8), 16) * 1000 : undefined;
}
