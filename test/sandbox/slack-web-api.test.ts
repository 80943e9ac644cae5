/** The sandbox's Web API is as strict as Slack's, told by a real WebClient. */
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogLevel, webApi } from '@slack/bolt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aroundSlack, asPerson } from '#sandbox/slack/people.ts';
import { channels, groups, people } from '#sandbox/slack/seed.ts';
import { type RunningSlack, startSlack } from '#sandbox/slack/start.ts';
import { plain } from './slack-bolt.ts';

const { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebClient } = webApi;
type WebClient = webApi.WebClient;

let slack: RunningSlack;
let client: WebClient;
const channel = channels.lockdowns;

const clientFor = (running: RunningSlack, token = running.botToken) =>
  new WebClient(token, {
    slackApiUrl: running.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
    logger: {
      debug() {},
      info() {},
      warn() {},
      error() {},
      setLevel() {},
      getLevel: () => LogLevel.ERROR,
      setName() {},
    },
  });

beforeAll(async () => {
  slack = await startSlack();
  client = clientFor(slack);
});
afterAll(() => slack.stop());

async function refusal(
  call: Promise<unknown>,
): Promise<{ error: string; messages: string[] } & Record<string, unknown>> {
  const problem = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(problem instanceof WebAPIPlatformError)) throw new Error(`expected a refusal, got ${String(problem)}`);
  const data = problem.data as { error: string; response_metadata?: { messages?: string[] } };
  return { ...data, messages: data.response_metadata?.messages ?? [] };
}

async function posted(extra: Record<string, unknown> = {}) {
  const answer = await client.chat.postMessage({
    channel,
    text: 'a card',
    ...extra,
  } as webApi.ChatPostMessageArguments);
  return answer.ts as string;
}

test('posting answers with the message as Slack keeps it, and time stamps only grow', async () => {
  const one = await client.chat.postMessage({
    channel,
    text: 'hello',
    blocks: [{ type: 'header', text: plain('Hi') }],
  });
  const two = await client.chat.postMessage({ channel, text: 'again' });
  expect(one.message).toMatchObject({
    user: 'U0LOCKSTEP',
    bot_id: 'B0LOCKSTEP',
    app_id: 'A0LOCKSTEP',
    blocks: [{ type: 'header', block_id: expect.any(String), text: { type: 'plain_text', text: 'Hi', emoji: true } }],
  });
  expect(Number(two.ts)).toBeGreaterThan(Number(one.ts));
});

test('metadata is kept, shown only when asked for, and kept through an update that does not mention it', async () => {
  const metadata = { event_type: 'stage_card', event_payload: { outbox: 'o-17' } };
  const ts = await posted({ metadata });
  await client.chat.update({ channel, ts, text: 'changed' });
  const at = { channel, oldest: ts, latest: ts, inclusive: true };
  const quiet = await client.conversations.history(at);
  expect(quiet.messages?.[0]).not.toHaveProperty('metadata');
  const full = await client.conversations.history({ ...at, include_all_metadata: true });
  expect(full.messages?.[0]).toMatchObject({ text: 'changed', metadata });
});

test('replies stay in their thread, and the parent counts them', async () => {
  const ts = await posted();
  await posted({ thread_ts: ts });
  const { ts: reply } = await asPerson(slack.url, 'boris').say('lockdowns', 'I saw it', ts);
  await posted({ thread_ts: reply });
  const thread = await client.conversations.replies({ channel, ts });
  expect(thread.messages?.map((message) => message.thread_ts)).toEqual([ts, ts, ts, ts]);
  expect(thread.messages?.[0]).toMatchObject({ reply_count: 3, reply_users: ['U0LOCKSTEP', people.boris] });
  const history = await client.conversations.history({ channel, oldest: ts, inclusive: true });
  expect(history.messages?.map((message) => message.ts)).toEqual([ts]);
});

