/** The answer that a key got the first time, for a day. */
import type { Answer } from './ask.ts';

const keptMs = 24 * 3_600_000;

export function createIdempotency(): (key: string, nowMs: number, run: () => Answer) => Answer {
  const answers = new Map<string, { answer: Answer; untilMs: number }>();
  return (key, nowMs, run) => {
    const before = answers.get(key);
    if (before && before.untilMs > nowMs) return before.answer;
    const answer = run();
    answers.set(key, { answer, untilMs: nowMs + keptMs });
    return answer;
  };
}
