/** Which edges look like a scan: one outside source, many targets, next to no connections to each. */
import type { Edge } from '#core/edge.ts';
import { addressKind } from '#core/peers.ts';

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
  const knocks = new Map<string, number>();
  for (const { destination, protocol, port, count } of edges) {
    const target = JSON.stringify([destination, protocol, port ?? null]);
    knocks.set(target, count + (knocks.get(target) ?? 0));
  }
  if (knocks.size < TARGETS) return false;
  const counts = [...knocks.values()];
  const connections = counts.reduce((sum, count) => sum + count, 0);
  if (connections <= knocks.size * CONNECTIONS_PER_TARGET) return true;
  // One that comes back again and again still tries each door as often as the next; a client of ours has one it prefers.
  return isPublic(edges) && Math.max(...counts) <= 2 * Math.min(...counts);
}

/** Nodes probe many workloads at one rhythm, so evenness says something about strangers only. */
function isPublic([edge]: readonly Edge[]): boolean {
  return edge?.source.kind === 'address' && addressKind(edge.source.address) === 'public';
}
