/** How the sandbox's Slack reaches an app: sockets that come and go, signed requests, and what is delivered again. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type App, webApi } from '@slack/bolt';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { aroundSlack, asPerson } from '#sandbox/slack/people.ts';
import { channels } from '#sandbox/slack/seed.ts';
import { type RunningSlack, startSlack } from '#sandbox/slack/start.ts';
import { boltApp, plain } from './slack-bolt.ts';

const toStop: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).reverse()) await stop();
});

type Envelope = {
  type: string;
  envelope_id: string;
  retry_attempt?: number;
  retry_reason?: string;
  reason?: string;
  num_connections?: number;
  payload: { event_id: string };
};

async function running(options: Parameters<typeof startSlack>[0] = {}): Promise<RunningSlack> {
  const slack = await startSlack({
    ...options,
    patience: { ackMs: 200, retryDelaysMs: [20, 40, 60], ...options.patience },
  });
  toStop.push(slack.stop);
  return slack;
}

/** A bare socket that hears everything and acknowledges nothing unless told to. */
async function bareSocket(slack: RunningSlack, answers: (envelope: Envelope) => unknown = () => undefined) {
  const { url = '' } = await new webApi.WebClient(slack.appToken, { slackApiUrl: slack.apiUrl }).apps.connections.open(
    {},
  );
  const socket = new WebSocket(url);
  const heard: Envelope[] = [];
  socket.on('message', (data) => {
    const envelope = JSON.parse(String(data)) as Envelope;
    heard.push(envelope);
    const answer = answers(envelope);
    if (answer !== undefined) socket.send(JSON.stringify({ envelope_id: envelope.envelope_id, ...(answer as object) }));
  });
  await expect.poll(() => heard.length).toBeGreaterThan(0);
  toStop.push(() => socket.terminate());
  return { socket, heard, url };
}

async function reactToCard(slack: RunningSlack, name = 'eyes') {
  const { ts } = await asPerson(slack.url, 'alice').say('lockdowns', 'look');
  return asPerson(slack.url, 'alice').react('lockdowns', ts, name);
}

test('an event that is never acknowledged comes four times in all, with the same id', async () => {
  const slack = await running();
  const { heard } = await bareSocket(slack);
  await reactToCard(slack);
  const events = () => heard.filter(({ type }) => type === 'events_api');
  await expect.poll(() => events().length, { timeout: 3_000 }).toBe(4);
  expect(events().map(({ retry_attempt, retry_reason }) => [retry_attempt, retry_reason])).toEqual([
    [0, ''],
    [1, 'timeout'],
    [2, 'timeout'],
    [3, 'timeout'],
  ]);
  expect(new Set(events().map(({ payload }) => payload.event_id)).size).toBe(1);
});

test('an event that was acknowledged comes once, and once more when somebody asks for it', async () => {
  const slack = await running();
  const { heard } = await bareSocket(slack, ({ type }) => (type === 'events_api' ? {} : undefined));
  const { event_id = '' } = await reactToCard(slack);
  const events = () => heard.filter(({ type }) => type === 'events_api');
  await expect.poll(events).toHaveLength(1);
  await aroundSlack(slack.url).redeliver(event_id);
  expect(events().map(({ payload }) => payload.event_id)).toEqual([event_id, event_id]);
});

test('with several sockets each envelope goes to one of them', async () => {
  const slack = await running();
  const acks = ({ type }: Envelope) => (type === 'events_api' ? {} : undefined);
  const [one, two] = [await bareSocket(slack, acks), await bareSocket(slack, acks)];
  for (let count = 0; count < 6; count += 1) await reactToCard(slack);
  const eventsOf = (heard: Envelope[]) => heard.filter(({ type }) => type === 'events_api').length;
  await expect.poll(() => eventsOf(one.heard) + eventsOf(two.heard)).toBe(6);
  expect(eventsOf(one.heard)).toBe(3);
});

test('the eleventh socket is turned away, and a socket address opens one socket', async () => {
  const slack = await running({ patience: { socketsMax: 2 } });
  const first = await bareSocket(slack);
  expect(first.heard[0]).toMatchObject({ type: 'hello', num_connections: 1 });
  await bareSocket(slack);
  const third = await bareSocket(slack);
  expect(third.heard[0]).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' });
  const again = new WebSocket(first.url);
  await expect(new Promise((_, reject) => again.once('error', reject))).rejects.toThrow('401');
});

