/** What a sandbox Slack can be told when it starts, and what it does when it is told nothing. */

export type SlackOptions = {
  /** 0 takes any free port. */
  port?: number;
  botToken?: string;
  appToken?: string;
  signingSecret?: string;
  /** A Slack app manifest (YAML): grants its scopes, delivers its events, knows its commands. Without one, everything. */
  manifest?: string;
  /** Deliver by signed HTTP requests to this URL instead of over Socket Mode. */
  eventsUrl?: string;
  /** Web API methods this Slack does not have. */
  unsupported?: readonly string[];
  /** Block types this Slack does not draw. */
  unsupportedBlocks?: readonly string[];
  seed?: number;
  now?: () => number;
  patience?: Partial<Patience>;
};

export type Patience = {
  /** How long the app may take to acknowledge. */
  ackMs: number;
  triggerMs: number;
  responseUrlMs: number;
  responseUrlUses: number;
  /** When an event that was not acknowledged is delivered again: after the first failure, the second, the third. */
  retryDelaysMs: readonly number[];
  socketsMax: number;
  /** How often Slack pings each socket. */
  pingMs: number;
};

export const usualPatience: Patience = {
  ackMs: 3_000,
  triggerMs: 3_000,
  responseUrlMs: 30 * 60_000,
  responseUrlUses: 5,
  retryDelaysMs: [0, 60_000, 300_000],
  socketsMax: 10,
  pingMs: 10_000,
};
