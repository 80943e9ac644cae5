/** The modal that stands between Approve and a vote where something in the draft stands out: each thing to be ticked. */
import type { KnownBlock } from '@slack/types';
import { type Draft, looksOf } from '#core/draft.ts';
import { lastSegment } from '#core/namespace.ts';
import type { Stage } from '#core/stage.ts';
import { encodeModal, INPUTS, type ModalState, modalId } from '../action-ids.ts';
import { LIMITS } from '../limits.ts';
import { bold, count, type Modal, modal, plain, says } from './build.ts';

export type LookFirst = { readonly stage: Stage; readonly draft: Draft; readonly state: ModalState };

export function lookFirst({ stage, draft, state }: LookFirst): Modal {
  const looks = looksOf(draft).length;
  return modal(
    'Look at this first',
    [
      says([
        'Your vote is for ',
        bold(stage),
        ` of ${lastSegment(draft.namespace)}. ${count(looks, 'thing stands out', 'things stand out')} in its draft: tick each once you have looked at it.`,
      ]),
      ...lookInputs(draft),
    ],
    {
      callback_id: modalId('look-first'),
      private_metadata: encodeModal(state),
      submit: plain('Approve', LIMITS.modalTitle),
      close: plain('Cancel', LIMITS.modalTitle),
    },
  );
}

export const SEEN = 'seen';

/** One to tick for each thing that stands out; Slack itself takes none of them for optional. */
export function lookInputs(draft: Pick<Draft, 'remarks'>): KnownBlock[] {
  return looksOf(draft).map(({ text }, position) => {
    const { block_id, action_id } = INPUTS.look(position);
    return {
      type: 'input',
      block_id,
      label: plain(`${position + 1}. ${text}`, LIMITS.inputLabel),
      element: {
        type: 'checkboxes',
        action_id,
        options: [{ text: plain('I have looked at it', LIMITS.option), value: SEEN }],
      },
    };
  });
}
