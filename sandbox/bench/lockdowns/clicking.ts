/** From a click on Approve to the change on the console. */
import { lookAt } from '#sandbox/chaos/sight.ts';
import { asPerson } from '#sandbox/slack/people.ts';
import { CHANNEL, type Village } from './village.ts';
import { atRate, fewAtOnce, until } from './waiting.ts';

export type Clicked = {
  /** For each click, until the first of its changes existed. */
  readonly ms: readonly number[];
  /** How long Slack waited for each acknowledgement. */
  readonly ackMs: readonly number[];
  /** Clicks that Slack gave up on, as it does after three seconds. */
  readonly ackMissed: number;
  /** From the first click to the last change. */
  readonly wholeMs: number;
};

const AT_ONCE = 16;

/** `perSecond`: clicks; without it as many as the hands can. */
export async function clickEach(village: Village, namespaces: readonly string[], perSecond?: number): Promise<Clicked> {
  const { slack, console: consoleApi } = village;
  const seen = lookAt(slack.workspace, CHANNEL);
  const boris = asPerson(slack.url, 'boris');
  const clickedAt = new Map<string, number>();
  const ackMs: number[] = [];
  let ackMissed = 0;
  const before = consoleApi.store.writes.length;
  const click = async (namespace: string) => {
    const found = seen
      .get(namespace)
      ?.thread.flatMap(({ message, buttons }) =>
        buttons.flatMap(({ name, value }) => (name === 'approve' ? [{ ts: message.ts, value }] : [])),
      )
      .at(-1);
    if (!found) throw new Error(`there is nothing to approve for ${namespace}`);
    clickedAt.set(namespace, Date.now());
    const { ts, value } = found;
    const answer = await boris.click(CHANNEL, ts, 'lockstep.approve', { value, confirmed: true, settleMs: 0 });
    if (answer.acked && answer.ackMs !== undefined) ackMs.push(answer.ackMs);
    else ackMissed++;
    if (answer.views.length > 0)
      throw new Error(`a click on Approve for ${namespace} opened a dialog instead of counting`);
  };
  if (perSecond === undefined) await fewAtOnce(namespaces, AT_ONCE, click);
  else await atRate(namespaces, perSecond, click);

  const existsAt = new Map<string, number>();
  let read = before;
  await until('every change exists on the console', () => {
    for (const { namespace, at } of consoleApi.store.writes.slice(read)) {
      if (!existsAt.has(namespace)) existsAt.set(namespace, Date.parse(at));
      read++;
    }
    return namespaces.every((namespace) => existsAt.has(namespace));
  });
  const ms = namespaces.map((namespace) => (existsAt.get(namespace) as number) - (clickedAt.get(namespace) as number));
  const wholeMs = Math.max(...existsAt.values()) - Math.min(...clickedAt.values());
  return { ms, ackMs, ackMissed, wholeMs };
}
