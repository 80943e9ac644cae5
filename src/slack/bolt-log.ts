/** What Bolt has to say, in our own log: only what somebody should look at. */
import { type Logger, LogLevel } from '@slack/bolt';
import type { SlackJournal } from './slices.ts';

export function boltLog(journal: Pick<SlackJournal, 'slackFailed'>): Logger {
  const told = (...parts: unknown[]) =>
    journal.slackFailed({
      what: 'bolt',
      because: parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' '),
    });
  // At debug level Bolt would log addresses that carry rights, such as response_url.
  const silent = () => undefined;
  return {
    debug: silent,
    info: silent,
    warn: told,
    error: told,
    setLevel: silent,
    getLevel: () => LogLevel.WARN,
    setName: silent,
  };
}
