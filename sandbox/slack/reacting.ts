/** Putting a reaction on a message and taking it off, and the event that tells of it. */
import { emojiNames } from './emoji.ts';
import type { Message } from './types.ts';
import type { Workspace } from './workspace.ts';

type ReactionEvent = { type: 'reaction_added' | 'reaction_removed'; [field: string]: unknown };
type Reacted = { event: ReactionEvent } | { refused: string };

const reactionsPerMessageMax = 50;

export function addReaction(workspace: Workspace, message: Message, user: string, name: string): Reacted {
  if (!isEmoji(name)) return { refused: 'invalid_name' };
  const known = message.reactions.find((reaction) => reaction.name === name);
  if (known?.users.includes(user)) return { refused: 'already_reacted' };
  if (!known && message.reactions.length >= reactionsPerMessageMax) return { refused: 'too_many_emoji' };
  if (known) known.users.push(user);
  else message.reactions.push({ name, users: [user] });
  workspace.changed();
  return { event: eventOf(workspace, 'reaction_added', message, user, name) };
}

export function removeReaction(workspace: Workspace, message: Message, user: string, name: string): Reacted {
  const known = message.reactions.find((reaction) => reaction.name === name);
  if (!known?.users.includes(user)) return { refused: 'no_reaction' };
  known.users = known.users.filter((one) => one !== user);
  if (known.users.length === 0) message.reactions.splice(message.reactions.indexOf(known), 1);
  workspace.changed();
  return { event: eventOf(workspace, 'reaction_removed', message, user, name) };
}

function isEmoji(name: string): boolean {
  const [base = '', tone] = name.split('::');
  return emojiNames.has(base) && (tone === undefined || /^skin-tone-[2-6]$/.test(tone));
}

function eventOf(
  workspace: Workspace,
  type: ReactionEvent['type'],
  message: Message,
  user: string,
  reaction: string,
): ReactionEvent {
  return {
    type,
    user,
    reaction,
    item: { type: 'message', channel: message.channel, ts: message.ts },
    item_user: message.user,
    event_ts: workspace.nextTs(),
  };
}
