/** What has to be asked of a signed request beyond its signature: is it of now, and is it the first of its kind. */
import { createHash } from 'node:crypto';
import type { RequestListener, ServerResponse } from 'node:http';
import type { SlackJournal } from './slices.ts';

/** Keeps a mark; says whether it was there already. Where it cannot say, the request is refused. */
export type Once = (mark: string, seconds: number) => Promise<'first' | 'again'>;

export type Deps = {
  readonly once: Once;
  readonly journal: Pick<SlackJournal, 'warned' | 'slackFailed'>;
  now(): number;
};

const SKEW_SECONDS = 300;
/** Longer than a stamp is accepted before and after now. */
const KEEP_SECONDS = 900;

/** Bolt refuses stamps that are too old; it takes those of the future, and the same request twice. */
export function guarded(listener: RequestListener, { once, journal, now }: Deps): RequestListener {
  return (request, response) => {
    const stamp = Number(request.headers['x-slack-request-timestamp']);
    const signature = request.headers['x-slack-signature'];
    if (typeof signature !== 'string' || !Number.isFinite(stamp)) return refuse(response, 401);
    if (Math.abs(now() / 1000 - stamp) > SKEW_SECONDS) {
      journal.warned({ because: 'a request with a time stamp of another time was refused' });
      return refuse(response, 401);
    }
    const mark = createHash('sha256').update(`${stamp} ${signature}`).digest('hex');
    once(mark, KEEP_SECONDS).then(
      (which) => {
        if (which === 'first') return listener(request, response);
        journal.warned({ because: 'a signed request came a second time and was refused' });
        refuse(response, 401);
      },
      (error: Error) => {
        journal.slackFailed({ what: 'looking whether a request is a replay', because: error.message });
        refuse(response, 503);
      },
    );
  };
}

/** For a single process; several of them share a store instead. */
export function onceInMemory(now: () => number): Once {
  const marks = new Map<string, number>();
  return async (mark, seconds) => {
    for (const [old, until] of marks) {
      if (until > now()) break;
      marks.delete(old);
    }
    if (marks.has(mark)) return 'again';
    marks.set(mark, now() + seconds * 1000);
    return 'first';
  };
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' }).end();
}
