/** What a signature does not prove: that Slack itself knows of a gesture, and where its answer goes. */
import type { webApi } from '@slack/bolt';
import type { Settings } from '#config/schema.ts';
import { calling, SlackFailure } from './failure.ts';
import type { SlackJournal } from './slices.ts';
import { received } from './views/received.ts';

export type Deps = {
  readonly settings: Pick<Settings, 'slack'>;
  readonly client: webApi.WebClient;
  readonly journal: Pick<SlackJournal, 'warned'>;
};

/** Whether requests are believed for their signature alone; over a socket only Slack can say anything. */
export function onlySigned({ slack }: Pick<Settings, 'slack'>): boolean {
  return slack.mode === 'http';
}

/** Whoever has the signing secret can sign a click, and cannot make Slack open a modal for it. Throws where it does not. */
export async function knownToSlack({ settings, client, journal }: Deps, trigger: string): Promise<void> {
  if (!onlySigned(settings)) return;
  try {
    await calling('views.open', () => client.views.open({ trigger_id: trigger, view: received() }));
  } catch (error) {
    if (error instanceof SlackFailure && !error.passing)
      journal.warned({
        because: `a signed gesture was refused because Slack opens no modal for it (${error.reason}): if that happens often, somebody else has the signing secret`,
      });
    throw error;
  }
}

const SLACKS: readonly string[] = ['hooks.slack.com', 'hooks.slack-gov.com'];

/** The first address that a payload names for answers and that is not Slack’s; what is said to one person stays there. */
export function strangeAnswerAddress(body: unknown, slackApiUrl: string | undefined): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const one = 'response_url' in body ? [body.response_url] : [];
  const several =
    'response_urls' in body && Array.isArray(body.response_urls)
      ? body.response_urls.map((each: { response_url?: unknown }) => each?.response_url)
      : [];
  const given = [...one, ...several].filter((address) => address !== undefined);
  return given.map(String).find((address) => !isSlacks(address, slackApiUrl));
}

function isSlacks(address: string, slackApiUrl: string | undefined): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, origin } = new URL(address);
  if (slackApiUrl !== undefined) return origin === new URL(slackApiUrl).origin;
  return protocol === 'https:' && SLACKS.includes(hostname);
}
