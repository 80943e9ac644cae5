/** After discovery mode is disabled: what is rejected, until when somebody has to confirm. */
import type { WatchFinding } from '#core/findings.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { lastSegment } from '#core/namespace.ts';
import { LIMITS } from '../limits.ts';
import {
  bold,
  button,
  buttons,
  code,
  count,
  emoji,
  header,
  list,
  type Message,
  message,
  number,
  says,
  sentence,
  when,
} from './build.ts';
import { edgeTable } from './edge-groups.ts';
import { releaseButton } from './lockdown-card.ts';
import { reckoning } from './reckoning.ts';
import { edgeInFull, kinds, lockdownWords } from './words.ts';

export type WatchCard = { readonly lockdown: Lockdown; readonly finding: WatchFinding };

const ROWS = 15;

export function watchCard({ lockdown, finding }: WatchCard): Message {
  const watching = lockdown.phase === 'watching';
  const { rejected } = finding;
  const surprises = rejected.filter(({ acknowledged, known }) => known && !acknowledged).map(({ group }) => group);
  const strangers = rejected.filter(({ acknowledged, known }) => !known && !acknowledged).map(({ group }) => group);
  const expected = rejected.filter(({ acknowledged }) => acknowledged).map(({ group }) => group);
  const shown = surprises.length > 0 ? edgeTable(surprises, ROWS, 'without Details') : undefined;
  const [mark, words] = lockdownWords(lockdown);
  return message(
    `${lockdown.namespace}: ${watching ? `discovery mode is off, ${count(surprises.length, 'known kind of traffic', 'known kinds of traffic')} rejected unexpectedly` : words}`,
    [
      header(`${lastSegment(lockdown.namespace)}: ${watching ? 'discovery mode is off' : 'what was rejected'}`),
      says(
        [emoji(mark), ' ', bold(words), '.'],
        [
          'Namespace ',
          code(lockdown.namespace),
          '. Rejected flows since ',
          when(finding.since),
          ', read up to ',
          when(finding.readAt),
          '.',
        ],
        ...(lockdown.because ? [sentence(lockdown.because)] : []),
      ),
      surprises.length > 0
        ? says([
            bold(
              `${kinds(surprises.length)} accepted during discovery and now rejected, without anybody’s acknowledgement:`,
            ),
          ])
        : says(nothingRejected(watching)),
      shown?.block,
      shown && shown.shown < surprises.length
        ? says(`${number(shown.shown)} of ${kinds(surprises.length)} shown.`)
        : undefined,
      list('Rejected and never seen during discovery:', strangers.map(edgeInFull), 12, LIMITS.line, ''),
      list('Rejected as was knowingly decided:', expected.map(edgeInFull), 12, LIMITS.line, ''),
      ...(finding.reckoning ? reckoning(finding.reckoning) : []),
      watching ? says(deadline(finding)) : undefined,
      watching
        ? buttons(
            button(
              'confirm',
              'Confirm',
              { lockdown: lockdown.id },
              {
                style: 'primary',
                confirm: {
                  title: 'Keep this namespace locked down?',
                  text:
                    surprises.length > 0
                      ? `${kinds(surprises.length)} that worked during discovery will stay rejected.`
                      : 'What no rule allows stays rejected. It can still be released later.',
                  yes: 'Confirm',
                },
              },
            ),
            releaseButton({ lockdown: lockdown.id }),
          )
        : undefined,
    ],
  );
}

function nothingRejected(watching: boolean): string {
  return watching
    ? 'So far nothing that was accepted during discovery was rejected, except what was knowingly blocked. Reports come minutes late: use the application, and wait for them before you confirm.'
    : 'Nothing that was accepted during discovery was rejected, except what was knowingly blocked.';
}

function deadline({ confirmBy }: WatchFinding) {
  return confirmBy === undefined
    ? 'Nobody has to confirm; it stays until somebody releases it.'
    : [
        'Somebody has to confirm by ',
        when(confirmBy),
        '; otherwise the former default actions come back by themselves.',
      ];
}
