/** Requests as Slack would send them, made and signed by somebody who holds the signing secret. */
import { createHmac } from 'node:crypto';
import { app, team } from '#sandbox/slack/seed.ts';
import type { Card } from './scene.ts';
import { CHANNEL } from './target.ts';

export type Signed = { readonly method: 'POST'; readonly body: string; readonly headers: Record<string, string> };

/** `skewSeconds`: how far its stamp is from now. */
export function signed(body: string, secret: string, skewSeconds = 0): Signed {
  const stamp = Math.floor(Date.now() / 1000) + skewSeconds;
  const signature = createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex');
  return {
    method: 'POST',
    body,
    headers: {
      'content-type': body.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(stamp),
      'x-slack-signature': `v0=${signature}`,
    },
  };
}

type Who = { readonly user: string; readonly team?: string; readonly app?: string };

export function click({ user, ...who }: Who, card: Card, button: string, change: Record<string, unknown> = {}): string {
  const found = card.blocks
    .flatMap((block) => (block.elements ?? []).map((element) => ({ block, element })))
    .find(({ element }) => element.action_id === `lockstep.${button}`);
  if (!found) throw new Error(`the card has no button ${button}`);
  return form({
    type: 'block_actions',
    ...base(user, who),
    container: {
      type: 'message',
      message_ts: card.ts,
      channel_id: CHANNEL,
      is_ephemeral: false,
      thread_ts: card.thread_ts,
    },
    trigger_id: `${Date.now()}.1.forged`,
    channel: { id: CHANNEL, name: 'lockdowns' },
    message: card,
    state: { values: {} },
    actions: [{ ...found.element, block_id: found.block.block_id, action_ts: stamp() }],
    ...change,
  });
}

export function submission(user: string, view: Record<string, unknown>): string {
  return form({
    type: 'view_submission',
    ...base(user, {}),
    trigger_id: `${Date.now()}.2.forged`,
    view: { id: 'V0FORGED01', hash: 'forged', type: 'modal', ...view },
    response_urls: [],
  });
}

export function reaction(
  user: string,
  card: Pick<Card, 'ts'>,
  name: string,
  type: 'reaction_added' | 'reaction_removed' = 'reaction_added',
): string {
  return JSON.stringify({
    token: 'forged',
    team_id: team.id,
    api_app_id: app.id,
    type: 'event_callback',
    event_id: `EvFORGED${Date.now()}${Math.floor(Math.random() * 1e6)}`,
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [{ enterprise_id: null, team_id: team.id, user_id: app.botUser, is_bot: true }],
    event: {
      type,
      user,
      reaction: name,
      item: { type: 'message', channel: CHANNEL, ts: card.ts },
      item_user: app.botUser,
      event_ts: stamp(),
    },
  });
}

export function command(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams({
    command: '/lockdown',
    team_id: team.id,
    team_domain: team.domain,
    channel_id: CHANNEL,
    api_app_id: app.id,
    trigger_id: `${Date.now()}.3.forged`,
    ...fields,
  }).toString();
}

function base(user: string, { team: of = team.id, app: appId = app.id }: Omit<Who, 'user'>) {
  return {
    user: { id: user, username: 'somebody', name: 'somebody', team_id: of },
    api_app_id: appId,
    token: 'forged',
    team: { id: of, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

function form(payload: unknown): string {
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

function stamp(): string {
  return `${(Date.now() / 1000).toFixed(3)}${String(Math.floor(Math.random() * 1000)).padStart(3, '0')}`;
}
