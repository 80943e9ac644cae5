/** How a process of Lockstep starts and stops: with a sound configuration, and politely. */
import { environment } from '#config/env.ts';
import { EXIT_CONFIG, loadConfig, printMistakes } from '#config/load.ts';
import type { Config } from '#config/schema.ts';
import { redisAddress } from '#core/redis-address.ts';
import { failureFrom, SlackFailure } from '#slack/failure.ts';
import packageFile from '../package.json' with { type: 'json' };
import { type Journal, openJournal } from './journal.ts';

/** What a process ends with when something it needs is not there yet (EX_UNAVAILABLE of sysexits). */
const EXIT_UNAVAILABLE = 69;

/** Longer than any step takes; a container's grace period has to be longer still. */
const STOP_WITHIN_MS = 25_000;

export const VERSION = packageFile.version;

export type Running = { stop(): Promise<void> };

/** Prints every mistake of the configuration and ends the process when there is one. */
export function configured(process_: 'slack' | 'worker'): { config: Config; journal: Journal } {
  const loaded = loadConfig({ env: environment(), for: process_ });
  if ('mistakes' in loaded) {
    process.stderr.write(`${printMistakes(loaded.mistakes)}\n`);
    process.exit(EXIT_CONFIG);
  }
  const { config, warnings } = loaded;
  const { secrets } = config;
  const journal = openJournal(
    process_,
    [
      secrets.slackBotToken,
      secrets.slackAppToken,
      secrets.slackSigningSecret,
      secrets.receiptKey?.pem,
      secrets.idempotencySecret,
      secrets.ledgerKey?.pem,
      redisAddress(secrets.redisUrl)?.password,
    ].filter((secret) => secret !== undefined),
  );
  for (const { of, sentence, place } of warnings) journal.warned({ because: place ? sentence : `${of}: ${sentence}` });
  return { config, journal };
}

/** Ends a process that cannot start, with the sentence instead of a stack; what passes with time is tried again. */
export function endBecause({ sentence, passes }: { readonly sentence: string; readonly passes: boolean }): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(passes ? EXIT_UNAVAILABLE : EXIT_CONFIG);
}

/** Slack refusing us, or out of reach, ends a start with its sentence; anything else is a bug and stays what it is. */
export function endForSlack(error: unknown): never {
  if (!(error instanceof SlackFailure)) throw error;
  return endBecause({ sentence: error.message, passes: error.passing });
}

/** The socket's attempts to connect again are nobody's to catch. What Slack refuses there ends a process that had worked. */
export function endWhenSlackIsLost(): void {
  process.on('unhandledRejection', (error) => {
    const failure = failureFrom(error, 'connecting again');
    if (!(failure instanceof SlackFailure)) throw error;
    endBecause({ sentence: failure.message, passes: true });
  });
}

/** On the first signal what is under way is finished; on the second, or when that takes too long, the process ends. */
export function stopOnSignal(running: Running, journal: Journal): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      journal.stopping({ signal });
      setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
      running.stop().then(
        () => {
          journal.stopped();
          process.exit(0);
        },
        (error: Error) => {
          journal.warned({ because: `stopping failed: ${error.message}` });
          process.exit(1);
        },
      );
    });
  }
}
