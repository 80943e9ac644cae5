/** Who may use which verb: the matrix of the configuration, read against the roles a person has for a namespace. */
import type { GovernedVerb, Role } from './request.ts';
import type { Stage } from './stage.ts';

export type Authority = Readonly<Record<GovernedVerb, readonly Role[]>>;
export type Roles = readonly Role[];

/** Says why somebody with these roles may not, in a sentence; nothing when they may. No role may do nothing. */
export function whyMayNot(verb: GovernedVerb, roles: Roles, authority: Authority): string | undefined {
  const allowed = authority[verb];
  if (allowed.some((role) => roles.includes(role))) return undefined;
  if (allowed.length === 0) return `${REFUSED[verb]}: the configuration lets nobody do this.`;
  const who = allowed.map((role) => ROLE_WORDS[role]).join(' and ');
  return `${REFUSED[verb]}: the configuration lets ${who} of this namespace do this, and you are none of them.`;
}

/**
 * What opens a namespace, lets a cut stand or settles what others are asked: not for whoever was put into a user group a
 * moment ago. The other verbs begin, hold, ask anew or give a namespace back.
 */
export function isForLastingRoles(verb: GovernedVerb): boolean {
  return LASTING.has(verb);
}

const LASTING: ReadonlySet<GovernedVerb> = new Set([
  'cancel',
  'confirm',
  'undo',
  'leave-out',
  'go-on-unproven',
  'decide-residual',
  'sponsor',
]);

export function notYet(verb: GovernedVerb, groupHours: number): string {
  return `${REFUSED[verb]}: you were added to a user group of this namespace less than ${groupHours} hours ago, and until then others decide this.`;
}

type People = { readonly users: readonly string[]; readonly groups: readonly string[] };
type Named = { readonly users?: readonly string[] | undefined; readonly groups?: readonly string[] | undefined };

/** Whom the configuration names for a namespace. */
export type NamespacePeople = {
  readonly requesters: People;
  readonly approval: People;
  readonly stages: { readonly [Each in Stage]?: Named | undefined };
};

/** The roles a person has now; `membersOf` says who is in a Slack user group. */
export async function rolesOf(
  user: string,
  namespace: NamespacePeople,
  membersOf: (group: string) => Promise<readonly string[]>,
): Promise<Roles> {
  const isAmong = async ({ users, groups }: People) => {
    if (users.includes(user)) return true;
    const members = await Promise.all(groups.map(membersOf));
    return members.some((each) => each.includes(user));
  };
  const requester = isAmong(namespace.requesters);
  const approver = isAmong(approversOf(namespace));
  return [...((await requester) ? ['requester' as const] : []), ...((await approver) ? ['approver' as const] : [])];
}

/** Approvers of the namespace or of any of its stages; what a stage leaves out, the namespace says. */
function approversOf({ approval, stages }: NamespacePeople): People {
  const all = Object.values(stages).map((own) => ({
    users: own?.users ?? approval.users,
    groups: own?.groups ?? approval.groups,
  }));
  return {
    users: [...new Set([approval, ...all].flatMap(({ users }) => users))],
    groups: [...new Set([approval, ...all].flatMap(({ groups }) => groups))],
  };
}

const ROLE_WORDS: Readonly<Record<Role, string>> = { requester: 'requesters', approver: 'approvers' };

const REFUSED: Readonly<Record<GovernedVerb, string>> = {
  start: 'Not started',
  next: 'Not moved on',
  pause: 'Not paused',
  resume: 'Not resumed',
  cancel: 'Not cancelled',
  release: 'Not released',
  confirm: 'Not confirmed',
  undo: 'Not taken back',
  reopen: 'Not reopened',
  'leave-out': 'Not left out',
  'go-on-unproven': 'Not gone on without proof',
  'decide-residual': 'Not recorded',
  sponsor: 'Not recorded',
  'try-again': 'Not tried again',
};
