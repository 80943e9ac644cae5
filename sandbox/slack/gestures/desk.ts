/** What every gesture needs: the workspace, the way to the app, and what Slack says when the app is silent. */
import type { Delivery, Kind, Outcome } from '../delivery/delivery.ts';
import type { Events } from '../delivery/events.ts';
import type { ResponseUrls } from '../delivery/response-urls.ts';
import type { TriggerStore } from '../delivery/triggers.ts';
import type { AppSettings } from '../manifest.ts';
import { app, team } from '../seed.ts';
import type { Channel, Person } from '../types.ts';
import type { Workspace } from '../workspace.ts';
import type { Rest } from './seen.ts';

export type Desk = {
  workspace: Workspace;
  settings: AppSettings;
  delivery: Delivery;
  events: Events;
  responseUrls: ResponseUrls;
  triggers: TriggerStore;
  unsupportedBlocks: readonly string[];
  baseUrl: string;
  rest: Rest;
};

/** A gesture that cannot be made: the sentence says why. */
export class CannotDo extends Error {}

export function actingPerson(desk: Desk, name: string): Person {
  const person = desk.workspace.person(name);
  if (!person || person.isBot) throw new CannotDo(`There is nobody called ${name} here.`);
  if (person.deleted) throw new CannotDo(`${person.realName} has left: the account is deactivated.`);
  return person;
}

export function placeOf(desk: Desk, person: Person, name: string): Channel {
  const { channels } = desk.workspace;
  const channel =
    name === 'app'
      ? desk.workspace.directMessage(person.id)
      : (channels.get(name) ?? named([...channels.values()], name));
  if (!channel?.members.has(person.id)) throw new CannotDo(`${person.realName} is not in ${name}.`);
  return channel;
}

/** Where a person may type: not in the conversation with an app that reads nothing there. */
export function typingPlaceOf(desk: Desk, person: Person, name: string): Channel {
  const channel = placeOf(desk, person, name);
  if (channel.kind === 'im' && !desk.settings.mayWriteToApp) {
    throw new CannotDo('Sending messages to this app has been turned off.');
  }
  return channel;
}

export async function deliver(
  desk: Desk,
  kind: Kind,
  payload: Record<string, unknown>,
): Promise<{ outcome: Outcome; ackMs: number }> {
  const startedAt = Date.now();
  const outcome = await desk.delivery.deliver(kind, payload);
  return { outcome, ackMs: Date.now() - startedAt };
}

/** What Slack itself tells one person, as Slackbot. */
export function slackbotSays(desk: Desk, person: Person, channel: string, text: string, threadTs?: string): void {
  desk.workspace.ephemerals.push({
    ts: desk.workspace.nextTs(),
    channel,
    user: 'USLACKBOT',
    text,
    blocks: [],
    attachments: [],
    ...(threadTs && { threadTs }),
    broadcast: false,
    files: [],
    reactions: [],
    visibleTo: person.id,
    fromSlackbot: true,
  });
  desk.workspace.changed();
}

export function silence(outcome: Outcome, what: string): string | undefined {
  if (outcome.acked) return undefined;
  const code = outcome.reason === 'timeout' ? 'operation_timeout' : 'dispatch_failed';
  return `${what} failed because ${app.name} didn't respond. (${code})`;
}

/** The fields every interaction payload begins with. */
export function interactionBase(person: Person): Record<string, unknown> {
  return {
    user: { id: person.id, username: person.name, name: person.name, team_id: person.teamId },
    api_app_id: app.id,
    token: 'sandbox-verification-token',
    team: { id: team.id, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

function named(channels: readonly Channel[], name: string): Channel | undefined {
  return channels.find((channel) => channel.kind !== 'im' && channel.name === name.replace(/^#/, ''));
}
