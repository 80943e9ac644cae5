/** The reactions.* methods. */
import { addReaction, removeReaction } from '../reacting.ts';
import { app } from '../seed.ts';
import { messageOnTheWire } from '../wire.ts';
import { type Answer, type Call, type Method, refuse } from './call.ts';
import { existingMessage, visibleChannel } from './places.ts';

export const reactionMethods: Record<string, Method> = {
  'reactions.add': { scopes: ['reactions:write'], run: (call) => react(call, addReaction) },
  'reactions.remove': { scopes: ['reactions:write'], run: (call) => react(call, removeReaction) },
  'reactions.get': { scopes: ['reactions:read'], run: get },
};

function react(call: Call, change: typeof addReaction): Answer {
  const name = call.args.required('name').replaceAll(':', '');
  const channel = visibleChannel(call);
  const message = existingMessage(call, channel, 'timestamp');
  if (channel.isArchived) refuse('is_archived');
  if (!channel.members.has(app.botUser)) refuse('not_in_channel');
  const changed = change(call.workspace, message, app.botUser, name);
  if ('refused' in changed) refuse(changed.refused);
  call.emit(changed.event);
  return {};
}

const usersShownMax = 50;

function get(call: Call): Answer {
  const channel = visibleChannel(call);
  const message = existingMessage(call, channel, 'timestamp');
  if (!channel.members.has(app.botUser)) refuse('not_in_channel');
  const wire = messageOnTheWire(call.workspace, message, { metadata: false, baseUrl: call.baseUrl });
  const most = call.args.flag('full') ? Number.POSITIVE_INFINITY : usersShownMax;
  const reactions = message.reactions.map(({ name, users }) => ({
    name,
    users: users.slice(0, most),
    count: users.length,
  }));
  return { type: 'message', channel: channel.id, message: { ...wire, ...(reactions.length > 0 && { reactions }) } };
}