test('lists come in pages', async () => {
  const first = await client.conversations.members({ channel, limit: 3 });
  const cursor = first.response_metadata?.next_cursor ?? '';
  const second = await client.conversations.members({ channel, limit: 100, cursor });
  expect([...(first.members ?? []), ...(second.members ?? [])]).toHaveLength(8);
  expect(second.response_metadata?.next_cursor).toBe('');
  expect((await refusal(client.conversations.members({ channel, cursor: 'bm9uc2Vuc2U=' }))).error).toBe(
    'invalid_cursor',
  );
});

test('the workspace says who is a guest, who has left, who is from elsewhere, and who is in which group', async () => {
  const person = async (user: string) => (await client.users.info({ user })).user;
  expect(await person(people.gus)).toMatchObject({ is_restricted: true, deleted: false });
  expect(await person(people.lena)).toMatchObject({ deleted: true });
  expect(await person(people.stranger)).toMatchObject({ is_stranger: true, team_id: 'T0OTHER001' });
  const members = async (usergroup: string) => (await client.usergroups.users.list({ usergroup })).users;
  expect(await members(groups.security)).toEqual([people.boris, people.chitra, people.erin]);
  expect(await members(groups.empty)).toEqual([]);
});

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const button = (extra: object) => ({ type: 'actions', elements: [{ type: 'button', text: plain('x'), ...extra }] });
const rows = (count: number) => Array.from({ length: count }, () => [{ type: 'raw_text', text: 'x' }]);
const many = <Item>(count: number, item: Item) => Array.from({ length: count }, () => item);

test.each<[what: string, blocks: unknown, message: string]>([
  ['an unknown block', [{ type: 'fancy' }], 'unsupported type: fancy [json-pointer:/blocks/0/type]'],
  ['a block only modals have', [{ type: 'alert', text: plain('x') }], 'alert is not available in a message'],
  ['51 blocks', many(51, { type: 'divider' }), 'no more than 50 items allowed [json-pointer:/blocks]'],
  [
    'a long section',
    [section('x'.repeat(3001))],
    'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
  ],
  ['an empty section text', [section('')], 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
  ['a section of nothing', [{ type: 'section' }], 'must provide either text or fields [json-pointer:/blocks/0]'],
  [
    'eleven fields',
    [{ type: 'section', fields: many(11, plain('x')) }],
    'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
  ],
  [
    'a header in mrkdwn',
    [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }],
    'must be one of: plain_text [json-pointer:/blocks/0/text/type]',
  ],
  ['a long header', [{ type: 'header', text: plain('x'.repeat(151)) }], 'must be less than 151 characters'],
  [
    '26 buttons',
    [{ type: 'actions', elements: many(26, { type: 'button', text: plain('x') }) }],
    'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
  ],
  [
    'a long button text',
    [button({ text: plain('x'.repeat(76)) })],
    'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
  ],
  [
    'a long button value',
    [button({ value: 'x'.repeat(2001) })],
    'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
  ],
  [
    'a style Slack lacks',
    [button({ style: 'warning' })],
    'must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]',
  ],
  [
    'a field Slack lacks',
    [button({ colour: 'red' })],
    'invalid additional property: colour [json-pointer:/blocks/0/elements/0]',
  ],
  [
    'a long confirm text',
    [button({ confirm: { text: plain('x'.repeat(301)) } })],
    'must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]',
  ],
  [
    'a select without choices',
    [{ type: 'actions', elements: [{ type: 'static_select' }] }],
    'must provide either options or option_groups',
  ],
  ['eleven context elements', [{ type: 'context', elements: many(11, plain('x')) }], 'no more than 10 items allowed'],
  [
    'a table of 101 rows',
    [{ type: 'table', rows: rows(101) }],
    'no more than 100 items allowed [json-pointer:/blocks/0/rows]',
  ],
  ['a ragged table', [{ type: 'table', rows: [...rows(1), []] }], '[json-pointer:/blocks/0/rows/1]'],
  [
    'an empty cell',
    [{ type: 'table', rows: [[{ type: 'raw_text', text: '' }]] }],
    'must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]',
  ],
  [
    'a data_table without caption',
    [{ type: 'data_table', rows: rows(3) }],
    'missing required field: caption [json-pointer:/blocks/0]',
  ],
  [
    'a pending task outside a plan',
    [{ type: 'task_card', task_id: 't', title: 'x', status: 'pending' }],
    '[json-pointer:/blocks/0/status]',
  ],
  [
    'an empty rich_text text',
    [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: '' }] }] }],
    '[json-pointer:/blocks/0/elements/0/elements/0/text]',
  ],
  ['two blocks of one id', many(2, { type: 'divider', block_id: 'same' }), '`block_id` "same" already exists'],
  [
    'two elements of one id',
    [{ type: 'actions', elements: many(2, { type: 'button', action_id: 'a', text: plain('x') }) }],
    '`action_id` "a" already exists',
  ],
  [
    'too much markdown together',
    many(2, { type: 'markdown', text: 'x'.repeat(6001) }),
    'markdown blocks exceed 12000 characters together',
  ],
  [
    'an image by two ways',
    [{ type: 'image', alt_text: 'x', image_url: 'https://x', slack_file: { id: 'F1' } }],
    'must provide either image_url or slack_file',
  ],
])('%s is refused, and the message says where', async (_what, blocks, message) => {
  const refused = await refusal(client.chat.postMessage({ channel, text: 'x', blocks: blocks as never }));
  expect(refused.error).toBe('invalid_blocks');
  expect(refused.messages.join('\n')).toContain(message);
});

