/** What a failure of the outside world tells the wrapper around every step: whether it passes with time, and a sentence. */

export type Failure = Error & {
  /** Trying again later, without anybody doing anything, can help. */
  readonly passing: boolean;
  readonly retryAfterMs?: number | undefined;
};

export function isFailure(error: unknown): error is Failure {
  return error instanceof Error && 'passing' in error && typeof error.passing === 'boolean';
}
