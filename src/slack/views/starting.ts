/** The first answer to `/lockdown start`. */
import { code, count, type Message, message, says } from './build.ts';

type Starting = { readonly namespace: string; readonly days: number; readonly channel: string };

export function starting({ namespace, days, channel }: Starting): Message {
  return message(`The lockdown of ${namespace} is being opened`, [
    says(
      [
        'The lockdown of ',
        code(namespace),
        ' is being opened: first the console is asked about it, then its card appears in ',
        { type: 'channel', channel_id: channel },
        '.',
      ],
      `Discovery takes ${count(days, 'day')}; nothing is changed on the console before somebody else approves it.`,
    ),
  ]);
}
