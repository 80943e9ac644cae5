/** Which edges look like a scan: one outside source, many targets, hardly any connections to each or as many to each. */
import type { Edge } from '#core/edge.ts';
import type { Evidence } from '#core/evidence.ts';
import { addressKind } from '#core/peers.ts';
import { leadsToPublished } from '#core/services.ts';

type Cluster = Pick<Evidence, 'workloads' | 'kubernetes'>;

/** Fewer targets than this are a lost client, not a scan. */
const TARGETS = 6;
/** A scan knocks; a client stays. */
const CONNECTIONS_PER_TARGET = 3;

export function scanEdges(edges: readonly Edge[], evidence: Cluster): Set<Edge> {
  const bySource = new Map<string, Edge[]>();
  for (const edge of edges) {
    if (edge.source.kind !== 'address' || edge.destination.kind !== 'workload') continue;
    const known = bySource.get(edge.source.address);
    if (known) known.push(edge);
    else bySource.set(edge.source.address, [edge]);
  }
  return new Set([...bySource.values()].filter((theirs) => looksLikeScan(theirs, evidence)).flat());
}

function looksLikeScan(edges: readonly Edge[], evidence: Cluster): boolean {
  const knocks = new Map<string, { count: number; readonly days: Set<string> }>();
  for (const { destination, protocol, port, count, days } of edges) {
    const target = JSON.stringify([destination, protocol, port ?? null]);
    const known = knocks.get(target) ?? { count: 0, days: new Set<string>() };
    known.count += count;
    for (const day of days) known.days.add(day);
    knocks.set(target, known);
  }
  if (knocks.size < TARGETS) return false;
  // From inside, one port at many workloads is the round of somebody who looks after them all.
  if (!isPublic(edges) && new Set(edges.map(({ protocol, port }) => `${protocol}/${port}`)).size < TARGETS)
    return false;
  const counts = [...knocks.values()].map(({ count }) => count);
  const connections = counts.reduce((sum, count) => sum + count, 0);
  // Whoever comes back to the same doors on another day knows them: a job by night, an agent on its round.
  const returning = [...knocks.values()].filter(({ days }) => days.size > 1).length;
  if (connections <= knocks.size * CONNECTIONS_PER_TARGET && 2 * returning <= knocks.size) return true;
  // One that comes back again and again still tries each door as often as the next; a client of ours has one it prefers.
  // A monitor, too, calls all of its doors alike, but only those that are open to the public.
  return (
    isPublic(edges) &&
    Math.max(...counts) <= 2 * Math.min(...counts) &&
    !edges.every((edge) => leadsToPublished(edge, evidence))
  );
}

/** Nodes probe many workloads at one rhythm, so evenness says something about strangers only. */
function isPublic([edge]: readonly Edge[]): boolean {
  return edge?.source.kind === 'address' && addressKind(edge.source.address) === 'public';
}
