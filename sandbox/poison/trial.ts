/** One application: every attack of the corpus planted into its week, and the week unharmed. */
import { readFileSync } from 'node:fs';
import type { DraftSettings } from '#core/draft.ts';
import { CORPUS } from './corpus.ts';
import { type LockedDown, lockedDown } from './locked-down.ts';
import { type Clean, cleanWeek, faultsOf, settingsOf, type Tried, tried } from './verdict.ts';
import { evidenceOf, recordedWeek } from './week.ts';

export type Trial = {
  readonly app: string;
  readonly seed: number;
  readonly trials: readonly Tried[];
  readonly clean: Clean;
  readonly faults: readonly string[];
};

export function trialOf(app: string, seed: number, startMs: number, onProgress: (words: string) => void): Trial {
  const week = recordedWeek(app, String(seed), startMs);
  const evidence = evidenceOf(week);
  const locked = new Map<string, LockedDown>();
  const unharmed = (settings: DraftSettings): LockedDown => {
    const key = JSON.stringify(settings);
    const known = locked.get(key) ?? lockedDown(evidence, settings);
    locked.set(key, known);
    return known;
  };
  const trials = CORPUS.map((scenario, index) => {
    onProgress(`${index + 1} of ${CORPUS.length}: ${scenario.title}`);
    return tried(scenario, week, evidence, unharmed(settingsOf(scenario)), String(seed));
  });
  onProgress('the clean week');
  const clean = cleanWeek(evidence, unharmed(settingsOf({})));
  const name = (JSON.parse(readFileSync(app, 'utf8')) as { app: string }).app;
  return { app: name, seed, trials, clean, faults: faultsOf(trials, clean) };
}