test('an app whose socket Slack recycles, or cuts, comes back by itself', async () => {
  const slack = await running();
  const app = boltApp(slack);
  app.command('/lockdown', ({ ack }) => ack('here'));
  await app.start();
  toStop.push(() => app.stop());
  const around = aroundSlack(slack.url);
  for (const action of ['disconnect', 'drop'] as const) {
    await around.socket(action);
    await expect.poll(async () => (await around.sockets()).connected, { timeout: 3_000 }).toBe(0);
    await expect.poll(async () => (await around.sockets()).connected, { timeout: 12_000 }).toBe(1);
  }
  expect((await asPerson(slack.url, 'alice').command('lockdowns', '/lockdown')).ephemerals[0]?.text).toBe('here');
}, 30_000);

test('a half-open socket swallows what people do until the app notices that no pong comes', async () => {
  const slack = await running();
  const app = boltApp(slack);
  app.command('/lockdown', ({ ack }) => ack('here'));
  await app.start();
  toStop.push(() => app.stop());
  const alice = asPerson(slack.url, 'alice');
  await aroundSlack(slack.url).socket('half-open');
  expect(await alice.command('lockdowns', '/lockdown')).toMatchObject({
    acked: false,
    warning: expect.stringContaining('operation_timeout'),
  });
  await expect
    .poll(async () => (await alice.command('lockdowns', '/lockdown')).acked, { timeout: 50_000, interval: 1_000 })
    .toBe(true);
}, 60_000);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('over HTTP a Bolt app gets commands, clicks and events, all signed', async () => {
  const port = await freePort();
  const slack = await running({ eventsUrl: `http://127.0.0.1:${port}/slack/events`, patience: { ackMs: 1_000 } });
  const app: App = boltApp(slack, port);
  const reactions: string[] = [];
  app.command('/lockdown', async ({ ack, respond, command }) => {
    await ack();
    await respond(`heard ${command.text}`);
  });
  app.command('/at-once', ({ ack }) => ack('at once'));
  app.action('approve', async ({ ack, respond }) => {
    await ack();
    await respond({ replace_original: true, text: 'approved' });
  });
  app.event('reaction_added', async ({ event }) => void reactions.push(event.reaction));
  await app.start();
  toStop.push(() => app.stop());
  const alice = asPerson(slack.url, 'alice');

  expect((await alice.command('lockdowns', '/lockdown status')).ephemerals[0]?.text).toBe('heard status');
  expect((await alice.command('lockdowns', '/at-once')).ephemerals[0]?.text).toBe('at once');

  const blocks = [
    { type: 'actions' as const, elements: [{ type: 'button' as const, action_id: 'approve', text: plain('Approve') }] },
  ];
  const { ts = '' } = await app.client.chat.postMessage({ channel: channels.lockdowns, text: 'card', blocks });
  expect(await alice.click('lockdowns', ts, 'approve')).toMatchObject({ acked: true });
  expect((await aroundSlack(slack.url).messages('lockdowns')).find((message) => message.ts === ts)?.text).toBe(
    'approved',
  );

  await alice.react('lockdowns', ts, '+1');
  await expect.poll(() => reactions).toEqual(['+1']);
});

