/** Which edges look like a scan: one outside source, many targets, next to no connections to each. */
import type { Edge } from '#core/edge.ts';

/** Fewer targets than this are a lost client, not a scan. */
const TARGETS = 6;
/** A scan knocks; a client stays. */
const CONNECTIONS_PER_TARGET = 3;

export function scanEdges(edges: readonly Edge[]): Set<Edge> {
  const bySource = new Map<string, Edge[]>();
  for (const edge of edges) {
    if (edge.source.kind !== 'address' || edge.destination.kind !== 'workload') continue;
    const known = bySource.get(edge.source.address);
    if (known) known.push(edge);
    else bySource.set(edge.source.address, [edge]);
  }
  return new Set([...bySource.values()].filter(looksLikeScan).flat());
}

function looksLikeScan(edges: readonly Edge[]): boolean {
  const targets = new Set(edges.map((edge) => JSON.stringify([edge.destination, edge.protocol, edge.port ?? null])));
  const connections = edges.reduce((sum, edge) => sum + edge.count, 0);
  return targets.size >= TARGETS && connections <= targets.size * CONNECTIONS_PER_TARGET;
}
