/** Events: what the app subscribed to, wrapped as Slack wraps them, and delivered again until acknowledged. */
import type { AppSettings } from '../manifest.ts';
import { app, team } from '../seed.ts';
import type { Workspace } from '../workspace.ts';
import type { Delivery, Retry } from './delivery.ts';

export type SlackEvent = { type: string; [field: string]: unknown };

export type SentEvent = {
  eventId: string;
  type: string;
  payload: Record<string, unknown>;
  attempts: { at: number; attempt: number; acked: boolean; reason?: string }[];
};

const scopeOf: Record<string, readonly string[]> = {
  reaction_added: ['reactions:read'],
  reaction_removed: ['reactions:read'],
  member_joined_channel: ['channels:read', 'groups:read'],
  member_left_channel: ['channels:read', 'groups:read'],
  channel_archive: ['channels:read'],
  channel_unarchive: ['channels:read'],
  subteam_members_changed: ['usergroups:read'],
  user_change: ['users:read'],
};

const sentMax = 20_000;

export class Events {
  /** The newest events, the oldest of them first. */
  readonly sent: SentEvent[] = [];
  readonly #workspace: Workspace;
  readonly #settings: AppSettings;
  readonly #delivery: Delivery;
  readonly #retryDelaysMs: readonly number[];
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(given: {
    workspace: Workspace;
    settings: AppSettings;
    delivery: Delivery;
    retryDelaysMs: readonly number[];
  }) {
    this.#workspace = given.workspace;
    this.#settings = given.settings;
    this.#delivery = given.delivery;
    this.#retryDelaysMs = given.retryDelaysMs;
  }

  /** Sends an event if the app subscribed to it, may see it, and is where it happened. */
  async emit(event: SlackEvent): Promise<SentEvent | undefined> {
    if (!this.#reachesApp(event)) return undefined;
    const eventId = this.#workspace.nextId('Ev');
    const sent: SentEvent = { eventId, type: event.type, payload: this.#wrapped(event, eventId), attempts: [] };
    this.sent.push(sent);
    if (this.sent.length > sentMax) this.sent.shift();
    await this.#attempt(sent);
    return sent;
  }

  /** Delivers the same event once more, as Slack sometimes does. */
  async redeliver(eventId: string): Promise<SentEvent | undefined> {
    const sent = this.sent.find((one) => one.eventId === eventId);
    if (sent) await this.#attempt(sent, { attempt: sent.attempts.length, reason: 'timeout' }, false);
    return sent;
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #attempt(sent: SentEvent, retry?: Retry, mayRetry = true): Promise<void> {
    const at = this.#workspace.now();
    const outcome = await this.#delivery.deliver('events_api', sent.payload, retry);
    const attempt = retry?.attempt ?? 0;
    sent.attempts.push({
      at,
      attempt,
      acked: outcome.acked,
      ...(!outcome.acked && { reason: outcome.reason }),
    });
    if (outcome.acked || outcome.noRetry || !mayRetry) return;
    const delayMs = this.#retryDelaysMs[attempt];
    if (delayMs === undefined) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#attempt(sent, { attempt: attempt + 1, reason: outcome.reason });
    }, delayMs);
    this.#timers.add(timer);
  }

  #reachesApp(event: SlackEvent): boolean {
    const { scopes, events } = this.#settings;
    if (events && !events.has(event.type)) return false;
    const needed = scopeOf[event.type];
    if (scopes && needed && !needed.some((scope) => scopes.has(scope))) return false;
    const channel = this.#workspace.channels.get(channelOf(event) ?? '');
    return !channel || channel.members.has(app.botUser);
  }

  #wrapped(event: SlackEvent, eventId: string): Record<string, unknown> {
    return {
      token: 'sandbox-verification-token',
      team_id: team.id,
      context_team_id: team.id,
      context_enterprise_id: null,
      api_app_id: app.id,
      event,
      type: 'event_callback',
      event_id: eventId,
      event_time: Math.floor(this.#workspace.now() / 1000),
      authorizations: [
        { enterprise_id: null, team_id: team.id, user_id: app.botUser, is_bot: true, is_enterprise_install: false },
      ],
      is_ext_shared_channel: false,
      event_context: `4-${Buffer.from(JSON.stringify({ et: event.type, eid: eventId })).toString('base64url')}`,
    };
  }
}

function channelOf(event: SlackEvent): string | undefined {
  if (event.type === 'app_home_opened') return undefined;
  const { channel, item } = event;
  if (typeof channel === 'string') return channel;
  return typeof item === 'object' && item !== null && 'channel' in item ? String(item.channel) : undefined;
}
