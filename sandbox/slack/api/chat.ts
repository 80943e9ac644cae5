/** The chat.* methods: posting, updating, deleting, whispering. */
import { app } from '../seed.ts';
import type { Message } from '../types.ts';
import { messageOnTheWire } from '../wire.ts';
import { type Answer, type Call, type Method, refuse } from './call.ts';
import { contentOf, saysNothing, textMaxPosted, textMaxUpdated } from './content.ts';
import { existingMessage, visibleChannel, writableChannel } from './places.ts';

export const chatMethods: Record<string, Method> = {
  'chat.postMessage': { scopes: ['chat:write'], run: postMessage },
  'chat.update': { scopes: ['chat:write'], run: update },
  'chat.delete': { scopes: ['chat:write'], run: deleteMessage },
  'chat.postEphemeral': { scopes: ['chat:write'], run: postEphemeral },
  'chat.getPermalink': { run: getPermalink },
};

function postMessage(call: Call): Answer {
  const { workspace, args } = call;
  const channel = writableChannel(call);
  const content = contentOf(call, textMaxPosted);
  if (saysNothing(content)) refuse('no_text');
  const threadTs = threadOf(call, channel.id);
  const message: Message = {
    ts: workspace.nextTs(),
    channel: channel.id,
    user: app.botUser,
    text: content.text ?? '',
    blocks: content.blocks ?? [],
    attachments: content.attachments ?? [],
    ...(content.metadata && { metadata: content.metadata }),
    ...(threadTs && { threadTs }),
    broadcast: threadTs !== undefined && args.flag('reply_broadcast'),
    files: [],
    reactions: [],
  };
  workspace.messagesIn(channel.id).push(message);
  workspace.changed();
  return { channel: channel.id, ts: message.ts, message: shown(call, message) };
}

function update(call: Call): Answer {
  const { workspace, args } = call;
  args.required('ts');
  const channel = visibleChannel(call);
  const message = existingMessage(call, channel, 'ts');
  if (channel.isArchived) refuse('is_archived');
  if (message.user !== app.botUser || message.visibleTo) refuse('cant_update_message');
  const content = contentOf(call, textMaxUpdated);
  if (content.text === undefined && content.blocks === undefined && content.attachments === undefined) {
    refuse('no_text');
  }
  if (content.text !== undefined) message.text = content.text;
  if (content.blocks !== undefined) message.blocks = content.blocks;
  if (content.attachments !== undefined) message.attachments = content.attachments;
  if (content.metadata === null) delete message.metadata;
  else if (content.metadata) message.metadata = content.metadata;
  message.edited = { user: app.botUser, ts: workspace.nextTs() };
  workspace.changed();
  return { channel: channel.id, ts: message.ts, text: message.text, message: shown(call, message) };
}

function deleteMessage(call: Call): Answer {
  const { workspace, args } = call;
  args.required('ts');
  const channel = visibleChannel(call);
  const message = existingMessage(call, channel, 'ts');
  if (message.user !== app.botUser) refuse('cant_delete_message');
  const messages = workspace.messagesIn(channel.id);
  messages.splice(messages.indexOf(message), 1);
  workspace.changed();
  return { channel: channel.id, ts: message.ts };
}

function postEphemeral(call: Call): Answer {
  const { workspace, args } = call;
  const channel = writableChannel(call);
  const user = args.required('user');
  if (!channel.members.has(user) || workspace.people.get(user)?.deleted) refuse('user_not_in_channel');
  const content = contentOf(call, textMaxPosted);
  if (saysNothing(content)) refuse('no_text');
  const threadTs = threadOf(call, channel.id);
  const ts = workspace.nextTs();
  workspace.ephemerals.push({
    ts,
    channel: channel.id,
    user: app.botUser,
    text: content.text ?? '',
    blocks: content.blocks ?? [],
    attachments: content.attachments ?? [],
    ...(threadTs && { threadTs }),
    broadcast: false,
    files: [],
    reactions: [],
    visibleTo: user,
  });
  workspace.changed();
  return { message_ts: ts };
}

function getPermalink(call: Call): Answer {
  const channel = visibleChannel(call);
  const message = existingMessage(call, channel, 'message_ts');
  const inThread = message.threadTs ? `?thread_ts=${message.threadTs}&cid=${channel.id}` : '';
  const permalink = `${call.baseUrl}/archives/${channel.id}/p${message.ts.replace('.', '')}${inThread}`;
  return { channel: channel.id, permalink };
}

/** A reply to a reply joins the thread of its parent, as in Slack. */
function threadOf(call: Call, channel: string): string | undefined {
  const wanted = call.args.text('thread_ts');
  if (wanted === undefined) return undefined;
  if (!/^\d{10}\.\d{6}$/.test(wanted)) refuse('invalid_thread_ts');
  const parent = call.workspace.message(channel, wanted);
  if (!parent) refuse('thread_not_found');
  return parent.threadTs ?? parent.ts;
}

function shown(call: Call, message: Message): Answer {
  return messageOnTheWire(call.workspace, message, { metadata: true, baseUrl: call.baseUrl });
}
