/** How what a place tells and how it was called weigh together: two independent doubts make a stop. */
import { WEAK } from './habits.ts';
import type { Suspicion } from './signals.ts';

export function isStop({ level }: Pick<Suspicion, 'level'>): boolean {
  return level === 'stop';
}

/** The place is worth a look, and so is how it was called. */
export function isDoubtful(about: readonly Suspicion[], habit: readonly Suspicion[]): boolean {
  return about.some(({ level }) => level === 'look') && habit.some(({ id }) => WEAK.has(id));
}

/** What is told of the place becomes a stop, and names the other doubt. */
export function raised(about: readonly Suspicion[], habit: readonly Suspicion[]): Suspicion[] {
  const weak = habit.filter(({ id }) => WEAK.has(id)).map(({ because }) => because);
  return [
    ...about.map(
      (one): Suspicion =>
        one.level === 'look' ? { ...one, level: 'stop', because: [one.because, ...weak].join('; ') } : one,
    ),
    ...habit.filter(({ id }) => !WEAK.has(id)),
  ];
}

/** As they are, or raised where there is doubt. */
export function weighed(about: readonly Suspicion[], habit: readonly Suspicion[]): Suspicion[] {
  return isDoubtful(about, habit) ? raised(about, habit) : [...about, ...habit];
}
