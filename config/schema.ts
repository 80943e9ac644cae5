/** The one schema of the configuration: every setting, its unit, its default. */
import { z } from 'zod';
import { ApprovalRule } from '#core/approval.ts';
import { GOVERNED, ROLES } from '#core/request.ts';
import { STAGES } from '#core/stage.ts';
import { whyNotCron } from './cron.ts';

const userId = z.string().regex(/^[UW][A-Z0-9]{5,}$/, 'a Slack user id, which begins with U or W, such as U024BE7LH');
const groupId = z.string().regex(/^S[A-Z0-9]{5,}$/, 'a Slack user group’s id, which begins with S, such as S0614TZR7');
const channelId = z.string().regex(/^[CG][A-Z0-9]{5,}$/, 'a channel’s id, which begins with C or G, such as C024BE91L');
const reactionName = z.string().regex(/^[a-z0-9_+'-]+$/, 'a reaction’s name without colons, such as white_check_mark');

const People = z.strictObject({
  users: z.array(userId).default([]),
  groups: z.array(groupId).default([]),
});

/** How a stage is approved; what a stage leaves out, the namespace's own default says. */
const Approval = z.strictObject({
  users: z.array(userId).default([]),
  groups: z.array(groupId).default([]),
  needed: z.number().int().min(1).default(2),
  fromGroups: z.array(z.strictObject({ group: groupId, needed: z.number().int().min(1) })).default([]),
  requesterMayVote: z.boolean().default(false),
  reactions: z.boolean().default(true),
  expiresHours: z.number().int().min(1).default(72),
});
const StageApproval = z.strictObject({
  users: z.array(userId).optional(),
  groups: z.array(groupId).optional(),
  needed: z.number().int().min(1).optional(),
  fromGroups: z.array(z.strictObject({ group: groupId, needed: z.number().int().min(1) })).optional(),
  requesterMayVote: z.boolean().optional(),
  reactions: z.boolean().optional(),
  expiresHours: z.number().int().min(1).optional(),
});
const Stage = z.strictObject({
  ...StageApproval.shape,
  /** Whether its rules are only observed first, and enforced by a second approval. */
  shadow: z.boolean().default(false),
  /** For how long they are observed. */
  shadowMinutes: z.number().int().positive().default(60),
});

const Drafts = z.strictObject({
  podsMode: z.enum(['namespace', 'observed']).default('namespace'),
  wildcards: z.boolean().default(false),
  trustedResolvers: z.array(z.union([z.ipv4(), z.ipv6()])).default([]),
  nodeCidrs: z
    .array(z.union([z.cidrv4(), z.cidrv6()]))
    .default(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']),
});

export const NamespaceSettings = z.strictObject({
  /** A namespace's full path; `/*` at the end means every namespace directly or deeper below. The first match counts. */
  match: z
    .string()
    .regex(/^(\/[a-zA-Z0-9_-]+)+(\/\*)?$/, 'a full path such as /acme/aws-dev/k8s/shop, or /acme/aws-dev/k8s/*'),
  channel: channelId,
  requesters: People,
  approval: Approval,
  stages: z.partialRecord(z.enum(STAGES), Stage).default({}),
  drafts: Drafts.default(Drafts.parse({})),
  /** Its name in the cluster where that is not the last segment of its path. */
  kubernetesNamespace: z.string().optional(),
});
export type NamespaceSettings = z.infer<typeof NamespaceSettings>;

const Roles = z.array(z.enum(ROLES));
export const AUTHORITY_DEFAULT = {
  start: ['requester'],
  next: ['requester', 'approver'],
  pause: ['requester', 'approver'],
  resume: ['requester', 'approver'],
  cancel: ['requester', 'approver'],
  release: ['requester', 'approver'],
  confirm: ['approver'],
  undo: ['approver'],
  reopen: ['requester', 'approver'],
  'leave-out': ['approver'],
  'go-on-unproven': ['approver'],
  'decide-residual': ['approver'],
  sponsor: ['requester', 'approver'],
  'try-again': ['requester', 'approver'],
} satisfies Record<(typeof GOVERNED)[number], z.infer<typeof Roles>>;

const Slack = z.strictObject({
  mode: z.enum(['socket', 'http']).default('socket'),
  /** Where `/slack/events` listens in HTTP mode. */
  host: z.string().default('0.0.0.0'),
  port: z.number().int().min(0).max(65_535).default(3000),
});

const Console = z.strictObject({
  /** App credential files, or files holding a ready-made token and the console's address (see the example). */
  credentials: z.strictObject({ observe: z.string(), finalise: z.string() }),
  tokenMinutes: z.number().min(1).max(1440).default(60),
  timeoutSeconds: z.number().positive().default(30),
});

const Kubernetes = z.strictObject({
  /** Path of a kubeconfig without exec plugins; left out inside a cluster. */
  kubeconfig: z.string().optional(),
  context: z.string().optional(),
});

const Discovery = z.strictObject({
  days: z.number().positive().default(7),
  /** How far back reports are read when a lockdown starts in a namespace that has long been in discovery mode. */
  lookbackDays: z.number().min(0).default(7),
  collectEverySeconds: z.number().positive().default(300),
  /** How late the console may report a flow: the newest stretch that is not read yet. */
  reportDelaySeconds: z.number().min(0).default(120),
  /** Length of one query of reports. */
  windowHours: z.number().positive().max(24).default(1),
});

const Votes = z.strictObject({
  /** Where something in a draft stands out: how long it is on somebody's screen at least before they can approve. */
  readSeconds: z.number().min(0).default(20),
  /** Who was added to a group later than so long before does not vote on a question, confirm, take back, leave out or answer. */
  groupHours: z.number().min(0).default(24),
});

const Reminders = z.strictObject({
  /** When the day's digest is posted during discovery, as a cron pattern. */
  pattern: z
    .string()
    .refine((pattern) => whyNotCron(pattern) === undefined, { error: ({ input }) => whyNotCron(String(input)) ?? '' })
    .default('0 9 * * *'),
  timeZone: z.string().default('UTC').refine(isTimeZone, 'an IANA time zone such as Europe/Berlin'),
  /** First nudge to those who still owe a vote, then how often, and at most how many to one person a day, about everything. */
  nudgeAfterHours: z.number().positive().default(4),
  nudgeEveryHours: z.number().positive().default(8),
  nudgesPerDay: z.number().int().min(0).default(3),
});

const Verify = z.strictObject({
  /** Reports older than this after a change may still tell of the time before it. */
  settleSeconds: z.number().min(0).default(60),
  everySeconds: z.number().positive().default(60),
  /** After this long without newer flows people are asked: wait, exercise, or go on without proof. */
  forMinutes: z.number().positive().default(15),
});

const Watch = z.strictObject({
  everySeconds: z.number().positive().default(60),
  /** Unless somebody confirms within this time, the former default actions are restored. 0: nobody has to confirm. */
  confirmMinutes: z.number().min(0).default(60),
  /**
   * Distinct edges, seen before people were asked, unacknowledged and now rejected, above which the namespace is given back
   * at once. Each is told by two pods, or by a workload’s one; and no workload counts for more than this number.
   */
  releaseAboveEdges: z.number().int().min(1).optional(),
});

const Floors = z.strictObject({
  /** Below these, ending discovery mode takes one approver more and each approver’s reason. */
  windowHours: z.number().min(0).default(24),
  confirmMinutes: z.number().min(0).default(10),
});

const Receipts = z.strictObject({
  /** Ed25519 public keys (base64 of the raw 32 bytes) of the Slack processes, by key id. Several while a key is changed. */
  publicKeys: z
    .record(z.string(), z.string())
    .refine((keys) => Object.keys(keys).length > 0, 'at least one key, as npm run keys prints it'),
});

const Ledger = z.strictObject({
  /** Ed25519 keys that sign checkpoints, by id; former ones stay, so that what they signed can be checked. */
  publicKeys: z
    .record(
      z.string(),
      z.strictObject({
        /** Base64 of the raw 32 bytes. */
        key: z.string(),
        /** The day from which on it signs. */
        since: z.iso.date(),
        /** What the key before it and this one signed when it took over, as `ledger handover` prints it. */
        handover: z.string().optional(),
      }),
    )
    .default({}),
  /** A folder for one file of checkpoints a day, which nobody who can write to Redis should be able to change. */
  anchorsFolder: z.string().optional(),
  /** A folder to export ended lockdowns into before they are deleted. */
  exportsFolder: z.string().optional(),
});

export const Settings = z.strictObject({
  slack: Slack.default(Slack.parse({})),
  console: Console,
  kubernetes: Kubernetes.optional(),
  namespaces: z.array(NamespaceSettings).min(1),
  /** Names for people who have several Slack ids: all of them are one person, with one vote. */
  people: z.record(z.string(), z.array(userId)).default({}),
  reactions: z
    .strictObject({
      approve: z.array(reactionName).default(['white_check_mark', '+1', 'thumbsup']),
      deny: z.array(reactionName).default(['x', '-1', 'thumbsdown']),
    })
    .default({ approve: ['white_check_mark', '+1', 'thumbsup'], deny: ['x', '-1', 'thumbsdown'] }),
  authority: z
    .strictObject(
      Object.fromEntries(GOVERNED.map((verb) => [verb, Roles.default(AUTHORITY_DEFAULT[verb])])) as {
        [Verb in (typeof GOVERNED)[number]]: z.ZodDefault<typeof Roles>;
      },
    )
    .default(AUTHORITY_DEFAULT),
  discovery: Discovery.default(Discovery.parse({})),
  votes: Votes.default(Votes.parse({})),
  reminders: Reminders.default(Reminders.parse({})),
  verify: Verify.default(Verify.parse({})),
  watch: Watch.default(Watch.parse({})),
  floors: Floors.default(Floors.parse({})),
  receipts: Receipts,
  ledger: Ledger.default(Ledger.parse({})),
  /** Ended lockdowns are kept this long. */
  retentionDays: z.number().positive().default(400),
});
export type Settings = z.infer<typeof Settings>;

/** Settings and secrets together: what the processes are built from. Secrets never appear in Settings. */
export type Config = {
  readonly settings: Settings;
  readonly secrets: Secrets;
  /** SHA-256 of the settings' canonical form: which configuration a decision was taken under. */
  readonly hash: string;
  /** Where this process says on 127.0.0.1 whether it is alive and ready; absent: nowhere. */
  readonly healthPort?: number;
};

export type Secrets = {
  readonly redisUrl: string;
  readonly slackApiUrl?: string;
  readonly slackBotToken: string;
  /** Socket Mode. */
  readonly slackAppToken?: string;
  /** HTTP mode. */
  readonly slackSigningSecret?: string;
  /** Ed25519 private key (PEM, PKCS#8) and its id; only the Slack process has it. */
  readonly receiptKey?: { readonly id: string; readonly pem: string };
  /** Makes idempotency keys unguessable; only workers have it. */
  readonly idempotencySecret?: string;
  /** Ed25519 private key (PEM, PKCS#8) that signs checkpoints of histories, and its id; only workers have it. */
  readonly ledgerKey?: { readonly id: string; readonly pem: string };
};

/** The rule for one stage: what the stage says, else what the namespace says. */
export function ruleFor(namespace: NamespaceSettings, stage: (typeof STAGES)[number]): ApprovalRule {
  const { shadow: _shadow, shadowMinutes: _minutes, ...own } = namespace.stages[stage] ?? {};
  const merged = { ...namespace.approval };
  for (const [key, value] of Object.entries(own)) if (value !== undefined) Object.assign(merged, { [key]: value });
  // Whoever asked for a lockdown never approves what can cut, whatever is written.
  if (stage === 'disable-discovery') merged.requesterMayVote = false;
  return ApprovalRule.parse(merged);
}

/** For how long a stage's rules are only observed before they are enforced; nothing where they are enforced at once. */
export function shadowMinutesFor({ stages }: Pick<NamespaceSettings, 'stages'>, stage: (typeof STAGES)[number]) {
  return stages[stage]?.shadow ? stages[stage].shadowMinutes : undefined;
}

/** Which settings a namespace falls under; the first match counts. */
export function settingsFor(settings: Pick<Settings, 'namespaces'>, path: string): NamespaceSettings | undefined {
  return settings.namespaces.find(({ match }) =>
    match.endsWith('/*') ? path.startsWith(match.slice(0, -1)) : path === match,
  );
}

/** Several Slack ids can be one person. */
export function personOf(settings: Pick<Settings, 'people'>, user: string): string {
  return Object.entries(settings.people).find(([, ids]) => ids.includes(user))?.[0] ?? user;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
