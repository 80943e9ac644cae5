/** The real product in the sandboxes: three processes, a Redis under the shipped users, and what an attacker could hold. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Agent, request } from 'undici';
import { parse, stringify } from 'yaml';
import { environmentFor } from '#config/secrets.ts';
import { QUEUE_PREFIX } from '#redis/keys.ts';
import { startConsole } from '#sandbox/console/start.ts';
import { ended, newKey, type Process, startProcess } from '#sandbox/demo/laptop.ts';
import { startKubernetes } from '#sandbox/kubernetes/start.ts';
import { freePort } from '#sandbox/redis.ts';
import { aroundSlack } from '#sandbox/slack/people.ts';
import { groups, people } from '#sandbox/slack/seed.ts';
import { startSlack } from '#sandbox/slack/start.ts';
import { JOB_NAMES } from '#src/jobs.ts';
import { consoleSide } from './console-side.ts';
import { startGuardedRedis } from './redis.ts';

export const CHANNEL = 'C0LOCKDOWN1';
const WAIT_MS = 90_000;
const LOOK_MS = 100;
/** So many looks in a row without a job: an acknowledged request may leave its job a moment later. */
const QUIET_LOOKS = 4;

export type Target = Awaited<ReturnType<typeof startTarget>>;
type Settings = Readonly<Record<string, unknown>>;

/** Secrets that are known when they turn up somewhere. */
function canarySecrets() {
  const canary = (name: string) => `canary-${name}-${randomBytes(12).toString('hex')}`;
  return {
    botToken: `xoxb-${canary('bot')}`,
    appToken: `xapp-${canary('app')}`,
    signingSecret: canary('signing'),
    idempotencySecret: canary('idempotency'),
    redis: { slack: canary('redis-slack'), worker: canary('redis-worker') },
  };
}

