/** The files.* methods of the two-step upload: ask for a URL, send the bytes, complete. */
import { z } from 'zod';
import { app } from '../seed.ts';
import type { SlackFile } from '../types.ts';
import { fileOnTheWire } from '../wire.ts';
import { type Answer, type Call, type Method, refuse } from './call.ts';
import { checkedBlocks } from './content.ts';
import { existingMessage, writableChannel } from './places.ts';

export const fileMethods: Record<string, Method> = {
  'files.getUploadURLExternal': { scopes: ['files:write'], run: getUploadUrl },
  'files.completeUploadExternal': { scopes: ['files:write'], run: completeUpload },
  'files.info': { scopes: ['files:read'], run: info },
};

const mimetypes: Record<string, string> = {
  csv: 'text/csv',
  json: 'application/json',
  md: 'text/markdown',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  yaml: 'text/yaml',
  yml: 'text/yaml',
};

function getUploadUrl(call: Call): Answer {
  const { workspace, args } = call;
  const name = args.required('filename');
  const length = args.number('length', 0);
  if (length === 0) refuse('invalid_arguments');
  const file: SlackFile = {
    id: workspace.nextId('F'),
    name,
    title: name,
    mimetype: mimetypes[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? 'text/plain',
    bytes: undefined,
    length,
    user: app.botUser,
    createdAt: workspace.now(),
    channels: [],
    completed: false,
  };
  workspace.files.set(file.id, file);
  return { upload_url: `${call.baseUrl}/upload/v1/${file.id}`, file_id: file.id };
}

const given = z
  .array(z.object({ id: z.string(), title: z.string().optional(), highlight_type: z.string().optional() }))
  .min(1);

function completeUpload(call: Call): Answer {
  const { workspace, args } = call;
  const wanted = given.safeParse(args.json('files', 'invalid_arguments'));
  if (!wanted.success) refuse('invalid_arguments');
  const files = wanted.data.map(({ id, title }) => {
    const file = workspace.files.get(id);
    if (!file?.bytes || file.completed) refuse('file_not_found');
    return { file, title };
  });
  const channel = args.has('channel_id') ? writableChannel(call, 'channel_id') : undefined;
  const parent = channel && args.has('thread_ts') ? existingMessage(call, channel, 'thread_ts') : undefined;
  const blocks = args.json('blocks', 'invalid_blocks_format');
  for (const { file, title } of files) {
    file.completed = true;
    file.title = title ?? file.name;
    if (channel) file.channels.push(channel.id);
  }
  if (channel) {
    workspace.messagesIn(channel.id).push({
      ts: workspace.nextTs(),
      channel: channel.id,
      user: app.botUser,
      text: args.text('initial_comment') ?? '',
      blocks: blocks === undefined ? [] : checkedBlocks(call, blocks),
      attachments: [],
      ...(parent && { threadTs: parent.threadTs ?? parent.ts }),
      broadcast: false,
      files: files.map(({ file }) => file.id),
      reactions: [],
    });
    workspace.changed();
  }
  return { files: files.map(({ file }) => fileOnTheWire(file, call.baseUrl)) };
}

function info(call: Call): Answer {
  const file = call.workspace.files.get(call.args.required('file'));
  if (!file?.completed) refuse('file_not_found');
  return { file: fileOnTheWire(file, call.baseUrl), comments: [] };
}
