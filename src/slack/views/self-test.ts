/** What `/lockdown selftest` answers. */
import { button, buttons, emoji, list, type Message, message, says, sentence } from './build.ts';

export type Tested = readonly { readonly ok: boolean; readonly text: string }[];

export function selfTestResult(tested: Tested): Message {
  const wrong = tested.filter(({ ok }) => !ok).length;
  return message(wrong === 0 ? 'Self-test passed' : `Self-test: ${wrong} to mend`, [
    list(
      wrong === 0
        ? 'Slack was tested, and works: the token and its scopes, each configured channel, each user group.'
        : `${wrong} to mend:`,
      [...tested]
        .sort((a, b) => Number(a.ok) - Number(b.ok))
        .map(({ ok, text }) => [
          emoji(ok ? 'white_check_mark' : 'x'),
          ok ? ' Fine: ' : ' To mend: ',
          ...sentence(text),
        ]),
      40,
    ),
    says(
      'The console and Kubernetes were not asked: what they lack is told once a lockdown needs them.',
      'One thing only you can see: press this, and an answer must come. If none does, Interactivity is switched off in the app’s settings.',
    ),
    buttons(button('selftest', 'Test button', { lockdown: 'selftest' }, { style: 'primary' })),
  ]);
}
