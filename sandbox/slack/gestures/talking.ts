/** People typing, reacting and opening the App Home. */
import { addReaction, removeReaction } from '../reacting.ts';
import { app, team } from '../seed.ts';
import type { Message } from '../types.ts';
import { viewOnTheWire } from '../wire.ts';
import { actingPerson, CannotDo, type Desk, deliver, placeOf, silence, slackbotSays, typingPlaceOf } from './desk.ts';
import { escapeWords } from './escape.ts';
import { type Seen, watch } from './seen.ts';

export async function typeCommand(
  desk: Desk,
  given: { user: string; channel: string; text: string; settleMs: number },
): Promise<Seen> {
  const { workspace, settings } = desk;
  const person = actingPerson(desk, given.user);
  const channel = typingPlaceOf(desk, person, given.channel);
  const [, command = '', words = ''] = /^(\/\S+)\s*([\s\S]*)$/.exec(given.text.trim()) ?? [];
  if (!command) throw new CannotDo('A command begins with a slash.');
  const seen = watch(workspace, person.id, channel.id);

  const known = settings.commands?.find((one) => one.command === command);
  if (settings.commands && !known) {
    const warning = `${command} is not a valid command. In Slack, all messages that start with the "/" character are interpreted as commands.`;
    slackbotSays(desk, person, channel.id, warning);
    return seen(desk.rest, 0, { warning });
  }
  const { outcome, ackMs } = await deliver(desk, 'slash_commands', {
    token: 'sandbox-verification-token',
    team_id: team.id,
    team_domain: team.domain,
    channel_id: channel.id,
    channel_name: channel.kind === 'im' ? 'directmessage' : channel.kind === 'private' ? 'privategroup' : channel.name,
    user_id: person.id,
    user_name: person.name,
    command,
    text: (known?.shouldEscape ?? true) ? escapeWords(workspace, words.trim()) : words.trim(),
    api_app_id: app.id,
    is_enterprise_install: 'false',
    response_url: desk.responseUrls.issue(desk.baseUrl, { user: person.id, channel: channel.id }),
    trigger_id: desk.triggers.issue(person.id),
  });
  const warning = silence(outcome, command);
  if (warning) slackbotSays(desk, person, channel.id, warning);
  if (outcome.acked) answerTo(desk, { user: person.id, channel: channel.id }, outcome.body);
  return seen(desk.rest, given.settleMs, { outcome, ackMs, warning });
}

export function react(
  desk: Desk,
  given: { user: string; channel: string; ts: string; name: string; on: boolean },
): { event_id?: string | undefined; done: boolean; reason?: string } {
  const { workspace } = desk;
  const person = actingPerson(desk, given.user);
  const channel = placeOf(desk, person, given.channel);
  const message = workspace.message(channel.id, given.ts);
  if (!message) throw new CannotDo('There is no such message.');
  const name = given.name.replace(/^:|:$/g, '');
  const changed = (given.on ? addReaction : removeReaction)(workspace, message, person.id, name);
  if ('refused' in changed) return { done: false, reason: changed.refused };
  const before = desk.events.sent.at(-1);
  void desk.events.emit(changed.event);
  const sent = desk.events.sent.at(-1);
  return { done: true, event_id: sent === before ? undefined : sent?.eventId };
}

export function say(
  desk: Desk,
  given: { user: string; channel: string; text: string; thread_ts?: string | undefined },
) {
  const { workspace } = desk;
  const person = actingPerson(desk, given.user);
  const channel = typingPlaceOf(desk, person, given.channel);
  if (channel.isArchived) throw new CannotDo(`#${channel.name} is archived.`);
  const parent = given.thread_ts ? workspace.message(channel.id, given.thread_ts) : undefined;
  const message: Message = {
    ts: workspace.nextTs(),
    channel: channel.id,
    user: person.id,
    text: escapeWords(workspace, given.text),
    blocks: [],
    attachments: [],
    ...(parent && { threadTs: parent.threadTs ?? parent.ts }),
    broadcast: false,
    files: [],
    reactions: [],
  };
  workspace.messagesIn(channel.id).push(message);
  workspace.changed();
  return { ts: message.ts };
}

export async function openHome(desk: Desk, given: { user: string; settleMs: number }): Promise<Seen> {
  const { workspace } = desk;
  const person = actingPerson(desk, given.user);
  const seen = watch(workspace, person.id, undefined);
  const home = workspace.homes.get(person.id);
  const sent = await desk.events.emit({
    type: 'app_home_opened',
    user: person.id,
    channel: workspace.directMessage(person.id).id,
    tab: 'home',
    ...(home && { view: viewOnTheWire(home) }),
    event_ts: workspace.nextTs(),
  });
  const first = sent?.attempts[0];
  const outcome = first && (first.acked ? ({ acked: true } as const) : ({ acked: false, reason: 'timeout' } as const));
  return seen(desk.rest, given.settleMs, { outcome });
}

/** The message an acknowledgement may carry: a string, or a message of its own. */
function answerTo(desk: Desk, place: { user: string; channel: string }, body: unknown): void {
  const answer = typeof body === 'string' ? { text: body } : body;
  if (typeof answer !== 'object' || answer === null || Object.keys(answer).length === 0) return;
  const refused = desk.responseUrls.respond(place, answer);
  const person = desk.workspace.people.get(place.user);
  if (refused && refused !== 'no_text' && person) {
    slackbotSays(desk, person, place.channel, `The command's answer could not be shown (${refused}).`);
  }
}
