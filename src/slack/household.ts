/** Everything the Slack process is built from; each file below asks for its slice of it. */
import type { NamespaceSettings, Settings } from '#config/schema.ts';
import type { ChannelNow } from './channel-now.ts';
import type { Directory } from './directory.ts';
import type { Poster } from './post.ts';
import type { ReceiptKey } from './receipt.ts';
import type { Cards, Findings, Leave, Lockdowns, SlackJournal } from './slices.ts';

export type Household = {
  readonly settings: Settings;
  settingsFor(namespace: string): NamespaceSettings | undefined;
  /** Several Slack ids can be one person. */
  personOf(user: string): string;
  readonly lockdowns: Lockdowns;
  readonly findings: Findings;
  readonly cards: Cards;
  readonly leave: Leave;
  readonly directory: Directory;
  readonly post: Poster;
  /** How a channel was a moment ago. */
  channelNow(channel: string): Promise<ChannelNow>;
  /** Which bot we are: what anybody else wrote is no card. */
  readonly botId: string;
  readonly receiptKey: ReceiptKey;
  readonly journal: SlackJournal;
  now(): number;
};
