/** The App Home: what waits for you, and every open lockdown. */
import type { HomeView, KnownBlock } from '@slack/types';
import { bold, code, divider, header, italic, type Line, link, number, present, says, utc } from './build.ts';
import { fitted, VIEW_ROOM } from './fit.ts';
import { inOneLine } from './one-line.ts';
import type { Listed } from './status.ts';
import { lockdownWords } from './words.ts';

export type Waiting = Listed & {
  /** `approve dns`, in the imperative. */
  readonly what: string;
  /** Where the card is that asks. */
  readonly asks?: string | undefined;
  readonly expiresAt?: number | undefined;
};

export type Home = {
  readonly waiting: readonly Waiting[];
  readonly open: readonly Listed[];
  readonly ended: readonly Listed[];
  readonly at: number;
};

export function home({ waiting, open, ended, at }: Home): HomeView {
  const blocks: (KnownBlock | undefined)[] = [
    header(waiting.length === 0 ? 'Nothing waits for you' : `${number(waiting.length)} waiting for you`),
    ...waiting.slice(0, 20).map((each) => says(...waitingLines(each))),
    divider,
    header(open.length === 0 ? 'No open lockdowns' : `Open lockdowns: ${number(open.length)}`),
    ...open.slice(0, 40).map((each) => says(...lines(each))),
    open.length > 40 ? says(`and ${number(open.length - 40)} more.`) : undefined,
    open.length === 0 ? says(['To begin one: ', code('/lockdown start /acme/aws-dev/k8s/hipster-shop')]) : undefined,
    ...(ended.length > 0
      ? [divider, header('Ended lately'), ...ended.slice(0, 10).map((each) => says(...lines(each)))]
      : []),
    says([italic(`As of ${utc(at)}; open this tab again to see what is new.`)]),
  ];
  return {
    type: 'home',
    blocks: fitted(present(blocks), VIEW_ROOM, says('Shortened, because Slack takes no more here.')),
  };
}

/** While our memory does not answer. */
export function homeUnavailable(): HomeView {
  return {
    type: 'home',
    blocks: [
      says('This page cannot be drawn at the moment, because our memory does not answer. Open it again in a minute.'),
    ],
  };
}

function waitingLines({ lockdown, what, asks, expiresAt, confirmBy }: Waiting): Line[] {
  const way = asks ? [link(asks, 'To the card'), '. '] : [];
  return [
    [bold(what), ' of ', code(lockdown.namespace)],
    [...way, expiresAt ? `Expires ${utc(expiresAt)}.` : inOneLine(lockdown, confirmBy)],
  ];
}

function lines({ lockdown, card, confirmBy }: Listed): Line[] {
  const [, words] = lockdownWords(lockdown);
  return [
    [
      card ? link(card, lockdown.namespace) : code(lockdown.namespace),
      ...(lockdown.paused ? [bold(' (paused)')] : []),
      ' – ',
      words,
      '.',
    ],
    [italic(inOneLine(lockdown, confirmBy))],
  ];
}
