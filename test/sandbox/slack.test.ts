/** A real Bolt app in Socket Mode against the sandbox's Slack: people command, click, react, submit; the app answers. */
import type { App, BlockButtonAction } from '@slack/bolt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aroundSlack, asPerson } from '#sandbox/slack/people.ts';
import { channels, people } from '#sandbox/slack/seed.ts';
import { type RunningSlack, startSlack } from '#sandbox/slack/start.ts';
import { boltApp } from './slack-bolt.ts';

let slack: RunningSlack;
let app: App;
const alice = () => asPerson(slack.url, people.alice);
const around = () => aroundSlack(slack.url);
const lockdowns = channels.lockdowns;

beforeEach(async () => {
  slack = await startSlack({ patience: { ackMs: 500, retryDelaysMs: [50, 100, 150] } });
  app = boltApp(slack);
});

afterEach(async () => {
  await app.stop();
  await slack.stop();
});

async function post(blocks: unknown[] = []) {
  const posted = await app.client.chat.postMessage({ channel: lockdowns, text: 'A card', blocks: blocks as never });
  return posted.ts as string;
}

const approve = {
  type: 'actions',
  block_id: 'decide',
  elements: [
    {
      type: 'button',
      action_id: 'approve',
      style: 'primary',
      text: { type: 'plain_text', text: 'Approve' },
      value: 'ld-1',
    },
  ],
};

test('a person who types a command gets the answer that only they can see', async () => {
  app.command('/lockdown', async ({ ack, respond, command }) => {
    await ack();
    await respond(`Looking at ${command.text} for ${command.user_name}`);
  });
  await app.start();

  const seen = await alice().command('lockdowns', '/lockdown start /acme/shop with @boris and @security in #general');

  expect(seen.acked).toBe(true);
  expect(seen.ephemerals.map(({ text }) => text)).toEqual([
    'Looking at start /acme/shop with <@U0BORIS001|boris> and <!subteam^S0SECURITY1|@security> in <#C0GENERAL01|general> for alice',
  ]);
  const state = await around().state();
  expect(state.people.find(({ id }) => id === people.boris)?.ephemerals).toEqual([]);
});

test('an answer inside the acknowledgement is shown, to one person or to the channel', async () => {
  app.command('/quiet', ({ ack }) => ack('only you'));
  app.command('/loud', ({ ack }) => ack({ response_type: 'in_channel', text: 'everybody' }));
  await app.start();

  expect((await alice().command('lockdowns', '/quiet')).ephemerals[0]?.text).toBe('only you');
  expect((await alice().command('lockdowns', '/loud')).messages[0]?.text).toBe('everybody');
});

test('a command that is not acknowledged in time tells the person that the app did not respond', async () => {
  app.command('/lockdown', async () => {});
  await app.start();

  const seen = await alice().command('lockdowns', '/lockdown status');

  expect(seen.acked).toBe(false);
  expect(seen.warning).toBe("/lockdown failed because Lockstep didn't respond. (operation_timeout)");
  expect(seen.ephemerals.map(({ text }) => text)).toEqual([seen.warning]);
});

test('a command while no app is connected fails at once', async () => {
  const seen = await alice().command('lockdowns', '/lockdown status');
  expect(seen.warning).toBe("/lockdown failed because Lockstep didn't respond. (dispatch_failed)");
});

test('a click reaches the app as Slack sends it, and the card is updated in place', async () => {
  const clicks: BlockButtonAction[] = [];
  app.action<BlockButtonAction>('approve', async ({ ack, body, client }) => {
    await ack();
    clicks.push(body);
    await client.chat.update({ channel: lockdowns, ts: body.message?.ts ?? '', text: 'Approved', blocks: [] });
  });
  await app.start();
  const ts = await post([approve]);

  const seen = await alice().click('lockdowns', ts, 'approve');

  expect(seen.acked).toBe(true);
  expect(clicks[0]).toMatchObject({
    type: 'block_actions',
    user: { id: people.alice, username: 'alice', team_id: 'T0ACME0001' },
    api_app_id: 'A0LOCKSTEP',
    team: { id: 'T0ACME0001', domain: 'acme' },
    channel: { id: lockdowns, name: 'lockdowns' },
    container: { type: 'message', message_ts: ts, channel_id: lockdowns, is_ephemeral: false },
    message: { ts, bot_id: 'B0LOCKSTEP', blocks: [{ block_id: 'decide', elements: [{ value: 'ld-1' }] }] },
    state: { values: {} },
    actions: [{ type: 'button', block_id: 'decide', action_id: 'approve', value: 'ld-1' }],
  });
  expect(clicks[0]?.actions[0]?.action_ts).toMatch(/^\d{10}\.\d{6}$/);
  const [card] = await around().messages('lockdowns');
  expect(card).toMatchObject({ ts, text: 'Approved', edited: { user: 'U0LOCKSTEP' } });
  expect(card?.blocks).toBeUndefined();
});

