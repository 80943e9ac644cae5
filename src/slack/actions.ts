/** What each button does: answers at once, opens a modal, or leaves a job. */
import type { webApi } from '@slack/bolt';
import type { Ask } from '#core/approval.ts';
import type { DraftFinding } from '#core/findings.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { shortage } from '#core/quorum.ts';
import type { Stage } from '#core/stage.ts';
import type { ButtonName, ModalState, Target } from './action-ids.ts';
import { calling, SlackFailure } from './failure.ts';
import type { Actor, Reply } from './gesture.ts';
import type { Household } from './household.ts';
import { inTime } from './in-time.ts';
import { knownToSlack, onlySigned } from './known-to-slack.ts';
import { seal } from './receipt.ts';
import { ALTERED, NOT_KEPT, NOT_OURS } from './views/answers.ts';
import { askWhyDenied, askWhyLeftOut } from './views/ask-reason.ts';
import type { Modal } from './views/build.ts';
import { confirmDisable } from './views/confirm-disable.ts';
import { decideResidual, inOrder } from './views/decide-residual.ts';
import { draftDetails } from './views/draft-details.ts';
import { lookFirst } from './views/look-first.ts';
import { type Kept, textFingerprint } from './views/shown-text.ts';
import { askSponsor, withoutSponsor } from './views/sponsor.ts';
import { COUNTED, castVote, draftAsked, draftSeen, isCounted, openAsk, outdated, whyNot } from './votes.ts';
import { whyRefused, wishFor } from './wishes.ts';

export type Deps = Household & { readonly client: webApi.WebClient };

export type Press = {
  readonly name: ButtonName;
  readonly target: Target;
  readonly actor: Actor;
  /** The message the button is on. */
  readonly ts: string;
  /** That message, as Slack had kept it when the button was pressed. */
  readonly message: Kept;
  readonly trigger: string;
};

/** Nothing to say where a modal has opened. */
export async function pressed(deps: Deps, press: Press): Promise<Reply | undefined> {
  if (press.name === 'selftest') return { recorded: 'Your click arrived, so interactivity works.' };
  const { target, actor, ts } = press;
  const card = await inTime('the card store', deps.cards.find(actor.channel, ts));
  if (card?.lockdown !== target.lockdown) {
    deps.journal.warned({ because: `a button for ${target.lockdown} was pressed on a message that is no card of it` });
    return { refused: NOT_OURS };
  }
  const texts = await inTime('the card store', deps.cards.texts(target.lockdown, card.card));
  if (!texts.includes(textFingerprint(press.message))) {
    // Whoever holds the bot's token can rewrite a card, but not what its buttons are for.
    deps.journal.alteredCard({ lockdown: target.lockdown, card: card.card, user: actor.user });
    await inTime('the card store', deps.cards.markAltered(target.lockdown, card.card));
    return { refused: ALTERED };
  }
  const lockdown = await inTime('the lockdown store', deps.lockdowns.read(target.lockdown));
  if (!lockdown) return { refused: 'This lockdown is not kept any more.' };
  if (actor.channel !== lockdown.channel) return { refused: NOT_OURS };
  if (target.stage) return stageButton(deps, press, lockdown, target.stage);
  return lockdownButton(deps, press, lockdown);
}

async function lockdownButton(deps: Deps, { name, actor, trigger }: Press, lockdown: Lockdown): Promise<Reply> {
  await knownToSlack(deps, trigger);
  switch (name) {
    case 'confirm':
      return wishFor(deps, actor, lockdown, { verb: 'confirm' });
    case 'release':
      return wishFor(deps, actor, lockdown, { verb: 'release', because: 'Release was pressed on the card.' });
    case 'try-again':
      return wishFor(deps, actor, lockdown, { verb: 'try-again' });
    default:
      return { refused: NOT_OURS };
  }
}

