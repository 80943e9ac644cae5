/** One ordinary member of the workspace, a guest and a stranger, with Slack open before them; and who edits user groups. */
import { groups, people } from '#sandbox/slack/seed.ts';
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Scene } from '../scene.ts';
import { told } from '../told.ts';

const credential = 'one member’s Slack session';

const HOSTILE =
  '<!channel> <@U0BORIS001> [approve](https://evil.example) *bold* \u202egnp.exe\u200b <https://evil.example|Approve>';

/** While somebody else does something, Diego is in none of the groups. */
async function withDiegoOutside<Result>(scene: Scene, act: () => Promise<Result>): Promise<Result> {
  await scene.around.setGroup(groups.platform, [people.alice, people.boris]);
  try {
    return await act();
  } finally {
    await scene.around.setGroup(groups.platform, [people.alice, people.diego, people.boris]);
  }
}

/** While somebody does something who is in the security group then, beside those who always are. */
async function withApprover<Result>(
  scene: Scene,
  who: keyof typeof people,
  act: () => Promise<Result>,
): Promise<Result> {
  await scene.around.setGroup(groups.security, [people.boris, people.chitra, people.erin, people[who]]);
  try {
    return await act();
  } finally {
    await scene.around.setGroup(groups.security, [people.boris, people.chitra, people.erin]);
  }
}

export const oneMember: readonly Attempt[] = [
  {
    case: 'V-18',
    credential,
    when: 'asked',
    tried: 'every command and every button of the card, without being among requesters or approvers',
    honest: ['reopened'],
    run: (scene) =>
      withDiegoOutside(scene, async () => {
        const { namespace } = scene;
        const words: string[] = [];
        const commands = ['next', 'pause', 'cancel', 'undo', 'reopen'].map((verb) =>
          ['undo', 'reopen'].includes(verb) ? `${verb} ${namespace} dns` : `${verb} ${namespace}`,
        );
        for (const command of [...commands, `release ${namespace} because I say so`, `start ${namespace}`])
          words.push(told(await scene.command('diego', command)));
        const card = await scene.askedAnew('dns');
        for (const button of ['approve', 'deny']) words.push(told(await scene.press('diego', card, button)));
        return `${words.length} refusals, the last ${words.at(-1)}`;
      }),
  },
  ...(
    [
      ['gus', 'a guest', /Guests of this workspace decide nothing/],
      ['stranger', 'somebody of another workspace, in a shared channel', /your account belongs to another one/],
    ] as const
  ).map(
    ([who, described, rule]): Attempt => ({
      case: 'V-07',
      credential,
      when: 'asked',
      tried: `Approve, ✅ and /lockdown next by ${described}, who is in the approvers’ group`,
      honest: ['reopened'],
      run: (scene) =>
        withApprover(scene, who, async () => {
          const card = await scene.askedAnew('dns');
          const pressed = told(await scene.press(who, card, 'approve'));
          // Stopped for another reason, the rule would not have been tried.
          if (!rule.test(pressed)) throw new Error(`the answer was ${pressed}`);
          const typed = told(await scene.command(who, `next ${scene.namespace}`));
          await scene.as[who].react(scene.channel, card.ts, 'white_check_mark');
          await scene.settled();
          const { votes } = await scene.stage('dns');
          if (votes.length > 0) throw new WentThrough('the vote was kept');
          return `${pressed} ${typed}`;
        }),
    }),
  ),
  {
    case: 'V-07',
    credential,
    when: 'asked',
    tried: 'Approve by an approver whose account is deactivated before the second approver votes',
    honest: ['reopened', 'vote-cast'],
    async run(scene) {
      await scene.around.setPerson(people.lena, { deleted: false });
      try {
        return await withApprover(scene, 'lena', async () => {
          await scene.around.join(scene.channel, people.lena);
          const card = await scene.askedAnew('dns');
          await scene.press('lena', card, 'approve');
          await scene.settled();
          const { votes } = await scene.stage('dns');
          if (votes.length !== 1) throw new Error('the vote of somebody who is a member still was not kept');
          await scene.around.setPerson(people.lena, { deleted: true });
          await scene.press('boris', card, 'approve');
          await scene.settled();
          await scene.asked('dns');
          return 'counted again just before writing, the vote had fallen away; the stage is asked about anew';
        });
      } finally {
        await scene.around.setPerson(people.lena, { deleted: true });
      }
    },
  },
  {
    case: 'V-19',
    credential,
    when: 'asked',
    tried: 'commands typed in another channel by somebody who may use them',
    async run(scene) {
      const words: string[] = [];
      for (const verb of ['pause', 'cancel', 'next'])
        words.push(told(await scene.command('alice', `${verb} ${scene.namespace}`, 'C0GENERAL01')));
      return words.at(-1) ?? '';
    },
  },
  {
    case: 'L-15',
    credential,
    when: 'asked',
    tried: 'mentions, links, Markdown and turning letters as a namespace, and as the reason of a denial',
    honest: ['reopened', 'vote-cast'],
    async run(scene) {
      await scene.as.diego.command(scene.channel, `/lockdown status ${HOSTILE}`);
      await scene.as.diego.command(scene.channel, `/lockdown ${HOSTILE}`);
      const card = await scene.askedAnew('dns');
      const { views } = await scene.press('diego', card, 'deny');
      const [view] = views.slice(-1);
      await scene.as.diego.submit(String(view?.id), { reason: { text: HOSTILE } });
      await scene.settled();
      const { people: seen } = await scene.around.state();
      const messages = await scene.around.messages(scene.channel);
      const ephemerals = seen.flatMap((person) => person.ephemerals);
      const parsed = [...messages, ...ephemerals].flatMap(parsedTexts);
      const bad = parsed.filter((text) =>
        /<!channel>|<@U0BORIS001>|<https:\/\/evil|\]\(https:\/\/evil|[\u202e\u200b]/.test(text),
      );
      if (bad.length > 0) throw new WentThrough(`Slack would parse: ${bad[0]}`);
      await scene.askedAnew('dns');
      return `${parsed.length} texts that Slack parses hold none of it as it was written`;
    },
  },
];

