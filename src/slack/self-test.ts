/** Whether this app can do in this workspace what it needs to. */
import type { webApi } from '@slack/bolt';
import { calling, SlackFailure } from './failure.ts';
import type { Household } from './household.ts';

export type SelfTest = Pick<Household, 'settings' | 'directory'> & { readonly client: webApi.WebClient };

/** Without these, nothing works; the manifest grants all of both lists. */
export const NEEDED_SCOPES = ['commands', 'chat:write', 'channels:read', 'users:read'] as const;

/** Without these, something is missing, and the lockdown goes on. */
export const OPTIONAL_SCOPES: Readonly<Record<string, string>> = {
  'reactions:read': 'reactions do not count as votes',
  'usergroups:read': 'user groups count as empty',
  'files:write': 'long lists are not attached as files',
  'channels:history': 'a card may be posted twice after a crash, and no reaction counts as a vote',
  'groups:history': 'in a private channel a card may be posted twice after a crash, and no reaction counts as a vote',
  'groups:read': 'private channels cannot be looked at before a start',
};

export type Finding = { readonly ok: boolean; readonly text: string };

export async function selfTest({ client, settings, directory }: SelfTest): Promise<Finding[]> {
  const channels = [...new Set(settings.namespaces.map(({ channel }) => channel))];
  const groups = [...new Set(settings.namespaces.flatMap(groupsOf))];
  return [
    ...(await scopesOf(client)).findings,
    ...(await Promise.all(channels.map((channel) => channelFinding(client, channel)))),
    ...(await Promise.all(groups.map((group) => groupFinding(directory, group)))),
  ];
}

export type Identity = {
  readonly team: string;
  readonly botUser: string;
  readonly botId: string;
  readonly appId?: string;
};

/** Who we are here, and which scopes are missing. */
export async function scopesOf(
  client: webApi.WebClient,
): Promise<{ readonly identity: Identity; readonly findings: Finding[] }> {
  const answer = await calling('auth.test', () => client.auth.test());
  const { team_id: team, user_id: botUser, bot_id: botId, app_id: appId } = answer;
  if (!team || !botUser || !botId) throw new Error('Slack’s auth.test did not say who we are: is this a bot token?');
  return {
    identity: { team, botUser, botId, ...(appId === undefined ? {} : { appId }) },
    findings: scopeFindings(answer.response_metadata?.scopes),
  };
}

/** Another Slack may not say which scopes it grants. */
function scopeFindings(granted: readonly string[] | undefined): Finding[] {
  if (!granted) return [{ ok: true, text: 'Token accepted; this Slack does not say which scopes it grants.' }];
  const missing = NEEDED_SCOPES.filter((scope) => !granted.includes(scope));
  const lacking = Object.entries(OPTIONAL_SCOPES).filter(([scope]) => !granted.includes(scope));
  return [
    {
      ok: missing.length === 0,
      text:
        missing.length === 0
          ? 'Token accepted, all needed scopes granted.'
          : `Scopes missing, without which nothing works: ${missing.map((scope) => `\`${scope}\``).join(', ')}.`,
    },
    ...lacking.map(([scope, without]) => ({ ok: false, text: `Scope \`${scope}\` is missing: ${without}.` })),
  ];
}

async function channelFinding(client: webApi.WebClient, channel: string): Promise<Finding> {
  try {
    const answer = await calling('conversations.info', () => client.conversations.info({ channel }));
    const ok = answer.channel?.is_member !== false && !answer.channel?.is_archived;
    return {
      ok,
      text: ok
        ? `Channel \`${channel}\`: I am in it.`
        : `Channel \`${channel}\`: I am not in it, or it is archived. Write \`/invite @lockstep\` there.`,
    };
  } catch (error) {
    if (!(error instanceof SlackFailure)) throw error;
    return { ok: false, text: `Channel \`${channel}\`: ${error.sentence}` };
  }
}

async function groupFinding(directory: SelfTest['directory'], group: string): Promise<Finding> {
  const members = await directory.members(group);
  const ok = members.length > 0;
  return {
    ok,
    text: ok
      ? `User group \`${group}\`: ${members.length} members.`
      : `User group \`${group}\` has no members for us, so nobody can vote through it.`,
  };
}

function groupsOf({ requesters, approval, stages }: SelfTest['settings']['namespaces'][number]): string[] {
  const ofStages = Object.values(stages).flatMap((own) => own?.groups ?? []);
  return [...requesters.groups, ...approval.groups, ...ofStages];
}
