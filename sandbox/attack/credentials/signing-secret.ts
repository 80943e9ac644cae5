/** Who holds the signing secret of HTTP mode can sign whatever Slack could have sent. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { app, groups, people, team } from '#sandbox/slack/seed.ts';
import { encodeModal, INPUTS, modalId } from '#slack/action-ids.ts';
import { type Attempt, WentThrough } from '../attempt.ts';
import { click, command, reaction, type Signed, signed, submission } from '../forging.ts';
import type { Scene } from '../scene.ts';
import { CHANNEL } from '../target.ts';

const credential = 'signing secret';

const HELP = command({ text: 'help', user_id: people.alice, user_name: 'alice' });

async function send({ httpUrl }: Pick<Scene, 'httpUrl'>, request: Signed): Promise<{ status: number; text: string }> {
  const response = await fetch(httpUrl, request);
  return { status: response.status, text: await response.text() };
}

const NO_MODAL = /Slack opens no modal for it/;

/** These people press a button, all by forged requests; their votes must not be there afterwards. */
async function forgedClicks(
  scene: Scene,
  users: readonly string[],
  stoppedBy = NO_MODAL,
  change: Record<string, unknown> = {},
) {
  const card = await scene.askedAnew('dns');
  const heard = scene.listening();
  for (const user of users)
    await send(scene, signed(click({ user }, card, 'approve', change), scene.slack.signingSecret));
  await scene.settled();
  const { votes } = await scene.stage('dns');
  if (votes.length > 0) throw new WentThrough(`${votes.length} forged votes were kept`);
  return heard(stoppedBy);
}

const REOPENED = ['reopened'];

