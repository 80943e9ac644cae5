/** Jobs: each once under its id, tried again where that helps. */
import { Queue } from 'bullmq';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type JobFacts, openQueues, WillNotPass, work } from '#redis/queue.ts';
import { JOB_NAMES, type JobData, type JobName } from '#src/jobs.ts';
import { redisForTests } from '#test/support/redis.ts';

const { url } = redisForTests(6);
const data = { lockdown: 'shop-1' };
const silent = () => undefined;

function queues(at = url, names: readonly JobName[] = JOB_NAMES) {
  const opened = openQueues(at, names, silent);
  // Closing waits for a server; where there is none, the sockets end with the test.
  onTestFinished(() => Promise.race([opened.close(), new Promise<void>((resolve) => setTimeout(resolve, 500))]));
  return opened;
}

type Done = { readonly id: string; readonly attempt: number; readonly lastAttempt: boolean };

/** A worker that remembers what it did. */
function working<Name extends JobName>(name: Name, todo: (data: JobData<Name>, job: JobFacts) => Promise<void>) {
  const done: Done[] = [];
  const gaveUp: string[] = [];
  const worker = work(
    url,
    name,
    async (given, job) => {
      done.push({ ...job });
      await todo(given, job);
    },
    { error: silent, gaveUp: (_, id, error) => void gaveUp.push(`${id}: ${error.message}`) },
  );
  onTestFinished(() => worker.close(true));
  return { done, gaveUp };
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it did not come');
}

describe('a job', () => {
  test('left twice under one id is done once, also when the first is done already', async () => {
    const { add } = queues();
    const { done } = working('announce', async () => undefined);
    await add('announce', data, 'announce-1');
    await add('announce', data, 'announce-1');
    await until(() => done.length === 1);
    await add('announce', data, 'announce-1');
    await add('announce', data, 'announce-2');
    await until(() => done.some(({ id }) => id === 'announce-2'));
    expect(done.map(({ id }) => id)).toEqual(['announce-1', 'announce-2']);
  });

  test('whose data is not what its kind of job takes is refused before it is left', async () => {
    const { add } = queues();
    const wrong = { lockdown: 'shop-1', evidence: ['not here'] } as unknown as JobData<'announce'>;
    await expect(add('announce', wrong, 'announce-1')).rejects.toThrow();
    expect(await queues().underWay('announce')).toEqual([]);
  });

  test('that was put into the queue by hand with other data is given up, not done', async () => {
    const { done, gaveUp } = working('announce', async () => undefined);
    const byHand = new Queue('announce', { connection: { url }, prefix: '{lockstep}:queue' });
    await byHand.add('announce', { anything: true }, { jobId: 'by-hand' });
    await until(() => gaveUp.length === 1);
    await byHand.close();
    expect(done).toEqual([]);
    expect(gaveUp[0]).toContain('not a announce job');
  });

  test('whose failure may pass is tried again, and knows when it is the last time', async () => {
    const { add } = queues();
    const { done } = working('collect-flows', async (_, job) => {
      if (job.attempt < 2) throw new Error('the console is busy');
    });
    await add('collect-flows', data, 'collect-1');
    await until(() => done.length === 2);
    expect(done.map(({ attempt, lastAttempt }) => [attempt, lastAttempt])).toEqual([
      [1, false],
      [2, false],
    ]);
  });

  test('whose failure will not pass is not tried again', async () => {
    const { add } = queues();
    const { done, gaveUp } = working('draft-stage', async () => {
      throw new WillNotPass('nobody may approve this');
    });
    await add('draft-stage', { ...data, stage: 'dns' }, 'draft-1');
    await until(() => gaveUp.length === 1);
    expect(gaveUp).toEqual(['draft-1: nobody may approve this']);
    expect(done).toHaveLength(1);
  });

  /** Begins the job and is heard of no more, so many times. */
  async function dies(times: number, deathsMax?: number): Promise<void> {
    const patience = { silentMs: 300, ...(deathsMax === undefined ? {} : { deathsMax }) };
    for (let nth = 1; nth <= times; nth += 1) {
      let begun = false;
      const begin = async () => {
        begun = true;
        await new Promise(() => undefined);
      };
      const worker = work(url, 'apply-stage', begin, { error: silent, gaveUp: silent }, patience);
      await until(() => begun);
      await worker.close(true);
    }
  }

  test('whose workers died twice in a row, and a third time, is done by the next one', async () => {
    const { add } = queues();
    await add('apply-stage', { ...data, stage: 'dns' }, 'apply-1');
    await dies(3);
    const done: string[] = [];
    const gaveUp: string[] = [];
    const on = { error: silent, gaveUp: (_: string, id: string) => void gaveUp.push(id) };
    const worker = work(url, 'apply-stage', async (_, { id }) => void done.push(id), on, { silentMs: 300 });
    onTestFinished(() => worker.close(true));
    await until(() => done.length > 0);
    expect({ done, gaveUp }).toEqual({ done: ['apply-1'], gaveUp: [] });
  });

  test('that is given up because too many workers died at it is told to the operator', async () => {
    const { add } = queues();
    await add('apply-stage', { ...data, stage: 'dns' }, 'apply-1');
    await dies(2, 1);
    const gaveUp: string[] = [];
    const on = {
      error: silent,
      gaveUp: (_: string, id: string, error: Error) => void gaveUp.push(`${id}: ${error.message}`),
    };
    const worker = work(url, 'apply-stage', async () => undefined, on, { silentMs: 300, deathsMax: 1 });
    onTestFinished(() => worker.close(true));
    await until(() => gaveUp.length > 0);
    expect(gaveUp).toEqual(['apply-1: job stalled more than allowable limit']);
  });

  test('that is under way when the worker is asked to stop is finished first, and nothing new is begun', async () => {
    const { add } = queues();
    const begun: string[] = [];
    const done: string[] = [];
    let finish: () => void = () => undefined;
    const on = { error: silent, gaveUp: silent };
    const worker = work(
      url,
      'sweep',
      async (_, { id }) => {
        begun.push(id);
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        done.push(id);
      },
      on,
    );
    onTestFinished(() => worker.close(true));
    await add('sweep', {}, 'sweep-1');
    await until(() => begun.length === 1);
    const stopped = worker.close();
    await add('sweep', {}, 'sweep-2');
    expect(done).toEqual([]);
    finish();
    await stopped;
    expect({ begun, done }).toEqual({ begun: ['sweep-1'], done: ['sweep-1'] });
    expect(await queues().underWay('sweep')).toEqual([{}]);
  });

  test('may not be left by a process that has no business with it', async () => {
    const { add } = queues(url, ['record-request']);
    await expect(add('apply-stage', { ...data, stage: 'dns' }, 'apply-1')).rejects.toThrow('may not leave apply-stage');
  });
});

