/** Starts the worker process: one worker for each kind of job, and the sweep. */
import type { Config } from '#config/schema.ts';
import { commitments } from '#core/commitment.ts';
import { type Working, work } from '#redis/queue.ts';
import { channelNow } from '#slack/channel-now.ts';
import { reactionsOnCard } from '#slack/reactions-shown.ts';
import { jobReceiptIsValid, receiptIsValid } from '#slack/receipt.ts';
import { kubernetesReader, openConsole, openMemory, openSlack } from '#src/deps.ts';
import { serveHealth } from '#src/health.ts';
import { JOB_NAMES, type JobData, type JobName } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';
import { configured, type Running, stopOnSignal, VERSION } from '#src/starting.ts';
import { allSteps, type Todo } from './all-steps.ts';
import { type FromSlack, hearing } from './from-slack.ts';
import { keepSweeping } from './schedules.ts';

const SWEEP_EVERY_MS = 60_000;

export async function startWorkers(config: Config, journal: Journal): Promise<Running> {
  const { settings, secrets } = config;
  const memory = await openMemory(config, JOB_NAMES, journal);
  const slack = await openSlack(config, memory.cards, journal);
  const consoleApi = await openConsole(config);
  const readKubernetes = kubernetesReader(config);
  if (!secrets.ledgerKey)
    journal.warned({ because: 'There is no ledger key, so no checkpoint says outside how long a history was.' });
  const all = allSteps({
    ...memory,
    consoleApi,
    settings,
    journal,
    rhythm: settings.discovery,
    configHash: config.hash,
    directory: slack.directory,
    poster: slack.poster,
    whisper: slack.poster.whisper,
    channelNow: (channel) => channelNow({ client: slack.client, journal }, channel),
    reactionsOnCard: (card) => reactionsOnCard(slack, settings.reactions, card),
    receiptIsValid: (vote, salt) => receiptIsValid(vote, settings.receipts.publicKeys, commitments(salt)),
    idempotencySecret: secrets.idempotencySecret ?? '',
    ...(secrets.ledgerKey ? { ledgerKey: secrets.ledgerKey } : {}),
    now: Date.now,
    ...(readKubernetes ? { readKubernetes } : {}),
  });

  const hears = {
    inbox: memory.inbox,
    jobReceiptIsValid: (name: FromSlack, data: JobData<FromSlack>) =>
      jobReceiptIsValid(name, data, settings.receipts.publicKeys),
    whisper: slack.poster.whisper,
    journal,
    now: Date.now,
  };
  const steps = hearing(hears, all);

  const on = {
    error: (error: Error) => journal.redisFailed({ because: error.message }),
    gaveUp: (step: JobName, job: string, error: Error) => journal.gaveUp({ step, job, because: error.message }),
  };
  function start<Name extends JobName>(name: Name): Working {
    const todo: Todo<Name> = steps[name];
    return work(secrets.redisUrl, name, todo, on);
  }

  const working = JOB_NAMES.map((name) => start(name));
  const sweeping = await keepSweeping(memory.queues, SWEEP_EVERY_MS, on.error);
  const health =
    config.healthPort === undefined ? undefined : await serveHealth(config.healthPort, { redis: memory.trouble });
  return {
    async stop() {
      sweeping.stop();
      await health?.stop();
      await Promise.all(working.map((each) => each.close()));
      await consoleApi.close();
      await memory.close();
    },
  };
}

const { config, journal } = configured('worker');
stopOnSignal(await startWorkers(config, journal), journal);
journal.started({ version: VERSION, config: config.hash });
