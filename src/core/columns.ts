/** What is read of the same edges again and again, as numbers in a row: to fetch each edge anew was half of a replay's time. */
import type { Edge } from './edge.ts';

/** One number an edge, in the order of the edges. */
export type Columns = {
  readonly count: Float64Array;
  readonly lastSeen: Float64Array;
  /** Ten times as much is one step more. */
  readonly countSteps: Float64Array;
  readonly unitSteps: Float64Array;
  /** 1 where it was rejected when it was recorded. */
  readonly rejected: Uint8Array;
};

export function columnsOf(edges: readonly Edge[]): Columns {
  let columns = known.get(edges);
  if (!columns) {
    columns = {
      count: Float64Array.from(edges, (edge) => edge.count),
      lastSeen: Float64Array.from(edges, (edge) => edge.lastSeen),
      countSteps: Float64Array.from(edges, (edge) => Math.log(1 + edge.count)),
      unitSteps: Float64Array.from(edges, (edge) => Math.log(1 + edge.units.length)),
      rejected: Uint8Array.from(edges, (edge) => (edge.action === 'Reject' ? 1 : 0)),
    };
    known.set(edges, columns);
  }
  return columns;
}

const known = new WeakMap<readonly Edge[], Columns>();
