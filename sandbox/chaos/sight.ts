/** What people see of each lockdown in the channel: its card, its thread, and what the buttons there would do. */
import type { Stage } from '#core/stage.ts';
import type { Block, Message } from '#sandbox/slack/types.ts';
import type { Workspace } from '#sandbox/slack/workspace.ts';

export type Button = {
  readonly name: string;
  /** What it carries, as it stands there. */
  readonly value: string;
  readonly lockdown: string;
  readonly stage?: Stage;
  readonly nonce?: string;
};

type SeenMessage = { readonly message: Message; readonly buttons: readonly Button[] };
export type SeenLockdown = {
  readonly namespace: string;
  readonly card: SeenMessage;
  /** The oldest first. */
  readonly thread: readonly SeenMessage[];
};

const TITLE = /^Lockdown of (\S+): /;
/** A card is edited in place by new blocks, so what was read off the old ones stays true of them. */
const read = new WeakMap<readonly Block[], readonly Button[]>();

export function lookAt(workspace: Workspace, channel: string): Map<string, SeenLockdown> {
  const messages = workspace.messagesIn(channel);
  const threads = new Map<string, SeenMessage[]>();
  const cards: { namespace: string; card: SeenMessage }[] = [];
  for (const message of messages) {
    const seen = { message, buttons: buttonsOf(message.blocks) };
    if (message.threadTs === undefined) {
      const namespace = TITLE.exec(message.text)?.[1];
      if (namespace) cards.push({ namespace, card: seen });
    } else {
      const thread = threads.get(message.threadTs);
      if (thread) thread.push(seen);
      else threads.set(message.threadTs, [seen]);
    }
  }
  return new Map(
    cards.map(({ namespace, card }) => [namespace, { namespace, card, thread: threads.get(card.message.ts) ?? [] }]),
  );
}

function buttonsOf(blocks: readonly Block[]): readonly Button[] {
  const known = read.get(blocks);
  if (known) return known;
  const buttons = blocks
    .filter(({ type }) => type === 'actions')
    .flatMap(({ elements }) => (elements ?? []) as { action_id?: string; value?: string }[])
    .map(({ action_id = '', value = '{}' }) => ({
      name: action_id.replace('lockstep.', ''),
      value,
      ...(JSON.parse(value) as Pick<Button, 'lockdown' | 'stage' | 'nonce'>),
    }));
  read.set(blocks, buttons);
  return buttons;
}

/** The newest message that offers a button, and the button. */
export function offered(
  { card, thread }: SeenLockdown,
  name: string,
): { readonly at: Message; readonly button: Button } | undefined {
  for (const { message, buttons } of [card, ...thread].reverse()) {
    const button = buttons.find((each) => each.name === name);
    if (button) return { at: message, button };
  }
  return undefined;
}

/** Whether the thread says that something happened: `applied`, `undone`… */
export function happened({ thread }: SeenLockdown, event: RegExp): number {
  return thread.filter(({ message }) => event.test(message.text)).length;
}
