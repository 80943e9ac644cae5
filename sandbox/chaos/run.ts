/** One run: the town is built, people and faults do what the schedule says, all comes to rest, the promises are checked. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FAULT_KINDS, type FaultKind } from './faults.ts';
import { gestures } from './gestures.ts';
import { INJECT, stopFaults } from './injecting.ts';
import { type Observed, objectsOf, readLockdowns } from './observed.ts';
import { passersBy } from './passers-by.ts';
import { startPeople } from './people.ts';
import { cardsTrue } from './promises/cards-true.ts';
import { checkPromises, type Kept } from './promises/promises.ts';
import { type Schedule, scheduleFor } from './schedule.ts';
import { lookAt } from './sight.ts';
import { buildTown, CHANNEL, type Town } from './town.ts';

export type RunOptions = {
  readonly lockdowns: number;
  readonly runMs: number;
  readonly seed: number;
  /** Leaves the folder with the logs and Redis's file. */
  readonly keep: boolean;
  readonly say: (words: string) => void;
};

export type Result = {
  readonly seed: number;
  readonly schedule: string;
  readonly seconds: number;
  readonly restSeconds: number;
  readonly faults: Readonly<Record<string, number>>;
  /** What was planned and could not be done, with why. */
  readonly notInjected: readonly string[];
  readonly processStarts: Readonly<Record<string, number>>;
  readonly endPhases: Readonly<Record<string, number>>;
  /** What people could not do because a card had changed under their hands, and the like. */
  readonly troubles: Readonly<Record<string, number>>;
  readonly promises: readonly Kept[];
  readonly folder: string | undefined;
};

/** Several minutes: a lost lock is noticed after half of one, and the sweep comes once in one. */
const REST_MS_MOST = 300_000;
/** Cards show the truth within a minute, and a moment more on a busy machine. */
const CARDS_MS = 90_000;
const LOOK_MS = 1000;
const SAY_EVERY_MS = 10_000;

export async function run(options: RunOptions): Promise<Result> {
  const town = await buildTown(options.lockdowns, options.keep);
  try {
    return await runIn(town, options);
  } finally {
    await town.stop();
  }
}

async function runIn(town: Town, { runMs, seed, keep, say }: RunOptions): Promise<Result> {
  const { namespaces, store } = town.console;
  const schedule = scheduleFor({ seed, runMs, namespaces });
  say(`schedule ${schedule.hash}: ${schedule.plans.length} lockdowns, ${schedule.faults.length} faults`);
  if (keep) say(`logs in ${town.folder}`);
  const before = objectsOf(store);
  await untilTheBotListens(town);

  const troubles: Record<string, number> = {};
  const hands = gestures(town.slack, CHANNEL);
  const begunAt = Date.now();
  const nowMs = () => Date.now() - begunAt;
  const people = startPeople({
    plans: schedule.plans,
    do: hands,
    look: () => lookAt(town.slack.workspace, CHANNEL),
    exercise: (namespace) => exercise(town, namespace),
    nowMs,
    trouble: (what) => {
      troubles[what] = (troubles[what] ?? 0) + 1;
    },
  });
  const telling = setInterval(
    () =>
      say(
        `${Math.round(nowMs() / 1000)} s: ${people.arrived()} of ${schedule.plans.length} are where people want them`,
      ),
    SAY_EVERY_MS,
  );
  const { injected, notInjected, answersLostAt } = await injectAll(town, schedule, runMs, nowMs);
  await sleep(runMs - nowMs());
  await stopFaults(town);
  say('the faults have stopped');

  const restFrom = Date.now();
  while (people.arrived() < schedule.plans.length && Date.now() - restFrom < REST_MS_MOST) await sleep(LOOK_MS);
  await people.stop();
  clearInterval(telling);
  const restSeconds = Math.round((Date.now() - restFrom) / 1000);
  const cards = await untilCardsAreTrue(town);
  say(`at rest after ${restSeconds} s; the cards were looked at until they were true, or for long enough`);
  await Promise.all([town.slackProcess, ...town.workers].map((process) => process.stop()));

  const observed: Observed = {
    atMs: Date.now(),
    lockdowns: await town.redis.ask((redis) => readLockdowns(redis, town)),
    before,
    after: objectsOf(store),
    writes: store.writes,
    messages: town.slack.workspace.messagesIn(CHANNEL),
    notebook: hands.notebook(),
    receiptKeys: town.receiptKeys,
    ledgerKeys: town.ledgerKeys,
    answersLostAt,
  };
  const promises = checkPromises(observed, namespaces, cards);
  return {
    seed,
    schedule: schedule.hash,
    seconds: Math.round(runMs / 1000),
    restSeconds,
    faults: injected,
    notInjected,
    processStarts: Object.fromEntries([town.slackProcess, ...town.workers].map(({ name, starts }) => [name, starts()])),
    endPhases: counted(observed.lockdowns.map(({ lockdown }) => lockdown.phase)),
    troubles,
    promises,
    folder: keep ? town.folder : undefined,
  };
}

