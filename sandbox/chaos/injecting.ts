/** Carries out what the schedule says goes wrong. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { aroundSlack } from '#sandbox/slack/people.ts';
import type { FaultKind, Planned } from './faults.ts';
import type { PassersBy } from './passers-by.ts';
import type { Supervised } from './supervisor.ts';
import { CHANNEL, HELD_MS, type Town } from './town.ts';

type Inject = (given: { town: Town; others: PassersBy; planned: Planned }) => Promise<unknown>;

/** Cards that people vote on; the others hold the thread together. */
const APPROVAL = /^approval-/;
const QUEUE_KEYS = '{lockstep}:queue:*';
/** Done by somebody who looks after the console's objects. */
const POST = '/networkrulesetpolicies';

export const INJECT: Readonly<Record<FaultKind, Inject>> = {
  'slack process killed': async ({ town }) => town.slackProcess.signal('SIGKILL'),
  'worker killed': async ({ town, planned }) => workerOf(town, planned).signal('SIGKILL'),
  'both workers killed': async ({ town }) => {
    for (const worker of town.workers) worker.signal('SIGKILL');
  },
  'workers killed between commit and answer': ({ town }) =>
    console_(town, { method: 'POST', path: POST, holdMs: HELD_MS }),
  'slack process asked to stop': async ({ town }) => town.slackProcess.signal('SIGTERM'),
  'worker asked to stop': async ({ town, planned }) => workerOf(town, planned).signal('SIGTERM'),
  'worker frozen': ({ town, planned }) => frozen(workerOf(town, planned), planned),
  'slack process frozen': ({ town, planned }) => frozen(town.slackProcess, planned),

  'redis stopped': ({ town, planned }) => town.redis.down('SIGTERM', planned.forMs ?? 0),
  'redis killed': ({ town, planned }) => town.redis.down('SIGKILL', planned.forMs ?? 0),
  'redis connections cut': ({ town }) => town.redis.ask((redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'normal')),
  'queue wiped': ({ town }) => town.redis.ask(wipeQueues),
  'redis full': async ({ town, planned }) => {
    // It has no room left for anything that is written.
    await town.redis.ask((redis) => redis.config('SET', 'maxmemory', '1mb'));
    await sleep(planned.forMs);
    await town.redis.ask((redis) => redis.config('SET', 'maxmemory', '0'));
  },

  'console 429': answersWrongly,
  'console 429 with Retry-After': answersWrongly,
  'console 4xx or 5xx that passes': answersWrongly,
  'console too slow': ({ town, planned }) =>
    console_(town, { latencyMs: planned.forMs ?? 0, count: planned.count ?? 1 }),
  'console answer cut off after commit': ({ town, planned }) =>
    console_(town, { method: 'POST', path: POST, cutAfterCommit: true, count: planned.count ?? 1 }),
  'console tokens expired': async ({ town }) => fetch(`${town.console.controlUrl}/expire-tokens`, { method: 'POST' }),
  'console out': ({ town, planned }) => console_(town, { status: 503, count: 0, forMs: planned.forMs ?? 1 }),
  'object of somebody else created': ({ others, planned }) => others.create(planned.which),
  'object of somebody else changed': ({ others, planned }) => others.change(planned.which),
  'object of somebody else deleted': ({ others, planned }) => others.remove(planned.which),

  'slack 500 after accepting': ({ town, planned }) =>
    slack(town).fault({ method: 'chat.postMessage', status: 500, afterAccept: true, count: planned.count ?? 1 }),
  'slack 500': ({ town, planned }) => slack(town).fault({ status: 500, count: planned.count ?? 1 }),
  'slack 429': ({ town, planned }) =>
    slack(town).fault({ status: 429, retryAfter: planned.retryAfter ?? 1, count: planned.count ?? 1 }),
  'slack slow': ({ town, planned }) => slack(town).fault({ latencyMs: planned.forMs ?? 0, count: planned.count ?? 1 }),
  'socket recycled': ({ town }) => slack(town).socket('disconnect'),
  'socket dropped': ({ town }) => slack(town).socket('drop'),
  'socket half open': ({ town }) => slack(town).socket('half-open'),
  'event delivered again': async ({ town, planned }) => {
    const events = await slack(town).events();
    const event = events[planned.which % Math.max(1, events.length)];
    if (!event) throw new Error('no event was delivered yet');
    await slack(town).redeliver(event.eventId);
  },
  'card deleted': async ({ town, planned }) => {
    const messages = town.slack.workspace.messagesIn(CHANNEL);
    const cards = messages.filter(({ metadata }) => APPROVAL.test(String(metadata?.event_payload.card)));
    const card = cards[planned.which % Math.max(1, cards.length)];
    if (!card) throw new Error('there is no card yet');
    messages.splice(messages.indexOf(card), 1);
    town.slack.workspace.changed();
  },
  'app token revoked': async ({ town, planned }) => {
    await slack(town).revoke('app');
    await sleep(planned.forMs);
    await slack(town).restore('app');
  },
  'channel archived': async ({ town, planned }) => {
    await slack(town).archive(CHANNEL);
    await sleep(planned.forMs);
    await slack(town).unarchive(CHANNEL);
  },
};

/** What goes on until it is stopped stops now. */
export async function stopFaults(town: Town): Promise<void> {
  await fetch(`${town.console.controlUrl}/faults`, { method: 'DELETE' });
  await slack(town).clearFaults();
  for (const process of [town.slackProcess, ...town.workers]) process.signal('SIGCONT');
}

function answersWrongly({ town, planned }: Parameters<Inject>[0]): Promise<unknown> {
  const { status = 500, count = 1, retryAfter } = planned;
  return console_(town, { status, count, ...(retryAfter === undefined ? {} : { retryAfter }) });
}

async function console_(town: Town, fault: object): Promise<void> {
  const response = await fetch(`${town.console.controlUrl}/faults`, { method: 'POST', body: JSON.stringify(fault) });
  if (!response.ok) throw new Error(await response.text());
}

function slack(town: Town) {
  return aroundSlack(town.slack.url);
}

function workerOf({ workers }: Town, { which }: Planned): Supervised {
  const worker = workers[which % workers.length];
  if (!worker) throw new Error('there is no worker');
  return worker;
}

async function frozen(process: Supervised, { forMs }: Planned): Promise<void> {
  process.signal('SIGSTOP');
  await sleep(forMs);
  process.signal('SIGCONT');
}

async function wipeQueues(redis: Redis): Promise<void> {
  for (let cursor = '0', first = true; first || cursor !== '0'; first = false) {
    const [next, keys] = await redis.scan(cursor, 'MATCH', QUEUE_KEYS, 'COUNT', 1000);
    if (keys.length > 0) await redis.unlink(...keys);
    cursor = next;
  }
}
