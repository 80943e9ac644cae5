/** An entry in words that somebody knows it by: what happened, to which stage, by whom and when. */
import type { Entry } from '#redis/lockdown-store.ts';

/** Where the history is first not what it was, by what stands in that place. */
export function named(number: number, entries: readonly Entry[]): string {
  const entry = entries[number - 1];
  if (entry?.number === number) return `The first wrong entry is ${number}: ${inWords(entry)}.`;
  if (entry) return `The first wrong entry is ${number}; in its place stands ${entry.number}: ${inWords(entry)}.`;
  const last = entries.at(-1);
  if (!last) return `The first wrong entry is ${number}, and none before it can be read.`;
  return `The first wrong entry is ${number}; the last before it is ${last.number}: ${inWords(last)}.`;
}

function inWords({ event, at }: Entry): string {
  const stage = 'stage' in event && event.stage !== undefined ? ` of ${event.stage}` : '';
  const by = whoIn(event);
  const instant = new Date(at);
  const when = Number.isNaN(instant.getTime()) ? '' : `, ${instant.toISOString()}`;
  return `“${event.type.replaceAll('-', ' ')}”${stage}${by === undefined ? '' : ` by ${by}`}${when}`;
}

/** Only what looks like a Slack user: whoever tampered may have written anything there, and a terminal shows it. */
function whoIn(event: Entry['event']): string | undefined {
  const who = event.type === 'vote-cast' ? event.vote.user : 'by' in event ? event.by : undefined;
  return who !== undefined && /^[UW][A-Z0-9]{2,20}$/.test(who) ? who : undefined;
}