/** One at its time, whatever the ones before are still doing. */
async function injectAll(town: Town, { faults }: Schedule, runMs: number, nowMs: () => number) {
  const injected: Partial<Record<FaultKind, number>> = {};
  const notInjected: string[] = [];
  const answersLostAt: number[] = [];
  const others = passersBy(town.console);
  const doing = faults.map(async (planned) => {
    await sleep(Math.max(0, planned.atMs - nowMs()));
    const losesAnswers = LOSES_ANSWERS.test(planned.kind);
    if (losesAnswers) answersLostAt.push(Date.now());
    try {
      await INJECT[planned.kind]({ town, others, planned });
      if (losesAnswers) answersLostAt.push(Date.now());
      injected[planned.kind] = (injected[planned.kind] ?? 0) + 1;
    } catch (error) {
      notInjected.push(`${planned.kind}: ${error instanceof Error ? error.message : error}`);
    }
  });
  await Promise.race([Promise.all(doing), sleep(Math.max(0, runMs - nowMs()))]);
  await Promise.all(doing);
  const inOrder = FAULT_KINDS.flatMap((kind) => (injected[kind] ? [[kind, injected[kind]] as const] : []));
  return { injected: Object.fromEntries(inOrder), notInjected, answersLostAt };
}

/** What hurts Slack, or the process that answers there, may cost somebody an answer. */
const LOSES_ANSWERS = /^(slack|socket|app token|channel)/;

async function exercise({ console: { controlUrl } }: Town, namespace: string): Promise<void> {
  const response = await fetch(`${controlUrl}/exercise`, { method: 'POST', body: JSON.stringify({ namespace }) });
  if (!response.ok) throw new Error(`the application could not be used: ${await response.text()}`);
}

const LISTENS_WITHIN_MS = 60_000;

async function untilTheBotListens({ slack }: Town): Promise<void> {
  const { type } = gestures(slack, CHANNEL);
  const deadline = Date.now() + LISTENS_WITHIN_MS;
  while (slack.workspace.ephemerals.every(({ fromSlackbot }) => fromSlackbot)) {
    if (Date.now() > deadline) throw new Error('the product did not start; --keep leaves its logs');
    await type('alice', '/lockdown help');
    await sleep(LOOK_MS);
  }
}

/** What is wrong with the cards after they had their minute; usually nothing. */
async function untilCardsAreTrue(town: Town): Promise<readonly string[]> {
  const deadline = Date.now() + CARDS_MS;
  for (;;) {
    const lockdowns = await town.redis.ask((redis) => readLockdowns(redis, town));
    const broken = cardsTrue({ lockdowns, messages: town.slack.workspace.messagesIn(CHANNEL) });
    if (broken.length === 0 || Date.now() > deadline) return broken;
    await sleep(3 * LOOK_MS);
  }
}

function counted(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
