/** Waiting for what comes in its own time, and doing many things a few at once. */
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 200;
const PATIENCE_MS = 600_000;

/** Looks until it is so; ends the benchmark where it never is. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, lookMs = LOOK_MS): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited ten minutes for this, in vain: ${what}`);
    await sleep(lookMs);
  }
}

export async function fewAtOnce<Item>(
  items: readonly Item[],
  atOnce: number,
  act: (item: Item) => Promise<unknown>,
): Promise<void> {
  const left = [...items];
  const hands = Array.from({ length: atOnce }, async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await act(item);
  });
  await Promise.all(hands);
}

/** One after the other's beginning, so many a second, whatever the ones before still do. */
export async function atRate<Item>(
  items: readonly Item[],
  perSecond: number,
  act: (item: Item) => Promise<unknown>,
): Promise<void> {
  const from = performance.now();
  const doing: Promise<unknown>[] = [];
  for (const [nth, item] of items.entries()) {
    await sleep(Math.max(0, from + (nth * 1_000) / perSecond - performance.now()));
    doing.push(act(item));
  }
  await Promise.all(doing);
}
