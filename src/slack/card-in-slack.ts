/** A card as Slack has it now: a message of our own bot that says by what it carries, and by its buttons, which card it is. */
import type { webApi } from '@slack/bolt';
import { decodeButton } from './action-ids.ts';
import { calling, SlackFailure } from './failure.ts';
import type { Place } from './slices.ts';
import { type Carrying, isMessageOf } from './turns.ts';
import type { Kept } from './views/shown-text.ts';

export type WantedCard = {
  readonly lockdown: string;
  readonly card: string;
  readonly nonce: string;
  readonly place: Place;
  /** The message whose thread it is in. */
  readonly thread: string | undefined;
};

/** Who asks Slack, and which bot we are. */
export type AsBot = { readonly client: Pick<webApi.WebClient, 'conversations' | 'reactions'>; readonly botId: string };

type Found = Kept & Carrying & { readonly ts?: string; readonly bot_id?: string };

/** `other`: what is there is not this card, whatever our memory says. Slack alone knows who wrote a message. */
export async function cardInSlack({ client, botId }: AsBot, wanted: WantedCard): Promise<Kept | 'gone' | 'other'> {
  const message = await readMessage(client, wanted);
  if (!message) return 'gone';
  const isIt = message.bot_id === botId && isMessageOf(message, wanted) && asks(message, wanted);
  return isIt ? message : 'other';
}

async function readMessage(
  client: AsBot['client'],
  { place: { channel, ts }, thread = ts }: WantedCard,
): Promise<Found | undefined> {
  const alone = { oldest: ts, latest: ts, inclusive: true, include_all_metadata: true, limit: 2 };
  try {
    // Slack gives the first message of a thread beside the one that is asked for.
    const { messages } = await calling('conversations.replies', () =>
      client.conversations.replies({ channel, ts: thread, ...alone }),
    );
    return (messages as Found[] | undefined)?.find((message) => message.ts === ts);
  } catch (error) {
    if (error instanceof SlackFailure && GONE.has(error.reason)) return undefined;
    throw error;
  }
}

const GONE = new Set(['thread_not_found', 'message_not_found']);

function asks({ blocks = [] }: Found, { lockdown, nonce }: WantedCard): boolean {
  const targets = blocks.flatMap(pressable).map((action) => decodeButton(action)?.target);
  return targets.some((target) => target?.lockdown === lockdown && target.nonce === nonce);
}

function pressable(block: unknown): { action_id: string; value?: string }[] {
  const { type, elements } = block as { type?: string; elements?: { action_id: string; value?: string }[] };
  return type === 'actions' ? (elements ?? []) : [];
}
