/** The day's reminder during discovery: how far it is, what is new, what the stages would do, who is needed. */
import type { DiscoveryFinding } from '#core/findings.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import {
  bold,
  code,
  count,
  group,
  header,
  italic,
  list,
  listed,
  type Message,
  message,
  number,
  person,
  says,
  utc,
  when,
} from './build.ts';
import { stagesNow } from './flows.ts';

export type DiscoveryDigest = {
  readonly lockdown: Lockdown;
  readonly finding: DiscoveryFinding;
  /** Who will be asked to approve the first stages. */
  readonly approvers: { readonly users: readonly string[]; readonly groups: readonly string[] };
};

export function discoveryDigest({ lockdown, finding, approvers }: DiscoveryDigest): Message {
  const { day, days, edges, newSinceYesterday, completeness } = finding;
  const asked = [...approvers.groups.map(group), ...approvers.users.map(person)];
  return message(`${lockdown.namespace}: day ${number(day)} of ${number(days)}, ${count(edges, 'edge')} so far`, [
    header(`Day ${number(day)} of ${number(days)}`),
    says(
      [
        'Discovery of ',
        code(lockdown.namespace),
        ': ',
        bold(count(edges, 'edge')),
        ' so far, ',
        bold(`${number(newSinceYesterday)} new`),
        ' since yesterday.',
      ],
      [`${count(finding.reportsRead, 'report')} read, up to ${utc(finding.readUpTo)}.`],
      [italic('How complete it is: '), completeness.sentence],
    ),
    list('Figures:', completeness.details, 6),
    stagesNow(finding),
    says(
      [
        'Discovery ends ',
        when(lockdown.discoveryEndsAt),
        '; then these are asked to approve: ',
        ...(asked.length > 0 ? listed(asked.slice(0, 20)) : ['nobody is configured']),
      ],
      [
        'Until then, use every part of the application. To end discovery earlier: ',
        code(`/lockdown next ${lockdown.namespace}`),
      ],
    ),
  ]);
}
