/** What people read on a card is compared with what was posted: no false alarm, and none missed. */
import { expect, test } from 'vitest';
import { startSlack } from '#sandbox/slack/start.ts';
import { slackClient } from '#slack/client.ts';
import { approvalCard } from '#slack/views/approval-card.ts';
import { lockdownCard } from '#slack/views/lockdown-card.ts';
import { notProven } from '#slack/views/not-proven.ts';
import { textFingerprint, textFingerprints } from '#slack/views/shown-text.ts';
import { watchCard } from '#slack/views/watch-card.ts';
import {
  aFinding,
  aGroup,
  aLockdown,
  anAsk,
  aVote,
  BORIS,
  CHANNEL,
  CHITRA,
  dnsDraft,
  inStage,
  verifyFinding,
  watchFinding,
} from '../support/slack-lockdowns.ts';

const lockdown = inStage('dns', { phase: 'asking', ask: anAsk(), votes: [aVote(BORIS)] });
const card = (finding = aFinding()) => approvalCard({ lockdown, stage: 'dns', finding });

test('every card with buttons reads the same once Slack has kept it', async () => {
  const slack = await startSlack();
  const client = slackClient(slack.botToken, { slackApiUrl: slack.apiUrl });
  const odd = aGroup('<b>&amp; `x` 🚀', ':rocket: a&b', { names: ['é.example', 'e\u0301.example'] });
  const cards = [
    card(),
    card(aFinding({ draft: { ...dnsDraft, unallowed: [odd] } })),
    lockdownCard({ lockdown }),
    notProven({ lockdown, stage: 'dns', finding: verifyFinding }),
    watchCard({ lockdown: aLockdown({ phase: 'watching' }), finding: watchFinding }),
  ];
  for (const message of cards) {
    const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, ...message });
    const { messages } = await client.conversations.history({ channel: CHANNEL, oldest: ts, inclusive: true });
    expect(textFingerprints(message)).toContain(textFingerprint({ ...messages?.at(-1) }));
  }
  await slack.stop();
});

test('block ids, the order of keys, pictures, entities, line breaks and a table kept beside the rest change nothing', () => {
  const { blocks } = card(
    aFinding({ draft: { ...dnsDraft, remarks: [{ level: 'look', text: 'a & b < c 🚀 done' }] } }),
  );
  const kept = JSON.parse(
    JSON.stringify(blocks).replace('a & b < c 🚀 done', 'a &amp; b &lt; c :rocket: \\ndone'),
  ) as Record<string, unknown>[];
  const turned = kept.map((block, at) =>
    Object.fromEntries(Object.entries({ ...block, block_id: `x${at}` }).reverse()),
  );
  const tables = turned.filter(({ type }) => type === 'table');
  expect(tables).toHaveLength(1);
  const message = {
    blocks: turned.filter(({ type }) => type !== 'table'),
    attachments: [{ id: 1, fallback: '[no preview available]', blocks: tables }],
  };
  expect(textFingerprint(message)).toBe(textFingerprint({ blocks }));
});

test('what a Slack without newer blocks is sent instead reads right, too', () => {
  expect(textFingerprints(card())).toHaveLength(3);
  expect(new Set(textFingerprints(card())).size).toBe(3);
});

test('any other word, person, button or number is another card', () => {
  const { blocks } = card();
  const plain = JSON.stringify(blocks);
  const own = textFingerprint({ blocks });
  const changes: [string, string][] = [
    ['10.75.240.10', '10.75.240.11'],
    ['udp/53', 'udp/54'],
    ['48,210', '48,211'],
    [BORIS, CHITRA],
    ['Approve dns', 'Deny dns'],
    ['lockstep.deny', 'lockstep.approve'],
    ['nonce-1', 'nonce-2'],
    ['2 edges (14 flows) uncertain', '0 edges (14 flows) uncertain'],
  ];
  for (const [from, to] of changes) {
    expect(plain, from).toContain(from);
    expect(textFingerprint({ blocks: JSON.parse(plain.replace(from, to)) as unknown[] }), from).not.toBe(own);
  }
  expect(textFingerprint({ blocks: blocks.slice(1) })).not.toBe(own);
  expect(textFingerprint({ blocks, attachments: [{ text: 'Approved by security.' }] })).not.toBe(own);
});

test('words that somebody put beside the blocks, under a picture or into a date are another card', () => {
  const { blocks } = card();
  const own = textFingerprint({ blocks });
  const beside: Record<string, unknown>[] = [
    { author_name: 'Security: nothing is cut' },
    { author_subname: 'approved' },
    { service_name: 'Approved by security' },
    { fallback: '', title: 'Approved', title_link: 'https://evil.example' },
    { thumb_url: 'https://evil.example/approved.png' },
    { footer_icon: 'https://evil.example/approved.png' },
    { blocks: [], text: 'Approved by security.' },
    { blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Approved.' } }] },
    { fields: [{ title: 'Approved by', value: 'security' }] },
    { ts: 1_790_000_000 },
    { some_field_that_is_new: 'Approved by security' },
  ];
  for (const attachment of beside)
    expect(textFingerprint({ blocks, attachments: [attachment] }), JSON.stringify(attachment)).not.toBe(own);
  const plain = JSON.stringify(blocks);
  const dates = [...new Set(plain.match(/"format":"[^"]+"/g))];
  expect(dates.length).toBeGreaterThan(0);
  for (const date of dates) {
    const other = plain.replaceAll(date, '"format":"never, as everybody has approved"');
    expect(textFingerprint({ blocks: JSON.parse(other) as unknown[] }), date).not.toBe(own);
  }
  const image = (alt_text: string) => [...blocks, { type: 'image', image_url: 'https://a.example/1.png', alt_text }];
  expect(textFingerprint({ blocks: image('nothing is cut') })).not.toBe(textFingerprint({ blocks: image('a graph') }));
  const foreign = [
    { type: 'video', author_name: 'Security', thumbnail_url: 'https://a.example/2.png' },
    { type: 'image', slack_file: { id: 'F0APPROVED1' }, alt_text: '🎉' },
    { type: 'file', external_id: 'x', source: 'remote' },
    {
      type: 'section',
      text: { type: 'plain_text', text: '🎉' },
      accessory: { type: 'image', slack_file: {}, alt_text: ':tada:' },
    },
    { type: 'markdown', words_of_a_field_that_is_new: 'Approved by security.' },
  ];
  for (const block of foreign) {
    expect(textFingerprint({ blocks: [...blocks, block] }), block.type).not.toBe(own);
    expect(textFingerprint({ blocks, attachments: [{ id: 1, blocks: [block] }] }), block.type).not.toBe(own);
  }
});
