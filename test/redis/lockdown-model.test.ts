/** Lockdowns in Redis beside the same ones in plain memory: whatever dies, comes twice or is wiped, the two stay alike. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Settings } from '#config/schema.ts';
import type { Event } from '#core/events.ts';
import { advance, dueSteps, STEPS, type Step } from '#core/lockdown.ts';
import { isOpen, type Lockdown, newLockdown, startOf } from '#core/lockdown-state.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import { cardStore } from '#redis/card-store.ts';
import { evidenceStore } from '#redis/evidence-store.ts';
import { inbox } from '#redis/inbox.ts';
import { QUEUE_PREFIX } from '#redis/keys.ts';
import { firstBrokenEntry, lockdownStore } from '#redis/lockdown-store.ts';
import { openQueues } from '#redis/queue.ts';
import { JOB_NAMES } from '#src/jobs.ts';
import { happening } from '#test/support/happenings.ts';
import { aLockdown } from '#test/support/lockdowns.ts';
import { type Death, mortal } from '#test/support/mortal.ts';
import { ownRedisForTests } from '#test/support/redis.ts';
import { record } from '#workers/recording.ts';
import { sweep } from '#workers/sweep.ts';

const redis = ownRedisForTests();
const HOUR = 3_600_000;

const settings = Settings.parse({
  console: { credentials: { observe: 'observe.json', finalise: 'finalise.json' } },
  receipts: { publicKeys: { k1: `${'A'.repeat(43)}=` } },
  namespaces: [
    {
      match: aLockdown().namespace,
      channel: 'C0LOCKDOWN1',
      requesters: { users: ['U0ALICE001'] },
      approval: { users: ['U0BORIS001'] },
    },
  ],
});

type Model = {
  lockdown: Lockdown;
  readonly history: { cause: string; event: Event; to: string }[];
  /** Jobs that were delivered to somebody who died, and come again. */
  readonly undelivered: Map<string, Event>;
  readonly delivered: Map<string, Event>;
  /** Steps whose jobs have to be there. */
  steps: { step: Step['step']; stage?: Step['stage'] | undefined }[];
  now: number;
  jobs: number;
};
type Real = Awaited<ReturnType<typeof reality>>;
type Command = fc.AsyncCommand<Model, Real>;

/** Opened, with the stages before this one skipped. */
async function reality(stage: Stage) {
  const { url, redis: connection } = redis();
  await connection.flushdb();
  const { through, live } = mortal();
  const queues = through(
    'queues',
    openQueues(url, JOB_NAMES, () => undefined),
  );
  const lockdowns = through('lockdowns', lockdownStore(connection));
  let now = 0;
  const journal = {
    happened: () => undefined,
    changedNothing: () => undefined,
    repaired: () => undefined,
    forgot: () => undefined,
    warned: () => undefined,
  };
  const deps = {
    lockdowns,
    queues,
    journal,
    settings,
    cards: cardStore(connection),
    evidence: evidenceStore(connection),
    inbox: inbox(connection),
    configHash: 'c',
    now: () => now,
    // The hours here are no clock's, so the sweep repairs and leaves alone what time brings about.
    clockTrouble: async () => 'The hours of this test are its own.',
  };
  const fresh = newLockdown({ ...aLockdown(), startedAt: 1 });
  for (const before of STAGES.slice(0, STAGES.indexOf(stage)))
    fresh.stages[before] = { ...fresh.stages[before], phase: 'skipped' };
  const started = { event: startOf(fresh), from: '', to: 'discovering', steps: [] };
  await lockdowns.save(fresh, [started], { at: 1, cause: 'open', config: 'c' });
  return {
    live,
    at: (time: number) => {
      now = time;
    },
    record: (event: Event, cause: string) => record(deps, fresh.id, event, cause),
    sweep: sweep(deps as unknown as Parameters<typeof sweep>[0]),
    lockdown: () => lockdowns.read(fresh.id),
    history: () => lockdowns.history(fresh.id),
    openOf: () => lockdowns.openOf(fresh.namespace),
    async wipe() {
      const keys = await connection.keys(`${QUEUE_PREFIX}:*`);
      if (keys.length > 0) await connection.del(...keys);
    },
    async underWay(): Promise<Set<string>> {
      const all = STEPS.map(async (step) => (await queues.underWay(step)).map((data) => wordsOf({ step, ...data })));
      return new Set((await Promise.all(all)).flat());
    },
    close: () => queues.close(),
  };
}

