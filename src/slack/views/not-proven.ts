/** What is said when no newer flow has shown yet that a stage's rules work; afterwards, how that ended. */
import type { VerifyFinding } from '#core/findings.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import { LIMITS } from '../limits.ts';
import {
  bold,
  buttons,
  code,
  ended,
  header,
  type Line,
  list,
  type Message,
  message,
  number,
  person,
  says,
  sentence,
  when,
} from './build.ts';
import { stageButtons } from './lockdown-card.ts';
import { edgeInFull, kinds, stageWords } from './words.ts';

export type NotProven = {
  readonly lockdown: Lockdown;
  readonly stage: Stage;
  readonly finding: VerifyFinding;
};

/** What the guide's tips say to do. */
const EXERCISE: Readonly<Record<Stage, string>> = {
  dns: 'Name look-ups may take a few minutes to occur. To cause one, exec into a pod and run curl against any name.',
  pods: 'Use the application, for example make a purchase, so that its pods talk to one another.',
  metadata: 'Pods ask the metadata service now and then, often when they start; restarting one of them causes it.',
  'external-services': 'Use the part of the application that needs the outside service.',
  'web-server': 'Open the application in a browser, by its external address.',
  kubelets: 'Probes come by themselves every few seconds, provided that the pods have probes.',
  'disable-discovery': 'Use the application.',
};

export function notProven({ lockdown, stage, finding }: NotProven): Message {
  const { groups, since } = finding;
  const of = (wanted: VerifyFinding['groups'][number]['state']) =>
    groups.filter(({ state }) => state === wanted).map(({ group }) => edgeInFull(group));
  const carried = of('carried').length;
  const still = lockdown.phase === 'securing' && lockdown.stages[stage].phase === 'verifying';
  const heading = still ? 'not proven yet' : 'the question is closed';
  return message(`${stage} of ${lockdown.namespace}: ${heading}`, [
    header(`${stage}: ${heading}`),
    still ? undefined : says(...howItEnded(lockdown, stage, carried === groups.length)),
    says([
      still ? 'The rules of ' : 'Looked at last: the rules of ',
      bold(stage),
      ' for ',
      code(lockdown.namespace),
      ' are on the console since ',
      when(since),
      `. Newer flows carry them for ${number(carried)} of ${kinds(groups.length)}.`,
    ]),
    list(still ? 'No newer flow seen yet:' : 'No newer flow seen:', of('not-seen'), 12, LIMITS.line, ''),
    list(
      'Newer flows, but still let through by discovery mode only – the rule does not match them:',
      of('by-default'),
      12,
      LIMITS.line,
      '',
    ),
    list(
      'Carried at the destination, and no rule is known to allow it at the source, which reports nothing:',
      of('one-end'),
      12,
      LIMITS.line,
      '',
    ),
    list('Newer flows were rejected:', of('rejected'), 12, LIMITS.line, ''),
    list(
      'Newer flows were dropped for another reason than policy, as when a handshake fails, which no rule changes:',
      of('dropped'),
      12,
      LIMITS.line,
      '',
    ),
    still
      ? says(
          EXERCISE[stage],
          'Waiting needs no click: we keep looking. Or a named person goes on without proof, or takes the stage back.',
        )
      : undefined,
    still ? buttons(...stageButtons(lockdown, stage)) : undefined,
  ]);
}

function howItEnded(lockdown: Lockdown, stage: Stage, carried: boolean): Line[] {
  const { phase, because, unprovenBy } = lockdown.stages[stage];
  if (phase !== 'allowed') return [['The stage is not verified any more: ', stageWords(lockdown, stage)[1], '.']];
  if (carried) return [[bold('Proven'), because ? ': ' : '.', ...sentence(because ? ended(because) : '')]];
  return [[...(unprovenBy ? [person(unprovenBy), ' went on'] : ['Gone on']), ' without proof of the rest.']];
}
