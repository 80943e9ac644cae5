/** The modal in which somebody answers for traffic that looks wrong, so that the draft allows it. */
import type { PlainTextOption } from '@slack/types';
import type { Stopped } from '#core/draft.ts';
import type { Stage } from '#core/stage.ts';
import { encodeModal, INPUTS, type ModalState, modalId } from '../action-ids.ts';
import { LIMITS } from '../limits.ts';
import { reasonInput } from './ask-reason.ts';
import { bold, code, list, type Modal, modal, plain, says } from './build.ts';
import { edgeLine } from './words.ts';

export type AskSponsor = {
  readonly namespace: string;
  readonly stage: Stage;
  readonly stopped: readonly Stopped[];
  readonly state: ModalState;
};

/** What nobody answers for yet; Slack shows a hundred choices at most. */
export function withoutSponsor(stopped: readonly Stopped[]): readonly Stopped[] {
  return stopped.filter(({ sponsor }) => !sponsor).slice(0, 100);
}

export function askSponsor({ namespace, stage, stopped, state }: AskSponsor): Modal {
  const { block_id, action_id } = INPUTS.group;
  const choices = withoutSponsor(stopped);
  return modal(
    'Answer for it',
    [
      says(
        ['What looks wrong is kept out of the draft of ', bold(stage), ' for ', code(namespace), '.'],
        'If you know that it is right, say why: it comes into the draft in your name, and stands first on the card.',
        'You do not vote on this draft then, and one more person than usual has to approve it.',
      ),
      list(
        'Kept out, and why:',
        choices.map(({ group, because }) => `${edgeLine(group)}: ${because}`),
        20,
        LIMITS.line,
      ),
      {
        type: 'input',
        block_id,
        label: plain('What do you answer for?', LIMITS.inputLabel),
        element: {
          type: 'static_select',
          action_id,
          options: choices.map(
            ({ group }, at): PlainTextOption => ({
              text: plain(`${at + 1}. ${edgeLine(group)}`, LIMITS.option),
              value: group.id,
            }),
          ),
        },
      },
      reasonInput('Why is it right?'),
    ],
    {
      callback_id: modalId('sponsor'),
      private_metadata: encodeModal(state),
      submit: plain('Answer for it', LIMITS.modalTitle),
      close: plain('Cancel', LIMITS.modalTitle),
    },
  );
}
