/** Which reactions Slack shows on a card now: what an event once said may have been taken back since, or never reached us. */
import type { webApi } from '@slack/bolt';
import type { Settings } from '#config/schema.ts';
import type { Vote } from '#core/approval.ts';
import { type AsBot, cardInSlack, type WantedCard } from './card-in-slack.ts';
import { calling, SlackFailure } from './failure.ts';
import type { Place } from './slices.ts';

export type ReactionNames = Settings['reactions'];

/** One person's reaction, by the name that Slack has for it. */
export type Shown = { readonly user: string; readonly name: string; readonly decision: Vote['decision'] };

/** Nothing for a card that is gone. Whatever else goes wrong is thrown: what could not be read is not taken for nothing. */
export async function reactionsShown(
  client: Pick<webApi.WebClient, 'reactions'>,
  names: ReactionNames,
  { channel, ts }: Place,
): Promise<Shown[]> {
  try {
    // Without `full` Slack may name only some of many.
    const { message } = await calling('reactions.get', () =>
      client.reactions.get({ channel, timestamp: ts, full: true }),
    );
    return (message?.reactions ?? []).flatMap(({ name = '', users = [] }) => {
      const decision = decisionOf(names, name);
      return decision ? users.map((user) => ({ user, name, decision })) : [];
    });
  } catch (error) {
    if (error instanceof SlackFailure && error.reason === 'message_not_found') return [];
    throw error;
  }
}

/** Those on a card of ours. What people show on any other message says nothing of it, whatever our memory says. */
export async function reactionsOnCard(as: AsBot, names: ReactionNames, wanted: WantedCard): Promise<Shown[] | 'other'> {
  const message = await cardInSlack(as, wanted);
  if (message === 'other') return 'other';
  return message === 'gone' ? [] : reactionsShown(as.client, names, wanted.place);
}

/** An exact list: other emoji that look alike mean nothing. A skin tone changes nothing: `+1::skin-tone-4`. */
export function decisionOf(names: ReactionNames, name: string): Vote['decision'] | undefined {
  const [bare = ''] = name.split('::');
  if (names.approve.includes(bare)) return 'approve';
  return names.deny.includes(bare) ? 'deny' : undefined;
}
