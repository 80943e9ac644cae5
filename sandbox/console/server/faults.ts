/** Troubles made on purpose: refusals, slowness, answers that get lost. */
import { z } from 'zod';

export const Fault = z.strictObject({
  method: z.string().optional(),
  /** The beginning of the path. */
  path: z.string().optional(),
  status: z.number().int().min(400).max(599).optional(),
  /** How often it happens; 0 is for ever. */
  count: z.number().int().min(0).default(1),
  /** How long it goes on, from when it is ordered. */
  forMs: z.number().positive().optional(),
  latencyMs: z.number().min(0).optional(),
  retryAfter: z.union([z.number(), z.string()]).optional(),
  /** The request is carried out and the connection ends before the answer. */
  cutAfterCommit: z.boolean().optional(),
  /** The request is carried out and the answer kept back for so long. */
  holdMs: z.number().positive().optional(),
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
  let faults: (Fault & { left: number; untilMs: number })[] = [];
  const lasting = () => {
    faults = faults.filter(({ left, untilMs }) => left > 0 && Date.now() < untilMs);
    return faults;
  };
  return {
    add: (fault) =>
      faults.push({
        ...fault,
        left: fault.count === 0 ? Number.POSITIVE_INFINITY : fault.count,
        untilMs: Date.now() + (fault.forMs ?? Number.POSITIVE_INFINITY),
      }),
    clear: () => {
      faults = [];
    },
    list: () => lasting().map(({ left: _left, untilMs: _until, ...fault }) => fault),
    take(method, path) {
      const fault = lasting().find(
        (one) =>
          (one.method === undefined || one.method.toUpperCase() === method) &&
          (one.path === undefined || path.startsWith(one.path)),
      );
      if (fault) fault.left -= 1;
      return fault;
    },
  };
}