test('every kind of block that a message may hold is taken', async () => {
  const richText = {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'x', style: { code: true } }] }],
  };
  const option = { text: plain('One'), value: '1' };
  const blocks = [
    { type: 'divider' },
    { type: 'header', text: plain('x') },
    { ...section('x'), accessory: { type: 'overflow', options: [option] } },
    {
      type: 'context',
      elements: [
        { type: 'mrkdwn', text: 'x' },
        { type: 'image', image_url: 'https://x/y.png', alt_text: 'y' },
      ],
    },
    {
      type: 'actions',
      elements: [
        { type: 'static_select', options: [option] },
        { type: 'users_select' },
        { type: 'datepicker', initial_date: '2026-11-30' },
      ],
    },
    { type: 'input', label: plain('x'), element: { type: 'plain_text_input' } },
    { type: 'markdown', text: '**x**' },
    {
      type: 'table',
      rows: [[{ type: 'raw_text', text: 'a' }, { type: 'raw_number', value: 3, text: '3' }, richText]],
      column_settings: [{ align: 'right' }],
    },
    { type: 'data_table', caption: 'Flows', rows: rows(3), page_size: 10 },
    { type: 'plan', title: 'Stages', tasks: [{ task_id: 'a', title: 'dns', status: 'pending', details: richText }] },
    { type: 'task_card', task_id: 'b', title: 'pods', status: 'complete' },
    { type: 'card', title: { type: 'mrkdwn', text: 'x' } },
    { type: 'context_actions', elements: [{ type: 'icon_button', icon: 'trash', text: plain('Delete') }] },
    { type: 'data_visualization', title: 'Edges', chart: { type: 'pie', segments: [{ label: 'kept', value: 4 }] } },
    richText,
  ];
  expect((await client.chat.postMessage({ channel, text: 'x', blocks: blocks as never })).ok).toBe(true);
  expect((await client.apiCall('blocks.validate', { blocks })).ok).toBe(true);
});

type Row = [error: string, what: string, call: (api: WebClient) => Promise<unknown>];

