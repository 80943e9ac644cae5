/** By when somebody has to confirm that discovery mode stays off. */
import type { Lockdown } from '#core/lockdown-state.ts';
import { inTime } from './in-time.ts';
import type { Findings } from './slices.ts';

/** Nothing while nobody has to. */
export async function confirmBy(
  findings: Pick<Findings, 'watch'>,
  { id, phase }: Pick<Lockdown, 'id' | 'phase'>,
): Promise<number | undefined> {
  if (phase !== 'watching') return undefined;
  return (await inTime('the evidence', findings.watch(id)))?.confirmBy;
}
