/** How something that happened is kept and what it starts: shared by the two doors, record-request and record-event. */
import type { Event } from '#core/events.ts';
import { advance, dueSteps, type Step } from '#core/lockdown.ts';
import type { Entry, LockdownStore } from '#redis/lockdown-store.ts';
import type { Queues } from '#redis/queue.ts';
import type { Journal } from '#src/journal.ts';

export type RecordingDeps = {
  readonly lockdowns: Pick<LockdownStore, 'read' | 'save' | 'entryOf'>;
  readonly queues: Pick<Queues, 'add'>;
  readonly journal: Pick<Journal, 'happened' | 'changedNothing'>;
  readonly configHash: string;
  readonly now: () => number;
};

/** Two who save at once are told apart by the history's length; the slower one decides again on what the faster one left. */
const ROUNDS = 20;

/**
 * Keeps an event and starts the steps it leads to. `cause` is the job's id: when the process died between the two, the
 * retry finds its own entries and only starts the steps, under the same ids as before.
 */
export async function record(
  deps: RecordingDeps,
  id: string,
  event: Event,
  cause: string,
): Promise<'recorded' | 'changes nothing'> {
  for (let round = 0; round < ROUNDS; round += 1) {
    // In every round: whoever was faster may have been doing the same job, by a worker that was taken for dead.
    if (await recordedBefore(deps, id, cause)) return 'recorded';
    const lockdown = await deps.lockdowns.read(id);
    const next = lockdown && advance(lockdown, event, deps.now());
    if (!next) {
      deps.journal.changedNothing({ lockdown: id, event: event.type });
      return 'changes nothing';
    }
    const facts = { at: deps.now(), cause, config: deps.configHash };
    const saved = await deps.lockdowns.save(next.lockdown, next.transitions, facts);
    if ('kept' in saved) {
      for (const entry of saved.kept) deps.journal.happened({ lockdown: id, event: entry.event.type, to: entry.to });
      await startSteps(deps, id, saved.kept);
      return 'recorded';
    }
  }
  throw new Error(`${id} was changed by others ${ROUNDS} times in a row`);
}

/** Whether an earlier try of this job got as far as keeping its entries; then only the steps are started, once more. */
export async function recordedBefore(
  deps: Pick<RecordingDeps, 'lockdowns' | 'queues'>,
  id: string,
  cause: string,
): Promise<boolean> {
  const entries = await deps.lockdowns.entryOf(id, cause);
  await startSteps(deps, id, entries);
  return entries.length > 0;
}

type StartingDeps = Pick<RecordingDeps, 'lockdowns' | 'queues'>;

async function startSteps(deps: StartingDeps, id: string, entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) {
    for (const step of entry.steps) await startStep(deps, id, step, `e${entry.number}`);
    if (entry.event.type === 'resumed') await wake(deps, id, entry.cause);
  }
}

/** Starts what should be under way, under ids that end with `mark`. */
async function wake(deps: StartingDeps, id: string, mark: string): Promise<void> {
  const lockdown = await deps.lockdowns.read(id);
  for (const step of lockdown ? dueSteps(lockdown) : []) await startStep(deps, id, step, mark);
}

export async function startStep(
  deps: Pick<RecordingDeps, 'queues'>,
  lockdown: string,
  { step, stage }: Pick<Step, 'step'> & { stage?: Step['stage'] | undefined },
  mark: string,
): Promise<void> {
  if (step === 'announce' || step === 'watch-lockdown' || step === 'release-lockdown') {
    await deps.queues.add(step, { lockdown }, `${lockdown}-${mark}-${step}`);
  } else if (stage) {
    await deps.queues.add(step, { lockdown, stage }, `${lockdown}-${stage}-${mark}-${step}`);
  }
}
