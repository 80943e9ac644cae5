/** What happens when a modal is submitted: errors under its inputs, the next page, or a job. */
import { REASON_MIN } from '#core/approval.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import { INPUTS, type ModalName, type ModalState } from './action-ids.ts';
import { questionsFor, sealValues } from './actions.ts';
import type { Actor, Reply } from './gesture.ts';
import type { Household } from './household.ts';
import { inTime } from './in-time.ts';
import { onlySigned } from './known-to-slack.ts';
import { sealHolds } from './receipt.ts';
import { NOT_KEPT, OUTDATED } from './views/answers.ts';
import type { Modal } from './views/build.ts';
import { decideResidual, PAGE_SIZE } from './views/decide-residual.ts';
import { SEEN } from './views/look-first.ts';
import { castVote, draftAsked, openAsk } from './votes.ts';
import { wishFor } from './wishes.ts';

export type Submission = {
  readonly name: ModalName;
  readonly state: ModalState;
  readonly actor: Actor;
  readonly view: string;
  /** What was typed or chosen, by block. */
  readonly values: Readonly<Record<string, string | undefined>>;
};

export type Submitted = Reply | { readonly next: Modal } | { readonly errors: Record<string, string> };

export async function submitted(deps: Household, submission: Submission): Promise<Submitted> {
  const { name, state } = submission;
  const lockdown = await inTime('the lockdown store', deps.lockdowns.read(state.lockdown));
  if (!lockdown || !state.stage) return { refused: 'This lockdown is not kept any more.' };
  const refused = onlySigned(deps.settings) ? notOpenedByUs(deps, submission) : undefined;
  if (refused) return refused;
  switch (name) {
    case 'deny':
      return deny(deps, submission, lockdown, state.stage);
    case 'leave-out':
      return leaveOut(deps, submission, lockdown, state.stage);
    case 'sponsor':
      return sponsor(deps, submission, lockdown, state.stage);
    case 'look-first':
      return lookFirst(deps, submission, lockdown, state.stage);
    case 'confirm-disable':
      return confirmDisable(deps, submission, lockdown, state.stage);
    case 'decide-residual':
      return decide(deps, submission, lockdown, state.stage);
  }
}

/** Where an error of this modal is shown. */
export function errorBlock({ name, state }: Pick<Submission, 'name' | 'state'>): string {
  if (name === 'confirm-disable') return INPUTS.namespace.block_id;
  if (name === 'look-first') return INPUTS.look(0).block_id;
  if (name === 'decide-residual') return INPUTS.residual((state.page ?? 0) * PAGE_SIZE).block_id;
  return INPUTS.reason.block_id;
}

async function deny(deps: Household, submission: Submission, lockdown: Lockdown, stage: Stage): Promise<Submitted> {
  const reason = reasonOf(submission);
  if (reason === undefined) return TOO_SHORT;
  const { actor, state } = submission;
  const given = { lockdown, stage, nonce: state.nonce, reason } as const;
  return castVote(deps, actor, { ...given, decision: 'deny', gesture: 'button' });
}

async function leaveOut(deps: Household, submission: Submission, lockdown: Lockdown, stage: Stage): Promise<Submitted> {
  const because = reasonOf(submission);
  if (because === undefined) return TOO_SHORT;
  return wishFor(deps, submission.actor, lockdown, { verb: 'leave-out', stage, because });
}

async function lookFirst(
  deps: Household,
  submission: Submission,
  lockdown: Lockdown,
  stage: Stage,
): Promise<Submitted> {
  const { actor, state } = submission;
  const refused = notOpenedByUs(deps, submission) ?? (await notLookedAt(deps, submission, lockdown, stage));
  if (refused) return refused;
  const given = { lockdown, stage, nonce: state.nonce, seen: { digest: state.digest } } as const;
  return castVote(deps, actor, { ...given, decision: 'approve', gesture: 'looked' });
}

async function sponsor(deps: Household, submission: Submission, lockdown: Lockdown, stage: Stage): Promise<Submitted> {
  const because = reasonOf(submission);
  if (because === undefined) return TOO_SHORT;
  const { actor, state, values } = submission;
  const group = values[INPUTS.group.block_id];
  if (group === undefined) return { errors: { [INPUTS.group.block_id]: 'Choose what you answer for.' } };
  const ask = openAsk(lockdown, stage, state.nonce);
  if (!ask) return { refused: OUTDATED };
  return wishFor(deps, actor, lockdown, { verb: 'sponsor', stage, nonce: ask.nonce, group, because });
}

