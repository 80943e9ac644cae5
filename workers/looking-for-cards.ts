/** Cards that somebody deleted are posted again: nobody tells us of it, so Slack is asked, so many lockdowns a minute. */
import { currentStage, type Lockdown } from '#core/lockdown-state.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import type { CardStore } from '#redis/card-store.ts';
import type { Queues } from '#redis/queue.ts';
import { cardNames } from '#slack/card-names.ts';
import type { Poster } from '#slack/post.ts';
import type { Journal } from '#src/journal.ts';
import { startStep } from './recording.ts';

export type LookingDeps = {
  readonly cards: Pick<CardStore, 'get' | 'drop' | 'isBehind'>;
  readonly poster: Pick<Poster, 'isThere'>;
  readonly queues: Pick<Queues, 'add'>;
  readonly journal: Pick<Journal, 'repaired'>;
};

/** Slack takes some hundreds of such questions a minute, and each lockdown has up to three cards that matter. */
const LOOKS_A_MINUTE = 60;

export async function lookForCards(deps: LookingDeps, open: readonly Lockdown[], minute: number): Promise<void> {
  // At once, so that a Slack that does not answer is waited for only once.
  await Promise.all(inTurn(open, minute).map((lockdown) => lookFor(deps, lockdown, minute)));
}

/** Each lockdown every minute while they are few, else as often as that many looks allow. */
export function inTurn(open: readonly Lockdown[], minute: number): Lockdown[] {
  const everyMinutes = Math.ceil(open.length / LOOKS_A_MINUTE);
  const sorted = open.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return sorted.filter((_, number) => number % everyMinutes === minute % everyMinutes);
}

/** Whether its cards have to be drawn, although it is not its turn. */
export async function isBehind({ cards }: Pick<LookingDeps, 'cards'>, lockdown: Lockdown): Promise<boolean> {
  const { id, length, stages } = lockdown;
  const ofStages = STAGES.flatMap((stage) => {
    const { revision } = stages[stage];
    return [cardNames.approval(stage, revision), cardNames.notProven(stage, revision)];
  });
  return cards.isBehind(id, length, [cardNames.lockdown, cardNames.watch, ...ofStages]);
}

async function lookFor(deps: LookingDeps, lockdown: Lockdown, minute: number): Promise<void> {
  const { id, stages } = lockdown;
  const stage = currentStage(lockdown);
  const asking = stage && stages[stage].phase === 'asking' ? stage : undefined;
  const others = [
    cardNames.lockdown,
    cardNames.watch,
    ...(stage ? [cardNames.notProven(stage, stages[stage].revision)] : []),
  ];
  const gone = await Promise.all(others.map((card) => isGone(deps, id, card)));
  if (gone.includes(true)) await bringBack(deps, id, 'announce', undefined, minute);
  if (asking && (await isGone(deps, id, cardNames.approval(asking, stages[asking].revision))))
    await bringBack(deps, id, 'ask-approval', asking, minute);
}

async function bringBack(
  deps: LookingDeps,
  lockdown: string,
  step: 'announce' | 'ask-approval',
  stage: Stage | undefined,
  minute: number,
): Promise<void> {
  deps.journal.repaired({ lockdown, step });
  await startStep(deps, lockdown, { step, stage }, `gone${minute}`);
}

/** Forgotten as well, so that it is posted anew. */
async function isGone({ cards, poster }: LookingDeps, lockdown: string, card: string): Promise<boolean> {
  const place = await cards.get(lockdown, card);
  if (!place || (await poster.isThere(place))) return false;
  await cards.drop(lockdown, card, place);
  return true;
}
