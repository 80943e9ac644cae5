/** Checkpoints of a lockdown's history that we once posted, as Slack has them now. */
import type { webApi } from '@slack/bolt';
import { cardNames } from './card-names.ts';
import { calling } from './failure.ts';

export type FoundCheckpoints = {
  readonly found: readonly { readonly note: string; readonly ts: string }[];
  /** Changed after they were posted: worth nothing, and nobody of ours does that. */
  readonly edited: number;
  /** Whether the lockdown's thread is there at all. */
  readonly complete: boolean;
};

type Message = {
  readonly ts?: string;
  readonly bot_id?: string;
  readonly edited?: object;
  readonly metadata?: { readonly event_payload?: { lockdown?: string; card?: string; note?: string } };
};

type Client = Pick<webApi.WebClient, 'auth' | 'conversations'>;

/** Only what our own bot said counts: anybody can post a message that looks like one. */
export async function findCheckpoints(
  client: Client,
  { channel, lockdown }: { readonly channel: string; readonly lockdown: string },
): Promise<FoundCheckpoints> {
  const { bot_id: bot } = await calling('auth.test', () => client.auth.test());
  const isOurs = ({ bot_id, metadata }: Message) =>
    bot_id !== undefined && bot_id === bot && metadata?.event_payload?.lockdown === lockdown;
  const roots: string[] = [];
  for await (const message of everyMessage(client, channel)) {
    const isRoot = isOurs(message) && message.metadata?.event_payload?.card === cardNames.lockdown;
    if (isRoot && message.ts !== undefined) roots.push(message.ts);
  }
  const checkpoints: Message[] = [];
  for (const root of roots)
    for await (const message of everyMessage(client, channel, root))
      if (isOurs(message) && message.metadata?.event_payload?.note !== undefined) checkpoints.push(message);
  return {
    found: checkpoints.flatMap(({ ts, edited, metadata }) => {
      const note = metadata?.event_payload?.note;
      return edited === undefined && ts !== undefined && note !== undefined ? [{ note, ts }] : [];
    }),
    edited: checkpoints.filter(({ edited }) => edited !== undefined).length,
    complete: roots.length > 0,
  };
}

async function* everyMessage(client: Client, channel: string, thread?: string): AsyncGenerator<Message> {
  for (let cursor: string | undefined; ; ) {
    const common = { channel, limit: 200, include_all_metadata: true, ...(cursor === undefined ? {} : { cursor }) };
    const page = await calling('conversations.history', () =>
      thread === undefined
        ? client.conversations.history(common)
        : client.conversations.replies({ ...common, ts: thread }),
    );
    yield* (page.messages ?? []) as Message[];
    cursor = page.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) return;
  }
}
