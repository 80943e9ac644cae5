/** The same number of jobs through bare BullMQ: one that is left by this process and leaves the next, which is done. */
import { fileURLToPath } from 'node:url';
import { type Job, Queue, Worker } from 'bullmq';
import { atRate, until } from './waiting.ts';

/** As the product does with a vote: it is recorded, and then what it allows is applied. */
const STEPS = ['record', 'apply'] as const;
const PREFIX = '{bare}';
const CONCURRENCY = 8;

/** Until the last of a click's jobs was done, for each click. */
export async function bareJobs(url: string, clicks: number, perSecond: number): Promise<readonly number[]> {
  const options = { connection: { url }, prefix: PREFIX };
  const [first, second] = STEPS;
  const [queue, last] = [new Queue(first, options), new Queue(second, options)];
  const before = await last.getCompletedCount();
  await atRate(
    Array.from({ length: clicks }, (_, click) => click),
    perSecond,
    (click) => queue.add(first, { at: Date.now() }, { jobId: `${perSecond}-${click}-${first}` }),
  );
  await until('every bare job is done', async () => (await last.getCompletedCount()) === before + clicks);
  const done = await last.getCompleted(0, clicks - 1);
  await Promise.all([queue.close(), last.close()]);
  return done.map(({ returnvalue }) => Number(returnvalue));
}

/** What the worker process of this comparison does. */
function workBare(url: string): void {
  const connection = { url };
  const [first, second] = STEPS;
  const next = new Queue(second, { connection, prefix: PREFIX });
  const options = { connection, prefix: PREFIX, concurrency: CONCURRENCY };
  const workers = [
    new Worker(first, ({ data, id }: Job) => next.add(second, data, { jobId: `${id}-${second}` }), options),
    new Worker(second, async ({ data }: Job<{ at: number }>) => Date.now() - data.at, options),
  ];
  process.once('SIGTERM', async () => {
    await Promise.all([...workers, next].map((one) => one.close()));
    process.exit(0);
  });
}

export const BARE_WORKER = fileURLToPath(import.meta.url);

if (process.argv[1] === BARE_WORKER) workBare(process.argv[2] as string);
