/** Who has the bot token says something else on a card that asks: in its words, under a picture, beside it, in a date. */
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Card } from '../scene.ts';
import { told } from '../told.ts';

type Content = { readonly blocks: readonly unknown[]; readonly attachments?: readonly unknown[] };

const HARMLESS = { type: 'section', text: { type: 'mrkdwn', text: 'Approve the lunch menu?' } };
const SAID = 'Security has looked at this: nothing is cut.';
const PICTURE = 'https://a.example/graph.png';

const EDITS: Readonly<Record<string, (card: Card) => Content>> = {
  'other words over the buttons': ({ blocks }) => ({
    blocks: [HARMLESS, ...blocks.filter(({ type }) => type === 'actions')],
  }),
  'a picture with a description': ({ blocks }) => ({
    blocks: [...blocks, { type: 'image', image_url: PICTURE, alt_text: SAID }],
  }),
  'other words around a date': ({ blocks }) => ({
    blocks: JSON.parse(JSON.stringify(blocks).replace(/"format":"[^"]+"/g, `"format":"${SAID}"`)) as unknown[],
  }),
  'an attachment': ({ blocks }) => ({ blocks, attachments: [{ text: SAID }] }),
  'the author’s name of an attachment': ({ blocks }) => ({ blocks, attachments: [{ author_name: SAID }] }),
  'the footer of an attachment': ({ blocks }) => ({ blocks, attachments: [{ fallback: '-', footer: SAID }] }),
  'a text beside the blocks of an attachment': ({ blocks }) => ({
    blocks,
    attachments: [{ blocks: [], fallback: '-', text: SAID }],
  }),
};

export const editedCards: readonly Attempt[] = [
  {
    case: 'V-14',
    credential: 'bot token',
    when: 'asked',
    tried: `the approval card edited, and then pressed by an approver: ${Object.keys(EDITS).join(', ')}`,
    honest: ['reopened'],
    async run(scene) {
      const { channel } = scene;
      const card = await scene.askedAnew('dns');
      let words = '';
      for (const [what, edit] of Object.entries(EDITS)) {
        const { blocks, attachments = [] } = edit(card);
        if (JSON.stringify({ blocks, attachments }) === JSON.stringify({ blocks: card.blocks, attachments: [] }))
          throw new Error(`${what}: the card is the same`);
        const edited = await scene.callSlack('chat.update', {
          ...{ channel, ts: card.ts, text: 'Lunch?' },
          ...{ blocks: JSON.stringify(blocks), attachments: JSON.stringify(attachments) },
        });
        if (edited.ok !== true) throw new Error(`${what}: Slack did not take it: ${String(edited.error)}`);
        words = told(await scene.press('boris', card, 'approve'));
        // Stopped for another reason, nothing would be known about the words.
        if (!/does not read as we posted it/.test(words)) throw new WentThrough(`${what}: the answer was ${words}`);
      }
      await scene.settled();
      if ((await scene.stage('dns')).votes.length > 0) throw new WentThrough('a vote was kept');
      return `${Object.keys(EDITS).length} times ${words}`;
    },
  },
];