test.each<Row>([
  ['not_authed', 'no token', () => clientFor(slack, '').auth.test()],
  ['invalid_auth', 'a strange token', (api) => api.auth.test({ token: 'xoxb-other' })],
  ['not_allowed_token_type', 'the app token for a bot method', (api) => api.auth.test({ token: 'xapp-sandbox-app' })],
  ['not_allowed_token_type', 'the bot token for a socket', (api) => api.apps.connections.open({})],
  ['unknown_method', 'a method Slack lacks', (api) => api.apiCall('chat.shout')],
  ['invalid_arguments', 'no channel', (api) => api.apiCall('chat.postMessage', { text: 'x' })],
  ['channel_not_found', 'a channel nobody knows', (api) => api.chat.postMessage({ channel: 'C0NOWHERE01', text: 'x' })],
  [
    'channel_not_found',
    'a private channel without the bot',
    (api) => api.conversations.info({ channel: channels.private }),
  ],
  [
    'not_in_channel',
    'posting where the bot is not',
    (api) => api.chat.postMessage({ channel: channels.general, text: 'x' }),
  ],
  ['not_in_channel', 'reading where the bot is not', (api) => api.conversations.history({ channel: channels.general })],
  ['no_text', 'a message of nothing', (api) => api.apiCall('chat.postMessage', { channel })],
  ['msg_too_long', 'a very long text', (api) => api.chat.postMessage({ channel, text: 'x'.repeat(40_001) })],
  [
    'msg_blocks_too_long',
    'much text in many blocks',
    (api) => api.chat.postMessage({ channel, text: 'x', blocks: many(4, section('x'.repeat(3_000))) as never }),
  ],
  [
    'msg_too_long',
    'a long text in an update',
    async (api) => api.chat.update({ channel, ts: await posted(), text: 'x'.repeat(4_001) }),
  ],
  [
    'invalid_blocks_format',
    'blocks that are no JSON',
    (api) => api.apiCall('chat.postMessage', { channel, text: 'x', blocks: '[{' }),
  ],
  [
    'invalid_thread_ts',
    'a thread that is no time stamp',
    (api) => api.chat.postMessage({ channel, text: 'x', thread_ts: 'today' }),
  ],
  ['thread_not_found', 'replies to nothing', (api) => api.conversations.replies({ channel, ts: '1700000000.000001' })],
  [
    'message_not_found',
    'updating what is not there',
    (api) => api.chat.update({ channel, ts: '1700000000.000001', text: 'x' }),
  ],
  [
    'cant_update_message',
    "updating a person's message",
    async (api) => {
      const { ts } = await asPerson(slack.url, 'alice').say('lockdowns', 'mine');
      return api.chat.update({ channel, ts, text: 'yours' });
    },
  ],
  [
    'invalid_metadata_schema',
    'metadata without a type',
    (api) => api.apiCall('chat.postMessage', { channel, text: 'x', metadata: { a: 1 } }),
  ],
  [
    'user_not_in_channel',
    'whispering to someone who is not there',
    (api) => api.chat.postEphemeral({ channel, user: people.lena, text: 'x' }),
  ],
  [
    'invalid_name',
    'an emoji nobody knows',
    async (api) => api.reactions.add({ channel, timestamp: await posted(), name: 'blorb' }),
  ],
  [
    'already_reacted',
    'the same reaction twice',
    async (api) => {
      const on = { channel, timestamp: await posted(), name: 'eyes' };
      await api.reactions.add(on);
      return api.reactions.add(on);
    },
  ],
  [
    'no_reaction',
    'removing what is not there',
    async (api) => api.reactions.remove({ channel, timestamp: await posted(), name: 'x' }),
  ],
  ['user_not_found', 'somebody nobody knows', (api) => api.users.info({ user: 'U0NOBODY001' })],
  ['no_such_subteam', 'a group nobody knows', (api) => api.usergroups.users.list({ usergroup: 'S0NOTHING01' })],
  [
    'user_not_found',
    'a Home tab for nobody',
    (api) => api.views.publish({ user_id: 'U0NOBODY001', view: { type: 'home', blocks: [] } }),
  ],
  [
    'invalid_trigger_id',
    'a trigger nobody issued',
    (api) => api.views.open({ trigger_id: '1.2.3', view: { type: 'modal', title: plain('x'), blocks: [] } }),
  ],
  [
    'not_found',
    'updating a view that is not there',
    (api) => api.views.update({ view_id: 'V0', view: { type: 'modal', title: plain('x'), blocks: [] } }),
  ],
  [
    'file_not_found',
    'completing what was never sent',
    (api) => api.files.completeUploadExternal({ files: [{ id: 'F0', title: 'x' }] }),
  ],
])('%s: %s', async (error, _what, call) => {
  expect((await refusal(call(client))).error).toBe(error);
});

