/** Every message as people read it; the drawings lie beside this file. */
import { expect, test } from 'vitest';
import type { Stopped } from '#core/draft.ts';
import { EVENT_TYPES, type Event } from '#core/events.ts';
import type { Lockdown, StageState } from '#core/lockdown-state.ts';
import { inShadow } from '#core/shadow.ts';
import { STAGES } from '#core/stage.ts';
import { approvalCard, tooManyWarnings } from '#slack/views/approval-card.ts';
import { askWhyDenied, askWhyLeftOut } from '#slack/views/ask-reason.ts';
import { checkpointLine } from '#slack/views/checkpoint-line.ts';
import { confirmDisable } from '#slack/views/confirm-disable.ts';
import { decideResidual, inOrder } from '#slack/views/decide-residual.ts';
import { discoveryDigest } from '#slack/views/discovery-digest.ts';
import { draftDetails } from '#slack/views/draft-details.ts';
import { flowsOfStage, flowsOverview } from '#slack/views/flows.ts';
import { flowsFile } from '#slack/views/flows-file.ts';
import { help } from '#slack/views/help.ts';
import { home } from '#slack/views/home.ts';
import { lockdownCard } from '#slack/views/lockdown-card.ts';
import { lookFirst } from '#slack/views/look-first.ts';
import { notProven } from '#slack/views/not-proven.ts';
import { nudge } from '#slack/views/nudge.ts';
import { cutAfterItsEnd, orphanFound, orphanGivenBack } from '#slack/views/orphan.ts';
import { selfTestResult } from '#slack/views/self-test.ts';
import { askSponsor } from '#slack/views/sponsor.ts';
import { statusOfAll } from '#slack/views/status.ts';
import { supersededCard } from '#slack/views/superseded-card.ts';
import { repeatsVote, threadLine } from '#slack/views/thread-line.ts';
import { watchCard } from '#slack/views/watch-card.ts';
import { draw, drawHome, drawModal } from '../support/draw.ts';
import {
  ALICE,
  aFinding,
  aGroup,
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
  reckoning,
  SECURITY,
  shadowFinding,
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

test('a stage that cuts at once is not said to cut nothing', () => {
  const lockdown = inStage('dns', { phase: 'asking', ask: anAsk() });
  const drawnWith = (draft: typeof dnsDraft) =>
    draw(approvalCard({ lockdown, stage: 'dns', finding: aFinding({ draft }) }));
  const { cutsAtOnce: _unjudged, ...unjudged } = dnsDraft;
  const cutting = drawnWith({ ...dnsDraft, cutsAtOnce: [aGroup('frontend', 'cart')] });
  expect(cutting).toContain('*This stage cuts 1 kind of traffic at once*, named at the top.');
  for (const card of [cutting, drawnWith(unjudged)]) expect(card).not.toContain('cuts nothing');
});

test('once all is answered, the last question can be approved, and the answers can be changed', () => {
  const finding = disableFinding(disableFinding().draft.residual.filter(({ decision }) => decision));
  const lockdown = inStage('disable-discovery', { phase: 'asking', ask: anAsk({ cuts: true }), shapedBy: [BORIS] });
  const message = approvalCard({ lockdown, stage: 'disable-discovery', finding });
  return drawn(draw(message), 'approval-answered');
});

test('open questions of the last stage are not called something that looks wrong', () => {
  const finding = disableFinding();
  const remarks = [{ level: 'stop' as const, text: '1 of 3 kinds of traffic that would be cut have no answer yet.' }];
  const lockdown = inStage('disable-discovery', { phase: 'asking', ask: anAsk({ undecided: 1, cuts: true }) });
  const asked = { ...finding, draft: { ...finding.draft, remarks } };
  const text = draw(approvalCard({ lockdown, stage: 'disable-discovery', finding: asked }));
  expect(text).toContain('*Before anybody can vote:*\n• 1 of 3 kinds');
  expect(text).not.toContain('looks wrong');
});

test('where too few are left who may approve, the card says so and what helps', () => {
  const finding = disableFinding([]);
  const state = { phase: 'asking', ask: anAsk({ cuts: true }), shapedBy: [BORIS, CHITRA] } as const;
  const lockdown = inStage('disable-discovery', { ...state, shapedBy: [...state.shapedBy] });
  const text = draw(approvalCard({ lockdown, stage: 'disable-discovery', finding }));
  expect(text).toContain('*Too few can approve this*: only 1 person may still approve, and 2 have to');
  expect(text).toContain(`\`/lockdown reopen ${NAMESPACE} disable-discovery\` asks them`);
});

test('what is voted on is written out up to a dozen, and beyond that the card says where the rest is', () => {
  const [network, ruleset] = dnsDraft.changes;
  if (network?.kind !== 'create-external-network' || !ruleset) throw new Error('the draft changed');
  const entries = (many: number) => Array.from({ length: many }, (_, at) => `198.51.100.${at}`);
  const card = (many: number) => {
    const changes = [{ ...network, network: { ...network.network, entries: entries(many) } }, ruleset];
    const lockdown = inStage('dns', { phase: 'asking', ask: anAsk() });
    return draw(approvalCard({ lockdown, stage: 'dns', finding: aFinding({ draft: { ...dnsDraft, changes } }) }));
  };
  expect(card(12)).toContain(entries(12).join(', '));
  expect(card(13)).toContain('198.51.100.9, and 3 more, all in Details');
});

test('many workloads that do the same are one row, and counted as what they are', () => {
  const unallowed = Array.from({ length: 13 }, (_, at) =>
    aGroup(`worker-${at}`, '10.75.240.10', { ports: ['udp/53'] }),
  );
  const lockdown = inStage('dns', { phase: 'asking', ask: anAsk() });
  const draft = { ...dnsDraft, unallowed: [...unallowed, ...dnsDraft.unallowed.slice(0, 1)] };
  const text = draw(approvalCard({ lockdown, stage: 'dns', finding: aFinding({ draft }) }));
  expect(text).toContain('| 14 workloads (worker-0, worker-1,');
  expect(text).toContain('and 4 more, all in Details) | 10.75.240.10 | udp/53 | 63,810 | 7 |');
  expect(text).not.toContain('shown;');
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

test('a stage in shadow is asked about twice: to be observed, and with what came of that to be enforced', () => {
  const observedDraft = { ...dnsDraft, changes: inShadow(dnsDraft.changes) };
  const first = inStage('dns', { phase: 'asking', ask: anAsk({ shadowMinutes: 30 }) });
  const shadow = { since: NOW, minutes: 30, revision: 1 };
  const meanwhile = inStage('dns', { phase: 'shadowing', ask: anAsk({ shadowMinutes: 30 }), shadow });
  const second = inStage('dns', { phase: 'asking', ask: anAsk(), shadow });
  const cards = [
    approvalCard({ lockdown: first, stage: 'dns', finding: aFinding({ draft: observedDraft }) }),
    lockdownCard({ lockdown: meanwhile }),
    supersededCard({ namespace: NAMESPACE, stage: 'dns', newer: card, observed: true }),
    approvalCard({ lockdown: second, stage: 'dns', finding: aFinding({ shadow: shadowFinding }) }),
  ];
  return drawn(cards.map(draw).join('\n\n'), 'approval-shadow');
});

test.each([
  ['never', 'carry no observation at all'],
  ['no-flows', 'no newer flow came'],
  ['at-once', 'act at once'],
  ['in-place', 'in the place of the real one'],
] as const)('the second question says how the console tells what it observed: %s', (told, words) => {
  const lockdown = inStage('dns', { phase: 'asking', ask: anAsk() });
  const finding = aFinding({ shadow: { ...shadowFinding, told } });
  expect(draw(approvalCard({ lockdown, stage: 'dns', finding }))).toContain(words);
});

test('a denial is shown with its reason', () => {
  const votes = [aVote(CHITRA, { decision: 'deny', reason: 'The resolver is the old one.' })];
  const lockdown = inStage('dns', { phase: 'denied', ask: anAsk(), votes });
  return drawn(draw(approvalCard({ lockdown, stage: 'dns', finding: aFinding() })), 'approval-denied');
});

test('a card that nobody can judge in one look offers no approval', () => {
  const remarks = Array.from({ length: 41 }, (_, at) => ({ level: 'look' as const, text: `Strange edge ${at}` }));
  expect(tooManyWarnings({ remarks })).toBe(true);
  const barred = 'There are more warnings than anybody can judge on one card.';
  const lockdown = inStage('dns', { phase: 'asking', ask: anAsk({ barred }) });
  const text = draw(approvalCard({ lockdown, stage: 'dns', finding: aFinding({ draft: { ...dnsDraft, remarks } }) }));
  expect(text).not.toContain('[+Approve');
  expect(text).toContain(barred);
  expect(text).toContain('[!Deny dns…]');
});

test('each thing that stands out is on the card, or nobody may approve the draft', () => {
  for (const count of [1, 14, 39, 40, 41, 90]) {
    for (const length of [20, 140, 900]) {
      const words = (at: number) => `look ${at}: ${'x'.repeat(length)} end of ${at}.`;
      const remarks = Array.from({ length: count }, (_, at) => ({ level: 'look' as const, text: words(at) }));
      const unallowed = Array.from({ length: 37 }, (_, at) => aGroup(`w${at}`, `d${at}`));
      const draft = { ...dnsDraft, remarks, unallowed };
      const lockdown = inStage('dns', { phase: 'asking', ask: anAsk() });
      const text = draw(approvalCard({ lockdown, stage: 'dns', finding: aFinding({ draft }) }));
      const seen = remarks.filter((_, at) => text.includes(words(at)));
      expect(seen.length === count || tooManyWarnings(draft), `${count} of ${length}`).toBe(true);
      if (count === 1) expect(text).toContain('of 37 kinds of traffic shown');
    }
  }
});

test('a draft that somebody answers for says why it takes one approval more', () => {
  const ask = anAsk();
  const because = 'Erin answers for `redis-cart → x7kq2vnp9dzt.info tcp/443`, which looked wrong.';
  const rule = { ...ask.rule, extraApprovers: [{ because, without: ['U0ERIN0001'] }] };
  const lockdown = inStage('dns', { phase: 'asking', ask: { ...ask, rule }, votes: [aVote(BORIS)] });
  return drawn(draw(approvalCard({ lockdown, stage: 'dns', finding: aFinding() })), 'approval-one-more');
});

test('the lockdown’s card in every phase', () => {
  const last = (state: Partial<StageState>, change: Partial<Lockdown> = {}) =>
    inStage('disable-discovery', { wrote: true, ...state }, change);
  const done = { phase: 'allowed' } as const;
  const interrupted = inStage('pods', { phase: 'asking', ask: anAsk() }, { phase: 'cancelled' });
  const kept = { ...interrupted.stages.dns, wrote: true };
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
    lockdownCard({ lockdown: inStage('disable-discovery', { phase: 'denied' }) }),
    lockdownCard({ lockdown: last({ phase: 'applying' }) }),
    lockdownCard({ lockdown: last({ phase: 'failed', failedIn: 'applying', because: 'The console did not answer.' }) }),
    lockdownCard({ lockdown: last({ phase: 'undoing' }) }),
    lockdownCard({ lockdown: last(done, { phase: 'watching' }), confirmBy: NOW + HOUR }),
    lockdownCard({ lockdown: last(done, { phase: 'locked' }) }),
    lockdownCard({ lockdown: last(done, { phase: 'locked', reckoning }) }),
    lockdownCard({
      lockdown: last(done, {
        phase: 'releasing',
        because: 'Nobody confirmed in time.',
        failedStep: 'release-lockdown: The console is locked.',
      }),
    }),
    lockdownCard({ lockdown: last(done, { phase: 'released', because: 'Payments are down.' }) }),
    lockdownCard({ lockdown: { ...interrupted, stages: { ...interrupted.stages, dns: kept } } }),
    lockdownCard({ lockdown: inStage('dns', { phase: 'undoing', wrote: true }, { phase: 'cancelled' }) }),
    lockdownCard({
      lockdown: inStage(
        'dns',
        { phase: 'failed', failedIn: 'undoing', wrote: true, because: 'The console is locked.' },
        { phase: 'cancelled' },
      ),
    }),
    lockdownCard({ lockdown: inStage('dns', { phase: 'waiting' }, { phase: 'cancelled' }) }),
  ];
  return drawn(lockdowns.map(draw).join('\n\n'), 'lockdown-card');
});

test('Details shows the guide’s own YAML and every edge', () => {
  const { dns } = inStage('dns', { phase: 'asking', ask: anAsk(), votes: [aVote(BORIS)] }).stages;
  return drawn(drawModal(draftDetails({ stage: 'dns', state: dns, finding: aFinding() })), 'details');
});

const STOPPED: Stopped = {
  group: aGroup('frontend', 'transfer.sh', { id: 'g-drop', ports: ['tcp/443'] }),
  because: 'anybody can drop and fetch data at transfer.sh',
};

test('the modals that ask', () => {
  const { draft } = disableFinding();
  const about = { namespace: NAMESPACE, stage: 'dns', state } as const;
  const answered = draft.residual.filter(({ decision }) => decision);
  const modals = [
    askWhyDenied(about),
    askWhyLeftOut(about),
    askSponsor({ ...about, stopped: [STOPPED, { ...STOPPED, sponsor: { by: BORIS, because: 'I know it.' } }] }),
    confirmDisable({ namespace: NAMESPACE, finding: disableFinding(), state, confirmMinutes: 60 }),
    confirmDisable({
      ...{ namespace: NAMESPACE, finding: disableFinding([]), state, confirmMinutes: 0 },
      askWhy: 'Nobody has to confirm afterwards, so nothing is given back by itself.',
    }),
    decideResidual({ namespace: NAMESPACE, residual: inOrder(draft.residual), state, mayVoteAfter: false }),
    decideResidual({
      namespace: NAMESPACE,
      residual: answered,
      state,
      mayVoteAfter: false,
      tooFewAfter: { left: 1, needed: 2, groups: [{ group: SECURITY, left: 0, needed: 1 }] },
    }),
  ];
  return drawn(modals.map(drawModal).join('\n\n'), 'modals');
});

test('what stands out in a draft is ticked, thing by thing, before the vote', () => {
  const remarks = [
    { level: 'look', text: 'redis-cart → api.example.com tcp/443: a database that never called out before.' },
    { level: 'look', text: 'allow-web-server opens 8080 to everybody.' },
    { level: 'note', text: 'No tcp/53 was seen.' },
  ] as const;
  const finding = disableFinding();
  const draft = { ...dnsDraft, remarks };
  const modals = [
    lookFirst({ stage: 'dns', draft, state }),
    confirmDisable({
      namespace: NAMESPACE,
      finding: { ...finding, draft: { ...finding.draft, remarks: remarks.slice(0, 1) } },
      state,
      confirmMinutes: 60,
    }),
  ];
  return drawn(modals.map(drawModal).join('\n\n'), 'modals-look-first');
});

test('an edge that nothing here could allow can only be blocked', () => {
  const [first] = disableFinding().draft.residual;
  if (!first) throw new Error('no residual');
  const residual = [{ ...first, changes: [], because: 'the billing namespace has to allow it' }];
  const text = drawModal(decideResidual({ namespace: NAMESPACE, residual, state, mayVoteAfter: true }));
  expect(text).toContain('(•) Block');
  expect(text).not.toContain('Allow: add a rule');
});

test('traffic of the stage that is allowed already is counted beside the table', () => {
  const finding = aFinding();
  const probes = {
    group: aGroup('10.128.0.4', 'frontend', { count: 4508 }),
    ruleset: 'allow-web-server',
    namespace: NAMESPACE,
  };
  const text = draw(
    approvalCard({
      lockdown: inStage('dns', { phase: 'asking', ask: anAsk() }),
      stage: 'dns',
      finding: { ...finding, draft: { ...finding.draft, alreadyAllowed: [probes] } },
    }),
  );
  expect(text).toContain(
    'Beside these, 1 kind of traffic of this stage (4,508 flows), allowed already by allow-web-server',
  );
});

test('a stage that went on without proof is never shown as simply done', () => {
  const lockdown = inStage('kubelets', {
    phase: 'allowed',
    because: '1 of 2 carried by the new rules',
    unprovenBy: BORIS,
  });
  expect(draw(lockdownCard({ lockdown }))).toContain(
    `:large_yellow_circle: *kubelets*: done without proof of all of it, as @${BORIS} decided – 1 of 2 carried by the new rules`,
  );
});

test('only to block is chosen beforehand, and not where it came from inside and only seldom', () => {
  const [first] = disableFinding().draft.residual;
  if (!first) throw new Error('no residual');
  const { decision: _none, ...open } = first;
  const asked = (residual: typeof open) =>
    drawModal(decideResidual({ namespace: NAMESPACE, residual: [residual], state, mayVoteAfter: true }));
  expect(asked({ ...open, advice: 'allow' })).not.toContain('(•)');
  expect(asked({ ...open, advice: 'block' })).toContain('(•) Block');
  expect(asked({ ...open, advice: 'block', unchosen: true })).not.toContain('(•)');
});

test('what is not proven says what to do about it', () => {
  const lockdown = inStage('dns', { phase: 'verifying', because: 'no newer flow' });
  return drawn(draw(notProven({ lockdown, stage: 'dns', finding: verifyFinding })), 'not-proven');
});

test('once the question of proof is closed, its card says how', () => {
  const proven = {
    ...verifyFinding,
    groups: verifyFinding.groups.map((each) => ({ ...each, state: 'carried' as const })),
  };
  const lockdown = inStage('dns', { phase: 'allowed', because: 'Newer flows carry all 2 edges' });
  const messages = [
    notProven({ lockdown, stage: 'dns', finding: proven }),
    notProven({
      lockdown: inStage('dns', { phase: 'allowed', unprovenBy: BORIS }),
      stage: 'dns',
      finding: verifyFinding,
    }),
    notProven({ lockdown: inStage('dns', { phase: 'waiting' }), stage: 'dns', finding: verifyFinding }),
  ];
  return drawn(messages.map(draw).join('\n\n'), 'proof-closed');
});

test('a vote that is given twice is told to be the same', () => {
  const [first, second] = ['a', 'b'].map((signature) => aVote(BORIS, { receipt: { key: 'k1', signature } }));
  if (!first || !second) throw new Error('no votes');
  const lockdown = inStage('dns', { phase: 'asking', ask: anAsk(), votes: [first, second] });
  expect(repeatsVote(lockdown, { stage: 'dns', vote: first })).toBe(false);
  expect(repeatsVote(lockdown, { stage: 'dns', vote: second })).toBe(true);
  const line = draw(threadLine({ lockdown, event: { type: 'vote-cast', stage: 'dns', vote: second } }));
  expect(line).toContain('@U0BORIS001 approved *dns* once more; it counts once.');
});

test('while watching, rejected flows come with the way out', () =>
  drawn(draw(watchCard({ lockdown: aLockdown({ phase: 'watching' }), finding: watchFinding })), 'watch'));

test('once it is locked, what was predicted stands beside what really happened, the surprises by name', () => {
  const rejected = watchFinding.rejected.slice(1);
  return drawn(
    draw(watchCard({ lockdown: aLockdown({ phase: 'locked' }), finding: { ...watchFinding, rejected, reckoning } })),
    'watched',
  );
});

test('the day’s digest, the nudge, status, flows, help, the self-test and what is left of an outdated card', () => {
  const lockdown = inStage('dns', { phase: 'asking', ask: anAsk() });
  const messages = [
    discoveryDigest({ lockdown: aLockdown(), finding: discovery, approvers: { users: [DIEGO], groups: [SECURITY] } }),
    nudge({ lockdown, stage: 'dns', owing: [BORIS, CHITRA], waitingHours: 4.2, expiresAt: NOW + HOUR, card }),
    statusOfAll([{ lockdown, card }, { lockdown: aLockdown({ paused: true }) }]),
    statusOfAll([]),
    statusOfAll([{ lockdown: aLockdown({ phase: 'watching' }), card, confirmBy: NOW + HOUR }]),
    flowsOverview(aLockdown(), discovery),
    flowsOverview(inStage('pods', { phase: 'verifying' }), discovery),
    flowsOverview(aLockdown(), undefined),
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

test('a channel reads which lockdown was lost, what it left, until when somebody has to act, and how', () => {
  const found = { namespace: NAMESPACE, lockdown: 'hipster-shop-1a2b3c4d', objects: ['DNS', 'allow-dns'] };
  const messages = [
    orphanFound({ ...found, cut: false, confirmBy: undefined }),
    orphanFound({ ...found, cut: true, confirmBy: NOW }),
    orphanFound({ ...found, objects: [], cut: true, confirmBy: undefined }),
    orphanGivenBack({ ...found, former: { incoming: 'Inherit', outgoing: 'Allow' } }),
    cutAfterItsEnd({ ...found, former: { incoming: 'Inherit', outgoing: 'Allow' } }),
  ];
  return drawn(messages.map(draw).join('\n\n'), 'orphan');
});

test('a checkpoint in the thread is one line in small print, with the hash that an auditor compares', () => {
  return drawn(
    draw(checkpointLine({ size: 12, key: '84d491d9', root: '0123456789abcdef'.repeat(4) })),
    'checkpoint-line',
  );
});

test('every event has a sentence in the thread', () => {
  const lockdown = inStage('dns', { phase: 'asking', ask: anAsk(), votes: [aVote(BORIS)] });
  const given = {
    by: ALICE,
    because: 'the console said `403`.',
    stage: 'dns',
    nonce: 'n',
    person: BORIS,
    what: 'frontend → transfer.sh tcp/443',
    found: ['The ruleset allow-dns, which was approved, is gone.'],
    changes: ['watch.confirmMinutes: 60 → 0'],
  } as const;
  const all: Record<string, unknown> = {
    ...given,
    written: 'take-back',
    ask: anAsk(),
    vote: aVote(BORIS),
    answers: { a: 'allow', b: 'block' },
    objects: ['DNS', 'allow-dns'],
    left: ['allow-dns'],
    proof: '12 newer flows carry `allow-dns`.',
    disagreements: [],
    step: 'apply-stage',
    incoming: 'Allow',
    outgoing: 'Inherit',
    reckoning,
    at: NOW,
    size: 12,
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