export async function startTarget({ app, seed }: { readonly app: string; readonly seed: number }) {
  const started: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of started.splice(0).reverse()) await end();
  };
  try {
    return { ...(await startEach(app, seed, (end) => started.push(end))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startEach(app: string, seed: number, runs: (end: () => Promise<unknown>) => void) {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-attack-'));
  runs(() => rm(folder, { recursive: true, force: true }));
  const secrets = canarySecrets();
  const store = await startGuardedRedis(folder, secrets.redis);
  runs(store.stop);
  const running = await startConsole({
    app,
    seed,
    folder,
    trafficIntervalMs: 2000,
    policyDelayMs: 100,
    reportDelayMs: [50, 200],
  });
  runs(running.stop);
  const kubernetes = await startKubernetes({ world: running.world, folder });
  runs(kubernetes.stop);
  const { botToken, appToken, signingSecret } = secrets;
  const slack = await startSlack({ seed, manifest: 'config/slack-manifest.yaml', botToken, appToken, signingSecret });
  runs(slack.stop);

  const receipts = newKey();
  const ledger = newKey();
  const ports = { http: await freePort(), slackHealth: await freePort(), workerHealth: await freePort() };
  const base: Settings = {
    console: { credentials: running.credentials },
    kubernetes: { kubeconfig: kubernetes.kubeconfig },
    namespaces: [
      {
        match: running.namespace,
        channel: CHANNEL,
        requesters: { users: [people.alice] },
        approval: {
          groups: [groups.security, groups.platform],
          needed: 2,
          fromGroups: [{ group: groups.security, needed: 1 }],
        },
        stages: { 'disable-discovery': { groups: [groups.security], needed: 2, fromGroups: [], reactions: false } },
      },
    ],
    people: { 'Chitra Chandran': [people.chitra, people.erin] },
    // People are put into groups and out again all the time here.
    votes: { groupHours: 0 },
    discovery: { collectEverySeconds: 5, reportDelaySeconds: 1.5, windowHours: 24 },
    verify: { settleSeconds: 0.5, everySeconds: 1, forMinutes: 0.1 },
    // Low, so that a pod that could have the namespace given back would.
    watch: { everySeconds: 2, confirmMinutes: 30, releaseAboveEdges: 5 },
    receipts: { publicKeys: { [receipts.id]: receipts.publicPart } },
    ledger: { publicKeys: { [ledger.id]: { key: ledger.publicPart, since: '2026-01-01' } } },
  };
  const file = async (name: string, change: Settings = {}) => {
    const path = join(folder, name);
    await writeFile(path, stringify({ ...base, ...change }));
    return path;
  };
  const config = await file('lockstep.yaml');
  const overHttp = await file('lockstep-http.yaml', { slack: { mode: 'http', host: '127.0.0.1', port: ports.http } });
  const given = {
    ...process.env,
    LOCKSTEP_CONFIG: config,
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: botToken,
    SLACK_APP_TOKEN: appToken,
    SLACK_SIGNING_SECRET: signingSecret,
    LOCKSTEP_RECEIPT_KEY: receipts.pem,
    LOCKSTEP_IDEMPOTENCY_SECRET: secrets.idempotencySecret,
    LOCKSTEP_LEDGER_KEY: ledger.pem,
  };
  const environments = {
    slack: {
      ...environmentFor('slack', given),
      REDIS_URL: store.urls.slack,
      LOCKSTEP_HEALTH_PORT: `${ports.slackHealth}`,
    },
    http: { ...environmentFor('slack', given), REDIS_URL: store.urls.slack, LOCKSTEP_CONFIG: overHttp },
    worker: {
      ...environmentFor('worker', given),
      REDIS_URL: store.urls.worker,
      LOCKSTEP_HEALTH_PORT: `${ports.workerHealth}`,
    },
  };
  type Who = keyof typeof environments;
  const entries: Record<Who, string> = { slack: 'src/main.ts', http: 'src/main.ts', worker: 'workers/main.ts' };
  const logs = Object.keys(entries).map((who) => join(folder, `${who}.log`));
  const processes = new Map<Who, Process>();
  const launch = (who: Who, configFile?: string) =>
    processes.set(
      who,
      startProcess(entries[who], join(folder, `${who}.log`), {
        ...environments[who],
        ...(configFile === undefined ? {} : { LOCKSTEP_CONFIG: configFile }),
      }),
    );
  for (const who of Object.keys(entries) as Who[]) launch(who);
  runs(() => Promise.all([...processes.values()].map(({ child }) => ended(child))));

  const redis = new Redis(store.urls.worker);
  runs(async () => redis.disconnect());
  const side = consoleSide(running);
  const { namespace } = running;

  const log = () => logs.map((path) => readIfThere(path)).join('');

  /**
   * From now on: what the logs say that they have not said yet, as the line that matches and was written last says it.
   * Without such a line nobody knows what stopped it, so it may not have been tried at all.
   */
  function listening(): (wanted: RegExp) => string {
    const lengths = logs.map((path) => readIfThere(path).length);
    return (wanted) => {
      const lines = logs.flatMap((path, at) => readIfThere(path).slice(lengths[at]).split('\n'));
      const found = lines.findLast((line) => wanted.test(line));
      if (!found) throw new Error(`no line of the logs matches ${wanted}: it is not known what stopped it`);
      return `log: ${(JSON.parse(found) as { message: string }).message}`;
    };
  }

  /** What somebody waits for; says what was there instead when it does not come. */
  async function until<Found>(what: string, look: () => Promise<Found | undefined | false>): Promise<Found> {
    const deadline = Date.now() + WAIT_MS;
    while (Date.now() < deadline) {
      const found = await look();
      if (found) return found;
      for (const { name, child, lastWords } of processes.values())
        if (child.exitCode !== null) throw new Error(`${name} has ended: ${lastWords()}`);
      await sleep(LOOK_MS);
    }
    throw new Error(`${what} did not come; the logs end with ${log().slice(-1500)}`);
  }

  async function busy(): Promise<boolean> {
    const looking = redis.pipeline();
    for (const name of JOB_NAMES) looking.llen(`${QUEUE_PREFIX}:${name}:wait`).llen(`${QUEUE_PREFIX}:${name}:active`);
    return ((await looking.exec()) ?? []).some(([, length]) => Number(length) > 0);
  }

  return {
    namespace,
    channel: CHANNEL,
    folder,
    app,
    secrets,
    receipts,
    ledger,
    slack,
    around: aroundSlack(slack.url),
    redis,
    redisUrls: store.urls,
    console: running,
    side,
    kubernetes: { ...kubernetes, ask: clusterClient(kubernetes) },
    ports,
    base,
    environments,
    httpUrl: `http://127.0.0.1:${ports.http}/slack/events`,
    log,
    listening,
    until,
    file,
    /** Ends one of the processes and starts it anew, perhaps under another configuration. */
    async restart(who: Who, configFile?: string): Promise<void> {
      const running = processes.get(who);
      if (running) await ended(running.child);
      const before = log().split('"event":"started"').length;
      launch(who, configFile);
      await until(`${who} started again`, async () => log().split('"event":"started"').length > before);
    },
    ready: () => until('the product', async () => log().split('"event":"started"').length > 3),
    /** Nothing is being done any more, and nothing waits to be. */
    async settled(): Promise<void> {
      let quiet = 0;
      await until('quiet', async () => {
        quiet = (await busy()) ? 0 : quiet + 1;
        return quiet >= QUIET_LOOKS;
      });
    },
  };
}

/** Asks the cluster with the product’s own token. */
function clusterClient({ url, kubeconfig }: { readonly url: string; readonly kubeconfig: string }) {
  const { users, clusters } = parse(readFileSync(kubeconfig, 'utf8')) as {
    users: { user: { token: string } }[];
    clusters: { cluster: { 'certificate-authority-data': string } }[];
  };
  const ca = Buffer.from(clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64').toString();
  return async (method: string, path: string): Promise<{ status: number }> => {
    const agent = new Agent({ connect: { ca } });
    try {
      const headers = { authorization: `Bearer ${users[0]?.user.token ?? ''}` };
      const answer = await request(`${url}${path}`, { method: method as 'GET', dispatcher: agent, headers });
      await answer.body.dump();
      return { status: answer.statusCode };
    } finally {
      await agent.close();
    }
  };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