export const withSigningSecret: readonly Attempt[] = [
  {
    case: 'V-09',
    credential,
    when: 'asked',
    tried: 'the same signed request, byte by byte, a second time',
    async run(scene) {
      const request = signed(HELP, scene.slack.signingSecret);
      const [first, second] = [await send(scene, request), await send(scene, request)];
      if (first.status !== 200) throw new Error(`the first was answered with ${first.status}`);
      if (second.status === 200) throw new WentThrough('it was answered with 200 again');
      return `answered with ${second.status}`;
    },
  },
  ...[-301, 305].map(
    (skew): Attempt => ({
      case: 'V-09',
      credential,
      when: 'asked',
      tried: `a signed request whose stamp is ${Math.abs(skew)} s in the ${skew < 0 ? 'past' : 'future'}`,
      async run(scene) {
        const { status } = await send(scene, signed(HELP, scene.slack.signingSecret, skew));
        if (status === 200) throw new WentThrough('it was answered with 200');
        return `answered with ${status}`;
      },
    }),
  ),
  {
    case: 'V-09',
    credential,
    when: 'asked',
    tried: 'a request that is signed with another secret, and one that is not signed at all',
    async run(scene) {
      const other = await send(scene, signed(HELP, 'another-secret'));
      const none = await send(scene, { ...signed(HELP, 'x'), headers: { 'content-type': 'application/json' } });
      if (other.status === 200 || none.status === 200) throw new WentThrough('it was answered with 200');
      return `answered with ${other.status} and ${none.status}`;
    },
  },
  {
    case: 'V-08',
    credential,
    when: 'asked',
    tried: 'forged clicks on Approve by two approvers, without a click that Slack knows of',
    honest: REOPENED,
    run: (scene) => forgedClicks(scene, [people.boris, people.chitra]),
  },
  {
    case: 'V-06',
    credential,
    when: 'asked',
    tried: 'forged events of ✅ and ❌ by two approvers, without a reaction on the card',
    honest: REOPENED,
    async run(scene) {
      const card = await scene.askedAnew('dns');
      const heard = scene.listening();
      for (const user of [people.boris, people.chitra])
        for (const name of ['white_check_mark', 'x'])
          await send(scene, signed(reaction(user, card, name), scene.slack.signingSecret));
      await scene.settled();
      const { phase, votes } = await scene.stage('dns');
      if (phase !== 'asking' || votes.length > 0) throw new WentThrough(`${votes.length} votes were kept (${phase})`);
      return heard(/Slack shows otherwise/);
    },
  },
  {
    case: 'V-06',
    credential,
    when: 'asked',
    tried: 'a forged event that an approver’s ✅ was taken off, while it is on the card',
    honest: [...REOPENED, 'vote-cast'],
    async run(scene) {
      const card = await scene.askedAnew('dns');
      await scene.as.chitra.react(scene.channel, card.ts, 'white_check_mark');
      await scene.settled();
      const heard = scene.listening();
      for (const name of ['white_check_mark', '+1'])
        await send(scene, signed(reaction(people.chitra, card, name, 'reaction_removed'), scene.slack.signingSecret));
      await scene.settled();
      const { votes } = await scene.stage('dns');
      if (votes.length !== 1) throw new WentThrough(`${votes.length} votes are left of one`);
      return heard(/Slack shows otherwise/);
    },
  },
  {
    case: 'V-03',
    credential,
    when: 'asked',
    tried: 'a guest’s command that names an approver as its user_name, in its text and as a mention',
    async run(scene) {
      const heard = scene.listening();
      const text = `next ${scene.namespace}`;
      for (const words of [text, `${text} <@${people.alice}>`])
        await send(
          scene,
          signed(command({ text: words, user_id: people.gus, user_name: 'alice' }), scene.slack.signingSecret),
        );
      await scene.settled();
      return heard(NO_MODAL);
    },
  },
  {
    case: 'V-07',
    credential,
    when: 'asked',
    tried:
      'Approve pressed in the names of a guest, a stranger, a deactivated account, the bot and nobody, all of them approvers',
    honest: REOPENED,
    async run(scene) {
      const nobody = [people.gus, people.stranger, people.lena, app.botUser, 'U0NOBODY001'];
      await scene.around.setGroup(groups.security, [people.boris, people.chitra, people.erin, ...nobody]);
      try {
        return await forgedClicks(scene, nobody);
      } finally {
        await scene.around.setGroup(groups.security, [people.boris, people.chitra, people.erin]);
      }
    },
  },
  {
    case: 'V-19',
    credential,
    when: 'asked',
    tried: 'clicks that carry another app’s id, another workspace’s id, another channel',
    honest: REOPENED,
    async run(scene) {
      const seen = [
        await forgedClicks(scene, [people.boris], /another app \(A0LOOKALIKE\)/, { api_app_id: 'A0LOOKALIKE' }),
        await forgedClicks(scene, [people.boris], NO_MODAL, { team: { id: 'T0OTHER001', domain: team.domain } }),
        await forgedClicks(scene, [people.boris], /a message that is no card of it/, {
          container: { type: 'message', message_ts: '1700000000.000100', channel_id: 'C0GENERAL01' },
        }),
      ];
      return [...new Set(seen)].join('; ');
    },
  },
  {
    case: 'R-13',
    credential,
    when: 'asked',
    tried: 'a forged command whose answer is to be sent to a server of the attacker’s',
    async run(scene) {
      const got: string[] = [];
      const server = createServer((request, response) => {
        got.push(String(request.url));
        response.end('ok');
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      try {
        const text = `flows ${scene.namespace}`;
        const response_url = `http://127.0.0.1:${port}/collect`;
        const body = command({ text, user_id: people.alice, user_name: 'alice', response_url });
        await send(scene, signed(body, scene.slack.signingSecret));
        await scene.settled();
      } finally {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
      if (got.length > 0) throw new WentThrough('the answer was sent to the attacker’s server');
      return 'no request came to the attacker’s server';
    },
  },
  {
    case: 'V-08',
    credential,
    when: 'asked to cut',
    tried: 'a forged click on the last stage, and the modal with the namespace’s name, submitted by two approvers',
    async run(scene) {
      const card = await scene.asked('disable-discovery');
      const { id } = await scene.lockdown();
      const heard = scene.listening();
      const answers: string[] = [];
      for (const user of [people.boris, people.chitra]) {
        await send(scene, signed(click({ user }, card, 'approve'), scene.slack.signingSecret));
        const state = { lockdown: id, stage: 'disable-discovery', nonce: card.ask.nonce, channel: CHANNEL } as const;
        const { block_id, action_id } = INPUTS.namespace;
        const view = {
          callback_id: modalId('confirm-disable'),
          private_metadata: encodeModal({ ...state, thread: card.ts, openedAt: Date.now() - 60_000, seal: 'forged' }),
          state: { values: { [block_id]: { [action_id]: { type: 'plain_text_input', value: scene.namespace } } } },
        };
        const { text } = await send(scene, signed(submission(user, view), scene.slack.signingSecret));
        answers.push(text);
      }
      await scene.settled();
      const { votes } = await scene.stage('disable-discovery');
      if (votes.length > 0) throw new WentThrough(`${votes.length} forged votes were kept`);
      return `${heard(/never opened for/)}; answered with ${answers.at(-1)}`;
    },
  },
];
