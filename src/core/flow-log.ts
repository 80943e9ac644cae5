/** Many flows at once, as columns: a week of reports needs neither an object each nor the memory for it. */
import type { Flow, FlowKind } from './flow.ts';

export class FlowLog implements Iterable<Flow> {
  /** One entry a flow in each; flows of one kind mostly share the object. */
  readonly kinds: readonly FlowKind[];
  readonly ats: Float64Array;
  readonly values: Float64Array;

  constructor(kinds: readonly FlowKind[], ats: Float64Array, values: Float64Array) {
    this.kinds = kinds;
    this.ats = ats;
    this.values = values;
  }

  get length(): number {
    return this.kinds.length;
  }

  *[Symbol.iterator](): Generator<Flow> {
    for (const [index, kind] of this.kinds.entries())
      yield { ...kind, at: this.ats[index] as number, value: this.values[index] as number };
  }
}
