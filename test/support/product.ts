/** The product as it is run, its two processes, around sandboxes and a Redis of their own; for tests that watch it from outside. */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { stringify } from 'yaml';
import { keyIdOf, publicPartOf } from '#config/receipt-key.ts';
import { startConsole } from '#sandbox/console/start.ts';
import { startKubernetes } from '#sandbox/kubernetes/start.ts';
import { startRedis } from '#sandbox/redis.ts';
import { aroundSlack } from '#sandbox/slack/people.ts';
import { startSlack } from '#sandbox/slack/start.ts';
import { draw } from './draw.ts';

const ENTRIES = { slack: 'src/main.ts', worker: 'workers/main.ts' } as const;
const CHANNEL = 'C0LOCKDOWN1';
const SECURITY = 'S0SECURITY1';
const PLATFORM = 'S0PLATFORM1';

export type SeenMessage = {
  readonly ts: string;
  readonly text: string;
  readonly drawn: string;
  /** What its buttons do: `approve`, `reopen`… */
  readonly buttons: readonly string[];
};

type Block = { readonly type: string; readonly elements?: readonly { readonly action_id?: string }[] };

export async function startProduct(options: { readonly settings?: Readonly<Record<string, unknown>> } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-journey-'));
  const store = await startRedis();
  const consoleApi = await startConsole({
    app: 'sandbox/apps/hipster-shop-v0.3.1.json',
    folder,
    trafficIntervalMs: 2000,
    policyDelayMs: 100,
    reportDelayMs: [50, 200],
  });
  const kubernetes = await startKubernetes({ world: consoleApi.world, folder });
  const slack = await startSlack({ manifest: 'config/slack-manifest.yaml' });
  const receipts = newKey();
  const ledger = newKey();
  const { namespace } = consoleApi;
  const file = join(folder, 'lockstep.yaml');
  await writeFile(
    file,
    stringify({
      console: { credentials: consoleApi.credentials },
      kubernetes: { kubeconfig: kubernetes.kubeconfig },
      receipts: { publicKeys: { [receipts.id]: receipts.publicPart } },
      ledger: { publicKeys: { [ledger.id]: { key: ledger.publicPart, since: '2026-01-01' } } },
      votes: { readSeconds: 0 },
      namespaces: [
        {
          match: namespace,
          channel: CHANNEL,
          requesters: { groups: [PLATFORM] },
          approval: { groups: [SECURITY, PLATFORM], needed: 2, fromGroups: [{ group: SECURITY, needed: 1 }] },
          stages: { 'disable-discovery': { groups: [SECURITY], needed: 2, fromGroups: [], reactions: false } },
        },
      ],
      ...options.settings,
    }),
  );
  const env = {
    ...process.env,
    LOCKSTEP_CONFIG: file,
    REDIS_URL: store.url,
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    LOCKSTEP_RECEIPT_KEY: receipts.pem,
    LOCKSTEP_IDEMPOTENCY_SECRET: randomBytes(32).toString('base64url'),
    LOCKSTEP_LEDGER_KEY: ledger.pem,
  };
  const processes = { slack: start(ENTRIES.slack, env), worker: start(ENTRIES.worker, env) };
  /** Those that a test asked to stop. */
  const stopped = new Set<ChildProcess>();
  const redis = new Redis(store.url);

  const broken = () =>
    Object.values(processes)
      .filter(({ child }) => child.exitCode !== null && !stopped.has(child))
      .map(({ log }) => log.join(''));

  /** What somebody waits for; says what was there instead when it does not come. */
  async function until<Found>(
    what: string,
    look: () => Promise<Found | undefined | false>,
    withinMs = 30_000,
  ): Promise<Found> {
    const deadline = Date.now() + withinMs;
    while (Date.now() < deadline) {
      const found = await look();
      if (found) return found;
      const words = broken();
      if (words.length > 0) throw new Error(`a process has ended:\n${words.join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const last = (await seen()).slice(-8).map(({ drawn }) => drawn);
    throw new Error(`${what} did not come. Last seen:\n${last.join('\n———\n')}`);
  }

  /** Every message of the channel and its threads as people read it, the oldest first. */
  async function seen(): Promise<SeenMessage[]> {
    const messages = await aroundSlack(slack.url).messages(CHANNEL);
    return messages.map((message) => ({
      ts: String(message.ts),
      text: String(message.text),
      drawn: draw({ blocks: [], ...message } as Parameters<typeof draw>[0]),
      buttons: ((message.blocks ?? []) as Block[])
        .filter(({ type }) => type === 'actions')
        .flatMap(({ elements = [] }) => elements.map(({ action_id = '' }) => action_id.replace('lockstep.', ''))),
    }));
  }

  async function control<Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(consoleApi.controlUrl + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  return {
    namespace,
    channel: CHANNEL,
    slackUrl: slack.url,
    redis,
    until,
    seen,
    control,
    /** As whoever deploys does; says with which code the process ended. */
    async askToStop(who: keyof typeof ENTRIES): Promise<number | null> {
      const { child } = processes[who];
      stopped.add(child);
      await ended(child);
      return child.exitCode;
    },
    startAgain(who: keyof typeof ENTRIES): void {
      processes[who] = start(ENTRIES[who], env);
    },
    async stop(): Promise<void> {
      redis.disconnect();
      await Promise.all(Object.values(processes).map(({ child }) => ended(child)));
      await Promise.all([slack.stop(), kubernetes.stop(), consoleApi.stop()]);
      await store.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
export type Product = Awaited<ReturnType<typeof startProduct>>;

function start(entry: string, env: NodeJS.ProcessEnv): { child: ChildProcess; log: string[] } {
  const child = spawn(process.execPath, ['--import', 'tsx', entry], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => log.push(String(data)));
  return { child, log };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

function newKey(): { id: string; pem: string; publicPart: string } {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const raw = publicPartOf(pem);
  if (!raw) throw new Error('the key that was just made is none');
  return { id: keyIdOf(raw), pem, publicPart: raw.toString('base64') };
}
