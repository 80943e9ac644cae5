/** The modals that ask why: to deny a stage, or to leave it out. */
import { REASON_MIN } from '#core/approval.ts';
import type { Stage } from '#core/stage.ts';
import { encodeModal, INPUTS, type ModalState, modalId } from '../action-ids.ts';
import { LIMITS } from '../limits.ts';
import { bold, code, type Modal, modal, plain, says } from './build.ts';
import { goesOn } from './words.ts';

const REASON_MAX = 1000;

type AskReason = { readonly namespace: string; readonly stage: Stage; readonly state: ModalState };

export function askWhyDenied({ namespace, stage, state }: AskReason): Modal {
  return modal(
    'Deny',
    [
      says(
        ['You deny the draft of ', bold(stage), ' for ', code(namespace), '.'],
        `One no is enough: the stage waits until ${goesOn(stage)}.`,
      ),
      reasonInput('What is wrong with it?'),
    ],
    settings('deny', state, 'Deny'),
  );
}

export function askWhyLeftOut({ namespace, stage, state }: AskReason): Modal {
  return modal(
    'Leave out',
    [
      says(
        ['The lockdown of ', code(namespace), ' goes on without ', bold(stage), '.'],
        'Its edges stay unallowed and come up again, one by one, before discovery mode is disabled.',
      ),
      reasonInput('Why is it left out?'),
    ],
    settings('leave-out', state, 'Leave out'),
  );
}

function settings(name: 'deny' | 'leave-out', state: ModalState, submit: string): Partial<Modal> {
  return {
    callback_id: modalId(name),
    private_metadata: encodeModal(state),
    submit: plain(submit, LIMITS.modalTitle),
    close: plain('Cancel', LIMITS.modalTitle),
  };
}

export function reasonInput(label: string) {
  const { block_id, action_id } = INPUTS.reason;
  return {
    type: 'input' as const,
    block_id,
    label: plain(label, LIMITS.inputLabel),
    hint: plain(`At least ${REASON_MIN} characters. Everybody in the thread reads it.`, LIMITS.inputLabel),
    element: {
      type: 'plain_text_input' as const,
      action_id,
      multiline: true,
      min_length: REASON_MIN,
      max_length: REASON_MAX,
    },
  };
}
