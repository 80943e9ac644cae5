/** The scripted people of `--auto`: they see what Slack shows them, and press what a person would press. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '#core/stage.ts';
import { advised } from '#sandbox/slack/advised.ts';
import type { PickedValues } from '#sandbox/slack/gestures/state.ts';
import { asPerson } from '#sandbox/slack/people.ts';
import { LOCKDOWNS } from './laptop.ts';
import { type Message, offers, readChannel, stageOf } from './reading.ts';

export type Script = {
  readonly slackUrl: string;
  readonly namespace: string;
  /** Says what a person does, and about which stage. */
  readonly say: (words: string, stage?: Stage) => void;
  /** Every message, whenever they look: for whoever draws the progress. */
  readonly look: (messages: readonly Message[]) => void | Promise<void>;
  /** Uses every part of the application once, as somebody with a browser would. */
  readonly exercise: () => Promise<void>;
  readonly signal: AbortSignal;
};

type Person = ReturnType<typeof asPerson>;
type Cast = Script & {
  readonly alice: Person;
  readonly boris: Person;
  readonly chitra: Person;
  readonly erin: Person;
} & {
  /** Stages whose first draft was denied already. */
  readonly denials: Set<Stage>;
};
/** What somebody does about a message that invites it; each is done once for a message. */
type Habit = {
  readonly button?: string;
  readonly line?: RegExp /** Once for all messages that invite it. */;
  readonly onceForAll?: true;
  act(cast: Cast, message: Message): Promise<void>;
};

const POLL_MS = 250;
/** The stage whose first draft is denied, so that the approvers are seen to matter. */
const DENIED: Stage = 'pods';
/** Stages where the second approver reacts instead of pressing a button. */
const BY_REACTION: ReadonlySet<Stage> = new Set<Stage>(['dns', 'metadata', 'kubelets']);
/** On a busy machine a modal opens a moment after the click. */
const YES = { confirmed: true, settleMs: 800 };