/** What is of the lockdown as a whole is told without a stage. */
function wordsOf({ step, stage }: Model['steps'][number]): string {
  return ['announce', 'watch-lockdown', 'release-lockdown'].includes(step) ? step : `${step} ${stage}`;
}

/** What the event makes of the plain lockdown; the same whether anybody lives to see it. */
function happens(model: Model, event: Event, cause: string): void {
  const next = advance(model.lockdown, event, model.now);
  if (!next) return;
  const { lockdown, transitions } = next;
  model.lockdown = { ...lockdown, length: lockdown.length + transitions.length };
  for (const transition of transitions) model.history.push({ cause, event: transition.event, to: transition.to });
}

/** Every step that the entries of a job name, once somebody has lived to start them. */
async function stepsOf(real: Real, cause: string): Promise<Step[]> {
  return (await real.history()).filter((entry) => entry.cause === cause).flatMap(({ steps }) => steps as Step[]);
}

function tick(model: Model, real: Real): void {
  model.now += HOUR;
  real.at(model.now);
}

async function alike(model: Model, real: Real): Promise<void> {
  expect(await real.lockdown()).toEqual(model.lockdown);
  const history = await real.history();
  expect(history.slice(1).map(({ cause, event, to }) => ({ cause, event, to }))).toEqual(model.history);
  expect(firstBrokenEntry(history, model.lockdown.salt)).toBeUndefined();
  expect((await real.openOf())?.id).toBe(isOpen(model.lockdown) ? model.lockdown.id : undefined);
  const wanted = [...new Set(model.steps.map(wordsOf))].sort();
  expect([...(await real.underWay())].filter((job) => wanted.includes(job)).sort()).toEqual(wanted);
  promised(model);
}

/** Counted by hand, not by the code that decides: nothing is applied for which not two have approved, and none denied. */
function promised({ lockdown, history }: Model): void {
  for (const stage of STAGES) {
    const applying = history.findLastIndex(
      ({ event, to }) => 'stage' in event && event.stage === stage && event.type === 'vote-cast' && to === 'applying',
    );
    if (applying < 0) continue;
    const asked = history
      .slice(0, applying)
      .findLastIndex(({ event }) => event.type === 'draft-ready' && event.stage === stage);
    const ask = history[asked]?.event;
    const votes = history
      .slice(asked, applying + 1)
      .flatMap(({ event }) => (event.type === 'vote-cast' && event.stage === stage ? [event.vote] : []));
    const valid = votes.filter(({ nonce }) => ask?.type === 'draft-ready' && nonce === ask.ask.nonce);
    expect(new Set(valid.map(({ person }) => person)).size).toBeGreaterThanOrEqual(2);
    expect(valid.filter(({ decision }) => decision === 'deny')).toEqual([]);
  }
  const busy = STAGES.filter((stage) =>
    ['drafting', 'asking', 'applying', 'verifying'].includes(lockdown.stages[stage].phase),
  );
  expect(busy.length).toBeLessThanOrEqual(1);
  if (['watching', 'locked'].includes(lockdown.phase))
    expect(lockdown.stages['disable-discovery'].phase).toBe('allowed');
}

type Chosen = { readonly choice: number; readonly usual: boolean };
const chosen = fc.record({ choice: fc.nat(), usual: fc.integer({ max: 3, min: 0 }).map((one) => one > 0) });
const death: fc.Arbitrary<Death> = fc.record({
  at: fc.integer({ min: 1, max: 4 }),
  moment: fc.constantFrom('before', 'unheard'),
});

type Job = [Event, string];

function newJob(model: Model, { choice, usual }: Chosen): Job {
  model.jobs += 1;
  return [happening(model.lockdown, choice, usual), `job-${model.jobs}`];
}

/** A job is done, or its worker dies at it: then what was kept is kept, and the job comes again some time. */
async function deliver(model: Model, real: Real, event: Event, cause: string, until?: Death): Promise<void> {
  const { died } = await real.live(until, async () => void (await real.record(event, cause)));
  const kept = (await real.history()).some((entry) => entry.cause === cause);
  const before = model.history.some((entry) => entry.cause === cause);
  if (!before && (kept || !died)) happens(model, event, cause);
  if (died) model.undelivered.set(cause, event);
  else {
    model.undelivered.delete(cause);
    model.delivered.set(cause, event);
    model.steps.push(...(await stepsOf(real, cause)));
  }
}

