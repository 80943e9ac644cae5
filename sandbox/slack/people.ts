/** Acting as a person of the sandbox's workspace, from scripts and tests. */

import type { Fault } from './api/faults.ts';
import type { JournalEntry } from './api/server.ts';
import type { WorkspaceState } from './control/snapshot.ts';
import type { SentEvent } from './delivery/events.ts';
import type { Seen } from './gestures/seen.ts';
import type { Picked, PickedValues } from './gestures/state.ts';

export type { Seen } from './gestures/seen.ts';

export type ClickWith = {
  /** Which button, where several share an action_id; or what is picked from a menu. */
  value?: Picked;
  block_id?: string;
  /** What the other inputs hold. */
  values?: PickedValues;
  /** Says yes to the confirm dialog; without it the dialog comes back in `confirm` and nothing is sent. */
  confirmed?: boolean;
  /** How long the app has to be quiet before the person looks; 0 looks at once. */
  settleMs?: number;
};

type Patience = Pick<ClickWith, 'settleMs'>;

export type Reacted = { done: boolean; event_id?: string; reason?: string };

/** Everything here takes a person by id or by name, and a channel by id or by name; `app` is the talk with the app. */
export function asPerson(url: string, user: string) {
  const act = <Answer>(gesture: string, body: Record<string, unknown>) =>
    ask<Answer>(url, 'POST', gesture, { user, ...body });
  return {
    command: (channel: string, text: string, using: Patience = {}) => act<Seen>('command', { channel, text, ...using }),
    click: (channel: string, ts: string, action_id: string, using: ClickWith = {}) =>
      act<Seen>('click', { channel, ts, action_id, ...using }),
    clickInView: (view_id: string, action_id: string, using: ClickWith = {}) =>
      act<Seen>('click', { view_id, action_id, ...using }),
    react: (channel: string, ts: string, name: string) => act<Reacted>('react', { channel, ts, name }),
    unreact: (channel: string, ts: string, name: string) => act<Reacted>('unreact', { channel, ts, name }),
    submit: (view_id: string, values: PickedValues = {}, using: Patience = {}) =>
      act<Seen>('submit', { view_id, values, ...using }),
    closeView: (view_id: string, using: Patience = {}) => act<Seen>('close-view', { view_id, ...using }),
    home: () => act<Seen>('home', {}),
    say: (channel: string, text: string, thread_ts?: string) =>
      act<{ ts: string }>('message', { channel, text, ...(thread_ts && { thread_ts }) }),
  };
}

/** What surrounds the people: what can be seen of the workspace, and what can be made to go wrong. */
export function aroundSlack(url: string) {
  return {
    state: () => ask<WorkspaceState>(url, 'GET', 'state'),
    messages: (channel: string) =>
      ask<Record<string, unknown>[]>(url, 'GET', `messages?channel=${encodeURIComponent(channel)}`),
    calls: (method = '') => ask<JournalEntry[]>(url, 'GET', `calls?method=${method}`),
    events: () => ask<SentEvent[]>(url, 'GET', 'events'),
    fault: (fault: Fault) => ask<unknown>(url, 'POST', 'faults', fault),
    clearFaults: () => ask<unknown>(url, 'DELETE', 'faults'),
    sockets: () => ask<{ connected: number }>(url, 'GET', 'socket'),
    socket: (action: 'disconnect' | 'drop' | 'half-open') => ask<unknown>(url, 'POST', 'socket', { action }),
    redeliver: (event_id: string) => ask<SentEvent>(url, 'POST', 'redeliver', { event_id }),
    verifyUrl: () => ask<{ verified: boolean }>(url, 'POST', 'verify-url'),
    setGroup: (group: string, users: readonly string[]) => ask<unknown>(url, 'POST', 'groups', { group, users }),
    setPerson: (user: string, edit: { deleted?: boolean; is_restricted?: boolean }) =>
      ask<unknown>(url, 'POST', 'people', { user, ...edit }),
    join: (channel: string, user: string) => ask<unknown>(url, 'POST', 'members', { channel, user }),
    leave: (channel: string, user: string) => ask<unknown>(url, 'POST', 'members', { channel, user, leave: true }),
    revoke: (token: 'bot' | 'app' = 'bot') => ask<unknown>(url, 'POST', 'revoke', { token }),
    restore: (token: 'bot' | 'app' = 'bot') => ask<unknown>(url, 'POST', 'revoke', { token, restore: true }),
    archive: (channel: string) => ask<unknown>(url, 'POST', 'archive', { channel }),
    setChannel: (channel: string, edit: { name?: string; shared?: boolean }) =>
      ask<unknown>(url, 'POST', 'channels', { channel, ...edit }),
    unarchive: (channel: string) => ask<unknown>(url, 'POST', 'archive', { channel, restore: true }),
  };
}

async function ask<Answer>(url: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${url}/_sandbox/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const answer = (await response.json()) as Answer & { refused?: string };
  if (!response.ok) throw new Error(`${method} ${path}: ${answer.refused ?? response.status}`);
  return answer;
}
