/** The modal that stands between Approve and a vote to end discovery mode: what will be cut, and a name to type. */
import type { DraftFinding } from '#core/findings.ts';
import { encodeModal, INPUTS, type ModalState, modalId } from '../action-ids.ts';
import { LIMITS } from '../limits.ts';
import { reasonInput } from './ask-reason.ts';
import { bold, code, count, list, type Modal, modal, number, plain, says, sentence } from './build.ts';
import { lookInputs } from './look-first.ts';
import { edgeLine } from './words.ts';

export type ConfirmDisable = {
  readonly namespace: string;
  readonly finding: DraftFinding;
  readonly state: ModalState;
  /** How long there is to confirm afterwards; nobody has to with 0. */
  readonly confirmMinutes: number;
  /** Why each approver has to say why; nothing where none has to. */
  readonly askWhy?: string | undefined;
};

export function confirmDisable({ namespace, finding, state, confirmMinutes, askWhy }: ConfirmDisable): Modal {
  const { replay, draft } = finding;
  const blocked = draft.residual.filter(({ decision }) => decision?.answer === 'block');
  const { block_id, action_id } = INPUTS.namespace;
  return modal(
    'End discovery mode',
    [
      says(
        [
          'Your vote is for ending discovery mode of ',
          code(namespace),
          '. What no rule allows is then ',
          bold('rejected'),
          '.',
        ],
        [
          'The replay says, of the edges recorded: ',
          bold(`${number(replay.cut.edges)} cut`),
          `, ${number(replay.uncertain.edges)} uncertain, ${number(replay.kept.edges)} kept.`,
        ],
        confirmMinutes > 0
          ? `Afterwards an approver has ${count(confirmMinutes, 'minute')} to confirm; otherwise the former default actions come back by themselves.`
          : 'Afterwards nobody has to confirm; it stays until somebody releases it.',
      ),
      list('Will be cut:', replay.cutGroups.map(edgeLine), 30),
      list(
        'Of these, knowingly blocked:',
        blocked.map(({ group }) => edgeLine(group)),
        30,
      ),
      ...lookInputs(draft),
      ...(askWhy === undefined
        ? []
        : [
            says([bold('A safeguard is weaker than usual'), ': ', ...sentence(askWhy)]),
            reasonInput('Why is it right all the same?'),
          ]),
      {
        type: 'input',
        block_id,
        label: plain('To approve, type the namespace’s full name', LIMITS.inputLabel),
        hint: plain(namespace, LIMITS.inputLabel),
        element: { type: 'plain_text_input', action_id, max_length: 500 },
      },
    ],
    {
      callback_id: modalId('confirm-disable'),
      private_metadata: encodeModal(state),
      submit: plain('Approve', LIMITS.modalTitle),
      close: plain('Cancel', LIMITS.modalTitle),
    },
  );
}
