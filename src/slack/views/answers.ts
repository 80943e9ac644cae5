/** Short answers to one person: a refusal, a receipt, a sentence with a way on. */
import { mrkdwn } from '../escape.ts';
import { channelLink, link, type Message, says, sentence } from './build.ts';

export type Link = { readonly url: string; readonly text: string };
/** Where to go on: a message, or a channel. */
export type Way = Link | { readonly channel: string };

/** The sentence is also the text beside the blocks, since the whole message is for one person who has just acted. */
export function answer(text: string, way?: Way): Message {
  return {
    text: mrkdwn(text),
    blocks: [
      says([
        ...sentence(text),
        ...(way ? [' ', 'channel' in way ? channelLink(way.channel) : link(way.url, way.text)] : []),
      ]),
    ],
  };
}

export const NOT_RECORDED =
  'This was not recorded: our memory does not answer at the moment. Nothing has changed; try again in a minute.';
export const UNCERTAIN =
  'This took too long, so it is not certain whether it was recorded. Look at the card before you try again.';
/** Why it cannot be said that something was recorded. */
export const NOT_LEFT = { 'not recorded': NOT_RECORDED, uncertain: UNCERTAIN } as const;
export const OUTDATED = 'This card is outdated: a newer draft is being asked about, or the question is closed.';
export const NOT_OURS = 'This message is none of our cards, so nothing was recorded.';
export const NOT_AS_SHOWN =
  'An event said that your reaction was added or taken off, and Slack shows otherwise on the card, so nothing was recorded. If you did change it, look at the card in a few minutes; if not, tell who manages Lockstep.';
export const ALTERED =
  'This card does not read as we posted it, so nothing was recorded. It is put right within a minute: read it again before you press. Who manages Lockstep is told.';
export const SHOWS_OTHERWISE =
  'This card shows something else than would be written, so nothing was recorded. It is put right within a minute: read it again before you press. Who manages Lockstep is told.';
export const NOT_KEPT =
  'The draft that is kept is not the one that this card asks about, so nothing was recorded. Who manages Lockstep is told; after that, `/lockdown reopen` asks anew.';
