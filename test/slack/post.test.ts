/** Cards reach Slack once, whatever crashes in between, and a Slack that lacks something gets them all the same. */
import { afterEach, describe, expect, test } from 'vitest';
import { aroundSlack } from '#sandbox/slack/people.ts';
import { type RunningSlack, startSlack } from '#sandbox/slack/start.ts';
import { slackClient } from '#slack/client.ts';
import { SlackFailure } from '#slack/failure.ts';
import { poster } from '#slack/post.ts';
import type { Place } from '#slack/slices.ts';
import { approvalCard } from '#slack/views/approval-card.ts';
import { lockdownCard } from '#slack/views/lockdown-card.ts';
import { draw } from '../support/draw.ts';
import { ALICE, aFinding, aLockdown, anAsk, CHANNEL, inStage } from '../support/slack-lockdowns.ts';
import { slackMemory } from '../support/slack-memory.ts';
import { rememberedJournal } from '../support/slack-process.ts';

let slack: RunningSlack;
afterEach(() => slack.stop());

async function opened(options: Parameters<typeof startSlack>[0] = {}) {
  slack = await startSlack(options);
  const memory = slackMemory();
  const { journal, lines } = rememberedJournal();
  const client = slackClient(slack.botToken, { slackApiUrl: slack.apiUrl, once: true });
  const post = () => poster({ client, cards: memory.cards, journal, doubtMs: 10 });
  return { memory, lines, post, around: aroundSlack(slack.url) };
}

const lockdown = aLockdown();
const card = { lockdown: lockdown.id, card: 'lockdown', channel: CHANNEL, message: lockdownCard({ lockdown }) };

test('the same card posted twice is there once', async () => {
  const { post, around } = await opened();
  const first = await post().postCard(card);
  expect(await post().postCard(card)).toEqual(first);
  expect(await around.messages(CHANNEL)).toHaveLength(1);
});

test('a card whose poster died before it could say where it is, is found again by its metadata', async () => {
  const { memory, post, around } = await opened();
  const { put } = memory.cards;
  memory.cards.put = async () => {
    throw new Error('killed');
  };
  await expect(post().postCard(card)).rejects.toThrow('killed');
  memory.cards.put = put;
  const found = await post().postCard(card);
  expect(await around.messages(CHANNEL)).toMatchObject([{ ts: found.ts }]);
});

test('so is one in a thread, and one that Slack took and did not acknowledge', async () => {
  const { post, around } = await opened();
  const root = await post().postCard(card);
  await around.fault({ method: 'chat.postMessage', status: 500, afterAccept: true, count: 3 });
  const reply = { ...card, card: 'watch', thread: root.ts };
  await expect(post().postCard(reply)).rejects.toMatchObject({ passing: true });
  const calls = (await around.calls('chat.postMessage')).length;
  await around.clearFaults();
  await post().postCard(reply);
  expect((await around.calls('chat.postMessage')).length).toBe(calls);
  expect(await around.messages(CHANNEL)).toHaveLength(2);
});

test('a card that was claimed and never sent is posted', async () => {
  const { memory, post, around } = await opened();
  await memory.cards.claim(lockdown.id, 'lockdown');
  await post().postCard(card);
  expect(await around.messages(CHANNEL)).toHaveLength(1);
});

describe('a poster that was frozen after it claimed a card, until somebody else posted it', () => {
  test('posts nothing when it wakes before it sends', async () => {
    const { memory, post, around } = await opened();
    const { claim } = memory.cards;
    let other: Place | undefined;
    memory.cards.claim = async (...asked) => {
      memory.cards.claim = claim;
      const claimed = await claim(...asked);
      other = await post().postCard(card);
      return claimed;
    };
    expect(await post().postCard(card)).toEqual(other);
    expect(await around.calls('chat.postMessage')).toHaveLength(1);
    expect(await around.messages(CHANNEL)).toMatchObject([{ ts: other?.ts }]);
  });

  test('takes its own back when it wakes while it sends', async () => {
    const { memory, post, around } = await opened();
    const { holds } = memory.cards;
    let other: Place | undefined;
    memory.cards.holds = async (...asked) => {
      memory.cards.holds = holds;
      const held = await holds(...asked);
      other = await post().postCard(card);
      return held;
    };
    expect(await post().postCard(card)).toEqual(other);
    expect(await around.calls('chat.postMessage')).toHaveLength(2);
    expect(await around.messages(CHANNEL)).toMatchObject([{ ts: other?.ts }]);
    expect(await memory.cards.find(CHANNEL, other?.ts ?? '')).toMatchObject({ card: card.card });
  });

  test('attaches no file a second time', async () => {
    const { memory, post, around } = await opened();
    const { ts } = await post().postCard(card);
    const file = { channel: CHANNEL, thread: ts, name: 'a.csv', title: 'Edges of dns, draft 1', content: 'a,b\n' };
    const attach = () => post().attachFile({ lockdown: lockdown.id, card: 'edges-dns-r1', ...file });
    const { claim } = memory.cards;
    memory.cards.claim = async (...asked) => {
      memory.cards.claim = claim;
      const claimed = await claim(...asked);
      await attach();
      return claimed;
    };
    expect(await attach()).toBe('attached');
    expect(await around.calls('files.completeUploadExternal')).toHaveLength(1);
  });
});

