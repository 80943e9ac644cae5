/** Modals, the App Home and what people fill in, with a real Bolt app on the other side. */
import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt';
import type { KnownBlock, ModalView } from '@slack/types';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aroundSlack, asPerson } from '#sandbox/slack/people.ts';
import { people } from '#sandbox/slack/seed.ts';
import { type RunningSlack, startSlack } from '#sandbox/slack/start.ts';
import { boltApp, plain } from './slack-bolt.ts';

let slack: RunningSlack;
let app: App;
const alice = () => asPerson(slack.url, 'alice');

beforeEach(async () => {
  slack = await startSlack({ patience: { ackMs: 500, triggerMs: 300 } });
  app = boltApp(slack);
});
afterEach(async () => {
  await app.stop();
  await slack.stop();
});

const option = (value: string) => ({ text: plain(value), value });
const nameInput: KnownBlock = {
  type: 'input',
  block_id: 'name',
  label: plain('Namespace'),
  element: { type: 'plain_text_input', action_id: 'typed', min_length: 3 },
};

function modal(blocks: KnownBlock[], extra: Partial<ModalView> = {}): ModalView {
  return { type: 'modal', callback_id: 'ask', title: plain('Ask'), submit: plain('Send'), blocks, ...extra };
}

/** `/open` shows the modal; answers the id of the view that alice sees then. */
async function opened(view: ModalView): Promise<string> {
  app.command('/open', async ({ ack, client, body }) => {
    await ack();
    await client.views.open({ trigger_id: body.trigger_id, view });
  });
  await app.start();
  const seen = await alice().command('lockdowns', '/open');
  return String(seen.views[0]?.id);
}

test('what a person fills in arrives in the shape of each input', async () => {
  const submissions: ViewSubmitAction[] = [];
  app.view('ask', async ({ ack, body }) => {
    await ack();
    submissions.push(body as ViewSubmitAction);
  });
  const input = (block_id: string, element: object): KnownBlock =>
    ({
      type: 'input',
      block_id,
      optional: true,
      label: plain(block_id),
      element: { action_id: 'a', ...element },
    }) as KnownBlock;
  const view = modal(
    [
      nameInput,
      input('one', { type: 'static_select', options: [option('x'), option('y')] }),
      input('some', { type: 'multi_static_select', options: [option('x'), option('y')] }),
      input('ticks', { type: 'checkboxes', options: [option('x'), option('y')] }),
      input('radio', { type: 'radio_buttons', options: [option('x'), option('y')], initial_option: option('y') }),
      input('who', { type: 'users_select' }),
      input('day', { type: 'datepicker' }),
      input('left', { type: 'plain_text_input' }),
    ],
    { private_metadata: 'ld-1' },
  );
  const id = await opened(view);

  const seen = await alice().submit(id, {
    name: { typed: '/acme/shop' },
    one: { a: 'x' },
    some: { a: ['x', 'y'] },
    ticks: { a: ['y'] },
    who: { a: people.boris },
    day: { a: '2026-12-01' },
  });

  expect(seen).toMatchObject({ acked: true, errors: {}, views: [] });
  expect(submissions[0]).toMatchObject({
    user: { id: people.alice },
    view: { id, private_metadata: 'ld-1', root_view_id: id },
  });
  const chosen = (value: string) => expect.objectContaining({ value });
  expect(submissions[0]?.view.state.values).toEqual({
    name: { typed: { type: 'plain_text_input', value: '/acme/shop' } },
    one: { a: { type: 'static_select', selected_option: chosen('x') } },
    some: { a: { type: 'multi_static_select', selected_options: [chosen('x'), chosen('y')] } },
    ticks: { a: { type: 'checkboxes', selected_options: [chosen('y')] } },
    radio: { a: { type: 'radio_buttons', selected_option: chosen('y') } },
    who: { a: { type: 'users_select', selected_user: people.boris } },
    day: { a: { type: 'datepicker', selected_date: '2026-12-01' } },
    left: { a: { type: 'plain_text_input', value: null } },
  });
});

