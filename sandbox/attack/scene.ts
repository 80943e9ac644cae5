/** The one lockdown that everything is tried on, and the honest people around it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ask } from '#core/approval.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import { cardStore } from '#redis/card-store.ts';
import { key } from '#redis/keys.ts';
import { lockdownStore } from '#redis/lockdown-store.ts';
import { asPerson, type Seen } from '#sandbox/slack/people.ts';
import { people } from '#sandbox/slack/seed.ts';
import { cardNames } from '#slack/card-names.ts';
import type { Target } from './target.ts';

export const YES = { confirmed: true };

const ANSWER_MS = 10_000;
const LOOK_AGAIN_MS = 500;

type Block = Readonly<Record<string, unknown>> & {
  readonly type: string;
  readonly block_id: string;
  readonly elements?: readonly (Readonly<Record<string, unknown>> & { readonly action_id?: string })[];
};
/** An approval card as it stands in Slack. */
export type Card = {
  readonly ts: string;
  readonly thread_ts?: string;
  readonly blocks: readonly Block[];
  readonly ask: Ask;
};

/** As if somebody had left these stages out. */
export function skipped(stages: Lockdown['stages'], which: readonly Stage[]): Lockdown['stages'] {
  const changed = which.map((stage) => [stage, { ...stages[stage], phase: 'skipped' }]);
  return { ...stages, ...Object.fromEntries(changed) } as Lockdown['stages'];
}

function isSilent({ ephemerals, views, errors, warning }: Seen): boolean {
  return ephemerals.length + views.length + Object.keys(errors).length === 0 && warning === undefined;
}

export type Scene = Target & Story;
type Story = ReturnType<typeof storyOn>;

export function sceneOn(target: Target): Scene {
  return { ...target, ...storyOn(target) };
}

function storyOn(target: Target) {
  const { namespace, channel, redis, around, until, slack } = target;
  const lockdowns = lockdownStore(redis);
  const cards = cardStore(redis);
  const as = Object.fromEntries(Object.keys(people).map((name) => [name, asPerson(slack.url, name)])) as Record<
    keyof typeof people,
    ReturnType<typeof asPerson>
  >;

  /** On a busy machine an answer comes after the person has looked: then they look again. */
  async function answered(who: keyof typeof people, act: Promise<Seen>): Promise<Seen> {
    const since = Date.now() / 1000;
    const seen = await act;
    const deadline = Date.now() + ANSWER_MS;
    while (isSilent(seen) && Date.now() < deadline) {
      await sleep(LOOK_AGAIN_MS);
      const person = (await around.state()).people.find(({ name }) => name === who);
      const told = (person?.ephemerals ?? []) as unknown as Seen['ephemerals'];
      const ephemerals = told.filter(({ ts }) => Number(ts) >= since);
      const views = person?.views ?? [];
      if (ephemerals.length + views.length > 0) return { ...seen, ephemerals, views };
    }
    return seen;
  }

  /** Found by its namespace while it is open, and by its id ever after. */
  let id: string | undefined;
  async function lockdown(): Promise<Lockdown> {
    const found = id === undefined ? await lockdowns.openOf(namespace) : await lockdowns.read(id);
    if (!found) throw new Error(`no lockdown of ${namespace} is kept`);
    id = found.id;
    return found;
  }

  async function messageAt(ts: string) {
    const message = (await around.messages(channel)).find((each) => each.ts === ts);
    return message as unknown as Omit<Card, 'ask'> | undefined;
  }

  /** The card that asks about a stage now, once it does. */
  async function asked(stage: Stage): Promise<Card> {
    return until(`the question about ${stage}`, async () => {
      const { id, stages } = await lockdown();
      const { phase, ask, revision } = stages[stage];
      if (phase !== 'asking' || !ask) return undefined;
      const place = await cards.get(id, cardNames.approval(stage, revision));
      const message = place && place.nonce === ask.nonce ? await messageAt(place.ts) : undefined;
      return message && { ...message, ask };
    });
  }

  /** The same stage asked about anew, without a vote. */
  async function askedAnew(stage: Stage): Promise<Card> {
    if (stage === 'dns') await skipOthersUnderWay();
    const { revision, phase } = (await lockdown()).stages[stage];
    // Something before has gone through: what it wrote is taken back first.
    if (phase === 'applying' || phase === 'verifying' || phase === 'allowed') {
      await as.alice.command(channel, `/lockdown undo ${namespace} ${stage}`);
      await until(`${stage} taken back`, async () => (await lockdown()).stages[stage].phase === 'waiting');
    }
    await as.alice.command(channel, `/lockdown reopen ${namespace} ${stage}`);
    await until(`another draft of ${stage}`, async () => (await lockdown()).stages[stage].revision > revision);
    const card = await asked(stage);
    await target.settled();
    return card;
  }

  /** Stages go one at a time: once the first was proven for real, it is asked about again only without those after it. */
  async function skipOthersUnderWay(): Promise<void> {
    const { stages } = await lockdown();
    const underWay = STAGES.slice(1, -1).filter((stage) => !['waiting', 'skipped'].includes(stages[stage].phase));
    if (underWay.length > 0) await rewrite(({ stages }) => ({ stages: skipped(stages, underWay) }));
  }

  /** Writes the lockdown by hand, with nothing in its history that says so; gives what it was. */
  async function rewrite(change: (lockdown: Lockdown) => Partial<Lockdown>): Promise<Lockdown> {
    const before = await lockdown();
    await redis.set(key.lockdown(before.id), JSON.stringify({ ...before, ...change(before) }));
    return before;
  }

  return {
    as,
    lockdown,
    rewrite,
    asked,
    askedAnew,
    /** As it was before somebody wrote to it by hand; the history and the numbers of drafts go on from where they are. */
    async restore(before: Lockdown): Promise<void> {
      const { length, stages } = await lockdown();
      const counted = STAGES.map((stage) => {
        const revision = Math.max(stages[stage].revision, before.stages[stage].revision);
        return [stage, { ...before.stages[stage], revision }];
      });
      const after = { ...before, length, stages: Object.fromEntries(counted) };
      await redis.set(key.lockdown(before.id), JSON.stringify(after));
    },
    stage: async (stage: Stage) => (await lockdown()).stages[stage],
    history: async () => lockdowns.history((await lockdown()).id),
    press: (who: keyof typeof people, card: Pick<Card, 'ts'>, button: string) =>
      answered(who, as[who].click(channel, card.ts, `lockstep.${button}`, YES)),
    command: (who: keyof typeof people, text: string, where = channel) =>
      answered(who, as[who].command(where, `/lockdown ${text}`)),
    async begin(): Promise<Card> {
      await until('the bot', async () => (await as.alice.command(channel, '/lockdown help')).acked);
      await as.alice.command(channel, `/lockdown start ${namespace}`);
      await until('the lockdown', async () => lockdowns.openOf(namespace));
      await target.settled();
      await as.alice.command(channel, `/lockdown next ${namespace}`);
      return asked('dns');
    },
    /** The Web API, as anybody can call it who has the bot token. */
    async callSlack(method: string, fields: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
      const response = await fetch(`${slack.apiUrl}${method}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${slack.botToken}` },
        body: new URLSearchParams(fields),
      });
      return (await response.json()) as Record<string, unknown>;
    },
  };
}
