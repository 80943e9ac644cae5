/** One approver alone, with every right of an approver and two thumbs. */
import { type Attempt, WentThrough } from '../attempt.ts';
import { type Scene, YES } from '../scene.ts';
import { told } from '../told.ts';

const credential = 'an approver alone';
const OWN_VOTE = ['reopened', 'vote-cast'];

/** What one person did; the question must be open still, however many gestures it were. */
async function stillOpen(scene: Scene, saying: string): Promise<string> {
  await scene.settled();
  const { phase } = await scene.stage('dns');
  if (phase !== 'asking') throw new WentThrough(`the stage went on to ${phase}`);
  return saying;
}

export const approverAlone: readonly Attempt[] = [
  {
    case: 'V-01',
    credential,
    when: 'asked',
    tried: 'Approve twice, and ✅ and 👍 beside it',
    honest: OWN_VOTE,
    async run(scene) {
      const card = await scene.askedAnew('dns');
      for (const button of ['approve', 'approve']) await scene.press('boris', card, button);
      for (const name of ['white_check_mark', '+1']) await scene.as.boris.react(scene.channel, card.ts, name);
      return stillOpen(scene, 'counted as one person: the question waits for a second one');
    },
  },
  {
    case: 'V-02',
    credential,
    when: 'asked',
    tried: 'Approve with two Slack accounts of one person',
    honest: OWN_VOTE,
    async run(scene) {
      const card = await scene.askedAnew('dns');
      await scene.press('chitra', card, 'approve');
      await scene.press('erin', card, 'approve');
      return stillOpen(scene, 'counted as one person: the question waits for a second one');
    },
  },
  {
    case: 'V-04',
    credential,
    when: 'asked',
    tried: 'Approve by the person who asked for the lockdown',
    honest: ['reopened'],
    async run(scene) {
      const card = await scene.askedAnew('dns');
      return stillOpen(scene, told(await scene.press('alice', card, 'approve')));
    },
  },
  {
    case: 'V-11',
    credential,
    when: 'asked',
    tried: 'Approve on the card of a draft that was superseded, with the buttons it had',
    honest: ['reopened'],
    async run(scene) {
      const old = await scene.askedAnew('dns');
      await scene.askedAnew('dns');
      const text = JSON.stringify(old.blocks);
      // The product takes the buttons off an old card; who holds the bot token puts them on again.
      await scene.callSlack('chat.update', { channel: scene.channel, ts: old.ts, text: 'Approve', blocks: text });
      return stillOpen(scene, told(await scene.press('boris', old, 'approve')));
    },
  },
  {
    case: 'V-17',
    credential,
    when: 'asked',
    tried: 'Deny without a reason',
    honest: ['reopened'],
    async run(scene) {
      const card = await scene.askedAnew('dns');
      const { views } = await scene.press('boris', card, 'deny');
      const [view] = views.slice(-1);
      const seen = await scene.as.boris.submit(String(view?.id), { reason: { text: 'no' } });
      await scene.as.boris.closeView(String(view?.id));
      return stillOpen(scene, told(seen));
    },
  },
  {
    case: 'V-04',
    credential,
    when: 'asked to cut',
    tried: 'Approve the last stage by button and by reaction, and with another namespace’s name typed',
    async run(scene) {
      const card = await scene.asked('disable-discovery');
      await scene.as.boris.react(scene.channel, card.ts, 'white_check_mark');
      const { views } = await scene.as.boris.click(scene.channel, card.ts, 'lockstep.approve', YES);
      const [view] = views.slice(-1);
      const seen = await scene.as.boris.submit(String(view?.id), { namespace: { text: '/acme/another' } });
      await scene.as.boris.closeView(String(view?.id));
      return told(seen);
    },
  },
];
