/** The one connection that was never closed: who holds it, and since when. */
import { podsAt, type World } from '#sandbox/console/world/world.ts';
import type { Pair } from './attempts.ts';
import type { Edge } from './edges.ts';

export interface LongLived {
  edge: Edge;
  pair: Pair;
  sinceMs: number;
}

const twoDaysMs = 2 * 24 * 3_600_000;

/** The application's first edge between workloads, held by two pods that live since long. */
export function longLived(world: World, edges: readonly Edge[]): LongLived | undefined {
  const edge = edges.find(({ kind, noise, protocol }) => kind === 'edge' && !noise && protocol === 'tcp');
  if (!edge) return undefined;
  const [source, destination] = [edge.from, edge.to].map((name) => podsAt(world, name, world.startMs).at(-1));
  if (!source || !destination || source === destination) return undefined;
  return {
    edge,
    pair: {
      source: { pod: source, address: source.address },
      destination: { pod: destination, address: destination.address },
    },
    sinceMs: Math.max(world.startMs - twoDaysMs, source.bornMs, destination.bornMs),
  };
}