/** From the first command to the confirmed lockdown. */
export async function playThrough(script: Script): Promise<void> {
  const { slackUrl, namespace, say, look, signal } = script;
  const [alice, boris, chitra, erin] = ['alice', 'boris', 'chitra', 'erin'].map((name) => asPerson(slackUrl, name)) as [
    Person,
    Person,
    Person,
    Person,
  ];
  const cast: Cast = { ...script, alice, boris, chitra, erin, denials: new Set() };

  await untilTheBotListens(alice, signal);
  say(`Alice types /lockdown start ${namespace}`);
  await alice.command(LOCKDOWNS, `/lockdown start ${namespace}`);
  await untilThere(script, ({ text }) => text.startsWith(`Lockdown of ${namespace}`));
  say('The week of discovery is over already, so Alice types /lockdown next');
  await alice.command(LOCKDOWNS, `/lockdown next ${namespace}`);

  const done = new Set<string>();
  for (;;) {
    const messages = await readChannel(slackUrl, LOCKDOWNS);
    await look(messages);
    if (messages.some(({ text }) => text === `${namespace}: confirmed`)) return;
    for (const message of messages) {
      for (const [name, habit] of Object.entries(HABITS)) {
        const invited =
          (!habit.button || offers(message, habit.button)) && (!habit.line || habit.line.test(message.text));
        const once = habit.onceForAll ? name : `${name} ${message.ts}`;
        if (!invited || done.has(once)) continue;
        done.add(once);
        await habit.act(cast, message);
      }
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

const HABITS: Readonly<Record<string, Habit>> = {
  exercise: {
    line: /: applied$/,
    async act({ exercise }) {
      await exercise();
    },
  },
  decide: {
    button: 'decide',
    async act({ chitra, say }, message) {
      say('Chitra answers, edge by edge, what nothing allows', 'disable-discovery');
      await answerAsAdvised(chitra, message);
    },
  },
  vote: {
    button: 'approve',
    async act(cast, message) {
      const stage = stageOf(message);
      if (!stage || offers(message, 'decide')) return;
      if (stage === 'disable-discovery') await typeTheName(cast, message);
      else await vote(cast, message, stage);
    },
  },
  reopen: {
    button: 'reopen',
    onceForAll: true,
    async act({ alice, say }, message) {
      say('Alice has it drafted again', DENIED);
      await alice.click(LOCKDOWNS, message.ts, 'lockstep.reopen', YES);
    },
  },
  goOn: {
    button: 'go-on-unproven',
    line: /: not proven yet$/,
    async act({ boris, say }, message) {
      say('not every edge was seen again yet, and Boris goes on without proof of the rest', stageOf(message));
      await boris.click(LOCKDOWNS, message.ts, 'lockstep.go-on-unproven', YES);
    },
  },
  confirm: {
    button: 'confirm',
    onceForAll: true,
    async act({ boris, exercise, say }, message) {
      say('Discovery mode is off. Boris uses the application, looks at what is rejected, and confirms');
      await exercise();
      await boris.click(LOCKDOWNS, message.ts, 'lockstep.confirm', YES);
    },
  },
  tryAgain: {
    button: 'try-again',
    async act(_, message) {
      throw new Error(`a step failed, and the card says: ${JSON.stringify(message.blocks).slice(0, 800)}`);
    },
  },
};

async function vote({ boris, chitra, say, denials }: Cast, { ts }: Message, stage: Stage): Promise<void> {
  if (stage === DENIED && denials.size === 0) {
    denials.add(stage);
    say('Chitra denies it, and says why', stage);
    const { views } = await chitra.click(LOCKDOWNS, ts, 'lockstep.deny', YES);
    const reason = 'Is this really every port? Please draft it once more.';
    await chitra.submit(idOf(views.at(-1)), { reason: { text: reason } });
    return;
  }
  say('Boris presses Approve', stage);
  const looked = await approve(boris, ts);
  if (BY_REACTION.has(stage) && !looked) {
    say('Chitra reacts with ✅', stage);
    await chitra.react(LOCKDOWNS, ts, 'white_check_mark');
  } else {
    say('Chitra presses Approve', stage);
    await approve(chitra, ts);
  }
}

/** Where something stands out, it is looked at first; says whether it was. */
async function approve(person: Person, ts: string): Promise<boolean> {
  const { views } = await person.click(LOCKDOWNS, ts, 'lockstep.approve', YES);
  // Details that somebody left open are no question.
  const view = views.findLast(({ submit }) => submit);
  if (view) await submitted(person, view, advised(view));
  return view !== undefined;
}

async function submitted(person: Person, view: Record<string, unknown>, values: PickedValues) {
  const seen = await person.submit(idOf(view), values);
  if (Object.keys(seen.errors).length > 0) throw new Error(`answers were refused: ${JSON.stringify(seen.errors)}`);
  return seen;
}

/** The last stage can cut traffic: a button, a confirmation, and the namespace's name typed. */
async function typeTheName({ boris, erin, namespace, say }: Cast, { ts }: Message): Promise<void> {
  say('Boris and Erin type the namespace’s name', 'disable-discovery');
  for (const person of [boris, erin]) {
    const { views } = await person.click(LOCKDOWNS, ts, 'lockstep.approve', YES);
    const view = views.at(-1) ?? {};
    await submitted(person, view, { ...advised(view), namespace: { text: namespace } });
  }
}

/** Takes the advice for every edge, page by page. */
export async function answerAsAdvised(person: Person, { ts }: Pick<Message, 'ts'>): Promise<void> {
  let { views } = await person.click(LOCKDOWNS, ts, 'lockstep.decide', YES);
  for (let view = views.at(-1); view; view = views.at(-1)) {
    views = (await submitted(person, view, advised(view))).views;
  }
}

function idOf(view: Record<string, unknown> | undefined): string {
  if (!view) throw new Error('a modal should have opened');
  return String(view.id);
}

/** The processes need a moment; a person would see that the bot did not respond, and try again. */
async function untilTheBotListens(person: Person, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { acked } = await person.command(LOCKDOWNS, '/lockdown help');
    if (acked) return;
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function untilThere({ slackUrl, look, signal }: Script, wanted: (message: Message) => boolean): Promise<void> {
  for (;;) {
    const messages = await readChannel(slackUrl, LOCKDOWNS);
    await look(messages);
    if (messages.some(wanted)) return;
    await sleep(POLL_MS, undefined, { signal });
  }
}
