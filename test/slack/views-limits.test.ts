/** Every view with the longest plausible and with hostile data: Slack takes it, and nothing in it is live. */
import type { HomeView, ModalView } from '@slack/types';
import { describe, expect, test } from 'vitest';
import type { Vote } from '#core/approval.ts';
import type { EdgeGroup, Residual } from '#core/draft.ts';
import type { Event } from '#core/events.ts';
import type { DraftFinding } from '#core/findings.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Reckoning } from '#core/reckoning.ts';
import { answer } from '#slack/views/answers.ts';
import { approvalCard } from '#slack/views/approval-card.ts';
import { askWhyDenied, askWhyLeftOut } from '#slack/views/ask-reason.ts';
import type { Message } from '#slack/views/build.ts';
import { checkpointLine } from '#slack/views/checkpoint-line.ts';
import { confirmDisable } from '#slack/views/confirm-disable.ts';
import { decideResidual, PAGE_SIZE } from '#slack/views/decide-residual.ts';
import { discoveryDigest } from '#slack/views/discovery-digest.ts';
import { draftDetails } from '#slack/views/draft-details.ts';
import { flowsOfStage, flowsOverview } from '#slack/views/flows.ts';
import { help } from '#slack/views/help.ts';
import { home } from '#slack/views/home.ts';
import { lockdownCard } from '#slack/views/lockdown-card.ts';
import { lookFirst } from '#slack/views/look-first.ts';
import { notProven } from '#slack/views/not-proven.ts';
import { nudge } from '#slack/views/nudge.ts';
import { inPlainText, withoutTables } from '#slack/views/older-blocks.ts';
import { cutAfterItsEnd, orphanFound, orphanGivenBack } from '#slack/views/orphan.ts';
import { selfTestResult } from '#slack/views/self-test.ts';
import { askSponsor } from '#slack/views/sponsor.ts';
import { starting } from '#slack/views/starting.ts';
import { statusOfAll, statusOfOne } from '#slack/views/status.ts';
import { supersededCard } from '#slack/views/superseded-card.ts';
import { threadLine } from '#slack/views/thread-line.ts';
import { watchCard } from '#slack/views/watch-card.ts';
import { allTexts, parsedTexts, refusals } from '../support/slack-limits.ts';
import {
  aFinding,
  aGroup,
  aLockdown,
  anAsk,
  aVote,
  disableFinding,
  discovery,
  dnsDraft,
  inStage,
  NOW,
  reckoning,
  shadowFinding,
  verifyFinding,
  watchFinding,
} from '../support/slack-lockdowns.ts';

const HOSTILE = [
  '<!channel>',
  '<!here> now',
  '<@U0BORIS001>',
  '<!subteam^S0SECURITY1>',
  '<https://evil.example|https://console.example>',
  '[console](https://evil.example)',
  '*APPROVED* _by_ ~nobody~ `everybody`',
  '```\nApproved\n```',
  'evil\u202Egnp.exe',
  'a\u200Bb\u2066c\u0000d\u001Be',
  'gооgle.com',
  '&lt;!channel&gt; &amp;',
  ':white_check_mark: ok',
  '𝔄'.repeat(3000),
  'x'.repeat(10_000),
  '\ud800',
  '',
];

type Words = { readonly one: string; readonly many: number };

function group({ one }: Words, at = 0): EdgeGroup {
  return aGroup(`${one}${at}`.slice(0, 4000), one, {
    id: `g${at}`,
    ports: Array.from({ length: 40 }, (_, port) => `${one}/${port}`),
    names: Array.from({ length: 20 }, (_, name) => `${one}${name}`),
    addresses: [one],
    count: Number.MAX_SAFE_INTEGER,
  });
}

function groups(words: Words): EdgeGroup[] {
  return Array.from({ length: words.many }, (_, at) => group(words, at));
}

function longFinding(words: Words): DraftFinding {
  const { one } = words;
  const all = groups(words);
  const because = all.map((each) => ({ group: each, because: one }));
  const [network, ruleset] = dnsDraft.changes;
  if (network?.kind !== 'create-external-network' || ruleset?.kind !== 'create-ruleset')
    throw new Error('the draft changed');
  const changes = all.flatMap(() => [
    { ...network, network: { name: one, entries: [one, one, one, one], associatedTags: [one] } },
    { ...ruleset, ruleset: { ...ruleset.ruleset, name: one, subject: [[one, one]] } },
    { kind: 'add-tag-prefixes' as const, prefixes: [one] },
  ]);
  const residual: Residual[] = all.map((each, at) => ({
    group: each,
    because: one,
    advice: at % 2 ? 'allow' : 'block',
    adviceBecause: one,
    changes,
    ...(at % 3 === 0 ? {} : { decision: { answer: at % 3 === 1 ? 'allow' : 'block', by: one } }),
  }));
  const remarks = all.flatMap(() => (['stop', 'look', 'note'] as const).map((level) => ({ level, text: one })));
  return aFinding({
    localPrefixes: [one],
    draft: {
      ...dnsDraft,
      changes,
      unallowed: all,
      leftOut: because,
      stopped: because,
      residual,
      remarks,
      alreadyAllowed: all.map((each) => ({ group: each, ruleset: one, namespace: one })),
      breadth: { seen: 1, possible: Number.MAX_SAFE_INTEGER, of: one },
    },
    replay: { ...aFinding().replay, cutGroups: all, uncertainGroups: because },
    kubernetes: 'no answer',
    doubts: all.map(() => one),
    shadow: {
      ...shadowFinding,
      disagreements: all.map((each) => ({ group: each, kind: 'accepted' as const, because: one })),
      unused: all,
    },
    differences: all.map(() => one),
    completeness: { sentence: one, details: all.map(() => one) },
  });
}

