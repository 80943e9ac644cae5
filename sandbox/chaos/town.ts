/** Everything a run hurts, on one machine: Redis with its file, the sandboxes, and the product as processes of its own. */

import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { environmentFor } from '#config/secrets.ts';
import { type RunningConsole, startConsole } from '#sandbox/console/start.ts';
import { dnsAddress } from '#sandbox/console/world/cluster.ts';
import { tinyGraphs } from '#sandbox/console/world/tiny.ts';
import { newKey } from '#sandbox/demo/laptop.ts';
import { freePort } from '#sandbox/redis.ts';
import { channels, groups } from '#sandbox/slack/seed.ts';
import { type RunningSlack, startSlack } from '#sandbox/slack/start.ts';
import { type DurableRedis, startDurableRedis } from './durable-redis.ts';
import { type Supervised, supervise } from './supervisor.ts';

export const CHANNEL = channels.lockdowns;
/** A token of the console that is always good: of somebody else than the product. */
export const BY_HAND = 'somebody-else';
const WORKERS = 2;
/** How long the console keeps an answer back, for a worker to be killed meanwhile. */
export const HELD_MS = 1500;

export type Town = {
  readonly folder: string;
  readonly redis: DurableRedis;
  readonly console: RunningConsole;
  readonly slack: RunningSlack;
  readonly slackProcess: Supervised;
  readonly workers: readonly Supervised[];
  readonly receiptKeys: Readonly<Record<string, string>>;
  readonly ledgerKeys: Readonly<Record<string, string>>;
  /** The product stops first, then what it talks to. */
  stop(): Promise<void>;
};

/** When something cannot be started, what was started before is stopped. */
export async function buildTown(lockdowns: number, keep: boolean): Promise<Town> {
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return { ...(await build(lockdowns, keep, (end) => ends.push(end))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(
  lockdowns: number,
  keep: boolean,
  runs: (end: () => Promise<unknown>) => void,
): Promise<Omit<Town, 'stop'>> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-chaos-'));
  if (!keep) runs(() => rm(folder, { recursive: true, force: true }));
  const redisFolder = join(folder, 'redis');
  await mkdir(redisFolder);
  const redis = await startDurableRedis(await freePort(), redisFolder);
  runs(redis.stop);
  const [app, ...further] = tinyGraphs(lockdowns);
  if (!app) throw new Error('a run needs at least one lockdown');
  const killable: Supervised[] = [];
  const consoleApi = await startConsole({
    app,
    further,
    folder,
    token: BY_HAND,
    traffic: false,
    policyDelayMs: 100,
    reportDelayMs: [50, 200],
    onFault: ({ holdMs }) => {
      if (holdMs === HELD_MS) for (const worker of killable) worker.signal('SIGKILL');
    },
  });
  runs(consoleApi.stop);
  const slack = await startSlack({ manifest: 'config/slack-manifest.yaml' });
  runs(slack.stop);
  const receipts = newKey();
  const ledger = newKey();
  const file = join(folder, 'lockstep.yaml');
  await writeFile(file, stringify(settingsOf(consoleApi.credentials, { receipts, ledger })));
  const env = {
    ...process.env,
    LOCKSTEP_CONFIG: file,
    REDIS_URL: redis.url,
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    LOCKSTEP_RECEIPT_KEY: receipts.pem,
    LOCKSTEP_LEDGER_KEY: ledger.pem,
    LOCKSTEP_IDEMPOTENCY_SECRET: randomBytes(32).toString('base64url'),
  };
  const program = (kind: 'slack' | 'worker', name: string) => {
    const entry = kind === 'slack' ? 'src/main.ts' : 'workers/main.ts';
    const supervised = supervise({ name, entry, log: join(folder, `${name}.log`), env: environmentFor(kind, env) });
    runs(supervised.stop);
    return supervised;
  };
  for (let number = 1; number <= WORKERS; number += 1) killable.push(program('worker', `worker-${number}`));
  return {
    folder,
    redis,
    console: consoleApi,
    slack,
    slackProcess: program('slack', 'slack'),
    workers: killable,
    receiptKeys: { [receipts.id]: receipts.publicPart },
    ledgerKeys: { [ledger.id]: ledger.publicPart },
  };
}

/** Days are seconds here, and what waits for the console waits for less than a fault takes. */
function settingsOf(
  credentials: { readonly observe: string; readonly finalise: string },
  { receipts, ledger }: Record<'receipts' | 'ledger', { readonly id: string; readonly publicPart: string }>,
) {
  const { security, platform } = groups;
  return {
    console: { credentials, timeoutSeconds: 5 },
    namespaces: [
      {
        match: '/acme/aws-dev/k8s/*',
        channel: CHANNEL,
        requesters: { groups: [platform] },
        approval: { groups: [security, platform], needed: 2, fromGroups: [{ group: security, needed: 1 }] },
        stages: { 'disable-discovery': { groups: [security], needed: 2, fromGroups: [], reactions: false } },
        drafts: { trustedResolvers: [dnsAddress] },
      },
    ],
    // Two days behind it are evidence enough, and reading a week of each costs more than all the rest.
    discovery: { lookbackDays: 2, collectEverySeconds: 60, reportDelaySeconds: 0.3, windowHours: 24 },
    verify: { settleSeconds: 0.2, everySeconds: 3, forMinutes: 0.2 },
    watch: { everySeconds: 15, confirmMinutes: 60 },
    votes: { readSeconds: 0 },
    receipts: { publicKeys: { [receipts.id]: receipts.publicPart } },
    ledger: { publicKeys: { [ledger.id]: { key: ledger.publicPart, since: '2026-01-01' } } },
  };
}
