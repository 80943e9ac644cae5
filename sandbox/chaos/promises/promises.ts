/** The seven promises, each with what shows that it was broken. */
import type { Observed } from '../observed.ts';
import { approvedWrites } from './approved-writes.ts';
import { cardsTrue } from './cards-true.ts';
import { exactlyOnce } from './exactly-once.ts';
import { givenBack } from './given-back.ts';
import { ledgersWhole } from './ledgers-whole.ts';
import { nobodyStuck } from './nobody-stuck.ts';
import { votesCounted } from './votes-counted.ts';

export type Kept = {
  readonly promise: string;
  readonly checked: string;
  /** What contradicts it, in sentences; empty when it held. */
  readonly broken: readonly string[];
};

/** `cards`: what was wrong with them while the product still ran; what it would have shown next is not held against it. */
export function checkPromises(
  observed: Observed,
  namespaces: readonly string[],
  cards: readonly string[] = cardsTrue(observed),
): Kept[] {
  const { lockdowns, writes, notebook, messages, after } = observed;
  const entries = lockdowns.reduce((sum, state) => sum + state.entries.length, 0);
  const objects = after.rulesets.length + after.externalNetworks.length;
  return [
    {
      promise: 'no write without enough valid votes for exactly that digest',
      checked: `${writes.length} writes`,
      broken: approvedWrites(observed),
    },
    {
      promise: 'each approved change exists exactly once, and nothing else is touched',
      checked: `${objects} objects`,
      broken: exactlyOnce(observed),
    },
    {
      promise: 'a vote that was answered “recorded” is counted, another is not',
      checked: `${notebook.votes.length} votes, ${notebook.told.length} answers`,
      broken: votesCounted(observed),
    },
    {
      promise: 'cards show the truth, and none is there twice',
      checked: `${messages.length} messages`,
      broken: cards,
    },
    {
      promise: 'each lockdown goes on or says why not',
      checked: `${namespaces.length} lockdowns`,
      broken: nobodyStuck(observed, namespaces),
    },
    {
      promise: 'every ledger is whole and explains itself',
      checked: `${lockdowns.length} ledgers, ${entries} entries`,
      broken: ledgersWhole(observed),
    },
    {
      promise: 'release and undo give back exactly what was there',
      checked: `${lockdowns.length} namespaces`,
      broken: givenBack(observed),
    },
  ];
}
