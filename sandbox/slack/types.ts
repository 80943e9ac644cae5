/** The things a workspace consists of, as the sandbox keeps them. */

export type Person = {
  id: string;
  name: string;
  realName: string;
  teamId: string;
  isRestricted: boolean;
  isStranger: boolean;
  isBot: boolean;
  deleted: boolean;
};

export type Group = { id: string; handle: string; name: string; users: string[]; updatedAt: number };

export type Channel = {
  id: string;
  name: string;
  topic: string;
  kind: 'public' | 'private' | 'im';
  isArchived: boolean;
  /** With another organisation, by Slack Connect. */
  isShared?: boolean;
  members: Set<string>;
  createdAt: number;
};

/** A block as Slack keeps it: checked against the limits at the door, and with its block_id filled in. */
export type Block = { type: string; block_id: string; [field: string]: unknown };

type Reaction = { name: string; users: string[] };

export type Message = {
  ts: string;
  channel: string;
  user: string;
  text: string;
  blocks: Block[];
  attachments: unknown[];
  metadata?: { event_type: string; event_payload: Record<string, unknown> };
  threadTs?: string;
  broadcast: boolean;
  files: string[];
  reactions: Reaction[];
  edited?: { user: string; ts: string };
  /** The one person who sees it, for an ephemeral message. */
  visibleTo?: string;
  /** True for what Slack itself says to a person, such as that the app did not respond. */
  fromSlackbot?: boolean;
};

export type SlackFile = {
  id: string;
  name: string;
  title: string;
  mimetype: string;
  bytes: Uint8Array | undefined;
  length: number;
  user: string;
  createdAt: number;
  channels: string[];
  completed: boolean;
};

export type StateValue = { type: string; [field: string]: unknown };
export type StateValues = Record<string, Record<string, StateValue>>;

type ViewText = { type: 'plain_text'; text: string; emoji?: boolean | undefined };

export type View = {
  id: string;
  type: 'modal' | 'home';
  user: string;
  callbackId: string;
  title: ViewText | undefined;
  submit: ViewText | undefined;
  close: ViewText | undefined;
  blocks: Block[];
  privateMetadata: string;
  externalId: string;
  clearOnClose: boolean;
  notifyOnClose: boolean;
  hash: string;
  rootId: string;
  previousId: string | undefined;
  state: StateValues;
};