test('a modal that asks something needs a submit button, and its limits hold', async () => {
  const open = (view: object) => refusal(client.views.open({ trigger_id: 't', view: view as never }));
  const input = { type: 'input', label: plain('Name'), element: { type: 'plain_text_input' } };
  const noSubmit = await open({ type: 'modal', title: plain('x'), blocks: [input] });
  expect(noSubmit).toMatchObject({
    error: 'invalid_arguments',
    messages: ['[ERROR] missing required field: submit [json-pointer:/view]'],
  });
  const longTitle = await open({ type: 'modal', title: plain('x'.repeat(25)), blocks: [] });
  expect(longTitle.messages).toEqual(['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]']);
  const table = await open({ type: 'modal', title: plain('x'), blocks: [{ type: 'table', rows: rows(2) }] });
  expect(table.messages[0]).toContain('table is not available in a modal [json-pointer:/view/blocks/0/type]');
});

test('an archived channel takes nothing more', async () => {
  const around = aroundSlack(slack.url);
  await around.archive(channel);
  expect((await refusal(client.chat.postMessage({ channel, text: 'x' }))).error).toBe('is_archived');
  await around.unarchive(channel);
  expect(await posted()).toMatch(/^\d{10}\.\d{6}$/);
});

test('a revoked token says so, and every call is in the journal without its token', async () => {
  const around = aroundSlack(slack.url);
  await around.revoke();
  expect((await refusal(client.auth.test())).error).toBe('token_revoked');
  await around.restore();
  const last = (await around.calls('auth.test')).at(-1);
  expect(last).toMatchObject({ method: 'auth.test', status: 200, answer: { ok: false, error: 'token_revoked' } });
  expect(JSON.stringify(await around.calls())).not.toContain('xoxb-sandbox-bot');
});

