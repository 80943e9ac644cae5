/** The control API for what goes wrong or changes around the app: faults, sockets, groups, people, tokens. */
import { Hono } from 'hono';
import { z } from 'zod';
import { Fault, type Faults } from '../api/faults.ts';
import type { Tokens } from '../api/server.ts';
import type { Events } from '../delivery/events.ts';
import type { Requests } from '../delivery/requests.ts';
import type { Sockets } from '../delivery/sockets.ts';
import { team } from '../seed.ts';
import { userOnTheWire } from '../wire.ts';
import type { Workspace } from '../workspace.ts';

const Socket = z.strictObject({
  action: z.enum(['disconnect', 'drop', 'half-open']),
  reason: z.enum(['refresh_requested', 'warning', 'link_disabled']).default('refresh_requested'),
});
const Redelivery = z.strictObject({ event_id: z.string() });
const GroupEdit = z.strictObject({ group: z.string(), users: z.array(z.string()) });
const PersonEdit = z.strictObject({
  user: z.string(),
  deleted: z.boolean().optional(),
  is_restricted: z.boolean().optional(),
});
const Revocation = z.strictObject({
  token: z.enum(['bot', 'app']).default('bot'),
  restore: z.boolean().default(false),
});
const Archiving = z.strictObject({ channel: z.string(), restore: z.boolean().default(false) });
const ChannelEdit = z.strictObject({
  channel: z.string(),
  name: z.string().optional(),
  shared: z.boolean().optional(),
});
const Joining = z.strictObject({ channel: z.string(), user: z.string(), leave: z.boolean().default(false) });

export function weatherRoutes(given: {
  workspace: Workspace;
  faults: Faults;
  events: Events;
  sockets: Sockets;
  requests: Requests | undefined;
  tokens: Tokens;
}): Hono {
  const { workspace, faults, events, sockets, requests, tokens } = given;
  return new Hono()
    .get('/faults', (c) => c.json(faults.waiting()))
    .post('/faults', async (c) => {
      faults.order(Fault.parse(await c.req.json()));
      return c.json({ waiting: faults.waiting() });
    })
    .delete('/faults', (c) => {
      faults.clear();
      return c.json({ waiting: [] });
    })
    .get('/socket', (c) => c.json({ connected: sockets.connected }))
    .post('/socket', async (c) => {
      const { action, reason } = Socket.parse(await c.req.json());
      const connected = sockets.connected;
      if (action === 'disconnect') sockets.askToReconnect(reason);
      else if (action === 'drop') sockets.drop();
      else sockets.halfOpen();
      return c.json({ connected });
    })
    .post('/redeliver', async (c) => {
      const sent = await events.redeliver(Redelivery.parse(await c.req.json()).event_id);
      return sent ? c.json(sent) : c.json({ refused: 'There is no such event.' }, 404);
    })
    .post('/verify-url', async (c) => c.json({ verified: (await requests?.verifyUrl()) ?? false }))
    .post('/groups', async (c) => {
      const edit = GroupEdit.parse(await c.req.json());
      const group = [...workspace.groups.values()].find((one) => one.id === edit.group || one.handle === edit.group);
      if (!group) return c.json({ refused: 'There is no such group.' }, 404);
      const users = edit.users.map((name) => workspace.person(name)?.id ?? name);
      const added = users.filter((one) => !group.users.includes(one));
      const removed = group.users.filter((one) => !users.includes(one));
      const before = Math.floor(group.updatedAt / 1000);
      group.users = users;
      group.updatedAt = workspace.now();
      workspace.changed();
      void events.emit({
        type: 'subteam_members_changed',
        subteam_id: group.id,
        team_id: team.id,
        date_previous_update: before,
        date_update: Math.floor(group.updatedAt / 1000),
        added_users: added,
        added_users_count: String(added.length),
        removed_users: removed,
        removed_users_count: String(removed.length),
        event_ts: workspace.nextTs(),
      });
      return c.json({ users });
    })
    .post('/people', async (c) => {
      const edit = PersonEdit.parse(await c.req.json());
      const person = workspace.person(edit.user);
      if (!person) return c.json({ refused: 'There is no such person.' }, 404);
      person.deleted = edit.deleted ?? person.deleted;
      person.isRestricted = edit.is_restricted ?? person.isRestricted;
      workspace.changed();
      void events.emit({
        type: 'user_change',
        user: userOnTheWire(person, true),
        cache_ts: Math.floor(workspace.now() / 1000),
        event_ts: workspace.nextTs(),
      });
      return c.json(userOnTheWire(person, true));
    })
    .post('/members', async (c) => {
      const edit = Joining.parse(await c.req.json());
      const channel = workspace.channels.get(edit.channel);
      const person = workspace.person(edit.user);
      if (!channel || !person) return c.json({ refused: 'There is no such channel or person.' }, 404);
      if (edit.leave) channel.members.delete(person.id);
      else channel.members.add(person.id);
      workspace.changed();
      void events.emit({
        type: edit.leave ? 'member_left_channel' : 'member_joined_channel',
        user: person.id,
        channel: channel.id,
        channel_type: channel.kind === 'private' ? 'G' : 'C',
        team: team.id,
        event_ts: workspace.nextTs(),
      });
      return c.json({ members: [...channel.members] });
    })
    .post('/revoke', async (c) => {
      const { token, restore } = Revocation.parse(await c.req.json());
      if (restore) {
        tokens.revoked.delete(token);
        return c.json({ revoked: [...tokens.revoked] });
      }
      void events.emit({ type: 'tokens_revoked', tokens: { oauth: [], bot: ['U0LOCKSTEP'] } });
      tokens.revoked.add(token);
      if (token === 'app') sockets.askToReconnect('link_disabled');
      return c.json({ revoked: [...tokens.revoked] });
    })
    .post('/archive', async (c) => {
      const edit = Archiving.parse(await c.req.json());
      const channel = workspace.channels.get(edit.channel);
      if (!channel) return c.json({ refused: 'There is no such channel.' }, 404);
      channel.isArchived = !edit.restore;
      workspace.changed();
      void events.emit({
        type: edit.restore ? 'channel_unarchive' : 'channel_archive',
        channel: channel.id,
        user: 'U0ALICE001',
        event_ts: workspace.nextTs(),
      });
      return c.json({ is_archived: channel.isArchived });
    })
    .post('/channels', async (c) => {
      const edit = ChannelEdit.parse(await c.req.json());
      const channel = workspace.channels.get(edit.channel);
      if (!channel) return c.json({ refused: 'There is no such channel.' }, 404);
      if (edit.name !== undefined) channel.name = edit.name;
      if (edit.shared !== undefined) channel.isShared = edit.shared;
      workspace.changed();
      return c.json({ name: channel.name, is_ext_shared: channel.isShared ?? false });
    })
    .onError((error, c) => {
      if (error instanceof z.ZodError) return c.json({ refused: z.prettifyError(error) }, 400);
      throw error;
    });
}
