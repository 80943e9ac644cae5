/** What is left of an approval card whose draft is outdated: nothing to press. */
import { lastSegment } from '#core/namespace.ts';
import type { Stage } from '#core/stage.ts';
import { bold, code, header, link, type Message, message, says } from './build.ts';

export type SupersededCard = {
  readonly namespace: string;
  readonly stage: Stage;
  /** Where the newer card is, once it is there. */
  readonly newer?: string | undefined;
};

export function supersededCard({ namespace, stage, newer }: SupersededCard): Message {
  return message(`${stage} of ${namespace}: this draft is outdated`, [
    header(`${stage} of ${lastSegment(namespace)}: this draft is outdated`),
    says([
      bold(stage),
      ' of ',
      code(namespace),
      ' is drafted anew; votes for this draft are void. ',
      newer ? link(newer, 'To the newer card') : 'The newer card follows in this thread',
      '.',
    ]),
  ]);
}
