/** How jobs are left and done: the only file that knows BullMQ. */
import { type Job, Queue, UnrecoverableError, Worker } from 'bullmq';
import { JOBS, type JobData, type JobName, PATIENCE } from '#src/jobs.ts';
import { connectionTo } from './connection.ts';
import { QUEUE_PREFIX } from './keys.ts';

export type Queues = ReturnType<typeof openQueues>;

export function openQueues(url: string, names: readonly JobName[], onError: (error: Error) => void) {
  const queues = new Map<JobName, Queue>();
  for (const name of names) {
    const queue = new Queue(name, { connection: connectionTo(url), prefix: QUEUE_PREFIX });
    queue.on('error', onError);
    queues.set(name, queue);
  }
  const queueOf = (name: JobName): Queue => {
    const queue = queues.get(name);
    if (!queue) throw new Error(`this process may not leave ${name}`);
    return queue;
  };

  async function add<Name extends JobName>(name: Name, data: JobData<Name>, id: string, delayMs = 0): Promise<void> {
    await queueOf(name).add(name, JOBS[name].parse(data), {
      jobId: id,
      delay: delayMs,
      ...triedAgain(name),
      removeOnComplete: { age: PATIENCE[name].keepSeconds },
      removeOnFail: { age: 30 * 24 * 3600 },
    });
  }

  return {
    /** Leaves a job under its own id; a second one of that id changes nothing. */
    add,

    /** Queues again what the queue has lost, given up or takes for done; says whether it had. */
    async addAgain<Name extends JobName>(name: Name, data: JobData<Name>, id: string): Promise<boolean> {
      const queue = queueOf(name);
      // Asked first: a record that cannot be read, which somebody else wrote, is no reason to leave it.
      if (!NOT_UNDER_WAY.has(await queue.getJobState(id))) return false;
      await queue.remove(id);
      await add(name, data, id);
      return true;
    },

    /** A job again and again, until it is unscheduled; scheduling it once more changes the rhythm and adds nothing. */
    async schedule<Name extends JobName>(
      name: Name,
      id: string,
      rhythm: { everyMs: number } | { pattern: string; timeZone: string },
      data: JobData<Name>,
    ): Promise<void> {
      const repeat = 'everyMs' in rhythm ? { every: rhythm.everyMs } : { pattern: rhythm.pattern, tz: rhythm.timeZone };
      await queueOf(name).upsertJobScheduler(id, repeat, {
        name,
        data: JOBS[name].parse(data),
        opts: {
          ...triedAgain(name),
          removeOnComplete: { age: PATIENCE[name].keepSeconds },
          removeOnFail: { age: 7 * 24 * 3600 },
        },
      });
    },

    /** The ids of everything that is scheduled of one kind. */
    async scheduled(name: JobName): Promise<ReadonlySet<string>> {
      // Each id and when it is due; asking for the schedules themselves is one more question for each.
      const range = await queueOf(name).backend.getJobSchedulersRange(0, -1, true);
      return new Set(range.filter((_, at) => at % 2 === 0));
    },

    async unschedule(name: JobName, id: string): Promise<void> {
      await queueOf(name).removeJobScheduler(id);
    },

    /** What is waiting, delayed or being done of one kind of job. */
    async underWay<Name extends JobName>(name: Name): Promise<JobData<Name>[]> {
      const jobs = await queueOf(name).getJobs(['active', 'waiting', 'delayed', 'prioritized']);
      // A job that ends while it is being listed has no record any more.
      return jobs.flatMap((job: Job | undefined) => (job ? [job.data as JobData<Name>] : []));
    },

    /** Queues that somebody has paused or throttled, which nobody here does, are worked off again; gives which. */
    async freed(): Promise<JobName[]> {
      const held: JobName[] = [];
      for (const [name, queue] of queues) {
        const { concurrency, max, duration } = await queue.getMeta();
        const isThrottled = [concurrency, max, duration].some((limit) => limit !== undefined);
        if (!isThrottled && !(await queue.isPaused())) continue;
        await queue.removeGlobalConcurrency();
        await queue.removeGlobalRateLimit();
        await queue.resume();
        held.push(name);
      }
      return held;
    },

    async close(): Promise<void> {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

/** `unknown`: in none of the lists, so nobody will come to it, although a record of it may stand there. */
const NOT_UNDER_WAY: ReadonlySet<string> = new Set(['failed', 'completed', 'unknown']);

function triedAgain(name: JobName) {
  const { attempts, backoffMs } = PATIENCE[name];
  return { attempts, backoff: { type: 'exponential', delay: backoffMs, jitter: 0.3 } };
}

export type JobFacts = {
  readonly id: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly lastAttempt: boolean;
};

/** Thrown by a step whose failure does not pass with time: it is not tried again. */
export class WillNotPass extends Error {
  override name = 'WillNotPass' as const;
}

export type Working = { close(force?: boolean): Promise<void> };

/** After so long a worker that is not heard of counts as dead, and its job is another's. */
const SILENT_MS = 30_000;
/** Generous, because two deploys in a row are no reason to give a step up: every step may run twice. */
const DEATHS_MAX = 10;

/** Does one kind of job. The data is parsed at this door. */
export function work<Name extends JobName>(
  url: string,
  name: Name,
  todo: (data: JobData<Name>, job: JobFacts) => Promise<void>,
  on: { error(error: Error): void; gaveUp(name: JobName, id: string, error: Error): void },
  { silentMs = SILENT_MS, deathsMax = DEATHS_MAX }: { readonly silentMs?: number; readonly deathsMax?: number } = {},
): Working {
  const worker = new Worker(
    name,
    async (job) => {
      const parsed = JOBS[name].safeParse(job.data);
      if (!parsed.success) throw new UnrecoverableError(`not a ${name} job: ${parsed.error.message}`);
      const attempts = job.opts.attempts ?? 1;
      const facts = { id: job.id ?? '', attempt: job.attemptsMade + 1, lastAttempt: job.attemptsMade + 1 >= attempts };
      try {
        await todo(parsed.data as JobData<Name>, facts);
      } catch (error) {
        if (error instanceof WillNotPass) throw new UnrecoverableError(error.message);
        throw error;
      }
    },
    {
      connection: { ...connectionTo(url), maxRetriesPerRequest: null },
      prefix: QUEUE_PREFIX,
      concurrency: PATIENCE[name].concurrency,
      lockDuration: silentMs,
      stalledInterval: silentMs,
      maxStalledCount: deathsMax,
      removeOnComplete: { age: PATIENCE[name].keepSeconds },
      removeOnFail: { age: 30 * 24 * 3600 },
    },
  );
  worker.on('error', on.error);
  worker.on('failed', (job, error) => {
    const final = !job || error instanceof UnrecoverableError || job.attemptsMade >= (job.opts.attempts ?? 1);
    if (final) on.gaveUp(name, job?.id ?? '', error);
  });
  return { close: (force) => worker.close(force) };
}