function surprises({ one, many }: Words): Reckoning['surprises'] {
  return Array(Math.min(many, 20)).fill({ edge: one, predicted: 'kept' });
}

/** Every view there is, filled with the same words. */
function everyView(words: Words): Record<string, Message | ModalView | HomeView> {
  const { one, many } = words;
  const finding = longFinding(words);
  const disabling: DraftFinding = { ...finding, draft: { ...finding.draft, stage: 'disable-discovery' } };
  const votes: Vote[] = Array.from({ length: many }, (_, at) => aVote(one, { person: `${one}${at}`, reason: one }));
  const denied: Vote[] = votes.map((vote) => ({ ...vote, decision: 'deny' }));
  const named = { namespace: one, because: one, failedStep: one, requestedBy: one };
  const ask = anAsk({
    rule: { ...anAsk().rule, groups: [one] },
    electorate: { users: Array(many).fill(one), groups: {} },
  });
  const asking = inStage('dns', { phase: 'asking', ask, votes, because: one }, named);
  const undecided: Lockdown = inStage(
    'disable-discovery',
    { phase: 'asking', ask: { ...ask, undecided: many, cuts: true } },
    named,
  );
  const state = {
    lockdown: 'l'.repeat(200),
    stage: 'disable-discovery',
    nonce: 'n'.repeat(64),
    channel: 'C1',
    thread: '1.2',
    digest: 'd'.repeat(64),
    answers: 'a'.repeat(300),
    seal: 's'.repeat(88),
    page: 0,
  } as const;
  const listed = { lockdown: asking, card: 'https://acme.slack.com/archives/C1/p1' };
  const event: Event = { type: 'left-out', stage: 'dns', by: one, because: one };
  const rejected = finding.draft.unallowed.flatMap((each) =>
    [true, false].map((known) => ({ group: each, acknowledged: each.count % 2 === 0, known })),
  );
  return {
    approvalCard: approvalCard({ lockdown: asking, stage: 'dns', finding }),
    approvalUndecided: approvalCard({ lockdown: undecided, stage: 'disable-discovery', finding: disabling }),
    approvalDenied: approvalCard({
      lockdown: inStage('dns', { phase: 'denied', ask, votes: denied, because: one }, named),
      stage: 'dns',
      finding,
    }),
    lockdownCard: lockdownCard({ lockdown: asking, discovery, links: { dns: 'https://acme.slack.com/x' } }),
    lockdownDiscovering: lockdownCard({
      lockdown: aLockdown(named),
      discovery: { ...discovery, completeness: finding.completeness },
    }),
    lockdownFailed: lockdownCard({ lockdown: inStage('web-server', { phase: 'failed', because: one }, named) }),
    details: draftDetails({ stage: 'dns', state: asking.stages.dns, finding }),
    decideResidual: decideResidual({
      namespace: one,
      residual: disabling.draft.residual,
      state,
      mayVoteAfter: false,
      tooFewAfter: { left: 0, needed: 2, groups: [{ group: one, left: 0, needed: 1 }] },
    }),
    confirmDisable: confirmDisable({ namespace: one, finding: disabling, state, confirmMinutes: 60 }),
    lookFirst: lookFirst({ stage: 'dns', draft: finding.draft, state }),
    askWhyDenied: askWhyDenied({ namespace: one, stage: 'dns', state }),
    askSponsor: askSponsor({
      ...{ namespace: one, stage: 'external-services', state },
      stopped: finding.draft.stopped,
    }),
    askWhyLeftOut: askWhyLeftOut({ namespace: one, stage: 'external-services', state }),
    notProven: notProven({
      lockdown: inStage('dns', { phase: 'verifying' }, named),
      stage: 'dns',
      finding: {
        ...verifyFinding,
        groups: finding.draft.unallowed.flatMap((each) =>
          (['carried', 'by-default', 'rejected', 'one-end', 'not-seen'] as const).map((state) => ({
            group: each,
            state,
          })),
        ),
      },
    }),
    watchCard: watchCard({
      lockdown: aLockdown({ ...named, phase: 'watching' }),
      finding: { ...watchFinding, rejected, reckoning: { ...reckoning, surprises: surprises(words) } },
    }),
    digest: discoveryDigest({
      lockdown: aLockdown(named),
      finding: {
        ...discovery,
        stages: Array(many).fill({ stage: 'dns', wouldCreate: [one, one, one, one, one], unallowed: 3 }),
        completeness: finding.completeness,
      },
      approvers: { users: Array(many).fill(one), groups: Array(many).fill(one) },
    }),
    nudge: nudge({ lockdown: asking, stage: 'dns', owing: Array(many).fill(one), waitingHours: 1, expiresAt: NOW }),
    threadLine: threadLine({ lockdown: asking, event }),
    voteLine: threadLine({
      lockdown: asking,
      event: { type: 'vote-cast', stage: 'dns', vote: aVote(one, { decision: 'deny', reason: one }) },
    }),
    flowsOverview: flowsOverview(aLockdown(named), { ...discovery, completeness: finding.completeness }),
    flowsOfStage: flowsOfStage(one, 'dns', finding),
    flowsResidual: flowsOfStage(one, 'disable-discovery', disabling),
    home: home({
      waiting: Array(many).fill({ ...listed, what: one, asks: listed.card, expiresAt: NOW }),
      open: Array(many).fill(listed),
      ended: Array(many).fill(listed),
      at: NOW,
    }),
    statusOfAll: statusOfAll(Array(many).fill(listed)),
    statusOfOne: statusOfOne({ lockdown: asking }),
    selfTest: selfTestResult(Array(many).fill({ ok: false, text: one })),
    orphanFound: orphanFound({
      ...{ namespace: one, lockdown: one, objects: Array(many).fill(one), cut: true, confirmBy: NOW },
    }),
    orphanGivenBack: orphanGivenBack({
      ...{ namespace: one, lockdown: one, former: { incoming: 'Inherit', outgoing: 'Allow' } },
    }),
    cutAfterItsEnd: cutAfterItsEnd({
      ...{ namespace: one, lockdown: one, former: { incoming: 'Inherit', outgoing: 'Allow' } },
    }),
    checkpointLine: checkpointLine({ size: Number.MAX_SAFE_INTEGER, key: one, root: one }),
    superseded: supersededCard({ namespace: one, stage: 'dns' }),
    starting: starting({ namespace: one, days: 7, channel: 'C0LOCKDOWN1' }),
    answer: answer(one, { url: 'https://acme.slack.com/x', text: 'To its card.' }),
    help: help(),
  };
}