/** What Slack parses: the text beside the blocks, and every element of the kind mrkdwn. */
function parsedTexts(message: Readonly<Record<string, unknown>>): string[] {
  const found: string[] = [String(message.text ?? '')];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('type' in value && value.type === 'mrkdwn' && 'text' in value) found.push(String(value.text));
    Object.values(value).forEach(walk);
  };
  walk(message.blocks);
  return found;
}

export const groupEditor: readonly Attempt[] = [
  {
    case: 'V-15',
    credential: 'user-group editor',
    when: 'asked',
    tried: 'somebody put into the approvers’ group after the question was asked, who then votes',
    honest: ['reopened'],
    async run(scene) {
      const card = await withDiegoOutside(scene, () => scene.askedAnew('dns'));
      return withApprover(scene, 'diego', async () => {
        const words = told(await scene.press('diego', card, 'approve'));
        const { votes } = await scene.stage('dns');
        if (votes.length > 0) throw new WentThrough('the vote was kept');
        return words;
      });
    },
  },
  {
    case: 'V-15',
    credential: 'user-group editor',
    when: 'asked',
    tried: 'an approver taken out of the group after having voted, and the second approver’s vote',
    honest: ['reopened', 'vote-cast'],
    async run(scene) {
      const card = await scene.askedAnew('dns');
      await scene.press('chitra', card, 'approve');
      await scene.settled();
      await scene.around.setGroup(groups.security, [people.boris]);
      try {
        await scene.press('boris', card, 'approve');
        await scene.settled();
      } finally {
        await scene.around.setGroup(groups.security, [people.boris, people.chitra, people.erin]);
      }
      await scene.asked('dns');
      return 'counted again just before writing, the vote had fallen away; the stage is asked about anew';
    },
  },
];
