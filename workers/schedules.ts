/** What is done again and again for a lockdown while it is open: collecting flows, reminding people. */
import type { Settings } from '#config/schema.ts';
import { isOpen, type Lockdown } from '#core/lockdown-state.ts';
import type { Queues } from '#redis/queue.ts';

export type SchedulingDeps = {
  readonly settings: Pick<Settings, 'discovery' | 'reminders'>;
  readonly queues: Pick<Queues, 'schedule' | 'unschedule'>;
};

/** Scheduling again what is scheduled changes nothing. */
export async function startSchedules({ settings, queues }: SchedulingDeps, id: string): Promise<void> {
  const everyMs = settings.discovery.collectEverySeconds * 1000;
  const { pattern, timeZone } = settings.reminders;
  await queues.schedule('collect-flows', `collect-${id}`, { everyMs }, { lockdown: id });
  await queues.schedule('remind', `remind-${id}`, { pattern, timeZone }, { lockdown: id });
}

/**
 * Starts the schedules that are missing, and once in the life of a process all of them: another configuration may want
 * another rhythm. Scheduling what is scheduled would do no harm, but costs much for a thousand lockdowns a minute.
 */
export function keepingSchedules(deps: SchedulingDeps & { readonly queues: Pick<Queues, 'scheduled'> }) {
  const startedHere = new Set<string>();
  return async (ids: readonly string[]): Promise<void> => {
    const [collecting, reminding] = [
      await deps.queues.scheduled('collect-flows'),
      await deps.queues.scheduled('remind'),
    ];
    for (const id of ids) {
      if (startedHere.has(id) && collecting.has(`collect-${id}`) && reminding.has(`remind-${id}`)) continue;
      await startSchedules(deps, id);
      startedHere.add(id);
    }
  };
}

/** A queue that is wiped loses its schedule too, and without the sweep nobody would rebuild anything. */
export async function keepSweeping(
  queues: Pick<Queues, 'schedule'>,
  everyMs: number,
  onError: (error: Error) => void,
): Promise<{ stop(): void }> {
  const schedule = () => queues.schedule('sweep', 'sweep', { everyMs }, {});
  await schedule();
  const keeping = setInterval(() => void schedule().catch(onError), everyMs);
  return { stop: () => clearInterval(keeping) };
}

/** Whether a scheduled job still has a reason; where it has none, the schedules end. */
export async function stillScheduled(
  { queues }: { readonly queues: Pick<Queues, 'unschedule'> },
  id: string,
  lockdown: Lockdown | undefined,
): Promise<boolean> {
  if (lockdown && isOpen(lockdown) && lockdown.phase !== 'locked') return true;
  await queues.unschedule('collect-flows', `collect-${id}`);
  await queues.unschedule('remind', `remind-${id}`);
  return false;
}
