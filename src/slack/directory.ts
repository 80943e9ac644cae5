/** Who is in a Slack user group, and whether somebody is a member who may decide anything here. */
import type { webApi } from '@slack/bolt';
import { calling, isLack, SlackFailure } from './failure.ts';
import type { SlackJournal } from './slices.ts';

export type Deps = {
  readonly client: webApi.WebClient;
  readonly journal: Pick<SlackJournal, 'degraded'>;
  /** The workspace whose members may act. */
  readonly team: string;
  now(): number;
};

/** `bot`: nobody is there to read why. */
export type Person = { readonly ok: true } | { readonly refused: string; readonly bot?: true };
export type Directory = ReturnType<typeof directory>;

/** A leaver keeps rights no longer than this in a process that misses the event about it. */
const KEPT_MS = 60_000;

export function directory({ client, journal, team, now }: Deps) {
  const groups = new Map<string, { readonly until: number; readonly members: readonly string[] }>();
  const people = new Map<string, { readonly until: number; readonly person: Person }>();

  /** Members of a user group; nobody where this Slack has no user groups for us. */
  async function members(group: string): Promise<string[]> {
    const known = groups.get(group);
    if (known && known.until > now()) return [...known.members];
    return membersNow(group);
  }

  /** For the count that counts: asked of Slack every time, so that a leaver's vote falls away at once. */
  async function membersNow(group: string): Promise<string[]> {
    const found = await readMembers(group);
    groups.set(group, { until: now() + KEPT_MS, members: found });
    return found;
  }

  async function readMembers(group: string): Promise<string[]> {
    try {
      const { users } = await calling('usergroups.users.list', () =>
        client.usergroups.users.list({ usergroup: group }),
      );
      return users ?? [];
    } catch (error) {
      const unknown = error instanceof SlackFailure && UNKNOWN_GROUP.has(error.reason);
      if (!isLack(error) && !unknown) throw error;
      journal.degraded({ feature: `user group ${group}, which counts as empty`, because: error.message });
      return [];
    }
  }

  /** Refuses guests, strangers, bots, the deactivated, and whoever Slack does not know. */
  async function person(user: string): Promise<Person> {
    const known = people.get(user);
    if (known && known.until > now()) return known.person;
    const found = await readPerson(user);
    if (found) people.set(user, { until: now() + KEPT_MS, person: found });
    return found ?? { refused: 'Slack did not say who you are, so nothing was recorded. Try again in a minute.' };
  }

  async function readPerson(user: string): Promise<Person | undefined> {
    try {
      const answer = await calling('users.info', () => client.users.info({ user }));
      return judge(answer.user as SlackUser | undefined, team);
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
      if (UNKNOWN_USER.has(error.reason)) return { refused: 'Slack does not know you in this workspace.' };
      journal.degraded({ feature: 'who somebody is, so that person is refused', because: error.message });
      return undefined;
    }
  }

  /** For the count that counts: whoever Slack cannot tell about now is asked about again later, not refused. */
  async function surely(user: string): Promise<Person> {
    try {
      const { user: found } = await calling('users.info', () => client.users.info({ user }));
      return judge(found as SlackUser | undefined, team);
    } catch (error) {
      if (error instanceof SlackFailure && UNKNOWN_USER.has(error.reason))
        return { refused: 'Slack does not know you in this workspace.' };
      throw error;
    }
  }

  /** Everybody named, groups resolved. */
  async function resolve(named: {
    readonly users: readonly string[];
    readonly groups: readonly string[];
  }): Promise<string[]> {
    const inGroups = await Promise.all(named.groups.map(members));
    return [...new Set([...named.users, ...inGroups.flat()])];
  }

  return {
    members,
    membersNow,
    person,
    surely,
    resolve,
    forgetGroup: (group: string) => void groups.delete(group),
  };
}

const UNKNOWN_GROUP = new Set(['no_such_subteam', 'subteam_not_found', 'invalid_arguments']);
const UNKNOWN_USER = new Set(['user_not_found', 'user_not_visible', 'users_not_found']);

type SlackUser = {
  readonly team_id?: string;
  readonly deleted?: boolean;
  readonly is_bot?: boolean;
  readonly is_restricted?: boolean;
  readonly is_ultra_restricted?: boolean;
  readonly is_stranger?: boolean;
};

function judge(user: SlackUser | undefined, team: string): Person {
  if (!user) return { refused: 'Slack does not know you in this workspace.' };
  if (user.deleted) return { refused: 'Your Slack account is deactivated.' };
  if (user.is_bot) return { refused: 'Bots decide nothing here.', bot: true };
  if (user.is_restricted || user.is_ultra_restricted)
    return { refused: 'Guests of this workspace decide nothing here.' };
  if (user.is_stranger || user.team_id !== team)
    return { refused: 'Only members of this workspace decide here; your account belongs to another one.' };
  return { ok: true };
}