async function stageButton(deps: Deps, press: Press, lockdown: Lockdown, stage: Stage): Promise<Reply | undefined> {
  const { name, actor, trigger } = press;
  switch (name) {
    case 'approve':
      return approve(deps, press, lockdown, stage);
    case 'deny':
      return deny(deps, press, lockdown, stage);
    case 'details':
      return details(deps, press, lockdown, stage);
    case 'decide':
    case 'change-answers':
      return decide(deps, press, lockdown, stage);
    case 'sponsor':
      return sponsor(deps, press, lockdown, stage);
    case 'leave-out':
      return leaveOut(deps, press, lockdown, stage);
    case 'go-on-unproven':
    case 'undo':
    case 'reopen':
      await knownToSlack(deps, trigger);
      return wishFor(deps, actor, lockdown, { verb: name, stage });
    case 'try-again':
      await knownToSlack(deps, trigger);
      return wishFor(deps, actor, lockdown, { verb: 'try-again', stage });
    default:
      return { refused: NOT_OURS };
  }
}

async function approve(deps: Deps, press: Press, lockdown: Lockdown, stage: Stage): Promise<Reply | undefined> {
  const { actor, target } = press;
  const ask = openAsk(lockdown, stage, target.nonce);
  if (!ask) return outdated(deps, lockdown, stage);
  const given = { lockdown, stage, nonce: target.nonce, decision: 'approve' } as const;
  if (!ask.cuts && ask.rule.looks === undefined) {
    await knownToSlack(deps, press.trigger);
    return castVote(deps, actor, { ...given, gesture: 'button', seen: { message: press.message } });
  }
  // Whoever may not vote, or has voted, need not read and type first.
  if (isCounted(actor, { ...given, gesture: 'typed-name' }, ask)) return { recorded: COUNTED };
  const refused = whyNot(deps, actor, { ...given, gesture: 'typed-name' }, ask);
  if (refused !== undefined) return { refused };
  const finding = await draftSeen(deps, actor.user, { lockdown, stage, ask, message: press.message });
  if ('refused' in finding) return finding;
  const { confirmMinutes } = deps.settings.watch;
  await openSealed(deps, press, { ...modalState(press, lockdown, stage), digest: finding.digest }, (state) =>
    ask.cuts
      ? confirmDisable({ namespace: lockdown.namespace, finding, state, confirmMinutes, askWhy: whyAsked(ask.rule) })
      : lookFirst({ stage, draft: finding.draft, state }),
  );
  return undefined;
}

function whyAsked({ askWhy, extraApprovers = [] }: Ask['rule']): string | undefined {
  return askWhy ? extraApprovers.map(({ because }) => because).join(' ') : undefined;
}

/** Opens a modal that proves, when it comes back, that we opened it for this person. */
async function openSealed(deps: Deps, press: Press, about: ModalState, drawn: (state: ModalState) => Modal) {
  const state = { ...about, openedAt: deps.now() };
  const view = await open(deps, press, drawn(state));
  const sealed = { ...state, seal: seal(sealValues(view.id, press.actor.user, state), deps.receiptKey) };
  try {
    await calling('views.update', () =>
      deps.client.views.update({ view_id: view.id, hash: view.hash, view: drawn(sealed) }),
    );
  } catch (error) {
    // Closed before it was sealed, or over with the dialog of the other half of a double click: nobody waits for it.
    if (!(error instanceof SlackFailure) || error.reason !== 'not_found') throw error;
  }
}

/** A modal that does not vote for something: the proof is asked only where a signature is all there is. */
async function openToAsk(deps: Deps, press: Press, state: ModalState, drawn: (state: ModalState) => Modal) {
  if (onlySigned(deps.settings)) await openSealed(deps, press, state, drawn);
  else await open(deps, press, drawn(state));
}

/** What a seal on a modal is over: only a modal that Slack opened for us has such an id. */
export function sealValues(view: string, user: string, { lockdown, nonce, digest, openedAt }: ModalState): string[] {
  return [view, user, lockdown, nonce ?? '', digest ?? '', String(openedAt)];
}

async function deny(deps: Deps, press: Press, lockdown: Lockdown, stage: Stage): Promise<Reply | undefined> {
  const ask = openAsk(lockdown, stage, press.target.nonce);
  if (!ask) return outdated(deps, lockdown, stage);
  const refused = whyNot(deps, press.actor, { lockdown, stage, decision: 'deny', gesture: 'button' }, ask);
  if (refused !== undefined) return { refused };
  await openToAsk(deps, press, modalState(press, lockdown, stage), (state) =>
    askWhyDenied({ ...about(lockdown, stage), state }),
  );
  return undefined;
}

