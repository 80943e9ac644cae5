/** Whether somebody may use a verb now: by the roles of this second, and where it decides by those that have lasted. */
import { type Settings, settingsFor } from '#config/schema.ts';
import { isForLastingRoles, notYet, rolesOf, whyMayNot } from '#core/authority.ts';
import type { GovernedVerb } from '#core/request.ts';
import type { GroupAges } from '#redis/group-ages.ts';

export type AllowedDeps = {
  readonly settings: Settings;
  readonly directory: { members(group: string): Promise<readonly string[]> };
  readonly groupAges: GroupAges;
  now(): number;
};

const HOUR = 3_600_000;

/** Why this person may not; nothing when they may. Who is named by id is in no group that somebody else can change. */
export async function whyNotAllowed(
  { settings, directory, groupAges, now }: AllowedDeps,
  verb: GovernedVerb,
  namespace: string,
  user: string,
): Promise<string | undefined> {
  const { authority, votes } = settings;
  const named = settingsFor(settings, namespace);
  if (!named) return whyMayNot(verb, [], authority);
  const membersOf = (group: string) => directory.members(group);
  const because = whyMayNot(verb, await rolesOf(user, named, membersOf), authority);
  if (because !== undefined || !isForLastingRoles(verb)) return because;
  const lasting = await rolesOf(user, named, async (group) => {
    const members = await membersOf(group);
    const newcomers = await groupAges.newcomers(group, members, now(), votes.groupHours * HOUR);
    return members.filter((member) => !newcomers.includes(member));
  });
  return whyMayNot(verb, lasting, authority) === undefined ? undefined : notYet(verb, votes.groupHours);
}
