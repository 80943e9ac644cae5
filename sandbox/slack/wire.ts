/** How the things of a workspace look in Slack's JSON. */
import { app, team } from './seed.ts';
import type { Channel, Group, Message, Person, SlackFile, View } from './types.ts';
import type { Workspace } from './workspace.ts';

export function userOnTheWire(person: Person, withEmail: boolean): Record<string, unknown> {
  const [firstName = '', lastName = ''] = person.realName.split(' ');
  return {
    id: person.id,
    team_id: person.teamId,
    name: person.name,
    deleted: person.deleted,
    real_name: person.realName,
    tz: 'Europe/Paris',
    tz_label: 'Central European Time',
    tz_offset: 3600,
    profile: {
      real_name: person.realName,
      display_name: person.name,
      first_name: firstName,
      last_name: lastName,
      team: person.teamId,
      ...(withEmail && !person.isBot && { email: `${person.name}@${person.isStranger ? 'other' : 'acme'}.example` }),
      ...(person.isBot && { api_app_id: app.id, bot_id: app.botId }),
    },
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: person.isRestricted,
    is_ultra_restricted: false,
    is_bot: person.isBot,
    is_app_user: false,
    ...(person.isStranger && { is_stranger: true }),
    updated: 0,
  };
}

export function groupOnTheWire(group: Group, withUsers: boolean): Record<string, unknown> {
  return {
    id: group.id,
    team_id: team.id,
    is_usergroup: true,
    name: group.name,
    handle: group.handle,
    description: '',
    is_external: false,
    date_create: 0,
    date_update: Math.floor(group.updatedAt / 1000),
    date_delete: 0,
    user_count: group.users.length,
    ...(withUsers && { users: group.users }),
  };
}

export function channelOnTheWire(channel: Channel): Record<string, unknown> {
  const created = Math.floor(channel.createdAt / 1000);
  if (channel.kind === 'im') {
    const user = [...channel.members].find((member) => member !== app.botUser);
    return { id: channel.id, created, is_im: true, is_org_shared: false, user, is_archived: channel.isArchived };
  }
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    created,
    creator: 'U0ALICE001',
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_im: false,
    is_mpim: false,
    is_private: channel.kind === 'private',
    is_archived: channel.isArchived,
    is_general: channel.name === 'general',
    is_member: channel.members.has(app.botUser),
    is_shared: channel.isShared ?? false,
    is_ext_shared: channel.isShared ?? false,
    is_org_shared: false,
    context_team_id: team.id,
    shared_team_ids: [team.id],
    topic: { value: channel.topic, creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
    num_members: channel.members.size,
  };
}

export function messageOnTheWire(
  workspace: Workspace,
  message: Message,
  shown: { metadata: boolean; baseUrl: string },
): Record<string, unknown> {
  const replies = message.threadTs && message.threadTs !== message.ts ? [] : workspace.replies(message);
  const repliers = [...new Set(replies.map((reply) => reply.user))];
  const isBot = message.user === app.botUser;
  return {
    type: 'message',
    user: message.user,
    ts: message.ts,
    ...(isBot && {
      bot_id: app.botId,
      app_id: app.id,
      bot_profile: { id: app.botId, app_id: app.id, name: app.name, team_id: team.id, deleted: false },
    }),
    text: message.text,
    team: team.id,
    ...(message.blocks.length > 0 && { blocks: message.blocks }),
    ...(message.attachments.length > 0 && { attachments: message.attachments }),
    ...(message.edited && { edited: message.edited }),
    ...(message.threadTs && { thread_ts: message.threadTs }),
    ...(message.threadTs &&
      message.threadTs !== message.ts && {
        parent_user_id: workspace.message(message.channel, message.threadTs)?.user,
      }),
    ...(message.broadcast && { subtype: 'thread_broadcast' }),
    ...(replies.length > 0 && {
      thread_ts: message.ts,
      reply_count: replies.length,
      reply_users_count: repliers.length,
      reply_users: repliers,
      latest_reply: replies.at(-1)?.ts,
      is_locked: false,
      subscribed: false,
    }),
    ...(message.reactions.length > 0 && {
      reactions: message.reactions.map(({ name, users }) => ({ name, users: [...users], count: users.length })),
    }),
    ...(message.files.length > 0 && {
      files: message.files.flatMap((id) => {
        const file = workspace.files.get(id);
        return file ? [fileOnTheWire(file, shown.baseUrl)] : [];
      }),
    }),
    ...(shown.metadata && message.metadata && { metadata: message.metadata }),
  };
}

export function fileOnTheWire(file: SlackFile, baseUrl: string): Record<string, unknown> {
  const url = `${baseUrl}/files/${file.id}/${encodeURIComponent(file.name)}`;
  const created = Math.floor(file.createdAt / 1000);
  const filetype = file.name.includes('.') ? file.name.slice(file.name.lastIndexOf('.') + 1).toLowerCase() : 'text';
  return {
    id: file.id,
    created,
    timestamp: created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype,
    pretty_type: filetype.toUpperCase(),
    user: file.user,
    user_team: team.id,
    editable: false,
    size: file.length,
    mode: 'hosted',
    is_external: false,
    is_public: true,
    url_private: url,
    url_private_download: url,
    permalink: url,
    channels: file.channels,
    groups: [],
    ims: [],
    has_rich_preview: false,
  };
}

export function viewOnTheWire(view: View): Record<string, unknown> {
  return {
    id: view.id,
    team_id: team.id,
    type: view.type,
    blocks: view.blocks,
    private_metadata: view.privateMetadata,
    callback_id: view.callbackId,
    state: { values: view.state },
    hash: view.hash,
    title: view.title ?? { type: 'plain_text', text: 'View Title', emoji: true },
    clear_on_close: view.clearOnClose,
    notify_on_close: view.notifyOnClose,
    close: view.close ?? null,
    submit: view.submit ?? null,
    previous_view_id: view.previousId ?? null,
    root_view_id: view.rootId,
    app_id: app.id,
    external_id: view.externalId,
    app_installed_team_id: team.id,
    bot_id: app.botId,
  };
}
