/** Every message as people read it; the drawings lie beside this file. */
import { expect, test } from 'vitest';
import { EVENT_TYPES, type Event } from '#core/events.ts';
import { STAGES } from '#core/stage.ts';
import { approvalCard } from '#slack/views/approval-card.ts';
import { askWhyDenied, askWhyLeftOut } from '#slack/views/ask-reason.ts';
import { confirmDisable } from '#slack/views/confirm-disable.ts';
import { decideResidual } from '#slack/views/decide-residual.ts';
import { discoveryDigest } from '#slack/views/discovery-digest.ts';
import { draftDetails } from '#slack/views/draft-details.ts';
import { flowsOfStage, flowsOverview } from '#slack/views/flows.ts';
import { flowsFile } from '#slack/views/flows-file.ts';
import { help } from '#slack/views/help.ts';
import { home } from '#slack/views/home.ts';
import { lockdownCard } from '#slack/views/lockdown-card.ts';
import { notProven } from '#slack/views/not-proven.ts';
import { nudge } from '#slack/views/nudge.ts';
import { selfTestResult } from '#slack/views/self-test.ts';
import { statusOfAll } from '#slack/views/status.ts';
import { supersededCard } from '#slack/views/superseded-card.ts';
import { threadLine } from '#slack/views/thread-line.ts';
import { watchCard } from '#slack/views/watch-card.ts';
import { draw, drawHome, drawModal } from '../support/draw.ts';
import {
  ALICE,
  aFinding,
  aLockdown,
  anAsk,
  aVote,
  BORIS,
  CHITRA,
  DIEGO,
  disableFinding,
  discovery,
  dnsDraft,
  HOUR,
  inStage,
  NAMESPACE,
  NOW,
  SECURITY,
  verifyFinding,
  watchFinding,
} from '../support/slack-lockdowns.ts';

const drawn = (text: string, name: string) => expect(text).toMatchFileSnapshot(`drawn/${name}.txt`);
const card = 'https://acme.slack.com/archives/C0LOCKDOWN1/p1';
const state = { lockdown: 'x', stage: 'disable-discovery', nonce: 'n', channel: 'C1', thread: '1.2' } as const;

test('an approver sees who asks, what would be created, what stays cut, who has voted, and three buttons', () => {
  const lockdown = inStage('dns', { phase: 'asking', ask: anAsk(), votes: [aVote(BORIS)] });
  return drawn(draw(approvalCard({ lockdown, stage: 'dns', finding: aFinding() })), 'approval-dns');
});

test('warnings and differences come before everything else', () => {
  const lockdown = inStage('dns', { phase: 'asking', ask: anAsk() });
  const finding = aFinding({
    draft: {
      ...dnsDraft,
      breadth: { seen: 2, possible: 11, of: 'workloads that reach DNS' },
      remarks: [
        { level: 'look', text: 'adservice asked for `kx7f.example.net` 4,000 times in an hour.' },
        { level: 'stop', text: 'redis-cart asked a resolver nobody trusts, and is kept out.' },
      ],
    },
    differences: ['udp/53 from emailservice is new'],
    kubernetes: 'no answer',
    doubts: ['Reports from 03:00 to 04:00 could not be read.'],
  });
  return drawn(draw(approvalCard({ lockdown, stage: 'dns', finding })), 'approval-with-warnings');
});

test('edges that are undecided are asked about before anybody can vote', () => {
  const ask = anAsk({ undecided: 1, cuts: true });
  const lockdown = inStage('disable-discovery', { phase: 'asking', ask });
  const message = approvalCard({ lockdown, stage: 'disable-discovery', finding: disableFinding() });
  return drawn(draw(message), 'approval-undecided');
});

test('once it is decided, the card says what became of it and offers no vote', () => {
  const votes = [aVote(BORIS), aVote(DIEGO)];
  const lockdown = inStage('dns', { phase: 'allowed', ask: anAsk(), votes, because: 'Newer flows carry `allow-dns`.' });
  return drawn(draw(approvalCard({ lockdown, stage: 'dns', finding: aFinding() })), 'approval-decided');
});

