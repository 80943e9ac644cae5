/** A whole house for one test: the real steps between a real Redis, a sandbox console and a sandbox Slack, moved by hand. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { Settings } from '#config/schema.ts';
import { consoleApi } from '#console/console-api.ts';
import { readAppCredential } from '#console/credential.ts';
import type { Vote } from '#core/approval.ts';
import { commitments } from '#core/commitment.ts';
import type { EdgeGroup } from '#core/draft.ts';
import type { Event } from '#core/events.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Wish } from '#core/request.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import { cardStore } from '#redis/card-store.ts';
import { edgeStore } from '#redis/edge-store.ts';
import { evidenceStore } from '#redis/evidence-store.ts';
import { groupAges } from '#redis/group-ages.ts';
import { inbox } from '#redis/inbox.ts';
import { QUEUE_PREFIX } from '#redis/keys.ts';
import { lockdownStore } from '#redis/lockdown-store.ts';
import { nudgeBudget } from '#redis/nudge-budget.ts';
import { orphanStore } from '#redis/orphan-store.ts';
import { type JobFacts, openQueues, WillNotPass } from '#redis/queue.ts';
import { type ConsoleOptions, startConsole } from '#sandbox/console/start.ts';
import { aroundSlack } from '#sandbox/slack/people.ts';
import { app, people } from '#sandbox/slack/seed.ts';
import { startSlack } from '#sandbox/slack/start.ts';
import { channelNow } from '#slack/channel-now.ts';
import { slackClient } from '#slack/client.ts';
import { directory } from '#slack/directory.ts';
import { poster } from '#slack/post.ts';
import { reactionsOnCard } from '#slack/reactions-shown.ts';
import { publicKeyText, receiptIsValid, signVote } from '#slack/receipt.ts';
import { JOB_NAMES, JOBS, type JobData, type JobName } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';
import { type AllDeps, allSteps } from '#workers/all-steps.ts';
import { consoleSide } from './console-side.ts';
import { draw } from './draw.ts';
import { aReceiptKey } from './slack-process.ts';

export const SECURITY = 'S0SECURITY1';
const PLATFORM = 'S0PLATFORM1';
export const CHANNEL = 'C0LOCKDOWN1';
const TEAM = 'T0ACME0001';
const TOKEN = 'a-test';

export type Name = keyof typeof people;
type Line = { readonly line: string } & Readonly<Record<string, unknown>>;
export type HouseOptions = {
  /** Beside or instead of the usual settings; `namespace` changes the one namespace's. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly namespace?: Readonly<Record<string, unknown>>;
  readonly console?: Partial<ConsoleOptions>;
  /** Stands between the steps and what they work with, to make something happen at a certain moment. */
  readonly between?: (deps: AllDeps) => AllDeps;
  /** Each thing the steps reach the world with passes through it by its name: stores, queues, console, Slack's client. */
  readonly through?: <Port extends object>(name: string, port: Port) => Port;
};