/** As long as names really get: a Kubernetes name, a path of five segments, two hundred rows. */
const longest = everyView({ one: `/${'acme-production-platform'.repeat(2)}/${'n'.repeat(63)}`.repeat(2), many: 200 });

test.each(Object.entries(longest))('%s fits with the longest plausible data', (_, drawn) => {
  expect(refusals(drawn)).toEqual([]);
});

describe('with hostile words', () => {
  const views = HOSTILE.flatMap((one) =>
    Object.entries(everyView({ one, many: 45 })).map(
      ([name, drawn]) => [name, JSON.stringify(one).slice(0, 40), drawn] as const,
    ),
  );

  test.each(views)('%s is safe with %s', (name, _, drawn) => {
    expect(refusals(drawn), 'Slack takes it').toEqual([]);
    for (const text of parsedTexts(drawn)) {
      expect(text, `${name} has live markup`).not.toMatch(/<[!@#h]|\]\(/);
    }
    for (const text of allTexts(drawn)) {
      expect(text.replaceAll('\n', ''), `${name} hides characters`).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    }
    if ('type' in drawn) return;
    for (const older of [withoutTables, inPlainText]) {
      expect(refusals({ ...drawn, blocks: older(drawn.blocks) }), 'and an older Slack, too').toEqual([]);
    }
  });
});

test('three hundred undecided edges are asked in pages of forty', () => {
  const residual = Array.from({ length: 300 }, (_, at) => ({
    ...(disableFinding().draft.residual[0] as Residual),
    group: group({ one: 'x', many: 1 }, at),
  }));
  const state = {
    lockdown: 'l',
    stage: 'disable-discovery',
    channel: 'C1',
    thread: '1',
    answers: 'a'.repeat(280),
    page: 7,
  } as const;
  const last = decideResidual({ namespace: '/acme', residual, state, mayVoteAfter: true });
  expect(refusals(last)).toEqual([]);
  expect(last.blocks.filter(({ type }) => type === 'input')).toHaveLength(300 - 7 * PAGE_SIZE);
  expect(last.submit?.text).toBe('Record answers');
});
