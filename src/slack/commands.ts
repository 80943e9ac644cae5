/** What each command answers, and the job it leaves. */
import { createHash } from 'node:crypto';
import type { webApi } from '@slack/bolt';
import { isOpen, type Lockdown } from '#core/lockdown-state.ts';
import { lastSegment } from '#core/namespace.ts';
import { cardNames } from './card-names.ts';
import { confirmBy } from './confirm-by.ts';
import { calling, isLack, SlackFailure } from './failure.ts';
import { type Actor, type Reply, requestId } from './gesture.ts';
import type { Household } from './household.ts';
import { inTime } from './in-time.ts';
import { knownToSlack } from './known-to-slack.ts';
import type { Command } from './parse-command.ts';
import { type SelfTest, selfTest } from './self-test.ts';
import { type OnOpen, onLockdown } from './steering.ts';
import { type Link, NOT_LEFT } from './views/answers.ts';
import type { Message } from './views/build.ts';
import { flowsOfStage, flowsOverview } from './views/flows.ts';
import { help } from './views/help.ts';
import { selfTestResult } from './views/self-test.ts';
import { starting } from './views/starting.ts';
import { type Listed, statusOfAll, statusOfOne } from './views/status.ts';
import { notConfigured, whyRefused } from './wishes.ts';

export type Deps = Household & { readonly client: webApi.WebClient };

/** What the person sees: a message, or a sentence. */
export type Answered = Message | Reply;

export async function commanded(deps: Deps, actor: Actor, command: Command): Promise<Answered> {
  switch (command.verb) {
    case 'help':
      return help();
    case 'selftest':
      return selfTestResult(await selfTest(deps satisfies SelfTest));
    case 'status':
      return command.namespace === undefined ? statusAll(deps) : statusOne(deps, command.namespace);
    case 'flows':
      return flows(deps, command);
    case 'start':
      await knownToSlack(deps, actor.gesture);
      return start(deps, actor, command);
    default:
      await knownToSlack(deps, actor.gesture);
      return onOpenLockdown(deps, actor, command);
  }
}

async function start(
  deps: Deps,
  actor: Actor,
  { namespace, days: wanted }: Extract<Command, { verb: 'start' }>,
): Promise<Answered> {
  const refused = await whyRefused(deps, actor, namespace, 'start');
  if (refused !== undefined) return { refused };
  const settings = deps.settingsFor(namespace);
  if (!settings) return { refused: notConfigured(namespace) };
  if (actor.channel !== settings.channel) return typedElsewhere(settings.channel);
  const open = await openOf(deps, namespace);
  if (open)
    return {
      refused: `A lockdown of \`${namespace}\` is open already; a namespace has one at a time.`,
      way: await wayTo(deps, open),
    };
  const channel = await whyNoChannel(deps, settings.channel);
  if (channel !== undefined) return { refused: channel };
  const { user, team, gesture } = actor;
  const days = wanted ?? deps.settings.discovery.days;
  const id = lockdownId(namespace, actor);
  const left = await deps.leave(
    'open-lockdown',
    { id, namespace, days, team, user, channel: settings.channel, at: deps.now() },
    requestId('open', id, { user, gesture }),
  );
  return left === 'left' ? starting({ namespace, days, channel: settings.channel }) : { refused: NOT_LEFT[left] };
}

/** The same for the same command, so that a redelivery opens nothing twice; readable in every job and log. */
function lockdownId(namespace: string, { user, gesture }: Actor): string {
  const which = createHash('sha256').update(`${namespace} ${user} ${gesture}`).digest('hex').slice(0, 8);
  return `${lastSegment(namespace)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')}-${which}`;
}

