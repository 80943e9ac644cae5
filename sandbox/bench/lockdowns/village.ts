/** What the lockdowns are measured in: a Redis of its own, the sandboxes in this process, the product in others. */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { stringify } from 'yaml';
import { environmentFor } from '#config/secrets.ts';
import { type RunningConsole, startConsole } from '#sandbox/console/start.ts';
import { dnsAddress } from '#sandbox/console/world/cluster.ts';
import { tinyGraphs } from '#sandbox/console/world/tiny.ts';
import { newKey } from '#sandbox/demo/laptop.ts';
import { startKubernetes } from '#sandbox/kubernetes/start.ts';
import { startRedis } from '#sandbox/redis.ts';
import { channels, groups } from '#sandbox/slack/seed.ts';
import { type RunningSlack, startSlack } from '#sandbox/slack/start.ts';
import { until } from './waiting.ts';

export const CHANNEL = channels.lockdowns;

export type Program = {
  /** Processor time since it began. */
  cpuMs(): Promise<number>;
  /** Once it says that it has started: until then it takes processor time from the others and does nothing. */
  ready(): Promise<void>;
  stop(): Promise<void>;
};

export type Village = {
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly console: RunningConsole;
  readonly slack: RunningSlack;
  readonly namespaces: readonly string[];
  startWorker(): Program;
  /** The product stops first, then what it talks to. */
  stop(): Promise<void>;
};

export async function foundVillage(lockdowns: number): Promise<Village> {
  const ends: (() => Promise<unknown>)[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-'));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const privateRedis = await startRedis();
  ends.push(privateRedis.stop);
  if (!privateRedis.durable) throw new Error('this benchmark needs redis-server or valkey-server on the PATH');
  const redis = new Redis(privateRedis.url);
  ends.push(async () => redis.disconnect());
  const [app, ...further] = tinyGraphs(lockdowns);
  if (!app) throw new Error('a benchmark needs at least one lockdown');
  const consoleApi = await startConsole({ app, further, folder, traffic: false });
  ends.push(consoleApi.stop);
  // Only with its facts does nothing stand out that somebody would have to tick off before a click on Approve counts.
  const kubernetes = await startKubernetes({ world: consoleApi.world, folder });
  ends.push(kubernetes.stop);
  const slack = await startSlack({ manifest: 'config/slack-manifest.yaml' });
  ends.push(slack.stop);
  const receipts = newKey();
  const config = join(folder, 'lockstep.yaml');
  await writeFile(config, stringify(settingsOf(consoleApi.credentials, kubernetes.kubeconfig, receipts)));
  const env = {
    ...process.env,
    LOCKSTEP_CONFIG: config,
    REDIS_URL: privateRedis.url,
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    LOCKSTEP_RECEIPT_KEY: receipts.pem,
    LOCKSTEP_IDEMPOTENCY_SECRET: randomBytes(32).toString('base64url'),
  };
  let count = 0;
  const start = (kind: 'slack' | 'worker', entry: string): Program => {
    const program = run(entry, { ...environmentFor(kind, env) }, join(folder, `${kind}-${count++}.log`));
    ends.push(program.stop);
    return program;
  };
  start('slack', 'src/main.ts');
  return {
    redis,
    redisUrl: privateRedis.url,
    console: consoleApi,
    slack,
    namespaces: consoleApi.namespaces,
    startWorker: () => start('worker', 'workers/main.ts'),
    async stop() {
      for (const end of ends.splice(0).reverse()) await end();
    },
  };
}

/** A process of the product, as it is run in earnest. */
export function run(entry: string, env: NodeJS.ProcessEnv, logFile: string, args: readonly string[] = []): Program {
  const child = spawn(process.execPath, ['--import', 'tsx', entry, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(logFile);
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const withUs = () => child.kill('SIGKILL');
  process.once('exit', withUs);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let stopping = false;
  void gone.then(async () => {
    if (stopping) return;
    process.stderr.write(`${entry} ended by itself:\n${(await readFile(logFile, 'utf8')).slice(-2_000)}\n`);
    process.exit(1);
  });
  return {
    cpuMs: () => cpuMsOf(child.pid as number),
    ready: () => until(`${entry} has started`, async () => STARTED.test(await readFile(logFile, 'utf8'))),
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      await gone;
      process.off('exit', withUs);
    },
  };
}

const STARTED = /"event":"started"/;

/** Ticks of a hundredth of a second, user and system, after the name in brackets (proc(5)). */
const TICK_MS = 10;

async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** One approval is enough, so that a click is what a change waits for; nothing else happens by itself meanwhile. */
function settingsOf(
  credentials: { readonly observe: string; readonly finalise: string },
  kubeconfig: string,
  receipts: { readonly id: string; readonly publicPart: string },
) {
  return {
    console: { credentials },
    kubernetes: { kubeconfig },
    namespaces: [
      {
        match: '/acme/aws-dev/k8s/*',
        channel: CHANNEL,
        requesters: { groups: [groups.platform] },
        approval: { groups: [groups.security], needed: 1, fromGroups: [] },
        drafts: { trustedResolvers: [dnsAddress] },
      },
    ],
    discovery: { collectEverySeconds: 3_600, windowHours: 24 },
    receipts: { publicKeys: { [receipts.id]: receipts.publicPart } },
  };
}
