/** Slack's own links to our cards, where Slack gives them. */
import type { Place } from '#redis/card-store.ts';
import type { slackClient } from '#slack/client.ts';
import { calling, SlackFailure } from '#slack/failure.ts';
import type { Sources } from './gather.ts';

/** Once Slack does not answer it is not asked again: an export without links is better than none. */
export function permalinksFrom(client: Pick<ReturnType<typeof slackClient>, 'chat'>): Sources['permalink'] {
  let silent: string | undefined;
  return async ({ channel, ts }: Place) => {
    if (silent !== undefined) return { lacking: silent };
    try {
      const { permalink } = await calling('chat.getPermalink', () =>
        client.chat.getPermalink({ channel, message_ts: ts }),
      );
      return permalink === undefined ? { lacking: 'Slack gave no link to a card.' } : { url: permalink };
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
      const lacking = `There are votes without a link to Slack: ${error.sentence}`;
      if (error.passing) silent = lacking;
      return { lacking };
    }
  };
}

export const withoutSlack: Sources['permalink'] = async () => ({
  lacking: 'There are no links to Slack, because Slack was not asked.',
});
