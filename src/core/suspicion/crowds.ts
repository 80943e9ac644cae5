/** Sources that try so many places that nobody could look at each: one group, never a rule. */
import { getDomain } from 'tldts';
import type { Edge } from '#core/edge.ts';
import type { AddressKind } from '#core/peers.ts';
import { outsideNames } from '#core/stages/ends.ts';
import { groupBy } from '#core/stages/group-by.ts';
import type { Suspicion } from './signals.ts';

/** More new places than this are no application's habit. */
const PLACES = 64;
const PORTS = 32;
/** What was reported so much more often than the rest of the crowd is somebody's work, and only stands beside it. */
const STANDS_OUT = 10;

/** By edge: workloads that called crowds of addresses without a name, of domains nobody else calls, or of ports. */
export function crowdSignals(
  edges: readonly Edge[],
  namespace: string,
  kindOf: (address: string) => AddressKind,
): Map<Edge, Suspicion> {
  const bySource = new Map<string, Edge[]>();
  const callers = new Map<string, Set<string>>();
  const domains = new Map<Edge, readonly string[]>();
  for (const edge of edges) {
    if (edge.source.kind !== 'workload' || edge.source.namespace !== namespace) continue;
    const { workload } = edge.source;
    const known = bySource.get(workload);
    if (known) known.push(edge);
    else bySource.set(workload, [edge]);
    const theirs = domainsOf(edge);
    domains.set(edge, theirs);
    for (const domain of theirs) callers.set(domain, (callers.get(domain) ?? new Set()).add(workload));
  }
  const found = new Map<Edge, Suspicion>();
  for (const theirs of bySource.values()) {
    const nameless = theirs.filter(
      ({ destination, names }) =>
        destination.kind === 'address' && names.length === 0 && kindOf(destination.address) === 'public',
    );
    mark(nameless, new Set(nameless.map(placeOf)).size, 'addresses without a name', PLACES);
    const alone = theirs.filter((edge) => {
      const own = domains.get(edge) ?? [];
      return own.length > 0 && own.every((domain) => callers.get(domain)?.size === 1);
    });
    mark(
      alone,
      new Set(alone.flatMap((edge) => domains.get(edge) ?? [])).size,
      'domains that nobody else calls',
      PLACES,
    );
    for (const [, same] of groupBy(theirs, placeOf))
      mark(
        same,
        new Set(same.map(({ protocol, port }) => `${protocol}/${port ?? ''}`)).size,
        'ports of one place',
        PORTS,
      );
  }
  return found;

  function mark(theirs: readonly Edge[], count: number, what: string, most: number): void {
    if (count <= most) return;
    const because = `its source called ${count} ${what}, which looks like a scan`;
    const usual = theirs.map(({ reports }) => reports).sort((a, b) => a - b)[Math.floor(theirs.length / 2)] ?? 0;
    const crowd = theirs.filter(({ reports }) => reports <= usual * STANDS_OUT);
    for (const edge of crowd) found.set(edge, { id: 'S-26', level: 'stop', because, measured: { places: count } });
  }
}

function placeOf({ destination }: Edge): string {
  return destination.kind === 'workload' ? destination.workload : destination.address;
}

function domainsOf(edge: Edge): string[] {
  return outsideNames(edge).flatMap((name) => getDomain(name) ?? []);
}
