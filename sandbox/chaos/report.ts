/** What a run has shown, as people read it in a terminal. */
import type { Result } from './run.ts';

const EXAMPLES = 5;

export function drawResult(result: Result): string {
  const { seed, schedule, seconds, restSeconds, faults, notInjected, processStarts, endPhases, promises } = result;
  const injected = Object.values(faults).reduce((sum, count) => sum + count, 0);
  return [
    `Seed ${seed}, schedule ${schedule}: ${seconds} s of faults, at rest ${restSeconds} s later.`,
    '',
    `Faults (${injected})`,
    ...rows(faults),
    ...notInjected.map((what) => `  could not be done: ${what}`),
    '',
    'Starts of the product’s processes',
    ...rows(processStarts),
    '',
    'Where the lockdowns are',
    ...rows(endPhases),
    '',
    'Promises',
    ...promises.flatMap(({ promise, checked, broken }, index) => [
      `  ${index + 1}. ${broken.length === 0 ? '✓ checked' : `✗ BROKEN ${broken.length} times`}: ${promise} (${checked})`,
      ...broken.slice(0, EXAMPLES).map((example) => `       ${example}`),
      ...(broken.length > EXAMPLES ? [`       and ${broken.length - EXAMPLES} more`] : []),
    ]),
    ...(result.folder === undefined ? [] : ['', `Logs: ${result.folder}`]),
  ].join('\n');
}

export function isKept({ promises }: Pick<Result, 'promises'>): boolean {
  return promises.every(({ broken }) => broken.length === 0);
}

function rows(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).map(([what, count]) => `  ${String(count).padStart(5)}  ${what}`);
}
