/** A vote is signed for what people saw, whatever somebody writes into our memory behind them. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asPerson } from '#sandbox/slack/people.ts';
import { cardNames } from '#slack/card-names.ts';
import { approvalCard } from '#slack/views/approval-card.ts';
import { showsWhatIsAsked } from '#slack/views/as-asked.ts';
import { inPlainText, withoutTables } from '#slack/views/older-blocks.ts';
import { askedAbout } from '../support/asked-about.ts';
import { askedInSlack, postCard } from '../support/asked-in-slack.ts';
import {
  ALICE,
  aFinding,
  aGroup,
  anAsk,
  aVote,
  BORIS,
  CHANNEL,
  CHITRA,
  dnsDraft,
  inStage,
} from '../support/slack-lockdowns.ts';
import { type SlackProcess, slackProcess } from '../support/slack-process.ts';

const WIDER = aFinding({
  draft: {
    ...dnsDraft,
    changes: [
      {
        kind: 'create-external-network',
        network: { name: 'DNS', entries: ['upload.example.net'], associatedTags: ['externalnetwork:name=dns'] },
      },
      ...dnsDraft.changes.slice(1),
    ],
  },
});

const shown = (from = aFinding(), ask = anAsk()) => {
  const asked = askedAbout(from, ask);
  return { ...asked, stage: 'dns' as const, lockdown: inStage('dns', { phase: 'asking', ask: asked.ask }) };
};

test('a card shows what is asked, whoever voted since it was drawn, whatever was seen since, and in whatever blocks', () => {
  const now = shown();
  const { digest } = now.ask;
  const votes = [aVote(BORIS, { digest }), aVote(CHITRA, { digest })];
  const later = [aGroup('frontend', '203.0.113.9')];
  const voted = inStage('dns', { phase: 'asking', ask: now.ask, votes });
  for (const { blocks } of [approvalCard(now), approvalCard({ ...now, lockdown: voted, later })])
    for (const form of [blocks, withoutTables(blocks), inPlainText(blocks)]) {
      expect(showsWhatIsAsked({ blocks: form }, now)).toBe(true);
      expect(showsWhatIsAsked({ blocks: form }, { ...now, lockdown: voted })).toBe(true);
    }
});

test('a card that Slack has no room for shows what is asked down to the changes', () => {
  const groups = Array.from({ length: 40 }, (_, at) => aGroup(`${'w'.repeat(600)}${at}`, '10.0.0.1'));
  const leftOut = groups.map((group) => ({ group, because: 'x'.repeat(900) }));
  const now = shown(aFinding({ draft: { ...dnsDraft, leftOut } }));
  const { blocks } = approvalCard(now);
  expect(JSON.stringify(blocks)).toContain('Shortened, because Slack takes no longer message');
  expect(showsWhatIsAsked({ blocks }, now)).toBe(true);
  const without = blocks.filter((block) => !JSON.stringify(block).includes('Would be changed'));
  expect(showsWhatIsAsked({ blocks: without }, now)).toBe(false);
});

test('a card with another change, another digest, a block more or a block less does not show what is asked', () => {
  const now = shown();
  const { blocks } = approvalCard(now);
  const other = approvalCard({ ...now, finding: { ...WIDER, digest: now.ask.digest } });
  const renamed = approvalCard({ ...now, finding: { ...now.finding, digest: 'a'.repeat(64) } });
  const barred = inStage('dns', { phase: 'asking', ask: { ...now.ask, barred: 'Nothing would be changed.' } });
  const wrong = [other.blocks, renamed.blocks, approvalCard({ ...now, lockdown: barred }).blocks, blocks.slice(1), []];
  for (const each of wrong) expect(showsWhatIsAsked({ blocks: each }, now)).toBe(false);
});

let house: SlackProcess;
beforeEach(async () => {
  house = await slackProcess();
});
afterEach(() => house.stop());

/** Somebody who writes to our memory has swapped the draft, and had the former one drawn under the new digest. */
async function swapped() {
  const wider = askedAbout(WIDER, anAsk({ askedAt: Date.now(), expiresAt: Date.now() + 3_600_000 }));
  const honest = askedAbout(aFinding(), wider.ask).finding;
  const lockdown = inStage('dns', { phase: 'asking', ask: wider.ask });
  house.memory.keep(lockdown);
  const drawn = approvalCard({ lockdown, stage: 'dns', finding: { ...honest, digest: wider.ask.digest } });
  const rest = { stage: 'dns', nonce: wider.ask.nonce };
  const card = await postCard(house, lockdown, cardNames.approval('dns', 1), drawn, rest);
  return { card, wider: wider.finding, honest: { ...honest, digest: wider.ask.digest } };
}

const told = ({ ephemerals }: { ephemerals: { text: string }[] }) => ephemerals.map(({ text }) => text).join('\n');

test('whoever approves a card that shows another draft than would be written reads that, and nothing is signed', async () => {
  const { card, wider } = await swapped();
  house.memory.find({ draft: wider });
  const seen = await house.as(BORIS).click(CHANNEL, card.ts, 'lockstep.approve');
  expect(told(seen)).toContain('This card shows something else than would be written');
  await asPerson(house.slack.url, BORIS).react(CHANNEL, card.ts, '+1');
  await vi.waitFor(() => expect(house.lines.filter((line) => line.startsWith('card-altered'))).toHaveLength(2), 20_000);
  expect(house.memory.left).toEqual([]);
  expect(house.memory.altered.size).toBe(1);
});

test('a kept draft that only says that it has the digest of the question is approved by nobody', async () => {
  const { card, honest } = await swapped();
  house.memory.find({ draft: honest });
  for (const button of ['lockstep.approve', 'lockstep.details'])
    expect(told(await house.as(BORIS).click(CHANNEL, card.ts, button))).toMatch(/not the one|not kept any more/);
  expect(house.memory.left).toEqual([]);
  expect(house.lines).toContainEqual(expect.stringContaining('is not the one that is asked about'));
});

test('two approvers who liked what somebody said about lunch have not approved a stage', async () => {
  const { lockdown, ask, root } = await askedInSlack(house, 'dns');
  const card = cardNames.approval('dns', 1);
  const { ts } = await asPerson(house.slack.url, ALICE).say(CHANNEL, 'Pizza for lunch?', root.ts);
  await house.goDown();
  for (const each of [BORIS, CHITRA]) await asPerson(house.slack.url, each).react(CHANNEL, ts, '+1');
  house.memory.move(lockdown.id, card, { channel: CHANNEL, ts, nonce: ask.nonce });
  await house.comeBack();
  await vi.waitFor(() => expect(house.lines).toContainEqual(expect.stringContaining('none of our cards')), 20_000);
  await asPerson(house.slack.url, BORIS).unreact(CHANNEL, ts, '+1');
  await asPerson(house.slack.url, BORIS).react(CHANNEL, ts, '+1');
  await vi.waitFor(() => expect(house.lines).toContainEqual(expect.stringContaining('no such card there')), 20_000);
  expect(house.memory.requests().filter(({ wish }) => wish.verb === 'vote')).toEqual([]);
});
