/** What is left of an approval card whose draft is outdated: nothing to press. */
import { lastSegment } from '#core/namespace.ts';
import type { Stage } from '#core/stage.ts';
import { bold, code, header, link, type Message, message, says } from './build.ts';

export type SupersededCard = {
  readonly namespace: string;
  readonly stage: Stage;
  /** Where the newer card is, once it is there. */
  readonly newer?: string | undefined;
  /** It was approved and is in shadow: the newer card asks to enforce it. */
  readonly observed?: boolean;
};

export function supersededCard({ namespace, stage, newer, observed = false }: SupersededCard): Message {
  const what = observed ? 'in shadow' : 'this draft is outdated';
  return message(`${stage} of ${namespace}: ${what}`, [
    header(`${stage} of ${lastSegment(namespace)}: ${what}`),
    says([
      bold(stage),
      ' of ',
      code(namespace),
      observed
        ? ' was approved to be observed only. Enforcing it is asked with a digest and votes of its own. '
        : ' is drafted anew; votes for this draft are void. ',
      newer ? link(newer, 'To the newer card') : 'The newer card follows in this thread',
      '.',
    ]),
  ]);
}