test('the client refuses an empty or too short answer by itself, and a choice that is not offered', async () => {
  let submissions = 0;
  app.view('ask', async ({ ack }) => {
    await ack();
    submissions += 1;
  });
  const id = await opened(modal([nameInput]));
  expect(await alice().submit(id)).toMatchObject({
    sent: false,
    errors: { name: 'Please complete this required field.' },
  });
  const short = await alice().submit(id, { name: { typed: 'ab' } });
  expect(short.errors).toEqual({ name: 'Please enter at least 3 characters.' });
  expect(submissions).toBe(0);
});

test('the app answers a submission with errors, then with another view, and at last closes everything', async () => {
  const answers = [
    { response_action: 'errors', errors: { name: 'No such namespace.' } },
    { response_action: 'update', view: modal([nameInput], { title: plain('Second') }) },
    { response_action: 'push', view: modal([], { title: plain('Third') }) },
    { response_action: 'clear' },
  ] as const;
  let turn = 0;
  app.view('ask', async ({ ack }) => {
    await ack(answers[turn] as never);
    turn += 1;
  });
  const id = await opened(modal([nameInput]));
  const typed = { name: { typed: '/acme' } };

  expect(await alice().submit(id, typed)).toMatchObject({ errors: { name: 'No such namespace.' }, views: [{ id }] });
  const updated = await alice().submit(id, typed);
  expect(updated.views).toMatchObject([
    { id, title: { text: 'Second' }, state: { values: { name: { typed: { value: '/acme' } } } } },
  ]);
  const pushed = await alice().submit(id);
  expect(pushed.views).toMatchObject([{ id }, { title: { text: 'Third' }, previous_view_id: id, root_view_id: id }]);
  await expect(alice().submit(id)).rejects.toThrow('Another modal lies on top');
  expect((await alice().submit(String(pushed.views[1]?.id))).views).toEqual([]);
});

test('a submission that the app does not acknowledge leaves the modal open and says so', async () => {
  app.view('ask', async () => {});
  const id = await opened(modal([nameInput]));
  const seen = await alice().submit(id, { name: { typed: '/acme' } });
  expect(seen).toMatchObject({ acked: false, views: [{ id }], warning: expect.stringContaining("didn't respond") });
});

test('a trigger opens one view, and only for a moment', async () => {
  const errors: string[] = [];
  const view = modal([]);
  app.command('/twice', async ({ ack, client, body: { trigger_id } }) => {
    await ack();
    await client.views.open({ trigger_id, view });
    await client.views.open({ trigger_id, view }).catch((error) => errors.push(error.data.error));
  });
  app.command('/late', async ({ ack, client, body: { trigger_id } }) => {
    await ack();
    await new Promise((resolve) => setTimeout(resolve, 350));
    await client.views.open({ trigger_id, view }).catch((error) => errors.push(error.data.error));
  });
  await app.start();
  await alice().command('lockdowns', '/twice');
  await alice().command('lockdowns', '/late');
  await expect.poll(() => errors).toEqual(['exchanged_trigger_id', 'expired_trigger_id']);
});

test('a press inside a modal carries what was typed, and may update or stack it three deep', async () => {
  const bodies: BlockAction[] = [];
  const more: KnownBlock = {
    type: 'actions',
    block_id: 'do',
    elements: [{ type: 'button', action_id: 'more', text: plain('More') }],
  };
  app.action('more', async ({ ack, body, client }) => {
    await ack();
    bodies.push(body as BlockAction);
    const { trigger_id } = body as BlockAction;
    await client.views.push({ trigger_id, view: modal([more]) }).catch((error) => refused.push(error.data.error));
  });
  const refused: string[] = [];
  const id = await opened(modal([nameInput, more]));
  let seen = await alice().clickInView(id, 'more', { values: { name: { typed: 'half' } } });
  expect(bodies[0]).toMatchObject({
    container: { type: 'view', view_id: id },
    view: { id, state: { values: { name: { typed: { value: 'half' } } } } },
    actions: [{ action_id: 'more', block_id: 'do', type: 'button' }],
  });
  expect(bodies[0]).not.toHaveProperty('response_url');
  seen = await alice().clickInView(String(seen.views.at(-1)?.id), 'more');
  seen = await alice().clickInView(String(seen.views.at(-1)?.id), 'more');
  expect(seen.views).toHaveLength(3);
  expect(refused).toEqual(['push_limit_reached']);
});

