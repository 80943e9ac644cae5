/** The cards that a lockdown which asks would have, posted as the workers do. */
import type { Ask } from '#core/approval.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import { cardNames } from '#slack/card-names.ts';
import { slackClient } from '#slack/client.ts';
import { poster } from '#slack/post.ts';
import { approvalCard } from '#slack/views/approval-card.ts';
import type { Message } from '#slack/views/build.ts';
import { lockdownCard } from '#slack/views/lockdown-card.ts';
import { textFingerprints } from '#slack/views/shown-text.ts';
import { askedAbout } from './asked-about.ts';
import { aFinding, anAsk, HOUR, inStage } from './slack-lockdowns.ts';
import type { SlackProcess } from './slack-process.ts';

export async function askedInSlack(house: SlackProcess, stage: Stage, change: Partial<Ask> = {}, drafted = aFinding()) {
  const live = { askedAt: Date.now() - HOUR, expiresAt: Date.now() + 70 * HOUR };
  const { finding, ask } = askedAbout(drafted, anAsk({ ...live, ...change }));
  const lockdown = inStage(stage, { phase: 'asking', ask });
  house.memory.keep(lockdown);
  house.memory.find({ draft: finding });
  const root = await postCard(house, lockdown, cardNames.lockdown, lockdownCard({ lockdown }));
  const message = approvalCard({ lockdown, stage, finding });
  const thread = { thread: root.ts, stage, nonce: ask.nonce };
  const card = await postCard(house, lockdown, cardNames.approval(stage, 1), message, thread);
  return { lockdown, ask, finding, message, root, card };
}

export function postCard(house: SlackProcess, lockdown: Lockdown, card: string, message: Message, rest: object = {}) {
  const { slack, memory, deps } = house;
  const client = slackClient(slack.botToken, { slackApiUrl: slack.apiUrl });
  const { postCard: post } = poster({ client, cards: memory.cards, journal: deps.journal });
  memory.keepTexts(lockdown.id, card, textFingerprints(message));
  return post({ lockdown: lockdown.id, card, channel: lockdown.channel, message, ...rest });
}