test('a denial is shown with its reason', () => {
  const votes = [aVote(CHITRA, { decision: 'deny', reason: 'The resolver is the old one.' })];
  const lockdown = inStage('dns', { phase: 'denied', ask: anAsk(), votes });
  return drawn(draw(approvalCard({ lockdown, stage: 'dns', finding: aFinding() })), 'approval-denied');
});

test('a card that nobody can judge in one look offers no approval', () => {
  const remarks = Array.from({ length: 41 }, (_, at) => ({ level: 'look' as const, text: `Strange edge ${at}` }));
  const lockdown = inStage('dns', { phase: 'asking', ask: anAsk() });
  const text = draw(approvalCard({ lockdown, stage: 'dns', finding: aFinding({ draft: { ...dnsDraft, remarks } }) }));
  expect(text).not.toContain('[+Approve');
  expect(text).toContain('too many warnings');
});

test('the lockdown’s card in every phase', () => {
  const lockdowns = [
    lockdownCard({ lockdown: aLockdown(), discovery }),
    lockdownCard({ lockdown: aLockdown({ paused: true }) }),
    lockdownCard({
      lockdown: inStage('pods', { phase: 'asking', ask: anAsk(), votes: [aVote(BORIS)] }),
      links: { dns: card, pods: card },
    }),
    lockdownCard({
      lockdown: inStage('metadata', { phase: 'failed', because: 'The console refused the credential.' }),
    }),
    lockdownCard({ lockdown: inStage('kubelets', { phase: 'denied' }) }),
    lockdownCard({ lockdown: aLockdown({ phase: 'watching' }), confirmBy: NOW + HOUR }),
    lockdownCard({ lockdown: aLockdown({ phase: 'locked' }) }),
    lockdownCard({
      lockdown: aLockdown({
        phase: 'releasing',
        because: 'Nobody confirmed in time.',
        failedStep: 'release-lockdown: The console is locked.',
      }),
    }),
    lockdownCard({ lockdown: aLockdown({ phase: 'released', because: 'Payments are down.' }) }),
    lockdownCard({ lockdown: aLockdown({ phase: 'cancelled' }) }),
  ];
  return drawn(lockdowns.map(draw).join('\n\n'), 'lockdown-card');
});

test('Details shows the guide’s own YAML and every edge', () => {
  const { dns } = inStage('dns', { phase: 'asking', ask: anAsk(), votes: [aVote(BORIS)] }).stages;
  return drawn(drawModal(draftDetails({ stage: 'dns', state: dns, finding: aFinding() })), 'details');
});

test('the modals that ask', () => {
  const { draft } = disableFinding();
  const about = { namespace: NAMESPACE, stage: 'dns', state } as const;
  const undecided = draft.residual.filter(({ decision }) => !decision);
  const modals = [
    askWhyDenied(about),
    askWhyLeftOut(about),
    confirmDisable({ namespace: NAMESPACE, finding: disableFinding(), state, confirmMinutes: 60 }),
    decideResidual({ namespace: NAMESPACE, undecided, state, mayVoteAfter: false }),
  ];
  return drawn(modals.map(drawModal).join('\n\n'), 'modals');
});

test('an edge that nothing here could allow can only be blocked', () => {
  const [first] = disableFinding().draft.residual;
  if (!first) throw new Error('no residual');
  const undecided = [{ ...first, changes: [], because: 'the billing namespace has to allow it' }];
  const text = drawModal(decideResidual({ namespace: NAMESPACE, undecided, state, mayVoteAfter: true }));
  expect(text).toContain('(•) Block');
  expect(text).not.toContain('Allow: add a rule');
});

test('what is not proven says what to do about it', () => {
  const lockdown = inStage('dns', { phase: 'verifying', because: 'no newer flow' });
  return drawn(draw(notProven({ lockdown, stage: 'dns', finding: verifyFinding })), 'not-proven');
});

