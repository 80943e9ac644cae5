/** Which conversation a call means, and whether the bot may see it, speak in it or read it. */
import { app } from '../seed.ts';
import type { Channel, Message } from '../types.ts';
import { type Call, refuse } from './call.ts';

/** A conversation the bot can see: public, or one it is in. */
export function visibleChannel(call: Call, name = 'channel'): Channel {
  const channel = call.workspace.channels.get(call.args.required(name));
  if (!channel || (channel.kind !== 'public' && !channel.members.has(app.botUser))) refuse('channel_not_found');
  return channel;
}

/** A conversation the bot may write to. A person's id stands for the direct conversation with that person. */
export function writableChannel(call: Call, name = 'channel'): Channel {
  const wanted = call.args.required(name);
  const person = call.workspace.people.get(wanted);
  if (person && !person.isBot) {
    if (person.deleted) refuse('channel_not_found');
    return call.workspace.directMessage(person.id);
  }
  const byName = [...call.workspace.channels.values()].find((one) => `#${one.name}` === wanted);
  const channel = byName ?? visibleChannel(call, name);
  if (channel.isArchived) refuse('is_archived');
  if (!channel.members.has(app.botUser) && !mayPostAnywhere(call, channel)) refuse('not_in_channel');
  return channel;
}

/** A conversation whose messages the bot may read, given the scope for that kind of conversation. */
export function readableChannel(call: Call): Channel {
  const channel = visibleChannel(call);
  const scope = { public: 'channels:history', private: 'groups:history', im: 'im:history' }[channel.kind];
  if (call.scopes && !call.scopes.has(scope)) {
    refuse('missing_scope', { needed: scope, provided: [...call.scopes].join(',') });
  }
  if (!channel.members.has(app.botUser)) refuse('not_in_channel');
  return channel;
}

export function existingMessage(call: Call, channel: Channel, name: string): Message {
  const message = call.workspace.message(channel.id, call.args.required(name));
  if (!message) refuse('message_not_found');
  return message;
}

function mayPostAnywhere(call: Call, channel: Channel): boolean {
  return channel.kind === 'public' && call.scopes?.has('chat:write.public') === true;
}
