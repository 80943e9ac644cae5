/** Attacks planted into a week of one application: none of them teaches a draft anything, and the clean week is quiet. */
import { beforeAll, expect, test } from 'vitest';
import { CORPUS } from '#sandbox/poison/corpus.ts';
import { readOptions } from '#sandbox/poison/options.ts';
import { drawClean, drawTrials } from '#sandbox/poison/table.ts';
import { type Trial, trialOf } from '#sandbox/poison/trial.ts';
import { faultsOf } from '#sandbox/poison/verdict.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
let trial: Trial;

beforeAll(() => {
  trial = trialOf('sandbox/apps/robot-shop.json', 3, NOW, () => undefined);
});

test('everything that was planted into Robot Shop’s week is flagged, and nothing harmful gets into a draft', () => {
  const outcomes = Object.fromEntries(trial.trials.map(({ title, outcome }) => [title, outcome]));
  expect(trial.faults).toEqual([]);
  expect(outcomes).toMatchObject({
    'one pod uploads to a bucket of its own all week': 'kept out',
    'a store calls a chat for the first time': 'kept out',
    'a resolver of the attacker’s own': 'kept out',
    'somebody who never did asks for the machine’s credentials': 'kept out',
    'the Service of the front door also declares a store’s port, and somebody outside uses it': 'kept out',
    'one pod calls home every minute': 'flagged',
    'somebody’s pod carries the labels of the front door': 'flagged',
  });
  expect(trial.trials).toHaveLength(CORPUS.length);
});

test('the clean week has no stop, at most three looks a stage, and loses nothing to a suspicion', () => {
  for (const { stops, looks } of trial.clean.stages) {
    expect(stops).toEqual([]);
    expect(looks.length).toBeLessThanOrEqual(3);
  }
  expect(trial.clean.cutForSuspicion).toEqual([]);
});

test('what gets in, what nobody speaks of and what is stopped for nothing is a fault', () => {
  const [first] = trial.trials;
  if (!first) throw new Error('the corpus is not empty');
  const slipped = { ...first, outcome: 'slipped in' as const };
  const unseen = { ...first, outcome: 'unseen' as const };
  const [dns, ...stages] = trial.clean.stages;
  if (!dns) throw new Error('there are stages');
  const loud = { stages: [{ ...dns, stops: ['a → b'] }, ...stages], cutForSuspicion: ['c → d'] };
  expect(faultsOf([slipped, unseen], loud)).toEqual([
    `got in: ${first.case} ${first.title}`,
    `not flagged: ${first.case} ${first.title}`,
    'false stop at dns: a → b',
    'cut by a false stop: c → d',
  ]);
});

test('the table names each attack, its outcome and its signals', () => {
  expect(drawTrials(trial.trials)).toMatch(/L-02 {2}a resolver of the attacker’s own +kept out +S-21 stop/);
  expect(drawClean(trial.clean)).toMatch(/external-services +0/);
});

test('options that make no sense are answered with a sentence', () => {
  expect(() => readOptions(['--seed', 'x'])).toThrow('--seed takes a whole number');
  expect(() => readOptions(['graph.json'])).toThrow('belongs behind --app');
  expect(readOptions(['--app', 'a.json', 'b.json', '--seed', '7'])).toEqual({ apps: ['a.json', 'b.json'], seed: 7 });
});
