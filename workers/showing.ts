/** How a lockdown's cards are posted and kept true: drawn from what is stored, sent only when they would look different. */
import { createHash } from 'node:crypto';
import type { DraftFinding } from '#core/findings.ts';
import { currentStage, type Lockdown } from '#core/lockdown-state.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import type { CardStore, Place } from '#redis/card-store.ts';
import type { EvidenceStore } from '#redis/evidence-store.ts';
import { cardNames } from '#slack/card-names.ts';
import type { Poster } from '#slack/post.ts';
import { approvalCard } from '#slack/views/approval-card.ts';
import type { Message } from '#slack/views/build.ts';
import { flowsFile } from '#slack/views/flows-file.ts';
import { lockdownCard } from '#slack/views/lockdown-card.ts';
import { notProven } from '#slack/views/not-proven.ts';
import { isAsAsked } from '#slack/views/shown-beside.ts';
import { textFingerprints } from '#slack/views/shown-text.ts';
import { supersededCard } from '#slack/views/superseded-card.ts';
import { watchCard } from '#slack/views/watch-card.ts';
import type { Journal } from '#src/journal.ts';

export type ShowingDeps = {
  readonly poster: Poster;
  readonly cards: CardStore;
  readonly evidence: Pick<EvidenceStore, 'draft' | 'later' | 'verify' | 'watch' | 'discovery'>;
  readonly journal: Pick<Journal, 'notShown'>;
  readonly now: () => number;
};

type Shown = { readonly channel: string; readonly thread?: string; readonly stage?: Stage; readonly nonce?: string };

/** Posts a card or brings it up to date; a card that somebody deleted is posted once more. */
async function show(deps: ShowingDeps, lockdown: string, card: string, where: Shown, message: Message): Promise<Place> {
  const fingerprint = createHash('sha256').update(JSON.stringify(message)).digest('hex');
  const place = await deps.cards.get(lockdown, card);
  const altered = await deps.cards.isAltered(lockdown, card);
  if (place && !altered && (await deps.cards.shown(lockdown, card)) === fingerprint) return place;
  // Before it is sent: whoever presses at once has seen it already.
  const texts = textFingerprints(message);
  await deps.cards.keepTexts(lockdown, card, texts);
  const sending = await deps.cards.beginSending(lockdown, card, deps.now());
  const isThere = place && (await deps.poster.updateCard({ lockdown, card, message })) === 'updated';
  if (place && !isThere) await deps.cards.drop(lockdown, card, place);
  const shown = isThere ? place : await deps.poster.postCard({ lockdown, card, message, ...where });
  await deps.cards.textsSent(lockdown, card, texts);
  await deps.cards.sent(lockdown, card, sending, fingerprint);
  if (altered) await deps.cards.putRight(lockdown, card);
  return shown;
}

/** Brings up to date only what is there; says nothing about a card that never was. */
async function redraw(
  deps: ShowingDeps,
  lockdown: string,
  card: string,
  where: Shown,
  message: Message,
): Promise<void> {
  if (await deps.cards.get(lockdown, card)) await show(deps, lockdown, card, where, message);
}

/** The card in the channel; everything else goes into its thread. */
export async function showLockdown(deps: ShowingDeps, lockdown: Lockdown): Promise<Place> {
  const { id, channel } = lockdown;
  const [discovery, watch, links] = await Promise.all([
    deps.evidence.discovery(id),
    deps.evidence.watch(id),
    linksToStages(deps, lockdown),
  ]);
  const message = lockdownCard({ lockdown, discovery, confirmBy: watch?.confirmBy, links });
  return show(deps, id, cardNames.lockdown, { channel }, message);
}

async function linksToStages(deps: ShowingDeps, lockdown: Lockdown): Promise<Partial<Record<Stage, string>>> {
  const links: Partial<Record<Stage, string>> = {};
  for (const stage of STAGES) {
    const place = await deps.cards.get(lockdown.id, cardNames.approval(stage, lockdown.stages[stage].revision));
    const link = place && (await deps.poster.permalink(place));
    if (link) links[stage] = link;
  }
  return links;
}

