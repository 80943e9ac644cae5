/** What `/lockdown status` answers. */
import type { Lockdown } from '#core/lockdown-state.ts';
import {
  bold,
  code,
  count,
  emoji,
  italic,
  type Line,
  link,
  type Message,
  message,
  number,
  type Piece,
  person,
  says,
  when,
} from './build.ts';
import { inOneLine } from './one-line.ts';
import { lockdownWords } from './words.ts';

export type Listed = {
  readonly lockdown: Lockdown;
  readonly card?: string | undefined;
  /** By when somebody has to confirm, while it is watching. */
  readonly confirmBy?: number | undefined;
};

/** Beyond this, the App Home says it better. */
const ROWS = 20;

export function statusOfAll(open: readonly Listed[]): Message {
  if (open.length === 0) {
    return message('No lockdown is open', [
      says(['No lockdown is open. To begin one: ', code('/lockdown start /acme/aws-dev/k8s/hipster-shop')]),
    ]);
  }
  const more = open.length - ROWS;
  return message(count(open.length, 'open lockdown'), [
    says(
      ...open.slice(0, ROWS).flatMap(lines),
      ...(more > 0 ? [`and ${number(more)} more; the Home tab of this app lists all of them.`] : []),
    ),
  ]);
}

export function statusOfOne({ lockdown, card, confirmBy }: Listed): Message {
  const [, words] = lockdownWords(lockdown);
  return message(`Lockdown of ${lockdown.namespace}: ${words}`, [
    says(...lines({ lockdown, card, confirmBy }), [
      'Asked for by ',
      person(lockdown.requestedBy),
      ', ',
      when(lockdown.startedAt),
      '.',
    ]),
  ]);
}

function lines({ lockdown, card, confirmBy }: Listed): Line[] {
  const [mark, words] = lockdownWords(lockdown);
  const name: Piece[] = card ? [link(card, lockdown.namespace)] : [code(lockdown.namespace)];
  return [
    [emoji(mark), ' ', ...name, ...(lockdown.paused ? [bold(' (paused)')] : []), ' – ', words, '.'],
    [italic(inOneLine(lockdown, confirmBy))],
  ];
}