/** What happened at once happened in one order or the other, and the history says in which. */
async function oneAfterTheOther(model: Model, real: Real, ...[first, second]: [Job, Job]): Promise<void> {
  const causes = (await real.history()).slice(1).map(({ cause }) => cause);
  const orders = [
    [first, second],
    [second, first],
  ].map((jobs) => {
    const after = { ...model, history: [...model.history] };
    for (const job of jobs) happens(after, ...job);
    return after;
  });
  const order = orders.find(({ history }) => history.map(({ cause }) => cause).join() === causes.join());
  expect(order, `${causes} is neither order`).toBeDefined();
  Object.assign(model, { lockdown: order?.lockdown });
  model.history.splice(0, model.history.length, ...(order?.history ?? []));
}

function command(name: string, run: (model: Model, real: Real) => Promise<void>, check = (_: Model) => true): Command {
  return {
    check,
    toString: () => name,
    async run(model, real) {
      tick(model, real);
      await run(model, real);
      await alike(model, real);
    },
  };
}

const commands: fc.Arbitrary<Command>[] = [
  chosen.map((what) =>
    command(`it happens ${JSON.stringify(what)}`, (model, real) => deliver(model, real, ...newJob(model, what))),
  ),
  fc
    .tuple(chosen, death)
    .map(([what, until]) =>
      command(`it happens ${JSON.stringify(what)}, and the worker dies ${until.moment} ${until.at}`, (model, real) =>
        deliver(model, real, ...newJob(model, what), until),
      ),
    ),
  fc.option(death, { nil: undefined }).map((until) =>
    command(
      `a job whose worker died comes again${until ? `, and the worker dies ${until.moment} ${until.at}` : ''}`,
      async (model, real) => {
        const [cause, event] = [...model.undelivered][0] ?? [];
        if (cause && event) await deliver(model, real, event, cause, until);
      },
      ({ undelivered }) => undelivered.size > 0,
    ),
  ),
  fc.nat().map((which) =>
    command(
      `a job that was done comes again (${which})`,
      async (model, real) => {
        const [cause, event] = [...model.delivered][which % model.delivered.size] ?? [];
        const recorded = model.history.some((entry) => entry.cause === cause);
        if (cause && event && recorded) await deliver(model, real, event, cause);
      },
      ({ delivered }) => delivered.size > 0,
    ),
  ),
  chosen.map((what) =>
    command(`one job is done by two workers at once ${JSON.stringify(what)}`, async (model, real) => {
      const [event, cause] = newJob(model, what);
      await real.live(
        undefined,
        async () => void (await Promise.all([real.record(event, cause), real.record(event, cause)])),
      );
      happens(model, event, cause);
      model.delivered.set(cause, event);
      model.steps.push(...(await stepsOf(real, cause)));
    }),
  ),
  fc.tuple(chosen, chosen).map(([one, other]) =>
    command(`two things happen at once ${JSON.stringify([one, other])}`, async (model, real) => {
      const [first, second] = [newJob(model, one), newJob(model, other)];
      await real.live(undefined, async () => void (await Promise.all([real.record(...first), real.record(...second)])));
      await oneAfterTheOther(model, real, first, second);
      for (const [event, cause] of [first, second]) {
        model.delivered.set(cause, event);
        model.steps.push(...(await stepsOf(real, cause)));
      }
    }),
  ),
  fc.constant(
    command('the queue is wiped', async (model, real) => {
      await real.wipe();
      model.steps = [];
    }),
  ),
  fc.option(death, { nil: undefined }).map((until) =>
    command(`the sweep comes${until ? `, and dies ${until.moment} ${until.at}` : ''}`, async (model, real) => {
      const { died } = await real.live(until, () => real.sweep());
      if (!died) model.steps.push(...dueSteps(model.lockdown));
    }),
  ),
];

test('a lockdown in Redis is the one in plain memory, whatever dies, comes twice or is wiped', {
  timeout: 240_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('dns', 'kubelets', 'disable-discovery'),
      fc.commands(commands, { maxCommands: 40, size: 'max' }),
      async (stage, cmds) => {
        const real = await reality(stage);
        const lockdown = await real.lockdown();
        if (!lockdown) throw new Error('it was just opened');
        const model: Model = {
          lockdown,
          history: [],
          undelivered: new Map(),
          delivered: new Map(),
          steps: [],
          now: 0,
          jobs: 0,
        };
        try {
          await fc.asyncModelRun(() => ({ model, real }), cmds);
          // In the end every job comes again, and the sweep with it: nothing that is due is missing.
          for (const [cause, event] of model.undelivered) await deliver(model, real, event, cause);
          tick(model, real);
          await real.sweep();
          model.steps.push(...dueSteps(model.lockdown));
          await alike(model, real);
        } finally {
          await real.close();
        }
      },
    ),
    { numRuns: 40 },
  );
});
