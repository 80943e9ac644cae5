/** The door for what steps found: keeps a fact and starts what it leads to. */
import { DERIVED } from '#core/events.ts';
import { WillNotPass } from '#redis/queue.ts';
import type { JobData } from '#src/jobs.ts';
import { type RecordingDeps, record } from './recording.ts';

/** What only people can bring about comes in by the other door, where it is known who they are. */
const FROM_PEOPLE = new Set([
  'started-early',
  'paused',
  'resumed',
  'cancelled',
  'residual-decided',
  'sponsored',
  'vote-cast',
  'vote-withdrawn',
  'went-on-unproven',
  'reopened',
  'left-out',
  'undo-requested',
  'tried-again',
  'confirmed',
  'release-requested',
]);

export function recordEvent(deps: RecordingDeps) {
  return async ({ lockdown, event }: JobData<'record-event'>, job: { id: string }): Promise<void> => {
    if (DERIVED.has(event.type) || FROM_PEOPLE.has(event.type))
      throw new WillNotPass(`${event.type} does not come in by this door`);
    await record(deps, lockdown, event, job.id);
  };
}
