/** How a fact or a gesture reaches the app, whichever way it is connected. */

export type Kind = 'slash_commands' | 'interactive' | 'events_api';

export type Retry = { attempt: number; reason: string };

export type Outcome =
  | { acked: true; body?: unknown }
  | { acked: false; reason: 'timeout' | 'no_connection' | 'http_error'; noRetry?: boolean };

export interface Delivery {
  deliver(kind: Kind, payload: Record<string, unknown>, retry?: Retry): Promise<Outcome>;
  stop(): Promise<void>;
}
