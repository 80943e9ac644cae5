/** Who answers for what was stopped: it comes into the draft, is looked at first, and takes one approver more. */
import { expect, test } from 'vitest';
import type { Answers, Draft } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import { ruleForDraft } from '#core/extra-approvers.ts';
import type { Stage } from '#core/stage.ts';
import { draftStage } from '#core/stages/draft-stage.ts';
import { edge, evidence, kubernetes, NO_ANSWERS, SETTINGS, workload } from '#test/support/evidence.ts';
import { anAsk } from '#test/support/lockdowns.ts';

const ERIN = { by: 'U0ERIN0001', because: 'The nightly export goes there by contract.' };
const frontend = workload('frontend');
const payment = workload('payment');
const redis = workload('redis-cart');
const drop = calls('transfer.sh');
const pay = calls('api.example-pay.com');

function calls(name: string): Edge {
  return edge(frontend, '198.51.100.40', 'tcp/443', { names: [name], id: name });
}

function draftOf(stage: Stage, edges: Edge[], answers: Answers = NO_ANSWERS): Draft {
  const facts = { kubernetes: kubernetes() };
  return draftStage(stage, evidence([frontend, payment, redis], edges, facts), SETTINGS, answers);
}

function sponsoring(draft: Draft): Answers {
  return { residual: {}, sponsored: Object.fromEntries(draft.stopped.map(({ group }) => [group.id, ERIN])) };
}

function hostsIn(draft: Draft): string[] {
  return draft.changes.flatMap((change) => (change.kind === 'create-external-network' ? change.network.entries : []));
}

const SAFE = { windowHours: 168, confirmMinutes: 60, floors: { windowHours: 24, confirmMinutes: 10 } };
const extraApproversFor = (draft: Draft) => ruleForDraft(draft, anAsk().rule, SAFE).extraApprovers ?? [];

test('a draft says what was stopped and could be allowed if somebody answered for it', () => {
  const draft = draftOf('external-services', [drop, pay]);
  expect(draft.stopped).toMatchObject([{ group: { source: 'frontend', names: ['transfer.sh'], ports: ['tcp/443'] } }]);
  expect(draft.stopped[0]?.because).toContain('anybody can drop and fetch data');
  expect(draft.stopped[0]?.sponsor).toBeUndefined();
  expect(extraApproversFor(draft)).toEqual([]);
});

test('what somebody answers for is in the draft, first on the card and in that person’s name', () => {
  const edges = [drop, pay];
  const draft = draftOf('external-services', edges, sponsoring(draftOf('external-services', edges)));
  expect(hostsIn(draft).sort()).toEqual(['api.example-pay.com', 'transfer.sh']);
  expect(draft.leftOut).toEqual([]);
  expect(draft.allows).toContain(drop.id);
  expect(draft.remarks[0]).toMatchObject({ level: 'look', by: ERIN.by });
  expect(draft.remarks[0]?.text).toContain('frontend → transfer.sh tcp/443 looks wrong: anybody can drop');
  expect(draft.remarks[0]?.text).toContain(ERIN.because);
  expect(draft.stopped).toMatchObject([{ sponsor: ERIN }]);
});

test('it takes one approver more, and not the one who answers for it', () => {
  const edges = [drop, calls('file.io'), pay];
  const draft = draftOf('external-services', edges, sponsoring(draftOf('external-services', edges)));
  expect(extraApproversFor(draft)).toMatchObject([{ without: [ERIN.by] }]);
});

test('an answer for one place lets no other in, nor another port of the same place', () => {
  const answers = sponsoring(draftOf('external-services', [drop, pay]));
  const other = edge(frontend, '198.51.100.40', 'tcp/8443', { names: ['transfer.sh'], id: 'other port' });
  const draft = draftOf('external-services', [drop, other, calls('file.io'), pay], answers);
  expect(hostsIn(draft)).toEqual(['api.example-pay.com']);
  expect(draft.stopped.map(({ sponsor }) => sponsor)).toEqual([undefined, undefined]);
});

test('nobody can answer for a resolver that is not trusted: no draft of dns would allow it', () => {
  const stray = edge(frontend, '203.0.113.9', 'udp/53');
  const draft = draftOf('dns', [stray, edge(frontend, '10.75.240.10', 'udp/53')]);
  expect(draft.remarks).toContainEqual(expect.objectContaining({ level: 'stop' }));
  expect(draft.stopped).toEqual([]);
});

test('a store that somebody answers for may ask for the machine’s credentials, and still not the whole namespace', () => {
  const asks = [frontend, redis].map((who) => edge(who, '169.254.169.254', 'tcp/80'));
  const edges = [...asks, edge(payment, redis, 'tcp/6379')];
  const before = draftOf('metadata', edges);
  expect(before.allows).toEqual([asks[0]?.id]);
  const draft = draftOf('metadata', edges, sponsoring(before));
  expect(draft.allows.toSorted()).toEqual(asks.map(({ id }) => id).sort());
  const subjects = draft.changes.flatMap((change) => (change.kind === 'create-ruleset' ? change.ruleset.subject : []));
  expect(subjects.every((clause) => clause.some((tag) => tag.startsWith('app=')))).toBe(true);
  expect(subjects).toHaveLength(2);
});

test('in the last stage, too, allowing what looks wrong takes one approver more', () => {
  const edges = [drop, pay];
  const { residual } = draftOf('disable-discovery', edges);
  const [wrong, ...others] = residual;
  expect([wrong?.wrong, ...others.map((one) => one.wrong)]).toEqual([true, undefined]);
  const answered = (answer: 'allow' | 'block') => ({
    residual: Object.fromEntries(residual.map(({ group }) => [group.id, { answer, by: ERIN.by }])),
  });
  expect(extraApproversFor(draftOf('disable-discovery', edges, answered('allow')))).toMatchObject([
    { without: [ERIN.by] },
  ]);
  expect(extraApproversFor(draftOf('disable-discovery', edges, answered('block')))).toEqual([]);
});