async function confirmDisable(
  deps: Household,
  submission: Submission,
  lockdown: Lockdown,
  stage: Stage,
): Promise<Submitted> {
  const { state, actor, values } = submission;
  const refused = notOpenedByUs(deps, submission) ?? (await notLookedAt(deps, submission, lockdown, stage));
  if (refused) return refused;
  if (values[INPUTS.namespace.block_id] !== lockdown.namespace)
    return {
      errors: { [INPUTS.namespace.block_id]: `That is not the namespace’s full name. It is ${lockdown.namespace}` },
    };
  const reason = reasonOf(submission);
  if (openAsk(lockdown, stage, state.nonce)?.rule.askWhy && reason === undefined) return TOO_SHORT;
  const given = { lockdown, stage, nonce: state.nonce, seen: { digest: state.digest } } as const;
  const why = reason === undefined ? {} : { reason };
  return castVote(deps, actor, { ...given, ...why, decision: 'approve', gesture: 'typed-name' });
}

/** The modal has to be one that we opened for this person. */
function notOpenedByUs(deps: Household, { state, actor, view }: Submission): Submitted | undefined {
  if (sealHolds(sealValues(view, actor.user, state), state.seal ?? '', deps.receiptKey)) return undefined;
  deps.journal.warned({
    because: `what was submitted about ${state.lockdown} came from a modal that was never opened for ${actor.user}`,
  });
  return {
    refused: 'This dialog was not opened by the card, so it was not recorded. Press the button on the card again.',
  };
}

/** What stands out is ticked thing by thing, and nobody reads it in a moment. */
async function notLookedAt(
  deps: Household,
  { state, values }: Submission,
  lockdown: Lockdown,
  stage: Stage,
): Promise<Submitted | undefined> {
  const ask = openAsk(lockdown, stage, state.nonce);
  if (!ask) return { refused: OUTDATED };
  const looks = ask.rule.looks ?? 0;
  const missing = Array.from({ length: looks }, (_, position) => INPUTS.look(position).block_id).find(
    (block) => values[block] !== SEEN,
  );
  if (missing !== undefined) return { errors: { [missing]: 'Tick this once you have looked at it.' } };
  const readMs = deps.settings.votes.readSeconds * 1000 - (deps.now() - (state.openedAt ?? 0));
  if (looks > 0 && readMs > 0)
    return {
      errors: {
        [INPUTS.look(looks - 1).block_id]:
          `Please take your time: you can approve in ${Math.ceil(readMs / 1000)} seconds.`,
      },
    };
  return undefined;
}

/** Answers are gathered over all pages and left as one wish: in between, nothing may change under the reader. */
async function decide(
  deps: Household,
  { state, actor, values }: Submission,
  lockdown: Lockdown,
  stage: Stage,
): Promise<Submitted> {
  const ask = openAsk(lockdown, stage, state.nonce);
  if (!ask || ask.digest !== state.digest) return { refused: OUTDATED };
  const finding = await draftAsked(deps, lockdown, stage, ask);
  if (!finding) return { refused: NOT_KEPT };
  const questions = questionsFor(deps, { lockdown, stage, ask, finding, user: actor.user });
  const { residual } = questions;
  const before = (state.page ?? 0) * PAGE_SIZE;
  const here = residual.slice(before, before + PAGE_SIZE).map((_, at) => values[INPUTS.residual(before + at).block_id]);
  const missing = here.findIndex((value) => value !== 'allow' && value !== 'block');
  if (missing >= 0) return { errors: { [INPUTS.residual(before + missing).block_id]: 'Choose allow or block.' } };
  const answers = (state.answers ?? '') + here.map((value) => (value === 'allow' ? 'a' : 'b')).join('');
  if (answers.length < residual.length)
    return { next: decideResidual({ ...questions, state: { ...state, page: (state.page ?? 0) + 1, answers } }) };
  // Whoever leaves somebody's answer as it is has not given it.
  const given = residual.flatMap(({ group, decision }, at) => {
    const answer = answers[at] === 'a' ? ('allow' as const) : ('block' as const);
    return decision?.answer === answer ? [] : [[group.id, answer] as const];
  });
  if (given.length === 0) return { refused: 'All answers are as they were, so nothing was recorded.' };
  return wishFor(deps, actor, lockdown, {
    verb: 'decide-residual',
    stage,
    nonce: ask.nonce,
    answers: Object.fromEntries(given),
  });
}

const TOO_SHORT = {
  errors: { [INPUTS.reason.block_id]: `Please say in at least ${REASON_MIN} characters why.` },
};

function reasonOf({ values }: Submission): string | undefined {
  // It is read in one line of the thread.
  const reason = (values[INPUTS.reason.block_id] ?? '').replace(/\s+/g, ' ').trim();
  return reason.length < REASON_MIN ? undefined : reason;
}