/** The question itself, with the whole list of edges as a file beside it. */
export async function showApproval(deps: ShowingDeps, lockdown: Lockdown, stage: Stage, thread: string): Promise<void> {
  const { revision, ask } = lockdown.stages[stage];
  const finding = await findingAsked(deps, lockdown, stage);
  if (!ask || !finding) return;
  const where = { channel: lockdown.channel, thread, stage, nonce: ask.nonce };
  const { id, channel } = lockdown;
  if (revision > 1)
    await redraw(deps, id, cardNames.approval(stage, revision - 1), where, outdated(lockdown, stage, revision - 1));
  await show(
    deps,
    id,
    cardNames.approval(stage, revision),
    where,
    approvalCard({ lockdown, stage, finding, later: await deps.evidence.later(id, ask.digest) }),
  );
  const file = flowsFile(finding);
  const title = `Edges of ${stage}, draft ${revision}`;
  await deps.poster.attachFile({ lockdown: id, card: `edges-${stage}-r${revision}`, channel, thread, title, ...file });
}

/** The draft that a stage asks, or asked, about. What is kept and is another is not shown: its card would say what nobody is asked. */
async function findingAsked(
  { evidence, journal }: Pick<ShowingDeps, 'evidence' | 'journal'>,
  lockdown: Lockdown,
  stage: Stage,
): Promise<DraftFinding | undefined> {
  const { ask } = lockdown.stages[stage];
  const finding = ask && (await evidence.draft(lockdown.id, stage, ask.digest));
  if (!finding || isAsAsked(finding, ask, lockdown)) return finding;
  journal.notShown({ lockdown: lockdown.id, stage });
  return undefined;
}

/** The card of an earlier draft; of the one whose rules are observed it says so. */
function outdated({ namespace, stages }: Lockdown, stage: Stage, revision: number): Message {
  return supersededCard({ namespace, stage, observed: stages[stage].shadow?.revision === revision });
}

/** Every card in the thread of a lockdown, as it has to look now. */
export async function showThread(deps: ShowingDeps, lockdown: Lockdown, thread: string): Promise<void> {
  const { id, channel } = lockdown;
  const where = { channel, thread };
  for (const stage of STAGES) {
    const { revision, phase, ask } = lockdown.stages[stage];
    const finding = await findingAsked(deps, lockdown, stage);
    const current = cardNames.approval(stage, revision);
    if (finding && ask)
      await redraw(
        deps,
        id,
        current,
        { ...where, stage, nonce: ask.nonce },
        phase === 'drafting'
          ? outdated(lockdown, stage, revision)
          : approvalCard({ lockdown, stage, finding, later: await deps.evidence.later(id, ask.digest) }),
      );
    await showProof(deps, lockdown, stage, where);
  }
  const watch = await deps.evidence.watch(id);
  if (watch) await show(deps, id, cardNames.watch, where, watchCard({ lockdown, finding: watch }));
}

/** Asks whether to wait, exercise or go on, once newer flows have not come in time; afterwards says how that ended. */
async function showProof(
  deps: ShowingDeps,
  lockdown: Lockdown,
  stage: Stage,
  where: { channel: string; thread: string },
): Promise<void> {
  const { phase, because, revision } = lockdown.stages[stage];
  const finding = await deps.evidence.verify(lockdown.id, stage);
  if (!finding) return;
  const card = cardNames.notProven(stage, revision);
  const message = notProven({ lockdown, stage, finding });
  const asks = currentStage(lockdown) === stage && phase === 'verifying' && because !== undefined;
  if (asks) await show(deps, lockdown.id, card, { ...where, stage }, message);
  else await redraw(deps, lockdown.id, card, { ...where, stage }, message);
}