test('someone from another company clicks under their own team', async () => {
  const teams: unknown[] = [];
  app.action<BlockButtonAction>('approve', async ({ ack, body }) => {
    await ack();
    teams.push(body.user.team_id);
  });
  await app.start();
  await asPerson(slack.url, 'stranger').click('lockdowns', await post([approve]), 'approve');
  expect(teams).toEqual(['T0OTHER001']);
});

test('a button that asks for confirmation sends nothing until the person has confirmed', async () => {
  let clicks = 0;
  app.action('disable', async ({ ack }) => {
    await ack();
    clicks += 1;
  });
  await app.start();
  const text = (words: string) => ({ type: 'plain_text', text: words });
  const confirm = { title: text('Sure?'), text: text('Traffic may stop.'), confirm: text('Yes'), deny: text('No') };
  const ts = await post([
    { type: 'actions', elements: [{ type: 'button', action_id: 'disable', text: text('Disable'), confirm }] },
  ]);

  const asked = await alice().click('lockdowns', ts, 'disable');
  expect(asked).toMatchObject({ sent: false, confirm: { title: { text: 'Sure?' } } });
  expect(clicks).toBe(0);

  expect(await alice().click('lockdowns', ts, 'disable', { confirmed: true })).toMatchObject({ acked: true });
  expect(clicks).toBe(1);
});

test('reactions come with the message they are on, and the removal of one comes too', async () => {
  const heard: unknown[] = [];
  app.event('reaction_added', async ({ event }) => void heard.push(event));
  app.event('reaction_removed', async ({ event }) => void heard.push(event));
  await app.start();
  const ts = await post();

  expect(await alice().react('lockdowns', ts, 'white_check_mark')).toMatchObject({ done: true });
  expect(await alice().react('lockdowns', ts, 'white_check_mark')).toEqual({ done: false, reason: 'already_reacted' });
  await alice().unreact('lockdowns', ts, 'white_check_mark');

  await expect.poll(() => heard).toHaveLength(2);
  expect(heard[0]).toMatchObject({
    type: 'reaction_added',
    user: people.alice,
    reaction: 'white_check_mark',
    item: { type: 'message', channel: lockdowns, ts },
    item_user: 'U0LOCKSTEP',
  });
  expect(heard[1]).toMatchObject({ type: 'reaction_removed' });
});

test('a reaction where the app is not present is not told to it', async () => {
  await app.start();
  const { ts } = await alice().say('general', 'Lunch?');
  await alice().react('general', ts, 'eyes');
  expect(await around().events()).toEqual([]);
});

test('the app sets and removes its own reactions, and Bolt ignores the events of them', async () => {
  const heard: unknown[] = [];
  app.event('reaction_added', async ({ event }) => void heard.push(event));
  await app.start();
  const ts = await post();
  const on = { channel: lockdowns, timestamp: ts };
  await app.client.reactions.add({ ...on, name: 'eyes' });
  await alice().react('lockdowns', ts, 'eyes');
  await expect.poll(() => heard).toHaveLength(1);
  expect((await app.client.reactions.get({ ...on, full: true })).message?.reactions).toEqual([
    { name: 'eyes', users: ['U0LOCKSTEP', people.alice], count: 2 },
  ]);
  await app.client.reactions.remove({ ...on, name: 'eyes' });
  await expect(app.client.reactions.remove({ ...on, name: 'eyes' })).rejects.toThrow('no_reaction');
});
