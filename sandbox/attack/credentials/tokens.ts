/** Who has the bot token, the app token, or another app’s token of a person. */
import { WebSocket } from 'ws';
import { type Attempt, WentThrough } from '../attempt.ts';
import { type Card, type Scene, YES } from '../scene.ts';
import { told } from '../told.ts';

const HARMLESS = [{ type: 'section', text: { type: 'mrkdwn', text: 'Approve the lunch menu?' } }];

/** The buttons of a card under other words, or under none. */
function buttonsOf(card: Card): Card['blocks'] {
  return card.blocks.filter(({ type }) => type === 'actions');
}

async function noVote(scene: Scene, saying: string): Promise<string> {
  await scene.settled();
  const { votes } = await scene.stage('dns');
  if (votes.length > 0) throw new WentThrough(`a vote of ${votes.map(({ user }) => user).join(', ')} was kept`);
  return saying;
}

export const withBotToken: readonly Attempt[] = [
  {
    case: 'V-19',
    credential: 'bot token',
    when: 'asked',
    tried: 'another message with the same buttons, in the same channel, pressed by an approver',
    honest: ['reopened'],
    async run(scene) {
      const card = await scene.askedAnew('dns');
      const blocks = JSON.stringify([...HARMLESS, ...buttonsOf(card)]);
      const posted = await scene.callSlack('chat.postMessage', { channel: scene.channel, text: 'Lunch?', blocks });
      if (posted.ok !== true) throw new Error(`Slack did not take it: ${posted.error}`);
      const seen = await scene.as.boris.click(scene.channel, String(posted.ts), 'lockstep.approve', {
        confirmed: true,
      });
      return noVote(scene, told(seen));
    },
  },
  {
    case: 'V-06',
    credential: 'bot token',
    when: 'asked',
    tried: 'a reaction by the bot itself, and a press of a button, which no method has',
    async run(scene) {
      const card = await scene.asked('dns');
      const { channel } = scene;
      const answers = [
        await scene.callSlack('reactions.add', { channel, timestamp: card.ts, name: 'white_check_mark' }),
        await scene.callSlack('actions.press', { channel, ts: card.ts, action_id: 'lockstep.approve' }),
      ];
      if (answers.some(({ ok }) => ok === true)) await scene.settled();
      return noVote(scene, `Slack: ${answers.map(({ error = 'ok' }) => error).join(', ')}`);
    },
  },
];

export const withAppToken: readonly Attempt[] = [
  {
    case: 'X7',
    credential: 'app token',
    when: 'asked',
    tried:
      'a socket of the attacker’s own: clicks that it is handed are swallowed, and clicks of its own are sent upwards',
    honest: ['reopened', 'vote-cast'],
    async run(scene) {
      const card = await scene.askedAnew('dns');
      const response = await fetch(`${scene.slack.apiUrl}apps.connections.open`, {
        method: 'POST',
        headers: { authorization: `Bearer ${scene.slack.appToken}` },
      });
      const { url } = (await response.json()) as { url: string };
      const socket = new WebSocket(url);
      const stolen: string[] = [];
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.once('message', () => resolve());
      });
      socket.on('message', (data) => {
        const { envelope_id, payload, type } = JSON.parse(String(data)) as Record<string, unknown>;
        stolen.push(String(type));
        socket.send(JSON.stringify({ envelope_id }));
        // What it has seen, sent back as if another approver had pressed.
        socket.send(
          JSON.stringify({ type, payload: forged(payload), envelope_id: 'forged', accepts_response_payload: true }),
        );
      });
      try {
        for (let presses = 0; presses < 2; presses += 1)
          await scene.as.boris.click(scene.channel, card.ts, 'lockstep.approve', YES);
      } finally {
        socket.close();
      }
      await scene.settled();
      const { votes, phase } = await scene.stage('dns');
      if (phase !== 'asking' || votes.some(({ user }) => user !== 'U0BORIS001'))
        throw new WentThrough(`the stage is ${phase}, with votes of ${votes.map(({ user }) => user).join(', ')}`);
      return `${stolen.length} of two presses were swallowed, none was added: Slack takes nothing but answers from a socket`;
    },
  },
  {
    case: 'X7',
    credential: 'app token',
    when: 'asked',
    tried: 'a card posted, edited and read with it',
    async run(scene) {
      const words: string[] = [];
      for (const method of ['chat.postMessage', 'chat.update', 'users.info', 'conversations.info']) {
        const response = await fetch(`${scene.slack.apiUrl}${method}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${scene.slack.appToken}` },
          body: new URLSearchParams({ channel: scene.channel, text: 'x', user: 'U0BORIS001', ts: '1.2' }),
        });
        const { ok, error } = (await response.json()) as { ok: boolean; error?: string };
        if (ok) throw new WentThrough(`${method} was carried out`);
        words.push(String(error));
      }
      return `Slack: ${[...new Set(words)].join(', ')}`;
    },
  },
];

function forged(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null) return payload;
  return { ...payload, user: { id: 'U0CHITRA01', team_id: 'T0ACME0001' } };
}

/** With somebody’s user token another app can react in that person’s name, and press nothing. */
export const withUserToken: readonly Attempt[] = [
  {
    case: 'V-06',
    credential: 'another app’s user token',
    when: 'asked',
    tried: '✅ in an approver’s name, taken off again before the second approver has voted',
    honest: ['reopened', 'vote-cast', 'vote-withdrawn'],
    async run(scene) {
      const card = await scene.askedAnew('dns');
      await scene.as.chitra.react(scene.channel, card.ts, 'white_check_mark');
      await scene.settled();
      await scene.as.chitra.unreact(scene.channel, card.ts, 'white_check_mark');
      await scene.settled();
      await scene.press('boris', card, 'approve');
      await scene.settled();
      const { phase } = await scene.stage('dns');
      if (phase !== 'asking') throw new WentThrough(`the stage went on to ${phase}`);
      return 'the vote went with the reaction: the question waits for a second person';
    },
  },
  {
    case: 'V-06',
    credential: 'another app’s user token',
    when: 'asked to cut',
    tried: '✅ in the names of two approvers on the stage that cuts',
    // Taking off a reaction that was never kept as a vote is a fact, and changes nothing.
    honest: ['vote-withdrawn'],
    async run(scene) {
      const card = await scene.asked('disable-discovery');
      for (const who of ['boris', 'chitra'] as const) {
        await scene.as[who].react(scene.channel, card.ts, 'white_check_mark');
        await scene.settled();
        await scene.as[who].unreact(scene.channel, card.ts, 'white_check_mark');
      }
      const { votes } = await scene.stage('disable-discovery');
      if (votes.length > 0) throw new WentThrough('a reaction was kept as a vote');
      const { people } = await scene.around.state();
      const said = people.find(({ name }) => name === 'boris')?.ephemerals.at(-1) as { text?: string } | undefined;
      return `“${said?.text ?? 'nothing was said'}”`;
    },
  },
];