async function whyNoChannel({ client, journal }: Deps, channel: string): Promise<string | undefined> {
  const before = `Its cards go to the channel \`${channel}\`, and that is not possible:`;
  try {
    const answer = await inTime(
      'conversations.info',
      calling('conversations.info', () => client.conversations.info({ channel })),
    );
    if (answer.channel?.is_archived) return `${before} it is archived.`;
    if (answer.channel?.is_member === false)
      return `${before} I am not in it. Somebody in it has to write \`/invite @lockstep\` there.`;
    return undefined;
  } catch (error) {
    if (!(error instanceof SlackFailure)) throw error;
    const { sentence, message } = error;
    if (!isLack(error)) return `${before} ${sentence}`;
    journal.degraded({ feature: 'looking whether we are in a channel', because: message });
    return undefined;
  }
}

async function onOpenLockdown(deps: Deps, actor: Actor, command: OnOpen): Promise<Reply> {
  const { namespace } = command;
  const settings = deps.settingsFor(namespace);
  if (!settings) return { refused: notConfigured(namespace) };
  const lockdown = await openOf(deps, namespace);
  const channel = lockdown?.channel ?? settings.channel;
  if (actor.channel !== channel) return typedElsewhere(channel);
  if (!lockdown)
    return { refused: `No lockdown of \`${namespace}\` is open. To begin one: \`/lockdown start ${namespace}\`.` };
  const reply = await onLockdown(deps, actor, lockdown, command);
  return 'refused' in reply ? { ...reply, way: reply.way ?? (await wayTo(deps, lockdown)) } : reply;
}

async function statusAll(deps: Deps): Promise<Message> {
  const open = await inTime('the lockdown store', deps.lockdowns.open());
  return statusOfAll(await Promise.all(open.map((lockdown) => listed(deps, lockdown))));
}

async function statusOne(deps: Deps, namespace: string): Promise<Answered> {
  const lockdown = (await openOf(deps, namespace)) ?? (await lastOf(deps, namespace));
  if (!lockdown) return { refused: `There is no lockdown of \`${namespace}\`.` };
  return statusOfOne(await listed(deps, lockdown));
}

async function listed(deps: Deps, lockdown: Lockdown): Promise<Listed> {
  const card = (await wayTo(deps, lockdown))?.url;
  return { lockdown, card, confirmBy: await confirmBy(deps.findings, lockdown) };
}

async function flows(deps: Deps, { namespace, stage }: Extract<Command, { verb: 'flows' }>): Promise<Answered> {
  const lockdown = (await openOf(deps, namespace)) ?? (await lastOf(deps, namespace));
  if (!lockdown)
    return { refused: `Flows are read from the start of a lockdown on, and there is none of \`${namespace}\`.` };
  if (stage)
    return flowsOfStage(namespace, stage, await inTime('the evidence', deps.findings.draft(lockdown.id, stage)));
  return flowsOverview(lockdown, await inTime('the evidence', deps.findings.discovery(lockdown.id)));
}

/** A channel that looks like the right one, or a talk that nobody sees, changes nothing. */
function typedElsewhere(channel: string): Reply {
  return {
    refused:
      'Nothing was changed: what changes a lockdown is typed in the channel of its cards. Here I answer `status`, `flows` and `help`.',
    way: { channel },
  };
}

async function openOf({ lockdowns }: Deps, namespace: string): Promise<Lockdown | undefined> {
  return inTime('the lockdown store', lockdowns.openOf(namespace));
}

async function lastOf({ lockdowns }: Deps, namespace: string): Promise<Lockdown | undefined> {
  const recent = await inTime('the lockdown store', lockdowns.recent());
  const ended = recent.filter((each) => each.namespace === namespace && !isOpen(each));
  return ended.sort((a, b) => b.startedAt - a.startedAt)[0];
}

async function wayTo({ cards, post }: Deps, { id }: Lockdown): Promise<Link | undefined> {
  const place = await inTime('the card store', cards.get(id, cardNames.lockdown));
  const url = place && (await post.permalink(place));
  return url ? { url, text: 'To its card.' } : undefined;
}
