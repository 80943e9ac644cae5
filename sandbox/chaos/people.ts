/** The scripted people of a run: each looks at the cards, does what the plan says, and tries again as a person would. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '#core/stage.ts';
import type { Answer, Gestures, Handle } from './gestures.ts';
import type { Plan } from './schedule.ts';
import { happened, offered, type SeenLockdown } from './sight.ts';

const LOOK_MS = 400;
/** Between two things done about one lockdown. */
const PAUSE_MS = 700;
/** Somebody presses again where nothing came of it. */
const AGAIN_MS = 9000;
/** A question that still stands although enough people have voted. */
const VOTE_AGAIN_MS = 25_000;
const PROOF_MS = 12_000;
/** More hands than this nobody has. */
const AT_ONCE_MOST = 24;

export type PeopleDeps = {
  readonly plans: readonly Plan[];
  readonly do: Gestures;
  readonly look: () => ReadonlyMap<string, SeenLockdown>;
  /** Uses the application of a namespace once, as somebody with a browser would. */
  readonly exercise: (namespace: string) => Promise<void>;
  /** Since the run began. */
  readonly nowMs: () => number;
  readonly trouble: (what: string) => void;
};

export type People = {
  /** How many lockdowns are where people wanted them. */
  arrived(): number;
  /** Hands off; resolves once what is being done is done. */
  stop(): Promise<void>;
};

export function startPeople(deps: PeopleDeps): People {
  const cases = deps.plans.map((plan) => ({ plan, memory: newMemory(), busy: false, nextMs: plan.startAtMs }));
  const doing = new Set<Promise<void>>();
  let stopped = false;
  const looking = (async () => {
    while (!stopped) {
      const seen = deps.look();
      for (const each of cases) {
        if (each.busy || deps.nowMs() < each.nextMs || doing.size >= AT_ONCE_MOST) continue;
        each.busy = true;
        const act = actOn(deps, each.plan, each.memory, seen.get(each.plan.namespace))
          .catch((error: Error) => deps.trouble(error.message))
          .finally(() => {
            each.busy = false;
            each.nextMs = deps.nowMs() + PAUSE_MS;
            doing.delete(act);
          });
        doing.add(act);
      }
      await sleep(LOOK_MS);
    }
  })();
  return {
    arrived: () => cases.filter(({ memory }) => memory.arrived).length,
    async stop() {
      stopped = true;
      await looking;
      await Promise.all(doing);
    },
  };
}

type Memory = {
  /** When something was last done about what invited it. */
  readonly done: Map<string, number>;
  readonly voted: Map<string, Answer>;
  exercised: number;
  arrived: boolean;
};

function newMemory(): Memory {
  return { done: new Map(), voted: new Map(), exercised: 0, arrived: false };
}

async function actOn(deps: PeopleDeps, plan: Plan, memory: Memory, seen: SeenLockdown | undefined): Promise<void> {
  const { namespace } = plan;
  /** Whether it is time for it: at first, and again when nothing came of it. */
  const due = (what: string, againMs = AGAIN_MS) => {
    const before = memory.done.get(what);
    if (before !== undefined && deps.nowMs() - before < againMs) return false;
    memory.done.set(what, deps.nowMs());
    return true;
  };
  if (!seen) {
    if (due('start', 15_000)) await deps.do.type('alice', `/lockdown start ${namespace}`);
    return;
  }
  const title = seen.card.message.text;
  const says = (words: string) => title.startsWith(`Lockdown of ${namespace}: ${words}`);
  memory.arrived = hasArrived(plan, says);
  if (memory.arrived) return;
  if (says('Discovering')) {
    if (due('next')) await deps.do.type('alice', `/lockdown next ${namespace}`);
    return;
  }
  if (says('Locked') && plan.end === 'released') return pressOn(deps, seen, 'release', 'boris', due);
  for (const habit of [
    pausing,
    tryingAgain,
    using,
    deciding,
    voting,
    reopening,
    undoing,
    cancelling,
    goingOn,
    ending,
    goingOnAfterUndo,
  ])
    if (await habit({ deps, plan, memory, seen, due, says })) return;
}

function hasArrived({ end }: Plan, says: (words: string) => boolean): boolean {
  if (says('Released')) return true;
  if (end === 'cancelled') return says('Cancelled') && !says('Cancelled: what was');
  return end === 'locked' && says('Locked down');
}

type Case = {
  readonly deps: PeopleDeps;
  readonly plan: Plan;
  readonly memory: Memory;
  readonly seen: SeenLockdown;
  readonly due: (what: string, againMs?: number) => boolean;
  readonly says: (words: string) => boolean;
};
/** Whether there was something to do. */
type Habit = (about: Case) => Promise<boolean>;

async function pressOn(
  deps: PeopleDeps,
  seen: SeenLockdown,
  name: string,
  who: Handle,
  due: Case['due'],
): Promise<void> {
  const found = offered(seen, name);
  if (found && due(`${name} ${found.button.stage ?? ''}`)) await deps.do.press(who, found.at.ts, found.button);
}

