/** How people press and type in a run: without waiting for quiet, one dialog of a person at a time, all of it written down. */

import { setTimeout as sleep } from 'node:timers/promises';
import { advised } from '#sandbox/slack/advised.ts';
import type { PickedValues } from '#sandbox/slack/gestures/state.ts';
import { asPerson } from '#sandbox/slack/people.ts';
import { people } from '#sandbox/slack/seed.ts';
import type { RunningSlack } from '#sandbox/slack/start.ts';
import type { View } from '#sandbox/slack/types.ts';
import { isRecorded, type Notebook, toldBy, type VoteGesture } from './notebook.ts';
import type { Button } from './sight.ts';

const AT_ONCE = { settleMs: 0 };
const YES = { confirmed: true, settleMs: 0 };
const POLL_MS = 100;
/** How long somebody looks for an answer before they try again. */
const ANSWERED_WITHIN_MS = 6000;
const REACTED_WITHIN_MS = 2000;
const SEALED_WITHIN_MS = 3000;
const PAGES_MOST = 20;

export type Handle = keyof typeof people;
export type Answer = 'recorded' | 'refused' | 'nothing';
export type Gestures = ReturnType<typeof gestures>;

export function gestures(slack: RunningSlack, channel: string) {
  const { workspace } = slack;
  const votes: VoteGesture[] = [];
  /** A person looks at one dialog at a time. */
  const desks = new Map<Handle, Promise<unknown>>();

  const as = (who: Handle) => asPerson(slack.url, who);

  async function type(who: Handle, words: string): Promise<void> {
    await as(who).command(channel, words, AT_ONCE);
  }

  /** Whether the bot heard of it; otherwise Slack says that it did not respond. */
  async function press(who: Handle, ts: string, { name, value }: Button): Promise<boolean> {
    const { acked } = await as(who).click(channel, ts, `lockstep.${name}`, { ...YES, value });
    return acked;
  }

  /** What this person is told in the thread after something they did; nothing yet is `undefined`. */
  function answerSince(who: Handle, thread: string, from: number): Answer | undefined {
    const told = toldBy(workspace, from).filter((each) => each.person === people[who] && each.thread === thread);
    if (told.length === 0) return undefined;
    return told.some(isRecorded) ? 'recorded' : 'refused';
  }

  async function answerTo(who: Handle, thread: string, from: number, untilMs: number): Promise<Answer> {
    for (;;) {
      const answer = answerSince(who, thread, from);
      if (answer) return answer;
      if (Date.now() > untilMs) return 'nothing';
      await sleep(POLL_MS);
    }
  }

  function write({ who, ...gesture }: Omit<VoteGesture, 'person' | 'atMs'> & { who: Handle }): VoteGesture {
    const written = { ...gesture, person: people[who], atMs: Date.now() };
    votes.push(written);
    return written;
  }

  /** What stands in the dialogs, page by page, is filled in and sent; what is left open afterwards is closed. */
  async function fillIn(who: Handle, fill: Fill, isAnswered: () => boolean): Promise<Filled> {
    const open = () => workspace.openModals(people[who]).at(-1);
    const deadline = Date.now() + ANSWERED_WITHIN_MS;
    const sealedBy = Date.now() + SEALED_WITHIN_MS;
    let errors: readonly string[] = [];
    let warned = false;
    for (let pages = 0; pages < PAGES_MOST && Date.now() < deadline && !isAnswered(); ) {
      const view = open();
      // A dialog that has to be sealed is so a moment after it opens.
      if (!view || (Date.now() < sealedBy && mayBeSealed(view))) {
        if (pages > 0 && !view) break;
        await sleep(POLL_MS);
        continue;
      }
      const seen = await as(who).submit(view.id, fill(view), AT_ONCE);
      errors = Object.values(seen.errors);
      pages += 1;
      warned = seen.warning !== undefined;
      if (warned || errors.length > 0) break;
    }
    const leftOpen = open() !== undefined;
    for (let left = open(); left; left = open()) await as(who).closeView(left.id, AT_ONCE);
    return { errors, owed: !warned && !leftOpen && errors.length === 0 };
  }

  /** A person looks at one dialog at a time, so whatever may open one waits its turn. */
  function inTurn<Result>(who: Handle, work: () => Promise<Result>): Promise<Result> {
    const turn = (desks.get(who) ?? Promise.resolve()).then(work);
    desks.set(
      who,
      turn.catch(() => undefined),
    );
    return turn;
  }

  type Ballot = { who: Handle; ts: string; thread: string; button: Button };
  type Kind = Pick<VoteGesture, 'decision' | 'how'>;

  function written({ who, thread, button }: Ballot, kind: Kind): VoteGesture {
    const { lockdown, stage, nonce } = button;
    if (!stage || !nonce) throw new Error(`a button to vote with names no question: ${JSON.stringify(button)}`);
    return write({ who, lockdown, stage, nonce, thread, ...kind });
  }

  function vote(ballot: Ballot, kind: Kind, fill: Fill): Promise<Answer> {
    const { who, ts, thread, button } = ballot;
    return inTurn(who, async () => {
      const gesture = written(ballot, kind);
      const from = workspace.ephemerals.length;
      const untilMs = Date.now() + ANSWERED_WITHIN_MS;
      const presses = await Promise.all(
        Array.from({ length: kind.how === 'double click' ? 2 : 1 }, () => press(who, ts, button)),
      );
      if (!presses.includes(true)) return 'nothing';
      const { errors, owed } = await fillIn(who, fill, () => answerSince(who, thread, from) !== undefined);
      votes[votes.indexOf(gesture)] = { ...gesture, errors, ...(owed ? { owed } : {}) };
      return errors.length === 0 ? answerTo(who, thread, from, untilMs) : 'refused';
    });
  }

  async function react(ballot: Ballot): Promise<Answer> {
    const { who, ts, thread } = ballot;
    written(ballot, { decision: 'approve', how: 'reaction' });
    const from = workspace.ephemerals.length;
    await as(who).react(channel, ts, 'white_check_mark');
    // Nobody is told that a reaction was counted; only why it was not.
    return answerTo(who, thread, from, Date.now() + REACTED_WITHIN_MS);
  }

  return {
    type,
    press,
    react,
    approve: (ballot: Ballot, how: 'button' | 'double click') => vote(ballot, { decision: 'approve', how }, advised),
    deny: (ballot: Ballot) =>
      vote(ballot, { decision: 'deny', how: 'reason' }, () => ({
        reason: { text: 'Is this really every port? Please draft it once more.' },
      })),
    typeName: (ballot: Ballot, namespace: string) =>
      vote(ballot, { decision: 'approve', how: 'typed name' }, (view) => ({
        ...advised(view),
        namespace: { text: namespace },
      })),
    decide: (who: Handle, ts: string, button: Button) =>
      inTurn(who, async () => {
        if (!(await press(who, ts, button))) return [];
        return (await fillIn(who, advised, () => false)).errors;
      }),
    notebook: (): Notebook => ({ votes: [...votes], told: toldBy(workspace) }),
  };
}

/** `owed`: all of it was taken, so an answer has to come. */
type Filled = { readonly errors: readonly string[]; readonly owed: boolean };
type Fill = (view: View) => PickedValues;

/** Dialogs with which somebody approves carry a seal; it comes after they have opened. */
function mayBeSealed({ callbackId, privateMetadata }: View): boolean {
  return !UNSEALED.test(callbackId) && !privateMetadata.includes('"seal"');
}

const UNSEALED = /deny|leave-out|decide-residual/;
