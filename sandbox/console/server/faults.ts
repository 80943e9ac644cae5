/** Troubles made on purpose: refusals, slowness, answers that get lost. */
import { z } from 'zod';

export const Fault = z.strictObject({
  method: z.string().optional(),
  /** The beginning of the path. */
  path: z.string().optional(),
  status: z.number().int().min(400).max(599).optional(),
  /** How often it happens; 0 is for ever. */
  count: z.number().int().min(0).default(1),
  latencyMs: z.number().min(0).optional(),
  retryAfter: z.union([z.number(), z.string()]).optional(),
  /** The request is carried out and the connection ends before the answer. */
  cutAfterCommit: z.boolean().optional(),
  body: z.string().optional(),
});
export type Fault = z.infer<typeof Fault>;

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  list(): Fault[];
  /** The first that is meant for this request; it is used up by it. */
  take(method: string, path: string): Fault | undefined;
}

export function createFaults(): Faults {
  let faults: (Fault & { left: number })[] = [];
  return {
    add: (fault) => faults.push({ ...fault, left: fault.count === 0 ? Number.POSITIVE_INFINITY : fault.count }),
    clear: () => {
      faults = [];
    },
    list: () => faults.map(({ left: _left, ...fault }) => fault),
    take(method, path) {
      const fault = faults.find(
        (one) =>
          (one.method === undefined || one.method.toUpperCase() === method) &&
          (one.path === undefined || path.startsWith(one.path)),
      );
      if (fault) fault.left -= 1;
      faults = faults.filter(({ left }) => left > 0);
      return fault;
    },
  };
}