const pausing: Habit = async ({ deps, plan, seen, due }) => {
  if (plan.pausesForMs === undefined) return false;
  const paused = happened(seen, /: paused$/);
  const resumed = happened(seen, /: resumed$/);
  if (paused === 0 && happened(seen, /: applied$/) > 0) {
    if (due('pause')) await deps.do.type('alice', `/lockdown pause ${plan.namespace}`);
    return false;
  }
  if (paused <= resumed) return false;
  if (due('resume', plan.pausesForMs)) await deps.do.type('alice', `/lockdown resume ${plan.namespace}`);
  return true;
};

const tryingAgain: Habit = async ({ deps, seen, due }) => {
  if (!offered(seen, 'try-again')) return false;
  await pressOn(deps, seen, 'try-again', 'alice', due);
  return true;
};

/** What was just allowed is used, so that newer flows show it. */
const using: Habit = async ({ deps, plan, memory, seen }) => {
  const applied = happened(seen, /: applied$/);
  if (applied === memory.exercised) return false;
  await deps.exercise(plan.namespace);
  memory.exercised = applied;
  return false;
};

const deciding: Habit = async ({ deps, seen, due }) => {
  const found = offered(seen, 'decide');
  if (!found) return false;
  if (due(`decide ${found.button.nonce}`)) await deps.do.decide('chitra', found.at.ts, found.button);
  return true;
};

const voting: Habit = async ({ deps, plan, memory, seen, due }) => {
  const found = offered(seen, 'approve');
  if (!found) return false;
  const { at, button } = found;
  const { stage, nonce = '' } = button;
  if (!stage) return false;
  const ballot = (who: string, by = button) => ({
    who: who as Handle,
    ts: at.ts,
    thread: seen.card.message.ts,
    button: by,
  });
  if (plan.denies.includes(stage) && happened(seen, new RegExp(`^${stage} of .*: vote cast$`)) === 0) {
    const no = offered(seen, 'deny')?.button;
    if (no && due(`deny ${nonce}`)) await deps.do.deny(ballot(plan.votes[stage].first, no));
    return true;
  }
  const { first, second, atOnce, how } = plan.votes[stage];
  const cast = async (who: string, nth: number) => {
    const mark = `${nonce} ${who}`;
    const before = memory.voted.get(mark);
    const counted = before === 'recorded' || (before === 'nothing' && how === 'reactions');
    if (!due(`vote ${mark}`, counted ? VOTE_AGAIN_MS : AGAIN_MS)) return;
    memory.voted.set(
      mark,
      stage === 'disable-discovery'
        ? await deps.do.typeName(ballot(who), plan.namespace)
        : how === 'reactions' && nth === 2 && before === undefined
          ? await deps.do.react(ballot(who))
          : await deps.do.approve(ballot(who), how === 'double clicks' ? 'double click' : 'button'),
    );
  };
  if (atOnce) await Promise.all([cast(first, 1), cast(second, 2)]);
  else {
    await cast(first, 1);
    await cast(second, 2);
  }
  return true;
};

const reopening: Habit = async ({ deps, seen, due }) => {
  if (!offered(seen, 'reopen')) return false;
  await pressOn(deps, seen, 'reopen', 'alice', due);
  return true;
};

const undoing: Habit = async ({ deps, plan, seen, due }) => {
  const { undoes } = plan;
  if (undoes === undefined) return false;
  const times = (event: string) => happened(seen, new RegExp(`^${undoes} of .*: ${event}$`));
  if (times('undo requested') === 0) {
    const found = offered(seen, 'undo');
    if (found?.button.stage !== undoes) return false;
    if (due('undo')) await deps.do.press('boris', found.at.ts, found.button);
    return true;
  }
  return times('undone') === 0;
};

/** What was taken back is drafted again, where nothing else is to be done. */
const goingOnAfterUndo: Habit = async ({ deps, plan, seen, due, says }) => {
  if (!says('Securing') || happened(seen, /: undone$/) === 0) return false;
  if (due('next after undo')) await deps.do.type('alice', `/lockdown next ${plan.namespace}`);
  return true;
};

const cancelling: Habit = async ({ deps, plan, seen, due }) => {
  const { cancelsAfter, namespace } = plan;
  if (cancelsAfter === undefined || happened(seen, closedOf(cancelsAfter)) === 0) return false;
  if (due('cancel')) await deps.do.type('alice', `/lockdown cancel ${namespace} --take-back`);
  return true;
};

function closedOf(stage: Stage): RegExp {
  return new RegExp(`^${stage} of .*: (seen allowed|went on unproven|nothing to allow)$`);
}

/** Somebody who has waited long enough for proof. */
const goingOn: Habit = async ({ deps, seen, due, memory }) => {
  const found = offered(seen, 'go-on-unproven');
  if (!found) return false;
  const since = `verifying ${found.button.stage} ${memory.exercised}`;
  const before = memory.done.get(since);
  if (before === undefined) memory.done.set(since, deps.nowMs());
  else if (deps.nowMs() - before > PROOF_MS) await pressOn(deps, seen, 'go-on-unproven', 'boris', due);
  return true;
};

const ending: Habit = async ({ deps, plan, seen, due, says }) => {
  if (!says('Watching')) return false;
  await pressOn(deps, seen, plan.end === 'released' ? 'release' : 'confirm', 'boris', due);
  return true;
};
