/** What becomes of a suspicion: what is stopped stays out until a named person says otherwise, what is looked at comes first. */
import { expect, test } from 'vitest';
import type { Answers, Draft } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import { draftStage } from '#core/stages/draft-stage.ts';
import { edge, evidence, kubernetes, NO_ANSWERS, SETTINGS, SHOP, workload } from '#test/support/evidence.ts';

const frontend = workload('frontend');
const payment = workload('payment');
const redis = workload('redis-cart');
const cart = edge(payment, redis, 'tcp/6379');

function draftOf(stage: Stage, edges: Edge[], answers: Answers = NO_ANSWERS, settings = SETTINGS): Draft {
  return draftStage(
    stage,
    evidence([frontend, payment, redis], edges, { kubernetes: kubernetes() }),
    settings,
    answers,
  );
}

function calls(name: string, port = 'tcp/443'): Edge {
  return edge(frontend, '198.51.100.40', port, { names: [name], id: `${name} ${port}` });
}

function entriesOf(draft: Draft): readonly string[] {
  return draft.changes.flatMap((change) => (change.kind === 'create-external-network' ? change.network.entries : []));
}

test('a place for drops is in no stage’s draft, and the card says what was seen and why it is not there', () => {
  const edges = [calls('transfer.sh'), calls('api.example-pay.com')];
  for (const stage of STAGES) expect(draftOf(stage, edges).allows).not.toContain('transfer.sh tcp/443');
  const draft = draftOf('external-services', edges);
  expect(entriesOf(draft)).toEqual(['api.example-pay.com']);
  expect(draft.leftOut).toMatchObject([{ group: { names: ['transfer.sh'] } }]);
  expect(draft.remarks[0]).toMatchObject({ level: 'stop' });
  expect(draft.remarks[0]?.text).toContain('frontend → transfer.sh tcp/443: anybody can drop and fetch data');
  expect(draft.remarks[0]?.text).toContain('1000 connections on 5 days');
});

test('it comes back in the last stage as a question of its own, advised to be blocked, and a named person may allow it', () => {
  const edges = [calls('transfer.sh'), calls('api.example-pay.com')];
  const [only, ...others] = draftOf('disable-discovery', edges).residual;
  expect(only).toMatchObject({ advice: 'block', group: { names: ['transfer.sh'] } });
  expect(only?.adviceBecause).toContain('looks wrong');
  expect(others.map(({ advice }) => advice)).toEqual(['allow']);
  const answers = { residual: { [only?.group.id ?? '']: { answer: 'allow' as const, by: 'U0SPONSOR1' } } };
  const draft = draftOf('disable-discovery', edges, answers);
  expect(draft.allows).toEqual(['transfer.sh tcp/443']);
  expect(entriesOf(draft)).toEqual(['transfer.sh']);
});

test('an answer that was given before something looked wrong does not count for it', () => {
  const sound = edge(frontend, '10.20.0.5', 'tcp/5432');
  const [before] = draftOf('disable-discovery', [sound]).residual;
  const scanned = Array.from({ length: 40 }, (_, index) => edge(frontend, '10.20.0.5', `tcp/${5432 + index}`));
  const ids = draftOf('disable-discovery', scanned).residual.map(({ group }) => group.id);
  expect(ids).not.toContain(before?.group.id);
  expect(ids.every((id) => id.startsWith('wrong-'))).toBe(true);
});

test('what is worth a look stays in the draft and is the first thing on the card', () => {
  const draft = draftOf('external-services', [calls('backup.s3.eu-west-1.amazonaws.com')]);
  expect(entriesOf(draft)).toEqual(['backup.s3.eu-west-1.amazonaws.com']);
  expect(draft.remarks[0]?.level).toBe('look');
  expect(draft.remarks[0]?.text).toContain('anybody can have a place of their own at s3.amazonaws.com');
});

test('notes of many edges are one sentence', () => {
  const rare = ['a', 'b', 'c'].map((letter) => ({ ...calls(`${letter}.example-pay.com`), count: 2 }));
  const draft = draftOf('external-services', rare);
  expect(draft.remarks.filter(({ text }) => text.includes('seen 2 times in the whole window'))).toHaveLength(1);
});

