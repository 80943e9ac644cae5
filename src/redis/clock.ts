/** Whether this machine's clock and Redis's agree: where they do not, nobody can tell whether a deadline is over. */
import type { Redis } from 'ioredis';

const SKEW_MAX_MS = 60_000;

/** Says what is wrong, in a sentence; nothing while both clocks are together. */
export function clockCheck(redis: Pick<Redis, 'time'>, now: () => number): () => Promise<string | undefined> {
  return async () => {
    const before = now();
    const [seconds, micros] = await redis.time();
    // In the middle of asking, so that a slow answer is no skew.
    const skewMs = (before + now()) / 2 - (Number(seconds) * 1000 + Number(micros) / 1000);
    if (Math.abs(skewMs) <= SKEW_MAX_MS) return undefined;
    const secondsOff = Math.round(Math.abs(skewMs) / 1000);
    return `The clock of this machine is ${secondsOff} seconds ${skewMs > 0 ? 'ahead of' : 'behind'} the clock of Redis, so nothing that depends on time is decided here until they agree.`;
  };
}
