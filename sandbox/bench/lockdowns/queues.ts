/** What stands in the product's queues, as whoever runs it would look: how much is to do, how much was done. */
import { Queue } from 'bullmq';
import { QUEUE_PREFIX } from '#redis/keys.ts';
import { JOB_NAMES, type JobName } from '#src/jobs.ts';

export type Watched = {
  /** Waiting or being done, the hourly and daily ones that are due later left out. */
  toDo(): Promise<number>;
  done(): Promise<Readonly<Record<JobName, number>>>;
  close(): Promise<void>;
};

export function watchQueues(url: string): Watched {
  const queues = JOB_NAMES.map((name) => ({
    name,
    queue: new Queue(name, { connection: { url }, prefix: QUEUE_PREFIX }),
  }));
  return {
    async toDo() {
      const counts = await Promise.all(
        queues.map(({ queue }) => queue.getJobCountByTypes('waiting', 'active', 'prioritized')),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
    async done() {
      const counts = await Promise.all(
        queues.map(async ({ name, queue }) => [name, await queue.getCompletedCount()] as const),
      );
      return Object.fromEntries(counts) as Record<JobName, number>;
    },
    close: async () => void (await Promise.all(queues.map(({ queue }) => queue.close()))),
  };
}
