/** Signed requests: of now, once, and answered like those of a socket. */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { app } from '#sandbox/slack/seed.ts';
import { encodeButton, encodeModal, modalId } from '#slack/action-ids.ts';
import { sealValues } from '#slack/actions.ts';
import { slackClient } from '#slack/client.ts';
import { directory } from '#slack/directory.ts';
import { strangeAnswerAddress } from '#slack/known-to-slack.ts';
import { poster } from '#slack/post.ts';
import { reactionAdded } from '#slack/reactions.ts';
import { seal } from '#slack/receipt.ts';
import { askedInSlack } from '../support/asked-in-slack.ts';
import { ALICE, anAsk, aVote, BORIS, CHANNEL, CHITRA, HOUR, inStage, NAMESPACE } from '../support/slack-lockdowns.ts';
import { aReceiptKey, type SlackProcess, slackProcess } from '../support/slack-process.ts';

let house: SlackProcess | undefined;
afterEach(async () => {
  await house?.stop();
  house = undefined;
});

async function overHttp() {
  const port = await freePort();
  house = await slackProcess({
    settings: { slack: { mode: 'http', host: '127.0.0.1', port } },
    sandbox: { eventsUrl: `http://127.0.0.1:${port}/slack/events` },
  });
  return { house, url: `http://127.0.0.1:${port}/slack/events` };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function signed(body: string, secret: string, at = Date.now()) {
  const stamp = Math.floor(at / 1000);
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex')}`;
  return {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(stamp),
      'x-slack-signature': signature,
    },
  };
}

const command = new URLSearchParams({
  command: '/lockdown',
  text: 'help',
  user_id: ALICE,
  team_id: 'T0ACME0001',
  channel_id: CHANNEL,
  trigger_id: '1.2.3',
}).toString();

test('a command works over HTTP as it does over a socket', async () => {
  const { house } = await overHttp();
  const seen = await house.as(ALICE).command(CHANNEL, `/lockdown start ${NAMESPACE}`);
  expect(seen.warning).toBeUndefined();
  expect(house.memory.opened()).toHaveLength(1);
});

test('what was meant for another app is not acted on, however well it is signed', async () => {
  const { house, url } = await overHttp();
  const secret = house.slack.signingSecret;
  const start = command.replace('help', encodeURIComponent(`start ${NAMESPACE}`));
  const acked = await Promise.race([
    fetch(url, signed(`${start}&api_app_id=A0LOOKSLIKE`, secret)).then(({ status }) => status),
    vi.waitFor(() => expect(house.lines).toContainEqual(expect.stringContaining('another app (A0LOOKSLIKE)')), 10_000),
  ]);
  expect(acked).not.toBe(200);
  expect(house.memory.left).toEqual([]);
});

test('a replayed request, one from another time and one that nobody signed are refused', async () => {
  const { house, url } = await overHttp();
  const secret = house.slack.signingSecret;
  const request = signed(command, secret);
  expect((await fetch(url, request)).status).toBe(200);
  expect((await fetch(url, request)).status).toBe(401);
  expect((await fetch(url, signed(command, secret, Date.now() + 310_000))).status).toBe(401);
  expect((await fetch(url, signed(command, secret, Date.now() - 310_000))).status).toBe(401);
  expect((await fetch(url, signed(`${command}&x=1`, 'another secret'))).status).toBe(401);
  expect((await fetch(url, { method: 'POST', body: command })).status).toBe(401);
  expect((await fetch(url.replace('events', 'other'), signed(`${command}&y=1`, secret))).status).toBe(404);
  expect(house.lines).toContainEqual(expect.stringContaining('came a second time'));
});

