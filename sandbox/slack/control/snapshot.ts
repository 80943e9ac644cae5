/** Everything in the workspace at one moment, for the page and for scripts. */

import type { Desk } from '../gestures/desk.ts';
import type { Message } from '../types.ts';
import { channelOnTheWire, fileOnTheWire, messageOnTheWire, viewOnTheWire } from '../wire.ts';
import type { Workspace } from '../workspace.ts';

export function stateOf(workspace: Workspace, desk: Pick<Desk, 'baseUrl' | 'settings'>) {
  const shown = { metadata: true, baseUrl: desk.baseUrl };
  return {
    version: workspace.version,
    commands: desk.settings.commands ?? [],
    app_home: { home: desk.settings.hasHome, may_write: desk.settings.mayWriteToApp },
    channels: [...workspace.channels.values()].map((channel) => ({
      id: channel.id,
      name: channel.name,
      topic: channel.topic,
      kind: channel.kind,
      is_archived: channel.isArchived,
      members: [...channel.members],
      wire: channelOnTheWire(channel),
      messages: workspace.messagesIn(channel.id).map((message) => messageOnTheWire(workspace, message, shown)),
    })),
    people: [...workspace.people.values()].map((person) => ({
      id: person.id,
      name: person.name,
      real_name: person.realName,
      is_bot: person.isBot,
      is_restricted: person.isRestricted,
      is_stranger: person.isStranger,
      deleted: person.deleted,
      ephemerals: workspace.ephemerals.filter((message) => message.visibleTo === person.id).map(ephemeral),
      views: workspace.openModals(person.id).map(viewOnTheWire),
      home: homeOf(workspace, person.id),
      direct: `D${person.id.slice(1)}`,
      picked: Object.fromEntries(
        [...workspace.picked.entries()]
          .filter(([key]) => key.startsWith(`${person.id}:`))
          .map(([key, value]) => [key.slice(person.id.length + 1), value]),
      ),
    })),
    groups: [...workspace.groups.values()],
    files: [...workspace.files.values()]
      .filter((file) => file.completed)
      .map((file) => fileOnTheWire(file, desk.baseUrl)),
  };

  function ephemeral(message: Message) {
    return {
      ...messageOnTheWire(workspace, message, shown),
      channel: message.channel,
      from_slackbot: message.fromSlackbot ?? false,
    };
  }
}

export type WorkspaceState = ReturnType<typeof stateOf>;

function homeOf(workspace: Workspace, user: string) {
  const home = workspace.homes.get(user);
  return home ? viewOnTheWire(home) : null;
}