test('of several who doubt that a card was posted, one posts it', async () => {
  const { memory, post, around } = await opened();
  await memory.cards.claim(lockdown.id, 'lockdown');
  const places = await Promise.all([1, 2, 3].map(() => post().postCard(card)));
  expect(new Set(places.map(({ ts }) => ts)).size).toBe(1);
  expect(await around.calls('chat.postMessage')).toHaveLength(1);
});

test('where reading messages again is not possible, it is posted again and the log says so', async () => {
  const { memory, post, around, lines } = await opened({ unsupported: ['conversations.history'] });
  await memory.cards.claim(lockdown.id, 'lockdown');
  await post().postCard(card);
  expect(await around.messages(CHANNEL)).toHaveLength(1);
  expect(lines).toEqual([expect.stringContaining('may be there twice')]);
});

test('an updated card says what is new; a deleted one is missing', async () => {
  const { post, around, memory } = await opened();
  const { ts } = await post().postCard(card);
  const message = lockdownCard({ lockdown: aLockdown({ phase: 'locked' }) });
  expect(await post().updateCard({ ...card, message })).toBe('updated');
  expect(JSON.stringify(await around.messages(CHANNEL))).toContain('Locked down');
  const client = slackClient(slack.botToken, { slackApiUrl: slack.apiUrl });
  await client.chat.delete({ channel: CHANNEL, ts });
  expect(await post().updateCard({ ...card, message })).toBe('missing');
  expect(await post().updateCard({ ...card, card: 'watch', message })).toBe('missing');
  expect(memory.left).toEqual([]);
});

test('a Slack without tables gets the rows as text, and one without rich text gets plain text', async () => {
  const asking = inStage('dns', { phase: 'asking', ask: anAsk() });
  const message = approvalCard({ lockdown: asking, stage: 'dns', finding: aFinding() });
  for (const unsupportedBlocks of [['table'], ['table', 'rich_text']]) {
    const { post, around, lines } = await opened({ unsupportedBlocks });
    await post().postCard({ ...card, message });
    const [posted] = (await around.messages(CHANNEL)) as { blocks: unknown[] }[];
    expect(draw({ blocks: posted?.blocks ?? [] })).toContain('frontend | 10.75.240.10 | udp/53 | 48,210');
    expect(draw({ blocks: posted?.blocks ?? [] })).toContain('[+Approve dns]');
    expect(lines).toHaveLength(unsupportedBlocks.length);
    if (unsupportedBlocks.length === 1) await slack.stop();
  }
});

test('a channel we are not in says what to do', async () => {
  const { post } = await opened();
  await expect(post().postCard({ ...card, channel: 'C0GENERAL01' })).rejects.toMatchObject({
    passing: false,
    sentence: expect.stringContaining('/invite @lockstep'),
  });
  await expect(post().postCard({ ...card, card: 'another', channel: 'C0PRIVATE01' })).rejects.toMatchObject({
    reason: 'channel_not_found',
    sentence: expect.stringContaining('/invite @lockstep'),
  });
});

test('a rate limit passes, and says after how long', async () => {
  const { post, around } = await opened();
  await around.fault({ method: 'chat.postMessage', status: 429, retryAfter: 7, count: 1 });
  const failure = await post()
    .postCard(card)
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SlackFailure);
  expect(failure).toMatchObject({ passing: true, retryAfterMs: 7000 });
});

test('a file is attached once, and a Slack that takes none holds nothing up', async () => {
  const { post, around, memory } = await opened();
  const root = await post().postCard(card);
  const file = {
    lockdown: lockdown.id,
    card: 'edges-dns-r1',
    channel: CHANNEL,
    thread: root.ts,
    name: 'a.csv',
    title: 'Edges of dns, draft 1',
    content: 'a,b\n',
  };
  expect(await post().attachFile(file)).toBe('attached');
  expect(await post().attachFile(file)).toBe('attached');
  expect(await around.calls('files.completeUploadExternal')).toHaveLength(1);
  await memory.cards.claim(lockdown.id, 'edges-dns-r2');
  expect(await post().attachFile({ ...file, card: 'edges-dns-r2' })).toBe('attached');
  expect(await around.calls('files.completeUploadExternal')).toHaveLength(1);
  await slack.stop();
  const without = await opened({ unsupported: ['files.getUploadURLExternal'] });
  const again = await without.post().postCard(card);
  expect(await without.post().attachFile({ ...file, thread: again.ts })).toBe('lacking');
  expect(without.lines).toEqual([expect.stringContaining('degraded files')]);
});

test('a card whose thread has a file is still the card, so its buttons are not taken for those of something else', async () => {
  const { post, memory } = await opened();
  const root = await post().postCard(card);
  const file = { channel: CHANNEL, thread: root.ts, name: 'a.csv', title: 'Edges of dns, draft 1', content: 'a,b\n' };
  await post().attachFile({ lockdown: lockdown.id, card: 'edges-dns-r1', ...file });
  expect(await memory.cards.find(CHANNEL, root.ts)).toMatchObject({ card: card.card });
});

test('a whisper is for one person, and what it quotes is not live', async () => {
  const { post, around } = await opened();
  await post().whisper({ channel: CHANNEL, user: ALICE }, 'There is no `<!channel>` here.');
  const [call] = await around.calls('chat.postEphemeral');
  expect(JSON.stringify(call)).toContain('&lt;!channel&gt;');
  expect(await around.messages(CHANNEL)).toEqual([]);
});