describe('a schedule', () => {
  test('that is set again before it is due still comes, however often it is set', async () => {
    const { schedule } = queues();
    const { done } = working('collect-flows', async () => undefined);
    await schedule('collect-flows', 'collect-shop-1', { everyMs: 1000 }, data);
    const begun = Date.now();
    while (Date.now() - begun < 3500) {
      await schedule('collect-flows', 'collect-shop-1', { everyMs: 1000 }, data);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(done.length).toBeGreaterThanOrEqual(3);
    expect(done.length).toBeLessThanOrEqual(5);
  });

  test('whose job fails once is tried again, and does not wait for the next day', async () => {
    const { schedule } = queues();
    const { done } = working('remind', async (_, job) => {
      if (job.attempt === 1) throw new Error('the console is busy');
    });
    await schedule('remind', 'remind-shop-1', { everyMs: 3600_000 }, data);
    await until(() => done.length === 2);
    expect(done.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  test('that slept while nobody worked comes once, and not once for each time it would have come', async () => {
    const { schedule, underWay } = queues();
    await schedule('remind', 'remind-shop-1', { everyMs: 100 }, data);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(await underWay('remind')).toHaveLength(1);
  });

  test('that is ended comes no more', async () => {
    const { schedule, unschedule } = queues();
    const { done } = working('collect-flows', async () => undefined);
    await schedule('collect-flows', 'collect-shop-1', { everyMs: 200 }, data);
    await until(() => done.length > 0);
    await unschedule('collect-flows', 'collect-shop-1');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = done.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(done).toHaveLength(before);
  });
});