async function details(deps: Deps, press: Press, lockdown: Lockdown, stage: Stage): Promise<Reply | undefined> {
  const { ask } = lockdown.stages[stage];
  const finding = ask && (await draftAsked(deps, lockdown, stage, ask));
  if (!finding) return { refused: 'The details of this draft are not kept any more.' };
  await open(deps, press, draftDetails({ stage, state: lockdown.stages[stage], finding }));
  return undefined;
}

async function decide(deps: Deps, press: Press, lockdown: Lockdown, stage: Stage): Promise<Reply | undefined> {
  const ask = openAsk(lockdown, stage, press.target.nonce);
  if (!ask) return outdated(deps, lockdown, stage);
  const refused = await whyRefused(deps, press.actor, lockdown.namespace, 'decide-residual', lockdown);
  if (refused !== undefined) return { refused };
  const finding = await draftAsked(deps, lockdown, stage, ask);
  if (!finding) return { refused: NOT_KEPT };
  if (finding.draft.residual.length === 0) return { refused: 'Nothing here needs an answer.' };
  const first = { ...modalState(press, lockdown, stage), page: 0, answers: '', digest: finding.digest };
  const asked = { lockdown, stage, ask, finding, user: press.actor.user };
  await openToAsk(deps, press, first, (state) => decideResidual({ ...questionsFor(deps, asked), state }));
  return undefined;
}

type Asked = {
  readonly lockdown: Lockdown;
  readonly stage: Stage;
  readonly ask: Ask;
  readonly finding: DraftFinding;
  /** Who answers. */
  readonly user: string;
};

/** What the modal for the residual asks this person, and what their answering would mean for the vote. */
export function questionsFor({ personOf }: Pick<Deps, 'personOf'>, { lockdown, stage, ask, finding, user }: Asked) {
  const involved = [lockdown.requestedBy, ...lockdown.stages[stage].shapedBy, user].map(personOf);
  return {
    namespace: lockdown.namespace,
    residual: inOrder(finding.draft.residual),
    mayVoteAfter: ask.rule.requesterMayVote,
    tooFewAfter: shortage(ask, involved, personOf),
  };
}

async function sponsor(deps: Deps, press: Press, lockdown: Lockdown, stage: Stage): Promise<Reply | undefined> {
  const ask = openAsk(lockdown, stage, press.target.nonce);
  if (!ask) return outdated(deps, lockdown, stage);
  const refused = await whyRefused(deps, press.actor, lockdown.namespace, 'sponsor', lockdown);
  if (refused !== undefined) return { refused };
  const finding = await draftAsked(deps, lockdown, stage, ask);
  if (!finding) return { refused: NOT_KEPT };
  const { stopped } = finding.draft;
  if (withoutSponsor(stopped).length === 0)
    return { refused: 'Nothing is kept out here that somebody could answer for.' };
  await open(
    deps,
    press,
    askSponsor({ ...about(lockdown, stage), stopped, state: modalState(press, lockdown, stage) }),
  );
  return undefined;
}

async function leaveOut(deps: Deps, press: Press, lockdown: Lockdown, stage: Stage): Promise<Reply | undefined> {
  const refused = await whyRefused(deps, press.actor, lockdown.namespace, 'leave-out', lockdown);
  if (refused !== undefined) return { refused };
  await openToAsk(deps, press, modalState(press, lockdown, stage), (state) =>
    askWhyLeftOut({ ...about(lockdown, stage), state }),
  );
  return undefined;
}

async function open({ client }: Deps, { trigger }: Press, view: Modal): Promise<{ id: string; hash: string }> {
  const opened = await calling('views.open', () => client.views.open({ trigger_id: trigger, view }));
  const { id, hash } = opened.view ?? {};
  if (!id || !hash) throw new Error('Slack opened a modal and did not say which');
  return { id, hash };
}

function modalState({ actor, ts, target }: Press, { id }: Lockdown, stage: Stage): ModalState {
  const nonce = target.nonce === undefined ? {} : { nonce: target.nonce };
  return { lockdown: id, stage, ...nonce, channel: actor.channel, thread: actor.thread ?? ts };
}

function about({ namespace }: Lockdown, stage: Stage) {
  return { namespace, stage };
}
