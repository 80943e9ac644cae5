/** Everything the demo needs on one machine: Redis, the sandboxes, and the product as two processes of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Environment } from '#config/env.ts';
import { keyIdOf, publicPartOf } from '#config/receipt-key.ts';
import { environmentFor } from '#config/secrets.ts';
import { startConsole } from '#sandbox/console/start.ts';
import { startKubernetes } from '#sandbox/kubernetes/start.ts';
import { freePort, startRedis } from '#sandbox/redis.ts';
import { startSlack } from '#sandbox/slack/start.ts';

export const LOCKDOWNS = 'C0LOCKDOWN1';
const SECURITY = 'S0SECURITY1';
const PLATFORM = 'S0PLATFORM1';

/** A little more than the product gives itself to finish what is under way. */
const END_WITHIN_MS = 30_000;
const LAST_WORDS = 2000;

export type LaptopOptions = {
  /** The application's graph file. */
  readonly app: string;
  readonly seed: number;
  /** Of the Slack page. */
  readonly port: number;
  /** Answers of a graph without Kubernetes beside it. */
  readonly kubernetes: boolean;
  readonly embeddedRedis: boolean;
};

export type Laptop = {
  readonly slackUrl: string;
  readonly controlUrl: string;
  readonly consoleUrl: string;
  readonly namespace: string;
  readonly redis: string;
  readonly folder: string;
  /** Ends when a process of the product ends by itself, with the words for it. */
  readonly broken: Promise<string>;
  stop(): Promise<void>;
};

/** When something cannot be started, what was started before is stopped, and the reason is thrown. */
export async function startLaptop(options: LaptopOptions): Promise<Laptop> {
  const started: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of started.splice(0).reverse()) await end();
  };
  try {
    return { ...(await startEach(options, (end) => started.push(end))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** One after the other; each says how it is ended as soon as it runs. */
async function startEach(
  options: LaptopOptions,
  runs: (end: () => Promise<unknown>) => void,
): Promise<Omit<Laptop, 'stop'>> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-demo-'));
  runs(() => rm(folder, { recursive: true, force: true }));
  const consoleApi = await startConsole({
    app: options.app,
    seed: options.seed,
    folder,
    trafficIntervalMs: 3000,
    policyDelayMs: 300,
    reportDelayMs: [200, 600],
  });
  runs(consoleApi.stop);
  const redis = await startRedis({ embedded: options.embeddedRedis });
  runs(redis.stop);
  const kubernetes = options.kubernetes ? await startKubernetes({ world: consoleApi.world, folder }) : undefined;
  if (kubernetes) runs(kubernetes.stop);
  const slack = await startSlack({
    port: options.port || (await freePort()),
    seed: options.seed,
    manifest: 'config/slack-manifest.yaml',
  });
  runs(slack.stop);
  const receipts = newKey();
  const ledger = newKey();
  const settings = settingsOf(consoleApi, kubernetes?.kubeconfig, { receipts, ledger });
  const file = join(folder, 'lockstep.yaml');
  await writeFile(file, stringify(settings));

  const given = {
    ...process.env,
    LOCKSTEP_CONFIG: file,
    REDIS_URL: redis.url,
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    LOCKSTEP_RECEIPT_KEY: receipts.pem,
    LOCKSTEP_IDEMPOTENCY_SECRET: randomBytes(32).toString('base64url'),
    LOCKSTEP_LEDGER_KEY: ledger.pem,
  };
  const product = [
    startProcess('src/main.ts', join(folder, 'slack.log'), environmentFor('slack', given)),
    startProcess('workers/main.ts', join(folder, 'worker.log'), environmentFor('worker', given)),
  ];
  let stopping = false;
  const broken = Promise.race(
    product.map(
      ({ name, child, lastWords }) =>
        new Promise<string>((resolve) => {
          child.once('close', (code) => {
            if (!stopping) resolve(`${name} ended with code ${code}. The end of its log:\n${lastWords()}`);
          });
        }),
    ),
  );
  runs(() => {
    stopping = true;
    return Promise.all(product.map(({ child }) => ended(child)));
  });
  return {
    slackUrl: slack.url,
    controlUrl: consoleApi.controlUrl,
    consoleUrl: consoleApi.url,
    namespace: consoleApi.namespace,
    redis: redis.name,
    folder,
    broken,
  };
}

export type Process = {
  readonly name: string;
  readonly child: ChildProcess;
  /** The end of what it wrote, because the log goes with the folder. */
  lastWords(): string;
};

/** A production entry point as a process of its own; its log goes to a file, so that the terminal stays readable. */
export function startProcess(entry: string, log: string, env: Environment): Process {
  const child = spawn(process.execPath, ['--import', 'tsx', entry], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C reaches the demo alone, which then stops the product politely.
    detached: true,
  });
  const file = createWriteStream(log, { flags: 'a' });
  let last = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.pipe(file, { end: false });
    stream.on('data', (words) => {
      last = `${last}${words}`.slice(-LAST_WORDS);
    });
  }
  // Of a group of its own, it would otherwise outlive a demo that ends in an error.
  const withUs = () => child.kill('SIGKILL');
  process.once('exit', withUs);
  child.once('exit', () => process.off('exit', withUs));
  return { name: entry, child, lastWords: () => last.trim() };
}

/** Asks a process to end, and ends it when it has not done so in time. */
export function ended(child: ChildProcess, withinMs = END_WITHIN_MS): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const late = setTimeout(() => child.kill('SIGKILL'), withinMs);
    child.once('exit', () => {
      clearTimeout(late);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

export function newKey(): { id: string; pem: string; publicPart: string } {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const raw = publicPartOf(pem);
  if (!raw) throw new Error('the key that was just made is none');
  return { id: keyIdOf(raw), pem, publicPart: raw.toString('base64') };
}

/** The configuration of a small company that is in a hurry: minutes of the real one are seconds here. */
function settingsOf(
  { namespace, credentials }: { namespace: string; credentials: { observe: string; finalise: string } },
  kubeconfig: string | undefined,
  { receipts, ledger }: Record<'receipts' | 'ledger', { id: string; publicPart: string }>,
) {
  return {
    console: { credentials },
    ...(kubeconfig ? { kubernetes: { kubeconfig } } : {}),
    namespaces: [
      {
        match: namespace,
        channel: LOCKDOWNS,
        requesters: { groups: [PLATFORM] },
        approval: { groups: [SECURITY, PLATFORM], needed: 2, fromGroups: [{ group: SECURITY, needed: 1 }] },
        stages: { 'disable-discovery': { groups: [SECURITY], reactions: false } },
      },
    ],
    votes: { readSeconds: 0.5 },
    discovery: { collectEverySeconds: 5, reportDelaySeconds: 1.5, windowHours: 24 },
    verify: { settleSeconds: 0.5, everySeconds: 1, forMinutes: 0.1 },
    watch: { everySeconds: 2, confirmMinutes: 30 },
    receipts: { publicKeys: { [receipts.id]: receipts.publicPart } },
    ledger: { publicKeys: { [ledger.id]: { key: ledger.publicPart, since: '2026-01-01' } } },
  };
}
