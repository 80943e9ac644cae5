/** The modal that asks, edge by edge, what should become of what no rule would allow. */
import type { KnownBlock, PlainTextOption } from '@slack/types';
import type { Residual } from '#core/draft.ts';
import { encodeModal, INPUTS, type ModalState, modalId } from '../action-ids.ts';
import { LIMITS } from '../limits.ts';
import { bold, code, count, ended, type Modal, modal, number, plain, says } from './build.ts';
import { edgeLine } from './words.ts';

export const PAGE_SIZE = 40;

export type DecideResidual = {
  readonly namespace: string;
  /** All that nobody has answered yet, in the draft's order. */
  readonly undecided: readonly Residual[];
  readonly state: ModalState;
  /** Whether who answers here may still vote. */
  readonly mayVoteAfter: boolean;
};

export function decideResidual({ namespace, undecided, state, mayVoteAfter }: DecideResidual): Modal {
  const page = state.page ?? 0;
  const first = page * PAGE_SIZE;
  const here = undecided.slice(first, first + PAGE_SIZE);
  const last = first + here.length >= undecided.length;
  return modal(
    'Allow or block',
    [
      says(
        [
          'When discovery mode of ',
          code(namespace),
          ' ends, no rule allows these edges. For each one: ',
          bold('allow'),
          ' it by a further small rule, or ',
          bold('block'),
          ' it knowingly.',
        ],
        `${number(first + 1)} to ${number(first + here.length)} of ${count(undecided.length, 'edge')}. What we advise is already chosen.`,
        ...(mayVoteAfter ? [] : ['Whoever answers here shapes the draft, so somebody else has to approve it.']),
      ),
      ...here.map((residual, at) => question(residual, first + at)),
    ],
    {
      callback_id: modalId('decide-residual'),
      private_metadata: encodeModal(state),
      submit: plain(last ? 'Record answers' : 'Next page', LIMITS.modalTitle),
      close: plain('Cancel', LIMITS.modalTitle),
    },
  );
}

function question({ group, because, advice, adviceBecause, changes }: Residual, position: number): KnownBlock {
  const { block_id, action_id } = INPUTS.residual(position);
  const block = option('block', 'Block: it will be rejected');
  // Nothing in this namespace could allow it, so it is not offered.
  const allow = changes.length > 0 ? option('allow', 'Allow: add a rule for it') : undefined;
  return {
    type: 'input',
    block_id,
    label: plain(`${position + 1}. ${edgeLine(group)}`, 300),
    hint: plain(
      `${count(group.count, 'flow')} on ${count(group.days, 'day')}. Why it would be rejected: ${ended(because)} We advise to ${advice} it: ${ended(adviceBecause)}`,
      600,
    ),
    element: {
      type: 'radio_buttons',
      action_id,
      options: allow ? [allow, block] : [block],
      initial_option: advice === 'allow' && allow ? allow : block,
    },
  };
}

function option(value: 'allow' | 'block', text: string): PlainTextOption {
  return { text: plain(text, LIMITS.option), value };
}
