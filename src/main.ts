/** Starts the Slack process: it reads, answers and leaves jobs, and changes nothing itself. */
import { personOf, settingsFor } from '#config/schema.ts';
import { key } from '#redis/keys.ts';
import { startSlack } from '#slack/app.ts';
import { signJob } from '#slack/receipt.ts';
import { openMemory } from './deps.ts';
import { serveHealth } from './health.ts';
import { FROM_SLACK, type JobData } from './jobs.ts';
import { configured, endForSlack, endWhenSlackIsLost, stopOnSignal, VERSION } from './starting.ts';

const { config, journal } = configured('slack');
const { settings, secrets } = config;

function signed<Name extends (typeof FROM_SLACK)[number]>(name: Name, data: JobData<Name>): JobData<Name> {
  return secrets.receiptKey ? signJob(name, data, secrets.receiptKey) : data;
}

const memory = await openMemory(config, FROM_SLACK, journal);
const slack = await startSlack({
  settings,
  settingsFor: (namespace) => settingsFor(settings, namespace),
  personOf: (user) => personOf(settings, user),
  lockdowns: memory.lockdowns,
  findings: memory.evidence,
  cards: memory.cards,
  leave: (name, data, id) => memory.leave(name, signed(name, data), id),
  secrets,
  journal,
  once: async (mark, seconds) => {
    const kept = await memory.redis.set(key.once(mark), '1', 'EX', seconds, 'NX');
    return kept === 'OK' ? 'first' : 'again';
  },
  now: Date.now,
}).catch(endForSlack);
const health =
  config.healthPort === undefined ? undefined : await serveHealth(config.healthPort, { redis: memory.trouble });
stopOnSignal(
  {
    async stop() {
      await health?.stop();
      await slack.stop();
      await memory.close();
    },
  },
  journal,
);
endWhenSlackIsLost();
journal.started({ version: VERSION, config: config.hash });
