/** What a person sees after a gesture, once the app has come to rest. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../delivery/delivery.ts';
import type { Message } from '../types.ts';
import { viewOnTheWire } from '../wire.ts';
import type { Workspace } from '../workspace.ts';

export type ConfirmDialog = { title?: { text: string }; text: { text: string }; [field: string]: unknown };

export type Seen = {
  /** False where the client asked for a confirmation first, or found a mistake by itself. */
  sent: boolean;
  acked: boolean;
  ackMs: number | undefined;
  /** What Slack told the person because the app did not respond. */
  warning: string | undefined;
  /** The dialog to confirm first, if the element has one. */
  confirm: ConfirmDialog | undefined;
  /** Validation messages under the inputs of a modal, by block. */
  errors: Record<string, string>;
  ephemerals: { ts: string; channel: string; text: string; blocks: unknown[] }[];
  /** New messages in the channel of the gesture. */
  messages: { ts: string; text: string; thread_ts?: string | undefined; blocks: unknown[] }[];
  /** The person's open modals, the one on top last. */
  views: Record<string, unknown>[];
  home: Record<string, unknown> | undefined;
};

/** How to know that the app has come to rest: no call under way, and none for a while. */
export type Rest = { isQuiet: (forMs: number) => boolean };

const restMsMax = 3_000;

/** Remembers how things stood, so that what is new afterwards can be told. */
export function watch(workspace: Workspace, user: string, channel: string | undefined) {
  const startedAt = Date.now();
  const known = new Set<Message>([...workspace.ephemerals, ...(channel ? workspace.messagesIn(channel) : [])]);

  return async function seen(
    rest: Rest,
    settleMs: number,
    gesture: {
      outcome?: Outcome | undefined;
      ackMs?: number | undefined;
      warning?: string | undefined;
      confirm?: ConfirmDialog | undefined;
      errors?: Record<string, string> | undefined;
    },
  ): Promise<Seen> {
    if (gesture.outcome?.acked && settleMs > 0) {
      await sleep(settleMs);
      while (!rest.isQuiet(settleMs) && Date.now() - startedAt < restMsMax) await sleep(10);
    }
    const home = workspace.homes.get(user);
    return {
      sent: gesture.outcome !== undefined,
      acked: gesture.outcome?.acked ?? false,
      ackMs: gesture.ackMs,
      warning: gesture.warning,
      confirm: gesture.confirm,
      errors: gesture.errors ?? {},
      ephemerals: workspace.ephemerals
        .filter((message) => message.visibleTo === user && !known.has(message))
        .map(({ ts, channel: where, text, blocks }) => ({ ts, channel: where, text, blocks })),
      messages: (channel ? workspace.messagesIn(channel) : [])
        .filter((message) => !known.has(message))
        .map(({ ts, text, threadTs, blocks }) => ({ ts, text, thread_ts: threadTs, blocks })),
      views: workspace.openModals(user).map(viewOnTheWire),
      home: home && viewOnTheWire(home),
    };
  };
}