test('while watching, rejected flows come with the way out', () =>
  drawn(draw(watchCard({ lockdown: aLockdown({ phase: 'watching' }), finding: watchFinding })), 'watch'));

test('the day’s digest, the nudge, status, flows, help, the self-test and what is left of an outdated card', () => {
  const lockdown = inStage('dns', { phase: 'asking', ask: anAsk() });
  const messages = [
    discoveryDigest({ lockdown: aLockdown(), finding: discovery, approvers: { users: [DIEGO], groups: [SECURITY] } }),
    nudge({ lockdown, stage: 'dns', owing: [BORIS, CHITRA], waitingHours: 4.2, expiresAt: NOW + HOUR, card }),
    statusOfAll([{ lockdown, card }, { lockdown: aLockdown({ paused: true }) }]),
    statusOfAll([]),
    flowsOverview(NAMESPACE, discovery),
    flowsOverview(NAMESPACE, undefined),
    flowsOfStage(NAMESPACE, 'dns', aFinding()),
    flowsOfStage(NAMESPACE, 'pods', undefined),
    help(),
    selfTestResult([
      { ok: true, text: 'Token accepted.' },
      { ok: false, text: 'Scope `files:write` is missing.' },
    ]),
    supersededCard({ namespace: NAMESPACE, stage: 'dns', newer: card }),
  ];
  return drawn(messages.map(draw).join('\n\n'), 'small-messages');
});

test('App Home shows what waits for one person first', () => {
  const lockdown = inStage('dns', { phase: 'asking', ask: anAsk() });
  const own = { lockdown, card };
  const view = home({
    waiting: [{ ...own, what: 'Vote on dns', asks: card, expiresAt: NOW + HOUR }],
    open: [own],
    ended: [{ lockdown: aLockdown({ phase: 'released' }) }],
    at: NOW,
  });
  return drawn(drawHome(view), 'home');
});

test('every event has a sentence in the thread', () => {
  const lockdown = inStage('dns', { phase: 'asking', ask: anAsk(), votes: [aVote(BORIS)] });
  const given = { by: ALICE, because: 'the console said `403`.', stage: 'dns', nonce: 'n', person: BORIS } as const;
  const all: Record<string, unknown> = {
    ...given,
    written: 'take-back',
    ask: anAsk(),
    vote: aVote(BORIS),
    answers: { a: 'allow', b: 'block' },
    objects: ['DNS', 'allow-dns'],
    proof: '12 newer flows carry `allow-dns`.',
    step: 'apply-stage',
    incoming: 'Allow',
    outgoing: 'Inherit',
    at: NOW,
  };
  const lines = EVENT_TYPES.map((type) => draw(threadLine({ lockdown, event: { type, ...all } as Event })));
  const deny = aVote(CHITRA, { decision: 'deny', reason: 'The resolver is the old one.' });
  lines.push(draw(threadLine({ lockdown, event: { type: 'vote-cast', stage: 'dns', vote: deny }, to: 'denied' })));
  lines.push(
    draw(threadLine({ lockdown, event: { type: 'vote-cast', stage: 'dns', vote: aVote(BORIS) }, to: 'applying' })),
  );
  return drawn(lines.join('\n'), 'thread-lines');
});

test('the file for a spreadsheet holds no formula', () => {
  const [group] = dnsDraft.unallowed;
  if (!group) throw new Error('no group');
  const unallowed = [{ ...group, destination: '=HYPERLINK("https://evil")' }];
  const { name, content } = flowsFile(aFinding({ draft: { ...dnsDraft, unallowed } }));
  expect(name).toBe('hipster-shop-dns.csv');
  expect(content).toContain(`"'=HYPERLINK(""https://evil"")"`);
});

test('every stage can be drawn in every phase it can be in', () => {
  for (const stage of STAGES) {
    const lockdown = inStage(stage, { phase: 'asking', ask: anAsk({ cuts: stage === 'disable-discovery' }) });
    const finding = aFinding({ draft: { ...dnsDraft, stage } });
    expect(draw(approvalCard({ lockdown, stage, finding }))).toContain(`Approve ${stage}`);
  }
});
