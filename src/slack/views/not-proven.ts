/** What is said when no newer flow has shown yet that a stage's rules work. */
import type { VerifyFinding } from '#core/findings.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';
import { bold, buttons, code, header, list, type Message, message, number, says, when } from './build.ts';
import { stageButtons } from './lockdown-card.ts';
import { edgeLine } from './words.ts';

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
  const of = (wanted: VerifyFinding['groups'][number]['state']) =>
    finding.groups.filter(({ state }) => state === wanted).map(({ group }) => edgeLine(group));
  const still = lockdown.stages[stage].phase === 'verifying';
  return message(`${stage} of ${lockdown.namespace}: ${still ? 'not proven yet' : 'the question is answered'}`, [
    header(`${stage}: not proven yet`),
    says(
      [
        'The rules of ',
        bold(stage),
        ' for ',
        code(lockdown.namespace),
        ' are on the console since ',
        when(finding.since),
        `, but newer flows have shown ${number(of('carried').length)} of ${number(finding.groups.length)} edges to be allowed by them.`,
      ],
      EXERCISE[stage],
    ),
    list('No newer flow seen:', of('not-seen'), 8),
    list(
      'Newer flows, but still let through by discovery mode only – the rule does not match them:',
      of('by-default'),
      8,
    ),
    list('Newer flows were rejected:', of('rejected'), 8),
    still
      ? says(
          'Waiting needs no click: we keep looking. Or a named person goes on without proof, or takes the stage back.',
        )
      : says('This question is closed; the lockdown’s card says how it went on.'),
    still ? buttons(...stageButtons(lockdown, stage)) : undefined,
  ]);
}
