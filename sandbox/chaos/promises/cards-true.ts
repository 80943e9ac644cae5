/** Promise 4: a card shows the truth, and no card is posted twice. */
import { currentStage } from '#core/lockdown-state.ts';
import { linesOf } from '#sandbox/demo/reading.ts';
import type { Message } from '#sandbox/slack/types.ts';
import { cardNames } from '#slack/card-names.ts';
import { lockdownCard } from '#slack/views/lockdown-card.ts';
import type { Observed, SeenState } from '../observed.ts';

export function cardsTrue({ lockdowns, messages }: Pick<Observed, 'lockdowns' | 'messages'>): string[] {
  const cards = new Map<string, Message[]>();
  for (const message of messages) {
    const { lockdown, card } = message.metadata?.event_payload ?? {};
    if (typeof card !== 'string') continue;
    const key = `${card} of ${String(lockdown)}`;
    cards.set(key, [...(cards.get(key) ?? []), message]);
  }
  const twice = [...cards].flatMap(([key, posted]) =>
    posted.length > 1 ? [`${key} is there ${posted.length} times`] : [],
  );
  return [...twice, ...lockdowns.flatMap((state) => ofLockdown(state, (card) => cards.get(card)?.[0]))];
}

function ofLockdown(
  { lockdown, discovery, watch }: SeenState,
  posted: (card: string) => Message | undefined,
): string[] {
  const { id, namespace } = lockdown;
  const message = posted(`${cardNames.lockdown} of ${id}`);
  if (!message) return [`the lockdown of ${namespace} has no card`];
  const wanted = linesOf(lockdownCard({ lockdown, discovery, confirmBy: watch?.confirmBy }) as Read);
  const shown = linesOf(message as unknown as Read);
  const differs = wanted.find((line, at) => line !== shown[at]);
  const ownCard =
    differs === undefined && wanted.length === shown.length
      ? []
      : [`the card of ${namespace} does not say “${differs ?? '(less)'}”`];
  return [...ownCard, ...ofQuestion(lockdown, posted)];
}

type Read = Parameters<typeof linesOf>[0];

/** Whoever is asked sees the question; whoever is not asked any more is offered no vote. */
function ofQuestion(lockdown: SeenState['lockdown'], posted: (card: string) => Message | undefined): string[] {
  const stage = currentStage(lockdown);
  if (!stage) return [];
  const { phase, revision, ask } = lockdown.stages[stage];
  const message = posted(`${cardNames.approval(stage, revision)} of ${lockdown.id}`);
  const where = `the question about ${stage} of ${lockdown.namespace}`;
  const nonce = ask?.nonce ?? '';
  const asks = message !== undefined && JSON.stringify(message.blocks).includes(nonce) && nonce !== '';
  const offersVote = message !== undefined && JSON.stringify(message.blocks).includes('"lockstep.approve"');
  if (phase === 'asking' && !lockdown.paused) return asks ? [] : [`${where} is nowhere to be seen`];
  return phase !== 'asking' && offersVote ? [`${where} can still be voted on, and is ${phase}`] : [];
}
