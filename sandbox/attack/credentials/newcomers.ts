/** Who edits user groups puts somebody into one, where newcomers do not decide for a day. */
import { groupAges } from '#redis/group-ages.ts';
import { key } from '#redis/keys.ts';
import { groups, people } from '#sandbox/slack/seed.ts';
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Scene } from '../scene.ts';
import { told } from '../told.ts';

const credential = 'user-group editor';
const SECURITY = [people.boris, people.chitra, people.erin];
const PLATFORM = [people.alice, people.diego, people.boris];

export const newcomers: readonly Attempt[] = [
  {
    case: 'V-15',
    credential,
    when: 'asked',
    tried: 'somebody put into the approvers’ group just before the question is asked, who then votes',
    honest: ['reopened'],
    run: (scene) =>
      withDiegoNew(scene, async () => {
        const card = await scene.askedAnew('dns');
        const words = told(await scene.press('diego', card, 'approve'));
        await scene.settled();
        if ((await scene.stage('dns')).votes.length > 0) throw new WentThrough('the vote was kept');
        return words;
      }),
  },
  {
    case: 'V-15',
    credential,
    when: 'watching',
    tried: 'somebody put into the approvers’ group who then confirms the cut',
    run: (scene) =>
      withDiegoNew(scene, async () => {
        const cards = await scene.around.messages(scene.channel);
        const card = cards.findLast((message) => JSON.stringify(message).includes('"lockstep.confirm"'));
        if (!card) throw new Error('no card asks to confirm');
        await scene.press('diego', { ts: String(card.ts) }, 'confirm');
        await scene.settled();
        const { phase } = await scene.lockdown();
        if (phase !== 'watching') throw new WentThrough(`the lockdown is ${phase}`);
        const words = await lastTold(scene);
        if (!/less than 24 hours ago/.test(words)) throw new Error(`it was not confirmed for another reason: ${words}`);
        return `“${words}”`;
      }),
  },
];

/** With a day’s patience with newcomers, after the workers have seen the groups as they long were. */
async function withDiegoNew(scene: Scene, act: () => Promise<string>): Promise<string> {
  await scene.restart('worker', await scene.file('patient.yaml', { votes: { groupHours: 24 } }));
  try {
    await scene.around.setGroup(groups.platform, [people.alice, people.boris]);
    await groupsAreSeen(scene, { [groups.security]: SECURITY, [groups.platform]: [people.alice, people.boris] });
    await scene.around.setGroup(groups.security, [...SECURITY, people.diego]);
    return await act();
  } finally {
    await scene.around.setGroup(groups.security, SECURITY);
    await scene.around.setGroup(groups.platform, PLATFORM);
    await scene.restart('worker');
  }
}

/** As the sweep looks at them every ten minutes; what it saw in this run so far is the coming and going of the other attempts. */
async function groupsAreSeen({ redis }: Scene, seen: Readonly<Record<string, readonly string[]>>): Promise<void> {
  for (const [group, members] of Object.entries(seen)) {
    await redis.del(key.groupSeen(group));
    await groupAges(redis).newcomers(group, members, Date.now(), 0);
  }
}

async function lastTold(scene: Scene): Promise<string> {
  const { people: seen } = await scene.around.state();
  const said = seen.find(({ name }) => name === 'diego')?.ephemerals.at(-1) as { text?: string } | undefined;
  return said?.text ?? 'nothing was said';
}
