/** Builds every adapter once, from the configuration. */
import type { Config } from '#config/schema.ts';
import { type ConsoleApi, consoleApi } from '#console/console-api.ts';
import { readAccess } from '#console/credential.ts';
import type { KubernetesFacts } from '#core/evidence.ts';
import { readKubernetesFacts } from '#kubernetes/facts.ts';
import { cardStore } from '#redis/card-store.ts';
import { clockCheck } from '#redis/clock.ts';
import { openRedis } from '#redis/connection.ts';
import { edgeStore } from '#redis/edge-store.ts';
import { evidenceStore } from '#redis/evidence-store.ts';
import { groupAges } from '#redis/group-ages.ts';
import { inbox } from '#redis/inbox.ts';
import { leaving } from '#redis/leaving.ts';
import { lockdownStore } from '#redis/lockdown-store.ts';
import { nudgeBudget } from '#redis/nudge-budget.ts';
import { orphanStore } from '#redis/orphan-store.ts';
import { openQueues } from '#redis/queue.ts';
import { slackClient } from '#slack/client.ts';
import { directory } from '#slack/directory.ts';
import { calling } from '#slack/failure.ts';
import { poster } from '#slack/post.ts';
import type { JobName } from './jobs.ts';
import type { Journal } from './journal.ts';
import { endBecause, endForSlack } from './starting.ts';

/** Redis and what is kept there. Without it, or with one that would lose approvals, nothing starts. */
export async function openMemory({ secrets }: Config, names: readonly JobName[], journal: Journal) {
  const failed = (error: Error) => journal.redisFailed({ because: error.message });
  const answer = await openRedis(secrets.redisUrl, failed);
  if ('sentence' in answer) return endBecause(answer);
  const { redis, keepsWhatIsWritten, warning } = answer;
  if (warning !== undefined) journal.warned({ because: warning });
  if (keepsWhatIsWritten === false)
    journal.warned({
      because: 'Redis has no append-only file: what it kept in its last seconds is lost when it crashes.',
    });
  const queues = openQueues(secrets.redisUrl, names, failed);
  return {
    redis,
    queues,
    inbox: inbox(redis),
    leave: leaving({ redis, queues, onError: failed, now: Date.now }),
    lockdowns: lockdownStore(redis),
    edges: edgeStore(redis),
    evidence: evidenceStore(redis),
    cards: cardStore(redis),
    groupAges: groupAges(redis),
    nudgeBudget: nudgeBudget(redis),
    clockTrouble: clockCheck(redis, Date.now),
    orphans: orphanStore(redis),
    /** For the health check: nothing when Redis answers. */
    async trouble(): Promise<string | undefined> {
      await redis.ping();
      return undefined;
    },
    async close() {
      await queues.close();
      await redis.quit();
    },
  };
}
export type Memory = Awaited<ReturnType<typeof openMemory>>;

/** Slack as the bot token sees it: its people, and where cards are posted. */
export async function openSlack({ secrets }: Config, cards: Memory['cards'], journal: Journal) {
  const client = slackClient(secrets.slackBotToken, { slackApiUrl: secrets.slackApiUrl });
  const { team_id: team, bot_id: botId } = await calling('auth.test', () => client.auth.test()).catch(endForSlack);
  if (!team || !botId) throw new Error('Slack did not say which workspace and which bot the token is for');
  return {
    client,
    team,
    botId,
    directory: directory({ client, journal, team, now: Date.now }),
    poster: poster({
      client: slackClient(secrets.slackBotToken, { slackApiUrl: secrets.slackApiUrl, once: true }),
      cards,
      journal,
    }),
  };
}

export async function openConsole({ settings }: Config): Promise<ConsoleApi> {
  const { credentials, tokenMinutes, timeoutSeconds } = settings.console;
  return consoleApi({
    observe: await readAccess(credentials.observe),
    finalise: await readAccess(credentials.finalise),
    tokenValidityMinutes: tokenMinutes,
    patience: { tryMs: timeoutSeconds * 1000 },
  });
}

/** Nothing where no cluster is configured. */
export function kubernetesReader({ settings }: Config): ((namespace: string) => Promise<KubernetesFacts>) | undefined {
  const { kubernetes } = settings;
  if (!kubernetes) return undefined;
  const { kubeconfig, context } = kubernetes;
  const connection = {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  };
  return (namespace) => readKubernetesFacts(connection, namespace);
}
