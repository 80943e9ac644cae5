/** The modal that asks, edge by edge, what should become of what no rule would allow. */
import type { KnownBlock, PlainTextOption } from '@slack/types';
import type { Residual } from '#core/draft.ts';
import type { Shortage } from '#core/quorum.ts';
import { encodeModal, INPUTS, type ModalState, modalId } from '../action-ids.ts';
import { LIMITS } from '../limits.ts';
import { bold, code, count, emoji, ended, type Line, type Modal, modal, number, plain, says } from './build.ts';
import { whoIsLeft } from './votes.ts';
import { edgeLine, kinds } from './words.ts';

export const PAGE_SIZE = 40;

export type DecideResidual = {
  readonly namespace: string;
  /** All that is asked about, in the order of `inOrder`. */
  readonly residual: readonly Residual[];
  readonly state: ModalState;
  /** Whether who answers here may still vote. */
  readonly mayVoteAfter: boolean;
  /** Who would be left to approve once this person has answered, where that is too few. */
  readonly tooFewAfter?: Shortage | undefined;
};

/** What nobody has answered comes first; what was answered can be changed. */
export function inOrder(residual: readonly Residual[]): readonly Residual[] {
  return [...residual.filter(({ decision }) => !decision), ...residual.filter(({ decision }) => decision)];
}

export function decideResidual({ namespace, residual, state, mayVoteAfter, tooFewAfter }: DecideResidual): Modal {
  const page = state.page ?? 0;
  const first = page * PAGE_SIZE;
  const here = residual.slice(first, first + PAGE_SIZE);
  const changes = residual.every(({ decision }) => decision);
  const last = first + here.length >= residual.length;
  return modal(
    changes ? 'Change answers' : 'Allow or block',
    [
      says(
        [
          'When discovery mode of ',
          code(namespace),
          ' ends, no rule allows this traffic. For each kind of it: ',
          bold('allow'),
          ' it by a further small rule, or ',
          bold('block'),
          ' it knowingly.',
        ],
        `${number(first + 1)} to ${number(first + here.length)} of ${kinds(residual.length)}. ${changes ? 'The present answers are already chosen.' : 'Nothing is allowed unless you choose so; where we advise to block, that is chosen already.'}`,
        ...(mayVoteAfter ? [] : ['Whoever answers here shapes the draft, so somebody else has to approve it.']),
        ...(tooFewAfter ? [warning(tooFewAfter)] : []),
      ),
      ...here.map((each, at) => question(each, first + at)),
    ],
    {
      callback_id: modalId('decide-residual'),
      private_metadata: encodeModal(state),
      submit: plain(last ? 'Record answers' : 'Next page', LIMITS.modalTitle),
      close: plain('Cancel', LIMITS.modalTitle),
    },
  );
}

function warning(tooFew: Shortage): Line {
  return [
    emoji('warning'),
    ' ',
    bold('Take care'),
    ': once you have answered, ',
    ...whoIsLeft(tooFew),
    ' Better let somebody answer who asked for the lockdown or has answered before.',
  ];
}

function question(residual: Residual, position: number): KnownBlock {
  const { group, because, advice, adviceBecause, changes, decision, wrong, unchosen } = residual;
  const { block_id, action_id } = INPUTS.residual(position);
  const block = option('block', 'Block: it will be rejected');
  // Nothing in this namespace could allow it, so it is not offered.
  const allow = changes.length > 0 ? option('allow', 'Allow: add a rule for it') : undefined;
  const blockable = advice === 'block' || allow === undefined;
  // Whoever records a page in passing widens nothing, and passes over nothing that looks wrong or that nobody can tell by counting.
  const chosen = decision?.answer ?? (blockable && !wrong && !unchosen ? 'block' : undefined);
  return {
    type: 'input',
    block_id,
    label: plain(`${position + 1}. ${wrong ? 'Looks wrong: ' : ''}${edgeLine(group)}`, 300),
    hint: plain(
      `${decision ? `Answered so far: ${decision.answer}. ` : ''}${count(group.count, 'flow')} on ${count(group.days, 'day')}. Why it would be rejected: ${ended(because)} We advise to ${advice} it: ${ended(adviceBecause)}`,
      600,
    ),
    element: {
      type: 'radio_buttons',
      action_id,
      options: allow ? [allow, block] : [block],
      ...(chosen ? { initial_option: chosen === 'allow' && allow ? allow : block } : {}),
    },
  };
}

function option(value: 'allow' | 'block', text: string): PlainTextOption {
  return { text: plain(text, LIMITS.option), value };
}
