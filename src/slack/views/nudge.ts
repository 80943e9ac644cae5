/** The nudge to those who still owe a vote. */
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import { bold, code, link, listed, type Message, message, person, says, when } from './build.ts';

export type Nudge = {
  readonly lockdown: Lockdown;
  readonly stage: Stage;
  /** Slack ids of those who have not voted. */
  readonly owing: readonly string[];
  readonly waitingHours: number;
  readonly expiresAt: number;
  /** Where the approval card is. */
  readonly card?: string | undefined;
};

export function nudge({ lockdown, stage, owing, waitingHours, expiresAt, card }: Nudge): Message {
  const hours = Math.max(1, Math.round(waitingHours));
  return message(`${stage} of ${lockdown.namespace} still waits for votes`, [
    says(
      [
        ...listed(owing.slice(0, 20).map(person)),
        owing.length > 0 ? ': ' : '',
        bold(stage),
        ' of ',
        code(lockdown.namespace),
        ` has waited ${hours === 1 ? 'an hour' : `${hours} hours`} for your vote.`,
      ].filter((piece) => piece !== ''),
      [...(card ? [link(card, 'To the card'), '. '] : []), 'It expires ', when(expiresAt), '.'],
    ),
  ]);
}
