/** Many lockdowns open at once: what each takes in Redis and in jobs, and what all of them cost while nothing happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { newLockdown, startOf } from '#core/lockdown-state.ts';
import { lockdownStore } from '#redis/lockdown-store.ts';
import { lookAt } from '#sandbox/chaos/sight.ts';
import { asPerson } from '#sandbox/slack/people.ts';
import type { Watched } from './queues.ts';
import { CHANNEL, type Program, type Village } from './village.ts';
import { fewAtOnce, until } from './waiting.ts';

const AT_ONCE = 8;
const HOUR_MS = 3_600_000;

/** One of each namespace, through Slack; rests once the queues are empty. */
export async function openAll({ slack, redis, namespaces }: Village, queues: Watched): Promise<void> {
  const alice = asPerson(slack.url, 'alice');
  await until('the bot listens', async () => {
    await alice.command(CHANNEL, '/lockdown help', { settleMs: 0 });
    return slack.workspace.ephemerals.some(({ fromSlackbot }) => !fromSlackbot);
  });
  const isOpen = async () => new Set((await lockdownStore(redis).open()).map(({ namespace }) => namespace));
  // On a busy machine Slack does not always answer in time; then the bot says so, and the command is typed again.
  await untilAllDid('every lockdown is open', namespaces, isOpen, queues, (namespace) =>
    alice.command(CHANNEL, `/lockdown start ${namespace}`, { settleMs: 0 }),
  );
}

/** The first stage of some of them is drafted and waits for approval. */
export async function askFor({ slack }: Village, namespaces: readonly string[], queues: Watched): Promise<void> {
  const alice = asPerson(slack.url, 'alice');
  const isAsked = async () => {
    const asked = [...lookAt(slack.workspace, CHANNEL).values()].filter(({ thread }) =>
      thread.some(({ buttons }) => buttons.some(({ name }) => name === 'approve')),
    );
    return new Set(asked.map(({ namespace }) => namespace));
  };
  await untilAllDid('every stage was put to the approvers', namespaces, isAsked, queues, (namespace) =>
    alice.command(CHANNEL, `/lockdown next ${namespace}`, { settleMs: 0 }),
  );
}

async function untilAllDid(
  what: string,
  namespaces: readonly string[],
  did: () => Promise<ReadonlySet<string>>,
  queues: Watched,
  act: (namespace: string) => Promise<unknown>,
): Promise<void> {
  await until(what, async () => {
    const before = await did();
    const left = namespaces.filter((namespace) => !before.has(namespace));
    await fewAtOnce(left, AT_ONCE, act);
    await quiet(queues);
    return left.length === 0;
  });
}

export async function quiet(queues: Watched): Promise<void> {
  await until('the queues are empty', async () => (await queues.toDo()) === 0);
}

export async function usedBytes(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
}

/** Processor time of an hour in which nothing happens, sweeps and schedules included. */
export async function idleCpuMsPerHour(worker: Program, seconds: number): Promise<number> {
  const before = await worker.cpuMs();
  await sleep(seconds * 1_000);
  return ((await worker.cpuMs()) - before) * (HOUR_MS / (seconds * 1_000));
}

/** Lockdowns that ended yesterday, each with its history. */
export async function keepClosed(url: string, count: number): Promise<void> {
  const redis = new Redis(url);
  const store = lockdownStore(redis);
  const at = Date.now() - 24 * HOUR_MS;
  const numbers = Array.from({ length: count }, (_, number) => number);
  await fewAtOnce(numbers, AT_ONCE, async (number) => {
    const begun = newLockdown({
      id: `closed-${number}`,
      salt: 'of the benchmark',
      namespace: `/acme/aws-dev/k8s/closed-${number}`,
      team: 'T0ACME0001',
      channel: CHANNEL,
      requestedBy: 'U0ALICE001',
      startedAt: at,
      days: 7,
    });
    const started = { event: startOf(begun), from: '', to: 'discovering', steps: [] };
    const event = { type: 'cancelled' as const, by: begun.requestedBy, written: 'nothing' as const };
    const cancelled = { event, from: 'discovering', to: 'cancelled', steps: [] };
    const facts = { at, cause: `closed-${number}`, config: '' };
    await store.save({ ...begun, phase: 'cancelled' }, [started, cancelled], facts);
  });
  redis.disconnect();
}
