/** What each card of a lockdown is called in the card store. */
import type { Stage } from '#core/stage.ts';

export const cardNames = {
  /** In the channel; everything else is in its thread. */
  lockdown: 'lockdown',
  watch: 'watch',
  approval: (stage: Stage, revision: number) => `approval-${stage}-r${revision}`,
  notProven: (stage: Stage, revision: number) => `not-proven-${stage}-r${revision}`,
  nudge: (stage: Stage, revision: number, number: number) => `nudge-${stage}-r${revision}-n${number}`,
  digest: (day: number) => `digest-day-${day}`,
  checkpoint: (size: number) => `checkpoint-${size}`,
} as const;