test('when a store asks for the machine’s credentials, the metadata rule names only the others that asked', () => {
  const asks = [frontend, redis].map((who) => edge(who, '169.254.169.254', 'tcp/80'));
  const draft = draftOf('metadata', [...asks, cart]);
  expect(draft.allows).toEqual([asks[0]?.id]);
  expect(draft.changes.at(-1)).toMatchObject({
    ruleset: { subject: [['app=frontend', '$identity=processingunit', `$namespace=${SHOP}`]] },
  });
  expect(draft.leftOut).toMatchObject([{ group: { source: 'redis-cart' } }]);
  expect(draft.remarks.map(({ level }) => level)).toContain('stop');
});

test('where no tag tells the store from those who may ask, nobody is allowed to and people are asked', () => {
  const twins = [workload('web', ['tier=all']), workload('redis', ['tier=all', 'x=1'])];
  const asks = twins.map((who) => edge(who, '169.254.169.254', 'tcp/80'));
  const facts = evidence([...twins, payment], [...asks, edge(payment, twins[1] ?? payment, 'tcp/6379')]);
  const draft = draftStage('metadata', facts, SETTINGS, NO_ANSWERS);
  expect(draft.changes).toEqual([]);
  expect(draft.leftOut).toHaveLength(2);
});

test('no wildcard holds a name that looks wrong', () => {
  const answers = (address: string, name: string) =>
    edge(frontend, address, 'tcp/443', { names: [name], id: name + address });
  const edges = [
    answers('198.51.100.1', 'a.quartz-pay.io'),
    answers('198.51.100.2', 'b.quartz-pay.io'),
    answers('198.51.100.3', 'c.quartz-pay.io'),
    answers('10.9.9.9', 'c.quartz-pay.io'),
  ];
  const draft = draftOf('external-services', edges, NO_ANSWERS, { ...SETTINGS, wildcards: true });
  expect(entriesOf(draft)).toEqual(['a.quartz-pay.io', 'b.quartz-pay.io']);
  expect(draft.remarks.map(({ text }) => text).join()).toContain('c.quartz-pay.io');
});

test('a pod under another service account that carries the front door’s labels is spoken of first', () => {
  const door = workload('frontend', ['app=frontend', '@app:k8s:serviceaccountname=frontend']);
  const debug = workload('debug', ['app=frontend', '@app:k8s:serviceaccountname=visitor']);
  const visits = edge('203.0.113.7', door, 'tcp/8080');
  const draft = draftStage('web-server', evidence([door, debug], [visits]), SETTINGS, NO_ANSWERS);
  const looks = draft.remarks.filter(({ level }) => level === 'look').map(({ text }) => text);
  expect(looks.join()).toContain('debug carries all the labels of frontend under another service account');
});

test('a scan among the pods stays out of observed rules; where everybody may reach everybody, that is said', () => {
  const scan = Array.from({ length: 100 }, (_, index) => edge(frontend, payment, `tcp/${2000 + index}`));
  const observed = draftOf('pods', [...scan, cart], NO_ANSWERS, { ...SETTINGS, podsMode: 'observed' });
  expect(observed.allows).toEqual([cart.id]);
  const wide = draftOf('pods', [...scan, cart]);
  expect(wide.remarks[0]).toMatchObject({ level: 'look' });
  expect(wide.remarks[0]?.text).toContain('wide enough to allow it');
});

test('a flood of suspicious places is told in one sentence for each who called them', () => {
  const flood = Array.from({ length: 60 }, (_, index) => calls(`${index}.ngrok.io`));
  const draft = draftOf('external-services', flood);
  const stops = draft.remarks.filter(({ level }) => level === 'stop');
  expect(stops).toHaveLength(1);
  expect(stops[0]?.text).toContain('frontend → 60 places');
  expect(draft.leftOut.length).toBeGreaterThan(0);
});
