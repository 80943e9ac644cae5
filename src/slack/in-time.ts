/** Nobody waits longer than this for our memory or for Slack while a person watches. */

export class TooSlow extends Error {
  constructor(what: string) {
    super(`${what} did not answer in time`);
    this.name = 'TooSlow';
  }
}

/** Slack shows a warning three seconds after a gesture, and leaving a job may take half of them. */
const READ_MS = 1000;

export async function inTime<Answer>(
  what: string,
  answer: Promise<Answer>,
  withinMs: number = READ_MS,
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooSlow(what)), withinMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
