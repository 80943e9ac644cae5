/** Promise 3: what was answered "recorded" is counted, and what was answered otherwise is not. */
import { peopleSeed } from '#sandbox/slack/seed.ts';
import { isRecorded, type Notebook, type Told, type VoteGesture } from '../notebook.ts';
import type { Observed, SeenState } from '../observed.ts';

/** What a person may be told later, when a vote that was left for the workers turned out to come too late. */
const NOT_COUNTED = [
  'That vote was for a card that is outdated',
  'That changes nothing now',
  'This lockdown is not kept any more',
];
/** It says of itself that nobody knows. */
const UNCERTAIN = 'it is not certain whether it was recorded';
/** Between a click and the moment the product stamps it. */
const CLOCK_MS = 50;

/** What happens to Slack so long before a click, or after it, may have cost its answer. */
const LOST_BEFORE_MS = 5000;
const LOST_AFTER_MS = 6000;

export function votesCounted(observed: Pick<Observed, 'lockdowns' | 'notebook' | 'answersLostAt'>): string[] {
  const { lockdowns, notebook, answersLostAt } = observed;
  const answered = withAnswers(notebook);
  return lockdowns.flatMap((state) =>
    answered
      .filter(({ gesture }) => gesture.lockdown === state.lockdown.id)
      .flatMap((each) => {
        const because = whyBroken(state, each, notebook.told) ?? whyUnanswered(state, each, answersLostAt);
        return because === undefined ? [] : [`${inWords(each.gesture)}: ${because}`];
      }),
  );
}

type Answered = {
  readonly gesture: VoteGesture;
  readonly answers: readonly Told[];
  /** When this person did something in this thread again. */
  readonly untilMs: number;
};

/** What somebody is told in a thread belongs to the last thing they did there. */
function withAnswers({ votes, told }: Notebook): Answered[] {
  return votes.map((gesture) => {
    const { person, thread, atMs } = gesture;
    const later = votes.filter((each) => each.person === person && each.thread === thread && each.atMs > atMs);
    const untilMs = Math.min(...later.map((each) => each.atMs), Number.POSITIVE_INFINITY);
    const answers = told.filter(
      (each) => each.person === person && each.thread === thread && each.atMs >= atMs && each.atMs < untilMs,
    );
    return { gesture, answers, untilMs };
  });
}

function whyBroken(
  { entries }: Pick<SeenState, 'entries'>,
  { gesture, answers, untilMs }: Answered,
  told: readonly Told[],
): string | undefined {
  const { person, thread, nonce, decision, atMs } = gesture;
  const counted = entries.flatMap(({ event }) =>
    event.type === 'vote-cast' && event.vote.user === person && event.vote.nonce === nonce ? [event.vote] : [],
  );
  if (answers.some(isRecorded)) {
    const inLedger = counted.some((vote) => vote.decision === decision);
    const toldLater = told.some(
      (each) =>
        each.person === person &&
        each.thread === thread &&
        each.atMs >= atMs &&
        NOT_COUNTED.some((words) => each.text.includes(words)),
    );
    return inLedger || toldLater ? undefined : 'answered "recorded", and the ledger does not have it';
  }
  const refused = (gesture.errors ?? []).length > 0 || answers.length > 0;
  const uncertain = [...(gesture.errors ?? []), ...answers.map(({ text }) => text)].some((text) =>
    text.includes(UNCERTAIN),
  );
  if (!refused || uncertain) return undefined;
  const nevertheless = counted.some((vote) => vote.at >= atMs - CLOCK_MS && vote.at < untilMs);
  return nevertheless
    ? `answered "${gesture.errors?.[0] ?? answers[0]?.text}", and the ledger has it nevertheless`
    : undefined;
}

/** A click that nobody answered may count, or be lost with the process that took it; otherwise somebody waits for nothing. */
function whyUnanswered(
  { entries }: Pick<SeenState, 'entries'>,
  { gesture, answers, untilMs }: Answered,
  lostAt: Observed['answersLostAt'],
): string | undefined {
  const { person, nonce, atMs, owed } = gesture;
  if (!owed || answers.length > 0) return undefined;
  if (lostAt.some((at) => at > atMs - LOST_BEFORE_MS && at < atMs + LOST_AFTER_MS)) return undefined;
  const counted = entries.some(
    ({ event }) =>
      event.type === 'vote-cast' &&
      event.vote.user === person &&
      event.vote.nonce === nonce &&
      event.vote.at >= atMs - CLOCK_MS &&
      event.vote.at < untilMs,
  );
  return counted ? undefined : 'nobody answered it, and the ledger does not have it';
}

function inWords({ person, decision, stage, lockdown, how }: VoteGesture): string {
  const name = peopleSeed.find(({ id }) => id === person)?.name ?? person;
  return `${name}’s ${decision} of ${stage} in ${lockdown} by ${how}`;
}