test('a signature holds for the body it was made for, and for nothing else', async () => {
  const requests: { headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ headers: request.headers, body });
    response.end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  toStop.push(() => server.close());
  const slack = await running({ eventsUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
  await asPerson(slack.url, 'alice').command('lockdowns', '/lockdown start /acme/a&b');

  const [request] = requests;
  expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  expect(new URLSearchParams(request?.body).get('text')).toBe('start /acme/a&amp;b');
  const at = request?.headers['x-slack-request-timestamp'];
  const expected = createHmac('sha256', slack.signingSecret).update(`v0:${at}:${request?.body}`).digest('hex');
  expect(request?.headers['x-slack-signature']).toBe(`v0=${expected}`);
});

test('over HTTP events wait for the challenge, then are tried again with the reason, unless the app says no more', async () => {
  const seen: { retry: string | undefined; reason: string | undefined }[] = [];
  let answersChallenge = false;
  let saysNoMore = false;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const said = JSON.parse(body) as { type: string; challenge?: string };
    if (said.type === 'url_verification') return void response.end(answersChallenge ? said.challenge : 'no');
    const header = (name: string) => request.headers[name]?.toString();
    seen.push({ retry: header('x-slack-retry-num'), reason: header('x-slack-retry-reason') });
    response.writeHead(503, saysNoMore ? { 'x-slack-no-retry': '1' } : {}).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  toStop.push(() => server.close());
  const slack = await running({
    eventsUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    patience: { retryDelaysMs: [20] },
  });
  const around = aroundSlack(slack.url);

  expect(await around.verifyUrl()).toEqual({ verified: false });
  answersChallenge = true;
  expect(await around.verifyUrl()).toEqual({ verified: true });
  await reactToCard(slack);
  await expect
    .poll(() => seen)
    .toEqual([
      { retry: undefined, reason: undefined },
      { retry: '1', reason: 'http_error' },
    ]);
  saysNoMore = true;
  await reactToCard(slack, 'x');
  await expect.poll(async () => (await around.events()).at(-1)?.attempts.length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(seen).toHaveLength(3);
});

test('a response_url works five times, and not after its half hour', async () => {
  let now = Date.now();
  const slack = await running({ now: () => now });
  const urls: string[] = [];
  await bareSocket(slack, (envelope) => {
    if (envelope.type !== 'slash_commands') return undefined;
    urls.push((envelope.payload as unknown as { response_url: string }).response_url);
    return {};
  });
  const alice = asPerson(slack.url, 'alice');
  await alice.command('lockdowns', '/lockdown');
  await alice.command('lockdowns', '/lockdown');
  const respond = async (url: string, body: object) => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    return response.ok ? 'ok' : ((await response.json()) as { error: string }).error;
  };
  const [first = '', second = ''] = urls;
  const answers: string[] = [];
  for (let count = 0; count < 6; count += 1) answers.push(await respond(first, { text: `answer ${count}` }));
  expect(answers).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'used_url']);
  expect(await respond(second, { blocks: [{ type: 'nonsense' }] })).toBe('invalid_blocks');
  now += 30 * 60_000 + 1;
  expect(await respond(second, { text: 'late' })).toBe('expired_url');
});

test('the app hears of people who leave, groups that change and channels that are archived', async () => {
  const slack = await running();
  const heard: { type: string }[] = [];
  const { heard: envelopes } = await bareSocket(slack, ({ type }) => (type === 'events_api' ? {} : undefined));
  const around = aroundSlack(slack.url);
  await around.setPerson('boris', { deleted: true });
  await around.setGroup('security', ['chitra', 'alice']);
  await around.archive(channels.lockdowns);
  await expect.poll(() => envelopes.filter(({ type }) => type === 'events_api')).toHaveLength(3);
  for (const { payload } of envelopes.slice(1)) heard.push((payload as unknown as { event: { type: string } }).event);
  expect(heard).toMatchObject([
    { type: 'user_change', user: { id: 'U0BORIS001', deleted: true } },
    {
      type: 'subteam_members_changed',
      subteam_id: 'S0SECURITY1',
      added_users: ['U0ALICE001'],
      removed_users: ['U0BORIS001', 'U0ERIN0001'],
    },
    { type: 'channel_archive', channel: channels.lockdowns },
  ]);
  await expect(asPerson(slack.url, 'boris').command('lockdowns', '/lockdown')).rejects.toThrow('deactivated');
});

test('another site in the same browser cannot act as a person here', async () => {
  const slack = await running();
  const body = JSON.stringify({ user: 'alice', channel: 'lockdowns', text: 'not me' });
  const response = await fetch(`${slack.url}/_sandbox/message`, {
    method: 'POST',
    body,
    headers: { origin: 'https://evil.example' },
  });
  expect(response.status).toBe(403);
  expect(await aroundSlack(slack.url).messages('lockdowns')).toEqual([]);
});