/** Everybody who can vote beside Alice, who asked for the lockdown. */
export async function aHouse({ redis, url }: { redis: Redis; url: string }, options: HouseOptions = {}) {
  const running = await startConsole({
    app: 'sandbox/apps/hipster-shop-v0.3.1.json',
    traffic: false,
    recorded: false,
    policyDelayMs: 0,
    reportDelayMs: 0,
    ...options.console,
  });
  const side = consoleSide(running);
  const slack = await startSlack();
  const { namespace } = running;
  const receiptKey = aReceiptKey();
  const settings = Settings.parse({
    console: { credentials: running.credentials },
    receipts: { publicKeys: { [receiptKey.id]: publicKeyText(receiptKey) } },
    namespaces: [
      {
        match: namespace,
        channel: CHANNEL,
        requesters: { groups: [PLATFORM] },
        approval: { groups: [SECURITY, PLATFORM], needed: 2, fromGroups: [{ group: SECURITY, needed: 1 }] },
        stages: { 'disable-discovery': { groups: [SECURITY], needed: 2, fromGroups: [], reactions: false } },
        ...options.namespace,
      },
    ],
    discovery: { lookbackDays: 0.01, reportDelaySeconds: 0, windowHours: 24 },
    verify: { settleSeconds: 0, everySeconds: 1, forMinutes: 1 },
    watch: { everySeconds: 1, confirmMinutes: 10 },
    // A house has a few minutes behind it; tests of the floors set their own.
    floors: { windowHours: 0, confirmMinutes: 0 },
    ...options.settings,
  });

  const journalled: Line[] = [];
  const journal = new Proxy({} as Journal, {
    get: (_, line: string) => (facts: object) => void journalled.push({ line, ...facts }),
  });
  const failed = (error: Error) => journal.redisFailed({ because: error.message });
  const { through = (_, port) => port } = options;
  const queues = openQueues(url, JOB_NAMES, failed);
  const cards = through('cards', cardStore(redis));
  const client = slackClient(slack.botToken, { slackApiUrl: slack.apiUrl });
  const posting = slackClient(slack.botToken, { slackApiUrl: slack.apiUrl, once: true });
  const post = poster({ client: through('slack', posting), cards, journal, doubtMs: 50 });
  const api = consoleApi({
    observe: { credential: await readAppCredential(running.credentials.observe) },
    finalise: { credential: await readAppCredential(running.credentials.finalise) },
    patience: { backoffMs: [0, 10, 20], throttledBackoffMs: [10, 20], deadlineMs: 20_000, tryMs: 8_000 },
  });
  let shiftMs = 0;
  const now = () => Date.now() + shiftMs;
  const deps: AllDeps = {
    lockdowns: through('lockdowns', lockdownStore(redis)),
    edges: through('edges', edgeStore(redis)),
    evidence: through('evidence', evidenceStore(redis)),
    cards,
    groupAges: groupAges(redis),
    nudgeBudget: nudgeBudget(redis),
    orphans: orphanStore(redis),
    queues: through('queues', queues),
    inbox: through('inbox', inbox(redis)),
    consoleApi: through('console', api),
    settings,
    journal,
    rhythm: settings.discovery,
    configHash: 'test',
    // Tests move the clock on purpose.
    clockTrouble: async () => undefined,
    // Leaves nothing for a minute, as the running process would: tests change groups and look at once.
    directory: {
      members: (group) => fresh().members(group),
      membersNow: (group) => fresh().membersNow(group),
      surely: (user) => fresh().surely(user),
    },
    poster: post,
    whisper: post.whisper,
    channelNow: (channel) => channelNow({ client, journal }, channel),
    reactionsOnCard: (card) => reactionsOnCard({ client, botId: app.botId }, settings.reactions, card),
    receiptIsValid: (vote, salt) => receiptIsValid(vote, settings.receipts.publicKeys, commitments(salt)),
    idempotencySecret: 'not to be guessed',
    now,
  };
  const fresh = () => directory({ client, journal, team: TEAM, now });
  const steps = allSteps(options.between ? options.between(deps) : deps);

  const workers = new Map(
    JOB_NAMES.map((name) => {
      const worker = new Worker(name, null, { connection: { url }, prefix: QUEUE_PREFIX, autorun: false });
      worker.on('error', failed);
      return [name, worker] as const;
    }),
  );
  let open = true;
  async function close(): Promise<void> {
    if (!open) return;
    open = false;
    await Promise.all([...workers.values()].map((worker) => worker.close(true)));
    await queues.close();
    await Promise.all([api.close(), slack.stop(), running.stop()]);
  }
  onTestFinished(close);

  let counter = 0;
  const next = () => {
    counter += 1;
    return counter;
  };
  /** Does one step once, as a worker would, under a job id of its own. */
  function run<Step extends JobName>(step: Step, data: JobData<Step>, job: Partial<JobFacts> = {}): Promise<void> {
    return steps[step](data, { id: `by-hand-${next()}`, attempt: 1, lastAttempt: false, ...job });
  }

  async function runJob(name: JobName, job: Job): Promise<void> {
    const attempts = job.opts.attempts ?? 1;
    const facts = { id: job.id ?? '', attempt: job.attemptsMade + 1, lastAttempt: job.attemptsMade + 1 >= attempts };
    try {
      await steps[name](JOBS[name].parse(job.data) as never, facts);
      await job.moveToCompleted(undefined, TOKEN, false);
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      journalled.push({ line: 'threw', step: name, because: reason.message });
      await job.moveToFailed(reason instanceof WillNotPass ? new UnrecoverableError(reason.message) : reason, TOKEN);
    }
  }

  /** Does everything that waits in the queues, and what that brings, but not what is meant for later. */
  async function settle(...except: readonly JobName[]): Promise<void> {
    for (let idle = false; !idle; ) {
      idle = true;
      for (const [name, worker] of workers) {
        if (except.includes(name)) continue;
        const job = await worker.getNextJob(TOKEN, { block: false });
        if (!job) continue;
        idle = false;
        await runJob(name, job);
      }
    }
  }

  const id = 'hipster-shop-0001';
  async function lockdown(): Promise<Lockdown> {
    const found = await deps.lockdowns.read(id);
    if (!found) throw new Error('there is no lockdown');
    return found;
  }

  /** Keeps a lockdown as it never came about by itself, for tests that begin in the middle. */
  async function put(change: Partial<Lockdown>): Promise<Lockdown> {
    const facts = { at: now(), cause: `put-${next()}`, config: 'test' };
    const saved = await deps.lockdowns.save({ ...(await lockdown()), ...change }, [], facts);
    if ('lost' in saved) throw new Error(saved.lost);
    return lockdown();
  }

  /** Somebody wishes for something, and the wish is recorded; answers what that person alone was told. */
  async function wish(who: Name, what: Wish, more: Partial<JobData<'record-request'>> = {}): Promise<string[]> {
    const heard = (await whispers(who)).length;
    const user = people[who];
    const request = { id: `w${next()}`, lockdown: id, team: TEAM, user, person: user, channel: CHANNEL };
    await run('record-request', { ...request, at: now(), wish: what, ...more }, { id: more.id ?? request.id });
    return (await whispers(who)).slice(heard);
  }

  /** What only this person was told. */
  async function whispers(who: Name): Promise<string[]> {
    const calls = await aroundSlack(slack.url).calls('chat.postEphemeral');
    const bodies = calls.map((call) => call.args as Record<string, unknown>);
    return bodies.filter(({ user }) => user === people[who]).map(({ text }) => String(text));
  }

  /** The vote that the Slack process would sign for this person now. */
  async function signedVote(who: Name, stage: Stage, change: Partial<Omit<Vote, 'receipt'>> = {}): Promise<Vote> {
    const { stages, salt } = await lockdown();
    const { ask, revision } = stages[stage];
    if (!ask) throw new Error(`nobody is asked about ${stage}`);
    const user = people[who];
    const approving = ask.cuts ? 'typed-name' : ask.rule.looks ? 'looked' : 'button';
    const gesture = change.decision === 'deny' ? 'button' : approving;
    const own = {
      team: TEAM,
      user,
      person: user,
      decision: 'approve',
      gesture,
      lockdown: id,
      stage,
      revision,
    } as const;
    return signVote({ ...own, nonce: ask.nonce, digest: ask.digest, at: now(), ...change }, receiptKey, salt);
  }

  async function vote(who: Name, stage: Stage, change: Partial<Omit<Vote, 'receipt'>> = {}): Promise<string[]> {
    return wish(who, { verb: 'vote', stage, vote: await signedVote(who, stage, change) });
  }

  const start = async (change: Partial<JobData<'open-lockdown'>> = {}) => {
    const asked = { id, namespace, days: 7, team: TEAM, user: people.alice, channel: CHANNEL, at: now() };
    await run('open-lockdown', { ...asked, ...change });
  };

  const happens = (event: Event) => run('record-event', { lockdown: id, event });

  /** Started, used once in full, and this stage drafted and asked about; the stages before it are skipped. */
  async function asking(stage: Stage): Promise<Lockdown> {
    await start();
    await side.exercise();
    const { stages } = await lockdown();
    const skipped = STAGES.slice(0, STAGES.indexOf(stage)).map((each) => [
      each,
      { ...stages[each], phase: 'skipped' as const },
    ]);
    await put({ stages: { ...stages, ...Object.fromEntries(skipped) } });
    await sleep(5);
    await wish('alice', { verb: 'next' });
    await settle();
    return lockdown();
  }

  /** Somebody answers for every edge that would be cut: each is knowingly blocked, unless `allowing` says otherwise. */
  async function answerAll(who: Name, allowing: (group: EdgeGroup) => boolean = () => false): Promise<void> {
    const stage = 'disable-discovery';
    const residual = (await deps.evidence.draft(id, stage))?.draft.residual ?? [];
    const answers = Object.fromEntries(
      residual.map(({ group }) => [group.id, allowing(group) ? ('allow' as const) : ('block' as const)]),
    );
    const nonce = (await lockdown()).stages[stage].ask?.nonce ?? '';
    await wish(who, { verb: 'decide-residual', stage, nonce, answers });
    await settle();
  }

  /** Boris and Chitra approve; what they approved is done except for the queues named. */
  async function approve(stage: Stage, ...except: readonly JobName[]): Promise<void> {
    for (const who of ['boris', 'chitra'] as const) await vote(who, stage);
    await settle(...except);
  }

  return {
    ...side,
    /** Before the test is over, where a test builds one house after the other. */
    close,
    id,
    namespace,
    deps,
    settings,
    queues,
    running,
    slack,
    journalled,
    around: aroundSlack(slack.url),
    run,
    settle,
    lockdown,
    put,
    wish,
    whispers,
    vote,
    signedVote,
    start,
    happens,
    asking,
    answerAll,
    approve,
    now,
    later(ms: number): void {
      shiftMs += ms;
    },
    /** The queues are wiped; what is kept of lockdowns is not. */
    async forgetJobs(): Promise<void> {
      const keys = await redis.keys(`${QUEUE_PREFIX}:*`);
      if (keys.length > 0) await redis.del(...keys);
    },
    stage: async (stage: Stage) => (await lockdown()).stages[stage],
    history: async () => (await deps.lockdowns.history(id)).map(({ event }) => event.type),
    /** Every message of the channel as people read it, the oldest first. */
    async seen(): Promise<string[]> {
      const messages = await aroundSlack(slack.url).messages(CHANNEL);
      return messages.map((message) => draw({ blocks: [], ...message } as Parameters<typeof draw>[0]));
    },
  };
}
export type House = Awaited<ReturnType<typeof aHouse>>;
