/** What a channel reads when the console knows a lockdown that Lockstep has lost. */

import { CONFIRM_BY } from '#core/cut-mark.ts';
import type { DefaultActions, OwnAction } from '#core/policy.ts';
import { bold, code, count, header, type Line, list, type Message, message, says, when } from './build.ts';

export type OrphanFound = {
  readonly namespace: string;
  readonly lockdown: string;
  /** Names of what it left on the console. */
  readonly objects: readonly string[];
  readonly cut: boolean;
  /** Until when somebody would have had to confirm. */
  readonly confirmBy: number | undefined;
};

export function orphanFound({ namespace, lockdown, objects, cut, confirmBy }: OrphanFound): Message {
  return message(`Orphaned lockdown of ${namespace}`, [
    header('Orphaned lockdown'),
    says([
      'The console knows the lockdown ',
      code(lockdown),
      ' of ',
      code(namespace),
      ', and Lockstep does not: its memory was lost or set back. Nobody can vote on it, confirm or release it here.',
    ]),
    list(
      `On the console are ${count(objects.length, 'object')} of it:`,
      objects.map((name): Line => [code(name)]),
      12,
      undefined,
      '',
    ),
    cut ? says(...whatIsCut(confirmBy)) : undefined,
    says(
      'Restore Redis from its backup, and it goes on from there. Otherwise its objects have to be kept or removed on the console.',
    ),
  ]);
}

function whatIsCut(confirmBy: number | undefined): Line[] {
  if (confirmBy === undefined)
    return [[bold('Discovery mode is off'), ' in it, and it stays so until somebody changes that on the console.']];
  return [
    [
      bold('Discovery mode is off'),
      ' in it, and nobody had confirmed that. Its former default actions are given back ',
      when(confirmBy),
      '. To keep it locked down, take the annotation ',
      code(CONFIRM_BY),
      ' off the namespace on the console before.',
    ],
  ];
}

export function orphanGivenBack(given: {
  readonly namespace: string;
  readonly lockdown: string;
  readonly former: DefaultActions<OwnAction>;
}): Message {
  const { namespace, lockdown, former } = given;
  return message(`Given back: ${namespace}`, [
    says([
      'Nobody confirmed the orphaned lockdown ',
      code(lockdown),
      ' in time, so ',
      code(namespace),
      ' has its former default actions again: incoming ',
      bold(former.incoming),
      ', outgoing ',
      bold(former.outgoing),
      '.',
    ]),
  ]);
}

export function unwatchedGivenBack(given: {
  readonly namespace: string;
  readonly lockdown: string;
  readonly former: DefaultActions<OwnAction>;
}): Message {
  const { namespace, lockdown, former } = given;
  return message(`Given back: ${namespace}`, [
    says([
      code(namespace),
      ' was cut for the lockdown ',
      code(lockdown),
      ' after that had been given up: a write that was under way arrived late. Nobody watched it, so it has its former default actions again: incoming ',
      bold(former.incoming),
      ', outgoing ',
      bold(former.outgoing),
      '.',
    ]),
  ]);
}

export function cutAfterItsEnd(found: {
  readonly namespace: string;
  readonly lockdown: string;
  readonly former: DefaultActions<OwnAction>;
}): Message {
  const { namespace, lockdown, former } = found;
  return message(`Discovery mode is off in ${namespace}, and nobody watches it`, [
    header('Cut by a lockdown that has ended'),
    says([
      bold('Discovery mode is off'),
      ' in ',
      code(namespace),
      ', and on the console it says that the lockdown ',
      code(lockdown),
      ' did it, which has ended. Nobody watches it, and nothing gives it back by itself.',
    ]),
    says([
      'Before that lockdown its default actions were incoming ',
      bold(former.incoming),
      ', outgoing ',
      bold(former.outgoing),
      '. Somebody has to set them on the console, and find out who wrote there.',
    ]),
  ]);
}