test('a file goes up in two steps and can be fetched as it was', async () => {
  const ts = await posted();
  const content = 'from,to\nfrontend,cartservice\n';
  await client.filesUploadV2({
    channel_id: channel,
    thread_ts: ts,
    filename: 'edges.csv',
    title: 'Edges',
    content,
    initial_comment: 'All of them',
  });
  const thread = await client.conversations.replies({ channel, ts });
  const [file] = thread.messages?.[1]?.files ?? [];
  expect(thread.messages?.[1]).toMatchObject({ text: 'All of them' });
  expect(file).toMatchObject({ name: 'edges.csv', title: 'Edges', filetype: 'csv', size: content.length });
  const fetched = await fetch(file?.url_private ?? '');
  expect(fetched.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''edges.csv");
  expect(await fetched.text()).toBe(content);
});

test('a fault of 429 names the seconds to wait, once', async () => {
  await aroundSlack(slack.url).fault({ method: 'chat.update', status: 429, retryAfter: 7, count: 1 });
  const ts = await posted();
  const limited = await client.chat.update({ channel, ts, text: 'x' }).catch((error: unknown) => error);
  expect(limited).toBeInstanceOf(WebAPIRateLimitedError);
  expect(limited).toMatchObject({ retryAfter: 7 });
  expect((await client.chat.update({ channel, ts, text: 'x' })).ok).toBe(true);
});

test('a fault after acceptance posts the message and loses the answer', async () => {
  const around = aroundSlack(slack.url);
  await around.fault({ method: 'chat.postMessage', status: 500, afterAccept: true, count: 1 });
  const text = 'posted and denied';
  const lost = await client.chat.postMessage({ channel, text }).catch((error: unknown) => error);
  expect(lost).toBeInstanceOf(WebAPIHTTPError);
  expect((await around.messages('lockdowns')).filter((message) => message.text === text)).toHaveLength(1);
});

test('a fault can be an error or only slowness, and faults can be cleared', async () => {
  const around = aroundSlack(slack.url);
  await around.fault({ method: 'auth.test', error: 'fatal_error', count: 5 });
  expect((await refusal(client.auth.test())).error).toBe('fatal_error');
  await around.clearFaults();
  await around.fault({ method: 'auth.test', latencyMs: 150, count: 1 });
  const startedAt = Date.now();
  await client.auth.test();
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(140);
});

test('an app has the scopes of its manifest and no others', async () => {
  const manifest = join(tmpdir(), `slack-manifest-${process.pid}.yaml`);
  writeFileSync(manifest, 'oauth_config: { scopes: { bot: [chat:write, channels:read] } }\n');
  const strict = await startSlack({ manifest });
  try {
    const api = clientFor(strict);
    const auth = await api.auth.test();
    expect(auth.response_metadata?.scopes).toEqual(['chat:write', 'channels:read']);
    expect((await api.chat.postMessage({ channel, text: 'x' })).ok).toBe(true);
    const refused = await refusal(api.usergroups.users.list({ usergroup: groups.security }));
    expect(refused).toMatchObject({
      error: 'missing_scope',
      needed: 'usergroups:read',
      provided: 'chat:write,channels:read',
    });
    expect((await refusal(api.conversations.history({ channel }))).error).toBe('missing_scope');
  } finally {
    await strict.stop();
    rmSync(manifest);
  }
});

test('an older Slack lacks methods and blocks', async () => {
  const older = await startSlack({ unsupported: ['blocks.validate'], unsupportedBlocks: ['plan'] });
  try {
    const api = clientFor(older);
    expect((await refusal(api.apiCall('blocks.validate', { blocks: [] }))).error).toBe('unknown_method');
    const plan = [{ type: 'plan', title: 'x' }];
    const refused = await refusal(api.chat.postMessage({ channel, text: 'x', blocks: plan as never }));
    expect(refused).toMatchObject({
      error: 'invalid_blocks',
      messages: [expect.stringContaining('unsupported type: plan')],
    });
  } finally {
    await older.stop();
  }
});

test('an app that reads nothing in its own conversation, and has no Home tab, is held to that', async () => {
  const manifest = join(tmpdir(), `slack-manifest-quiet-${process.pid}.yaml`);
  writeFileSync(
    manifest,
    `oauth_config: { scopes: { bot: [chat:write] } }
features:
  app_home: { home_tab_enabled: false, messages_tab_enabled: true, messages_tab_read_only_enabled: true }
  slash_commands: [{ command: /lockdown }]
`,
  );
  const quiet = await startSlack({ manifest });
  try {
    const alice = asPerson(quiet.url, 'alice');
    await clientFor(quiet).chat.postMessage({ channel: people.alice, text: 'a reminder' });
    expect(await aroundSlack(quiet.url).messages('D0ALICE001')).toMatchObject([{ text: 'a reminder' }]);
    await expect(alice.say('app', 'hello?')).rejects.toThrow('turned off');
    const home = { user_id: people.alice, view: { type: 'home' as const, blocks: [] } };
    expect((await refusal(clientFor(quiet).views.publish(home))).error).toBe('not_enabled');
    expect((await alice.command('lockdowns', '/other')).warning).toContain('/other is not a valid command');
  } finally {
    await quiet.stop();
    rmSync(manifest);
  }
});
