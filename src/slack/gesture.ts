/** What every gesture has: who made it, where, and Slack's own id of it, so that a redelivery is the same request. */
import { createHash } from 'node:crypto';
import type { Way } from './views/answers.ts';

export type Actor = {
  readonly user: string;
  /** Several Slack ids can be one person. */
  readonly person: string;
  readonly team: string;
  readonly channel: string;
  readonly thread?: string | undefined;
  /** `1732302000.123456`, a view's id and hash, a trigger's id: whatever Slack gave this very gesture. */
  readonly gesture: string;
};

/** What a person is told; `recorded` when a job was left. */
export type Reply = { readonly recorded: string } | { readonly refused: string; readonly way?: Way | undefined };

/** A job's id: no colon, never all digits, the same for the same gesture of the same person. */
export function requestId(what: string, lockdown: string, { user, gesture }: Pick<Actor, 'user' | 'gesture'>): string {
  const which = createHash('sha256').update(`${user} ${gesture}`).digest('hex').slice(0, 16);
  return `${what}-${lockdown}-${which}`.replace(/[^A-Za-z0-9_-]/g, '-');
}
