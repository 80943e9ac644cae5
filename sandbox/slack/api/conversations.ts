/** The conversations.* methods: which there are, who is in them, what was said. */
import { app } from '../seed.ts';
import type { Channel, Message } from '../types.ts';
import { channelOnTheWire, messageOnTheWire } from '../wire.ts';
import { type Answer, type Call, type Method, page, refuse } from './call.ts';
import { readableChannel, visibleChannel } from './places.ts';

const anyRead = ['channels:read', 'groups:read', 'mpim:read', 'im:read'];
const anyHistory = ['channels:history', 'groups:history', 'mpim:history', 'im:history'];

export const conversationMethods: Record<string, Method> = {
  'conversations.info': { scopes: anyRead, run: info },
  'conversations.list': { scopes: anyRead, run: list },
  'conversations.members': { scopes: anyRead, run: members },
  'conversations.history': { scopes: anyHistory, run: history },
  'conversations.replies': { scopes: anyHistory, run: replies },
  'conversations.open': { scopes: ['im:write', 'mpim:write', 'channels:manage', 'groups:write'], run: open },
  'conversations.join': { scopes: ['channels:join'], run: join },
};

function info(call: Call): Answer {
  const { num_members, ...channel } = channelOnTheWire(visibleChannel(call));
  return { channel: { ...channel, ...(call.args.flag('include_num_members') && { num_members }) } };
}

function list(call: Call): Answer {
  const kinds = (call.args.text('types') ?? 'public_channel').split(',').map((kind) => kind.trim());
  const wanted: Record<Channel['kind'], string> = { public: 'public_channel', private: 'private_channel', im: 'im' };
  const unknown = kinds.find((kind) => ![...Object.values(wanted), 'mpim'].includes(kind));
  if (unknown) refuse('invalid_types');
  const channels = [...call.workspace.channels.values()].filter(
    (channel) =>
      kinds.includes(wanted[channel.kind]) &&
      (channel.kind === 'public' || channel.members.has(app.botUser)) &&
      !(channel.isArchived && call.args.flag('exclude_archived')),
  );
  const { items, nextCursor } = page(channels, call.args, { usual: 100, most: 999 });
  return { channels: items.map(channelOnTheWire), response_metadata: { next_cursor: nextCursor } };
}

function members(call: Call): Answer {
  const channel = visibleChannel(call);
  const { items, nextCursor } = page([...channel.members], call.args, { usual: 100, most: 999 });
  return { members: items, response_metadata: { next_cursor: nextCursor } };
}

function history(call: Call): Answer {
  const channel = readableChannel(call);
  const inChannel = call.workspace
    .messagesIn(channel.id)
    .filter((message) => !message.threadTs || message.threadTs === message.ts || message.broadcast)
    .filter(within(call))
    .reverse();
  const { items, nextCursor } = page(inChannel, call.args, { usual: 100, most: 999 });
  return {
    messages: items.map((message) => shown(call, message)),
    has_more: nextCursor !== '',
    pin_count: 0,
    ...(nextCursor && { response_metadata: { next_cursor: nextCursor } }),
  };
}

function replies(call: Call): Answer {
  const channel = readableChannel(call);
  const asked = call.workspace.message(channel.id, call.args.required('ts'));
  if (!asked) refuse('thread_not_found');
  const parent = asked.threadTs ? (call.workspace.message(channel.id, asked.threadTs) ?? asked) : asked;
  const thread = call.workspace.replies(parent).filter(within(call));
  const { items, nextCursor } = page([parent, ...thread], call.args, { usual: 1000, most: 1000 });
  return {
    messages: items.map((message) => shown(call, message)),
    has_more: nextCursor !== '',
    ...(nextCursor && { response_metadata: { next_cursor: nextCursor } }),
  };
}

function open(call: Call): Answer {
  const channelId = call.args.text('channel');
  const users = (call.args.text('users') ?? '').split(',').filter(Boolean);
  if (!channelId && users.length === 0) refuse('users_list_not_supplied');
  if (users.length > 1) refuse('not_enough_users');
  const [user] = users;
  const person = user === undefined ? undefined : call.workspace.people.get(user);
  if (user !== undefined && !person) refuse('user_not_found');
  if (person?.deleted) refuse('user_disabled');
  if (person?.isBot) refuse('cannot_dm_bot');
  const channel = person ? call.workspace.directMessage(person.id) : visibleChannel(call);
  return { channel: call.args.flag('return_im') ? channelOnTheWire(channel) : { id: channel.id } };
}

function join(call: Call): Answer {
  const channel = visibleChannel(call);
  if (channel.isArchived) refuse('is_archived');
  if (channel.kind !== 'public') refuse('method_not_supported_for_channel_type');
  const wasMember = channel.members.has(app.botUser);
  channel.members.add(app.botUser);
  call.workspace.changed();
  if (wasMember) return { channel: channelOnTheWire(channel), warning: 'already_in_channel' };
  call.emit({
    type: 'member_joined_channel',
    user: app.botUser,
    channel: channel.id,
    channel_type: 'C',
    team: 'T0ACME0001',
  });
  return { channel: channelOnTheWire(channel) };
}

function within(call: Call): (message: Message) => boolean {
  const oldest = Number(call.args.text('oldest') ?? 0);
  const latest = Number(call.args.text('latest') ?? Number.POSITIVE_INFINITY);
  const inclusive = call.args.flag('inclusive');
  return ({ ts }) => {
    const at = Number(ts);
    return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
  };
}

function shown(call: Call, message: Message): Answer {
  return messageOnTheWire(call.workspace, message, {
    metadata: call.args.flag('include_all_metadata'),
    baseUrl: call.baseUrl,
  });
}
