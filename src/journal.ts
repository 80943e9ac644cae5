/** One function for each line an operator should be able to count. */
import { type Logger, pino } from 'pino';

export type Journal = ReturnType<typeof openJournal>;

/**
 * JSON lines on standard output, one event name each. `secrets` are blanked wherever they turn up, whatever field they
 * are in; ERROR is what a healthy system never writes, WARN a few times a day, INFO what happened.
 */
export function openJournal(process: string, secrets: readonly string[]) {
  const known = secrets.filter((secret) => secret.length >= 8);
  const log: Logger = pino({
    base: { process },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    hooks: {
      streamWrite: (line) => harmless(known.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line)),
    },
  });
  return {
    started: (facts: { version: string; config: string }) => log.info({ event: 'started', ...facts }, 'ready'),
    stopping: (facts: { signal: string }) => log.info({ event: 'stopping', ...facts }, 'finishing what is under way'),
    stopped: () => log.info({ event: 'stopped' }, 'stopped'),
    warned: (facts: { because: string }) => log.warn({ event: 'warned', ...facts }, facts.because),

    opened: (facts: { lockdown: string; namespace: string; by: string }) =>
      log.info({ event: 'lockdown-opened', ...facts }, 'a lockdown was opened'),
    happened: (facts: { lockdown: string; event: string; to: string }) =>
      log.info({ ...facts, event: 'happened', what: facts.event }, `${facts.event} → ${facts.to}`),
    changedNothing: (facts: { lockdown: string; event: string }) =>
      log.info({ ...facts, event: 'changed-nothing', what: facts.event }, `${facts.event} changes nothing now`),
    refused: (facts: { lockdown?: string; user: string; verb: string; because: string }) =>
      log.info({ event: 'refused', ...facts }, facts.because),
    forgedVote: (facts: { lockdown: string; stage: string; user: string }) =>
      log.error({ event: 'forged-vote-seen', ...facts }, 'a vote without a valid receipt was left out'),
    channelChanged: (facts: { lockdown: string; channel: string; because: string }) =>
      log.warn({ event: 'channel-changed', ...facts }, facts.because),
    alteredCard: (facts: { lockdown: string; card: string; user: string }) =>
      log.error({ event: 'card-altered', ...facts }, 'a card was pressed that reads otherwise than it was posted'),

    notShown: (facts: { lockdown: string; stage: string }) =>
      log.error(
        { event: 'draft-not-shown', ...facts },
        'the draft that is kept is not the one that is asked about, so its card was not drawn',
      ),
    forgedJob: (facts: { step: string; job: string; because: string }) =>
      log.error({ event: 'forged-job-seen', ...facts }, `a job was not heard: ${facts.because}`),
    heardBefore: (facts: { step: string; job: string }) =>
      log.warn({ event: 'heard-before', ...facts }, 'what was recorded or refused before is not heard again'),

    collected: (facts: { lockdown: string; reports: number; edges: number; readUpTo: number }) =>
      log.info({ event: 'flows-collected', ...facts }, 'a window of reports was folded'),
    wroteToConsole: (facts: {
      lockdown: string;
      stage: string;
      kind: string;
      name: string;
      outcome: string;
      id: string;
    }) => log.info({ event: 'console-write', ...facts }, `${facts.kind} ${facts.name}: ${facts.outcome}`),
    drifted: (facts: { lockdown: string; because: string }) => log.error({ event: 'drifted', ...facts }, facts.because),
    repaired: (facts: { lockdown: string; step: string }) =>
      log.warn({ event: 'sweep-repaired', ...facts }, 'a step that should have been under way was started again'),
    orphaned: (facts: { lockdown: string; namespace: string; objects: number; cut: boolean }) =>
      log.error({ event: 'lockdown-orphaned', ...facts }, 'the console knows a lockdown that Redis does not'),
    forgot: (facts: { lockdown: string; entries: number; root: string; file?: string }) =>
      log.info({ event: 'lockdown-forgotten', ...facts }, 'retention is over'),

    stepFailed: (facts: { step: string; job: string; because: string; attempt: number; passing: boolean }) =>
      log.warn({ event: 'step-failed', ...facts }, facts.because),
    gaveUp: (facts: { step: string; job: string; because: string }) =>
      log.error({ event: 'step-gave-up', ...facts }, facts.because),
    degraded: (facts: { feature: string; because: string }) =>
      log.warn({ event: 'feature-degraded', ...facts }, `${facts.feature}: ${facts.because}`),
    slackFailed: (facts: { what: string; because: string }) =>
      log.warn({ event: 'slack-failed', ...facts }, `${facts.what}: ${facts.because}`),
    redisFailed: (facts: { because: string }) => log.warn({ event: 'redis-failed', ...facts }, facts.because),
  };
}

/** What JSON lets through and a terminal obeys, or a reader of lines takes for the end of one. */
const OBEYED = /[\p{Cf}\p{Zl}\p{Zp}\u007f-\u009f]/gu;

/** As JSON escapes it, so that nothing is lost. */
function harmless(line: string): string {
  return line.replace(OBEYED, (character) => character.split('').map(escaped).join(''));
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
