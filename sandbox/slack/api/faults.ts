/** Faults on order: the next calls of a method are slow, refused, limited, or done and then denied. */
import { z } from 'zod';

export const Fault = z
  .strictObject({
    /** A Web API method; every method where none is named. */
    method: z.string().optional(),
    status: z.number().int().min(400).max(599).optional(),
    error: z.string().optional(),
    /** Seconds, for a 429. */
    retryAfter: z.number().int().min(0).optional(),
    count: z.number().int().min(1),
    /** The call does its work first, so that only the answer is lost. */
    afterAccept: z.boolean().optional(),
    latencyMs: z.number().int().min(0).optional(),
  })
  .refine(
    (fault) => fault.status !== undefined || fault.error !== undefined || fault.latencyMs !== undefined,
    'a fault needs a status, an error or a latencyMs',
  );
export type Fault = z.infer<typeof Fault>;

export class Faults {
  #waiting: Fault[] = [];

  order(fault: Fault): void {
    this.#waiting.push({ ...fault });
  }

  clear(): void {
    this.#waiting = [];
  }

  waiting(): readonly Fault[] {
    return this.#waiting;
  }

  /** The fault for this call, if one is ordered; using it up. */
  next(method: string): Fault | undefined {
    const fault = this.#waiting.find((one) => one.method === undefined || one.method === method);
    if (!fault) return undefined;
    fault.count -= 1;
    if (fault.count === 0) this.#waiting = this.#waiting.filter((one) => one !== fault);
    return fault;
  }
}
