/** How a step says what it found: one event, under the step's own id, so that running twice reports once. */
import type { Event } from '#core/events.ts';
import type { Queues } from '#redis/queue.ts';

export type Reporting = { readonly queues: Pick<Queues, 'add'> };

export async function report(deps: Reporting, lockdown: string, event: Event, jobId: string): Promise<void> {
  await deps.queues.add('record-event', { lockdown, event }, `${jobId}-${event.type}`);
}