test('who holds the signing secret cannot vote to end discovery mode without a modal that Slack opened', async () => {
  const { house, url } = await overHttp();
  const ask = anAsk({ cuts: true, askedAt: Date.now(), expiresAt: Date.now() + HOUR });
  const lockdown = inStage('disable-discovery', { phase: 'asking', ask });
  house.memory.keep(lockdown);
  const about = {
    lockdown: lockdown.id,
    stage: 'disable-discovery',
    nonce: ask.nonce,
    channel: CHANNEL,
    thread: '1.2',
  } as const;
  const forgedSeal = seal(sealValues('V123', BORIS, { ...about, openedAt: 1 }), aReceiptKey());
  const payload = {
    type: 'view_submission',
    team: { id: 'T0ACME0001' },
    user: { id: BORIS, team_id: 'T0ACME0001' },
    api_app_id: 'A0LOCKSTEP',
    view: {
      id: 'V123',
      type: 'modal',
      callback_id: modalId('confirm-disable'),
      private_metadata: encodeModal({ ...about, openedAt: 1, seal: forgedSeal }),
      state: { values: { namespace: { text: { type: 'plain_text_input', value: NAMESPACE } } } },
    },
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const response = await fetch(url, signed(body, house.slack.signingSecret));
  expect(await response.text()).toContain('not opened by the card');
  expect(house.memory.left).toEqual([]);
  expect(house.lines).toContainEqual(expect.stringContaining('never opened for'));
});

/** The approval card of dns, posted; and a click on it as Slack would send it, made by somebody else. */
async function askedOverHttp() {
  const { house, url } = await overHttp();
  const { lockdown, ask, card, message } = await askedInSlack(house, 'dns');
  const { ts } = card;
  const button = encodeButton('approve', { lockdown: lockdown.id, stage: 'dns', nonce: ask.nonce });
  const forged = (more: Record<string, unknown> = {}) =>
    new URLSearchParams({
      payload: JSON.stringify({
        type: 'block_actions',
        team: { id: 'T0ACME0001' },
        user: { id: BORIS, team_id: 'T0ACME0001' },
        api_app_id: 'A0LOCKSTEP',
        trigger_id: '1.2.forged',
        container: { type: 'message', message_ts: ts, channel_id: CHANNEL },
        channel: { id: CHANNEL },
        message: { type: 'message', ts, blocks: message.blocks },
        actions: [{ type: 'button', block_id: 'votes', action_ts: '1.3', ...button }],
        ...more,
      }),
    }).toString();
  const send = (body: string) => fetch(url, signed(body, house.slack.signingSecret));
  return { house, url, ts, lockdown, ask, forged, send };
}

test('over HTTP an approver’s click is a vote, because Slack opens a modal for it', async () => {
  const { house, ts } = await askedOverHttp();
  await house.as(BORIS).click(CHANNEL, ts, 'lockstep.approve');
  expect(house.memory.requests().map(({ wish, user }) => [user, wish.verb])).toEqual([[BORIS, 'vote']]);
});

test('who holds the signing secret cannot click in an approver’s name, not even on a stage that only allows', async () => {
  const { house, forged, send } = await askedOverHttp();
  await send(forged());
  await vi.waitFor(() => expect(house.lines).toContainEqual(expect.stringContaining('Slack opens no modal for it')));
  expect(house.memory.left).toEqual([]);
});

test('who holds the signing secret cannot deny, end a lockdown, or start one in somebody’s name', async () => {
  const { house, lockdown, ask, send } = await askedOverHttp();
  const state = { lockdown: lockdown.id, stage: 'dns', nonce: ask.nonce, channel: CHANNEL, thread: '1.2' } as const;
  const values = { reason: { text: { type: 'plain_text_input', value: 'a reason that is long enough' } } };
  const denial = {
    type: 'view_submission',
    team: { id: 'T0ACME0001' },
    user: { id: BORIS, team_id: 'T0ACME0001' },
    view: {
      id: 'V1',
      type: 'modal',
      callback_id: modalId('deny'),
      private_metadata: encodeModal(state),
      state: { values },
    },
  };
  const answer = await send(new URLSearchParams({ payload: JSON.stringify(denial) }).toString());
  expect(await answer.text()).toContain('not opened by the card');
  for (const text of [`cancel ${NAMESPACE} --keep`, `start ${NAMESPACE}`])
    await send(command.replace('text=help', new URLSearchParams({ text }).toString()));
  await vi.waitFor(() =>
    expect(house.lines.filter((line) => line.includes('Slack opens no modal for it'))).toHaveLength(2),
  );
  expect(house.memory.left).toEqual([]);
});

/** An event of a reaction on the card as Slack would send it, made by somebody else. */
function forgedReaction(house: SlackProcess, ts: string, type: 'reaction_added' | 'reaction_removed', name: string) {
  const event_ts = `${Date.now() / 1000}`;
  const item = { type: 'message', channel: CHANNEL, ts };
  const body = JSON.stringify({
    team_id: 'T0ACME0001',
    api_app_id: 'A0LOCKSTEP',
    type: 'event_callback',
    event_id: `Ev${type}${name}`,
    authorizations: [{ enterprise_id: null, team_id: 'T0ACME0001', user_id: 'U0LOCKSTEP', is_bot: true }],
    event: { type, user: BORIS, reaction: name, item, item_user: 'U0LOCKSTEP', event_ts },
  });
  const request = signed(body, house.slack.signingSecret);
  return { ...request, headers: { ...request.headers, 'content-type': 'application/json' } };
}

const unlikeSlack = (house: SlackProcess) => house.lines.filter((line) => line.includes('Slack shows otherwise'));

test.each([
  ['deny', 'reaction_added', 'x', []],
  ['vote', 'reaction_added', 'white_check_mark', []],
  ['withdraw a vote', 'reaction_removed', 'white_check_mark', ['white_check_mark']],
  ['withdraw a vote by another emoji', 'reaction_removed', '+1', ['white_check_mark']],
  ['vote in the name of who says no', 'reaction_added', 'white_check_mark', ['x']],
] as const)('who holds the signing secret cannot %s by an event of a reaction', async (_, type, name, reacted) => {
  const { house, url, ts, ask } = await askedOverHttp();
  for (const each of reacted) await house.as(BORIS).react(CHANNEL, ts, each);
  await vi.waitFor(() => expect(house.memory.left).toHaveLength(reacted.length), 10_000);
  const votes = [aVote(BORIS, { gesture: 'reaction', digest: ask.digest })];
  if (type === 'reaction_removed') house.memory.keep(inStage('dns', { phase: 'asking', ask, votes }));
  expect((await fetch(url, forgedReaction(house, ts, type, name))).status).toBe(200);
  await vi.waitFor(() => expect(unlikeSlack(house)).toHaveLength(1), 10_000);
  expect(house.memory.left).toHaveLength(reacted.length);
});

test('over HTTP a reaction is a vote, and taken off it is withdrawn, as Slack shows it', async () => {
  const { house, ts, ask } = await askedOverHttp();
  await house.as(BORIS).react(CHANNEL, ts, '+1');
  await vi.waitFor(() => expect(house.memory.requests()).toHaveLength(1), 10_000);
  house.memory.keep(
    inStage('dns', { phase: 'asking', ask, votes: [aVote(BORIS, { gesture: 'reaction', digest: ask.digest })] }),
  );
  await house.as(BORIS).unreact(CHANNEL, ts, '+1');
  await vi.waitFor(() => expect(house.memory.requests()).toHaveLength(2), 10_000);
  expect(house.memory.requests().map(({ wish, user }) => [user, wish.verb])).toEqual([
    [BORIS, 'vote'],
    [BORIS, 'withdraw-vote'],
  ]);
  expect(unlikeSlack(house)).toEqual([]);
});

test('who holds the signing secret cannot have it told that somebody who never voted withdrew their vote', async () => {
  const { house, url, ts } = await askedOverHttp();
  expect((await fetch(url, forgedReaction(house, ts, 'reaction_removed', 'white_check_mark'))).status).toBe(200);
  // Heard after it, so that by then the forged one has been dealt with.
  await house.as(CHITRA).react(CHANNEL, ts, '+1');
  await vi.waitFor(() => expect(house.memory.left.length).toBeGreaterThan(0), 10_000);
  expect(house.memory.requests().map(({ wish, user }) => [user, wish.verb])).toEqual([[CHITRA, 'vote']]);
});

test('while Slack does not say what is on a card, no event about it is believed', async () => {
  const { house, ts } = await askedOverHttp();
  await house.around.fault({ method: 'reactions.get', error: 'fatal_error', count: 1 });
  await house.as(BORIS).react(CHANNEL, ts, '+1');
  await vi.waitFor(
    () => expect(house.lines).toContainEqual(expect.stringMatching(/reaction_added.*fatal_error/)),
    10_000,
  );
  expect(house.memory.left).toEqual([]);
});

test.each([
  'https://attacker.example/collect',
  'http://hooks.slack.com/commands/1',
  'https://hooks.slack.com.attacker.example/',
  'https://hooks.slack.com@attacker.example/',
  'file:///etc/passwd',
  'not an address',
])('an answer that is to go to %s goes nowhere', (address) => {
  expect(strangeAnswerAddress({ response_url: address }, undefined)).toBe(address);
  expect(strangeAnswerAddress({ response_urls: [{ response_url: address }] }, undefined)).toBe(address);
  expect(strangeAnswerAddress({ response_url: address }, 'https://slack.example/api/')).toBe(address);
});

test('an answer goes to Slack, and to the Slack that is configured', () => {
  expect(strangeAnswerAddress({ response_url: 'https://hooks.slack.com/commands/T1/2' }, undefined)).toBeUndefined();
  expect(
    strangeAnswerAddress({ response_url: 'https://slack.example/r/1' }, 'https://slack.example/api/'),
  ).toBeUndefined();
  expect(strangeAnswerAddress({ type: 'view_submission', response_urls: [] }, undefined)).toBeUndefined();
});

test('a forged command gets no answer sent to a server of its choice', async () => {
  const { house, send } = await askedOverHttp();
  const response_url = 'http://127.0.0.1:1/collect';
  await send(`${command}&${new URLSearchParams({ response_url })}`);
  expect(house.lines).toContainEqual(expect.stringContaining('an address that is not Slack’s'));
});

test('a reaction in a skin tone is the same reaction, and a bot’s is none', async () => {
  house = await slackProcess();
  const { deps, memory, slack } = house;
  const { ts } = (await askedInSlack(house, 'dns')).card;
  const client = slackClient(slack.botToken, { slackApiUrl: slack.apiUrl });
  const { journal, secrets } = deps;
  if (!secrets.receiptKey) throw new Error('no key');
  const household = {
    ...deps,
    client,
    botId: app.botId,
    receiptKey: secrets.receiptKey,
    channelNow: async () => ({ mayWrite: true }),
    directory: directory({ client, journal, team: 'T0ACME0001', now: Date.now }),
    post: poster({ client, cards: memory.cards, journal }),
  };
  const by = (user: string) => ({
    user,
    person: user,
    team: 'T0ACME0001',
    channel: CHANNEL,
    gesture: `reacted ${user}`,
  });
  expect(await reactionAdded(household, { actor: by('U0LOCKSTEP'), name: '+1', ts })).toBeUndefined();
  await reactionAdded(household, { actor: by(BORIS), name: '+1::skin-tone-4', ts });
  expect(memory.requests().map(({ wish, user }) => [user, wish.verb])).toEqual([[BORIS, 'vote']]);
});