test('an update for an older version of a view is refused', async () => {
  const id = await opened(modal([nameInput]));
  const [view] = (await aroundSlack(slack.url).state()).people.find(({ name }) => name === 'alice')?.views ?? [];
  const hash = String(view?.hash);
  const update = () =>
    app.client.views.update({ view_id: id, hash, view: modal([nameInput], { title: plain('New') }) });
  expect((await update()).view?.hash).not.toBe(hash);
  await expect(update()).rejects.toThrow('hash_conflict');
});

test('closing a modal is told to an app that asked to know', async () => {
  const closed: boolean[] = [];
  app.view({ callback_id: 'ask', type: 'view_closed' }, async ({ ack, body }) => {
    await ack();
    closed.push(body.type === 'view_closed' && body.is_cleared);
  });
  const id = await opened(modal([nameInput], { notify_on_close: true }));
  expect((await alice().closeView(id)).views).toEqual([]);
  expect(closed).toEqual([false]);
});

test('the Home tab is published when a person opens it, and each sees their own', async () => {
  app.event('app_home_opened', async ({ event, client }) => {
    const blocks: KnownBlock[] = [
      { type: 'header', text: plain(`For ${event.user}`) },
      { type: 'actions', elements: [{ type: 'button', action_id: 'refresh', text: plain('Refresh') }] },
    ];
    await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } });
  });
  const pressedBy: string[] = [];
  app.action('refresh', async ({ ack, body }) => {
    await ack();
    pressedBy.push(body.user.id);
  });
  await app.start();
  const seen = await alice().home();
  expect(seen.home).toMatchObject({
    type: 'home',
    blocks: [{ text: { text: `For ${people.alice}` } }, { type: 'actions' }],
  });
  await asPerson(slack.url, 'boris').home();
  await alice().clickInView(String(seen.home?.id), 'refresh');
  expect(pressedBy).toEqual([people.alice]);
  await expect(asPerson(slack.url, 'boris').clickInView(String(seen.home?.id), 'refresh')).rejects.toThrow(
    'no such view',
  );
});

test('menus, checkboxes and overflow in a message tell the app what was picked and what the others hold', async () => {
  const bodies: BlockAction[] = [];
  app.action(/.*/, async ({ ack, body }) => {
    await ack();
    bodies.push(body as BlockAction);
  });
  await app.start();
  const elements = [
    { type: 'static_select', action_id: 'limit', options: [option('10'), option('60')] },
    { type: 'checkboxes', action_id: 'ticks', options: [option('a'), option('b')] },
    { type: 'overflow', action_id: 'more', options: [option('pause'), option('abort')] },
  ];
  const blocks = [{ type: 'actions', block_id: 'b', elements }] as KnownBlock[];
  const { ts = '' } = await app.client.chat.postMessage({ channel: 'C0LOCKDOWN1', text: 'x', blocks });
  await alice().click('lockdowns', ts, 'limit', { value: '60' });
  await alice().click('lockdowns', ts, 'ticks', { value: ['a'] });
  await alice().click('lockdowns', ts, 'more', { value: 'pause' });
  expect(bodies.map(({ actions }) => actions[0])).toMatchObject([
    { type: 'static_select', selected_option: { value: '60' } },
    { type: 'checkboxes', selected_options: [{ value: 'a' }] },
    { type: 'overflow', selected_option: { value: 'pause' } },
  ]);
  expect(bodies[2]?.state?.values).toMatchObject({
    b: { limit: { selected_option: { value: '60' } }, ticks: { selected_options: [{ value: 'a' }] } },
  });
  await expect(alice().click('lockdowns', ts, 'limit', { value: '7' })).rejects.toThrow('does not offer 7');
});
