/** Whose turn it is to make a thing in Slack: one at a time, and after a silence somebody else, unless it is there. */
import type { webApi } from '@slack/bolt';
import { calling, isLack } from './failure.ts';
import type { Cards, Place, SlackJournal } from './slices.ts';

export type TurnDeps = {
  readonly client: webApi.WebClient;
  readonly cards: Pick<Cards, 'claim' | 'takeOver'>;
  readonly journal: Pick<SlackJournal, 'degraded'>;
  /** How long somebody else may take to post what they claimed; then we look whether they did. */
  readonly doubtMs?: number;
};

export type Card = {
  readonly lockdown: string;
  /** Its name, see card-names.ts. */
  readonly card: string;
};

type Wanted = Card & { readonly channel: string; readonly thread?: string | undefined; readonly fileTitle?: string };

type Turn =
  | { readonly state: 'posted' }
  | { readonly state: 'found'; readonly place: Place }
  | { readonly state: 'ours'; readonly claim: string };

/** Longer than the client waits for an answer: until then whoever claimed a card may still be posting it. */
const DOUBT_MS = 12_000;

/** What our messages carry, so that they are found again. */
export const METADATA = 'lockstep_card';

/** One at a time may make a thing in Slack: who claimed it, and after a silence who took that over and found nothing. */
export async function takeTurn(deps: TurnDeps, wanted: Wanted): Promise<Turn> {
  const { lockdown, card } = wanted;
  const claimed = await deps.cards.claim(lockdown, card);
  if (claimed.state === 'posted') return { state: 'posted' };
  if (claimed.state === 'ours') return { state: 'ours', claim: claimed.claim };
  const place = await findAgain(deps, wanted);
  if (place) return { state: 'found', place };
  const claim = await deps.cards.takeOver(lockdown, card, claimed.claim);
  return claim === undefined ? takeTurn(deps, wanted) : { state: 'ours', claim };
}

/** Whether a message that was claimed by somebody who then fell silent did reach Slack. */
async function findAgain(deps: TurnDeps, wanted: Wanted): Promise<Place | undefined> {
  const { journal, doubtMs = DOUBT_MS } = deps;
  await new Promise((resolve) => setTimeout(resolve, doubtMs));
  const { channel, thread } = wanted;
  try {
    for (let cursor: string | undefined, page = 0; page < PAGES; page++) {
      const { messages, next } = await readPage(deps, channel, thread, cursor);
      const found = messages.find((message) => isIt(message, wanted));
      if (found?.ts) return { channel, ts: found.ts };
      if (!next) return undefined;
      cursor = next;
    }
    return undefined;
  } catch (error) {
    if (!isLack(error)) throw error;
    journal.degraded({ feature: 'reading messages again, so a card may be there twice', because: error.message });
    return undefined;
  }
}

async function readPage({ client }: TurnDeps, channel: string, thread: string | undefined, cursor: string | undefined) {
  const common = { channel, limit: 200, include_all_metadata: true, ...(cursor ? { cursor } : {}) };
  const { messages, response_metadata } = await calling('conversations.history', () =>
    thread === undefined
      ? client.conversations.history(common)
      : client.conversations.replies({ ...common, ts: thread }),
  );
  return { messages: (messages ?? []) as FoundMessage[], next: response_metadata?.next_cursor };
}

/** The card is among the newest messages, or it is not worth looking for. */
const PAGES = 5;

export type Carrying = { readonly metadata?: { readonly event_type?: string; readonly event_payload?: object } };
type FoundMessage = Carrying & {
  readonly ts?: string;
  readonly files?: readonly { readonly title?: string }[];
};

function isIt(message: FoundMessage, wanted: Card & { fileTitle?: string }): boolean {
  if (wanted.fileTitle === undefined) return isMessageOf(message, wanted);
  return message.files?.some(({ title }) => title === wanted.fileTitle) ?? false;
}

/** Whether a message says that it is this card; whoever may write messages with metadata can say so. */
export function isMessageOf({ metadata }: Carrying, wanted: Card): boolean {
  const payload = metadata?.event_type === METADATA ? metadata.event_payload : undefined;
  if (!payload || !('lockdown' in payload) || !('card' in payload)) return false;
  return payload.lockdown === wanted.lockdown && payload.card === wanted.card;
}
