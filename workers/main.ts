/** Starts the worker process: one worker for each kind of job, and the sweep. */
import type { Config } from '#config/schema.ts';
import { isFailure } from '#core/failure.ts';
import { type JobFacts, WillNotPass, type Working, work } from '#redis/queue.ts';
import { receiptIsValid } from '#slack/receipt.ts';
import { kubernetesReader, openConsole, openMemory, openSlack } from '#src/deps.ts';
import { serveHealth } from '#src/health.ts';
import { JOB_NAMES, type JobData, type JobName } from '#src/jobs.ts';
import type { Journal } from '#src/journal.ts';
import { configured, type Running, stopOnSignal } from '#src/starting.ts';
import { announce } from './announce.ts';
import { applyStage } from './apply-stage.ts';
import { askApproval } from './ask-approval.ts';
import { collectFlows } from './collect-flows.ts';
import { draftStageStep } from './draft-stage.ts';
import { openLockdown } from './open-lockdown.ts';
import { recordEvent } from './record-event.ts';
import { recordRequest } from './record-request.ts';
import { releaseLockdown } from './release-lockdown.ts';
import { remind } from './remind.ts';
import { report } from './reporting.ts';
import { sweep } from './sweep.ts';
import { undoStage } from './undo-stage.ts';
import { verifyStage } from './verify-stage.ts';
import { watchLockdown } from './watch-lockdown.ts';

const SWEEP_EVERY_MS = 60_000;

type Todo<Name extends JobName> = (data: JobData<Name>, job: JobFacts) => Promise<void>;

export async function startWorkers(config: Config, journal: Journal): Promise<Running> {
  const { settings, secrets } = config;
  const memory = await openMemory(config, JOB_NAMES, journal);
  const slack = await openSlack(config, memory.cards, journal);
  const consoleApi = await openConsole(config);
  const readKubernetes = kubernetesReader(config);
  const deps = {
    ...memory,
    consoleApi,
    settings,
    journal,
    rhythm: settings.discovery,
    configHash: config.hash,
    directory: slack.directory,
    poster: slack.poster,
    whisper: slack.poster.whisper,
    receiptIsValid: (vote: Parameters<typeof receiptIsValid>[0]) => receiptIsValid(vote, settings.receipts.publicKeys),
    idempotencySecret: secrets.idempotencySecret ?? '',
    now: Date.now,
    ...(readKubernetes ? { readKubernetes } : {}),
  };
  const todos: { [Name in JobName]: Todo<Name> } = {
    'open-lockdown': openLockdown(deps),
    'record-request': recordRequest(deps),
    'record-event': recordEvent(deps),
    'collect-flows': collectFlows(deps),
    remind: remind(deps),
    'draft-stage': draftStageStep(deps),
    'ask-approval': askApproval(deps),
    'apply-stage': applyStage(deps),
    'verify-stage': verifyStage(deps),
    'undo-stage': undoStage(deps),
    'watch-lockdown': watchLockdown(deps),
    'release-lockdown': releaseLockdown(deps),
    announce: announce(deps),
    sweep: sweep(deps),
  };

  const on = {
    error: (error: Error) => journal.redisFailed({ because: error.message }),
    gaveUp: (step: JobName, job: string, error: Error) => journal.gaveUp({ step, job, because: error.message }),
  };
  function start<Name extends JobName>(name: Name): Working {
    const todo: Todo<Name> = todos[name];
    return work(secrets.redisUrl, name, (data, job) => tried(name, todo, data, job), on);
  }

  /** What does not pass with time, and the last try of what might, is told to the people in Slack. */
  async function tried<Name extends JobName>(name: Name, todo: Todo<Name>, data: JobData<Name>, job: JobFacts) {
    try {
      await todo(data, job);
    } catch (error) {
      const passing = !(error instanceof WillNotPass) && (!isFailure(error) || error.passing);
      const because = error instanceof Error ? error.message : String(error);
      journal.stepFailed({ step: name, job: job.id, because, attempt: job.attempt, passing });
      if (passing && !job.lastAttempt) throw error;
      await tellThatItFailed(name, data, job, because);
      throw passing ? error : new WillNotPass(because);
    }
  }

  async function tellThatItFailed(
    name: JobName,
    data: JobData<JobName>,
    job: JobFacts,
    because: string,
  ): Promise<void> {
    if (!STEPS_THAT_STOP_A_LOCKDOWN.has(name) || !('lockdown' in data)) return;
    const stage = 'stage' in data ? data.stage : undefined;
    const event = { type: 'step-failed' as const, step: name, because, ...(stage === undefined ? {} : { stage }) };
    await report(deps, data.lockdown, event, job.id);
  }

  const working = JOB_NAMES.map((name) => start(name));
  await memory.queues.schedule('sweep', 'sweep', { everyMs: SWEEP_EVERY_MS }, {});
  const health =
    config.healthPort === undefined ? undefined : await serveHealth(config.healthPort, { redis: memory.trouble });
  return {
    async stop() {
      await health?.stop();
      await Promise.all(working.map((each) => each.close()));
      await consoleApi.close();
      await memory.close();
    },
  };
}

const STEPS_THAT_STOP_A_LOCKDOWN: ReadonlySet<JobName> = new Set([
  'draft-stage',
  'ask-approval',
  'apply-stage',
  'verify-stage',
  'undo-stage',
  'watch-lockdown',
  'release-lockdown',
]);

const { config, journal } = configured('worker');
stopOnSignal(await startWorkers(config, journal), journal);
journal.started({ version: process.env.npm_package_version ?? '', config: config.hash });
