/** What people type, and what clients make of it. */
import { expect, test } from 'vitest';
import { type Command, parseCommand } from '#slack/parse-command.ts';

const SHOP = '/acme/aws-dev/k8s/hipster-shop';

const understood: [typed: string, command: Command][] = [
  ['', { verb: 'help' }],
  ['help', { verb: 'help' }],
  ['HELP', { verb: 'help' }],
  ['selftest', { verb: 'selftest' }],
  [`start ${SHOP}`, { verb: 'start', namespace: SHOP }],
  [`start ${SHOP} --days 3`, { verb: 'start', namespace: SHOP, days: 3 }],
  [`start --days=3 ${SHOP}`, { verb: 'start', namespace: SHOP, days: 3 }],
  [`start ${SHOP} —days 3`, { verb: 'start', namespace: SHOP, days: 3 }],
  [`start ${SHOP} –days 3`, { verb: 'start', namespace: SHOP, days: 3 }],
  [`  start   “${SHOP}”  `, { verb: 'start', namespace: SHOP }],
  [`start \`${SHOP}\``, { verb: 'start', namespace: SHOP }],
  [`start\u00a0${SHOP}\u200b`, { verb: 'start', namespace: SHOP }],
  ['start /acme/aws\u2011dev', { verb: 'start', namespace: '/acme/aws-dev' }],
  ['status', { verb: 'status' }],
  [`status ${SHOP}`, { verb: 'status', namespace: SHOP }],
  [`flows ${SHOP}`, { verb: 'flows', namespace: SHOP }],
  [`flows ${SHOP} Web-Server`, { verb: 'flows', namespace: SHOP, stage: 'web-server' }],
  [`next ${SHOP}`, { verb: 'next', namespace: SHOP }],
  [`undo ${SHOP} dns`, { verb: 'undo', namespace: SHOP, stage: 'dns' }],
  [`reopen ${SHOP} Web-Server`, { verb: 'reopen', namespace: SHOP, stage: 'web-server' }],
  [`pause ${SHOP}`, { verb: 'pause', namespace: SHOP }],
  [`resume ${SHOP}`, { verb: 'resume', namespace: SHOP }],
  [`cancel ${SHOP}`, { verb: 'cancel', namespace: SHOP }],
  [`cancel ${SHOP} --keep`, { verb: 'cancel', namespace: SHOP, written: 'keep' }],
  [`cancel —take-back ${SHOP}`, { verb: 'cancel', namespace: SHOP, written: 'take-back' }],
  [`release ${SHOP}`, { verb: 'release', namespace: SHOP }],
  [`release ${SHOP} payments don’t work`, { verb: 'release', namespace: SHOP, reason: "payments don't work" }],
  [`release ${SHOP} <@U0BORIS001|boris> asked`, { verb: 'release', namespace: SHOP, reason: 'U0BORIS001 asked' }],
];

test.each(understood)('“%s” is understood', (typed, command) => {
  expect(parseCommand(typed)).toEqual({ command });
});

const helped: [typed: string, answer: string][] = [
  ['strat /acme/x', 'There is no command `strat`. Did you mean `start`? `/lockdown help` lists everything.'],
  ['lockdown', 'There is no command `lockdown`. `/lockdown help` lists everything.'],
  [
    SHOP,
    `What should happen with \`${SHOP}\`? To begin a lockdown: \`/lockdown start ${SHOP}\`. \`/lockdown help\` lists everything.`,
  ],
  ['start', 'Which namespace? Write its full path, such as `/acme/aws-dev/k8s/hipster-shop`.'],
  ['start acme/x', 'A namespace is written as its full path and begins with a slash. You wrote `acme/x`.'],
  ['start /acme/', 'A namespace’s path does not end with a slash. You wrote `/acme/`.'],
  ['start /acme/x --days soon', 'How many days? Write `--days` and a whole number from 1 to 90.'],
  ['start /acme/x --days 0', 'How many days? Write `--days` and a whole number from 1 to 90.'],
  ['start /acme/x --days', 'How many days? Write `--days` and a whole number from 1 to 90.'],
  ['start /acme/x --dayz 3', 'There is no option `--dayz`; this command knows `--days`.'],
  ['start /acme/x now', '`start` does not know what to do with `now`. `/lockdown help` lists what it takes.'],
  [
    'flows /acme/x dsn',
    'There is no stage `dsn`. Did you mean `dns`? The stages are `dns`, `pods`, `metadata`, `external-services`, `web-server`, `kubelets`, `disable-discovery`.',
  ],
  [
    'undo /acme/x',
    'Which stage? Write `/lockdown undo /acme/x` and one of `dns`, `pods`, `metadata`, `external-services`, `web-server`, `kubelets`, `disable-discovery`.',
  ],
  [
    'reopen /acme/x pod',
    'There is no stage `pod`. Did you mean `pods`? The stages are `dns`, `pods`, `metadata`, `external-services`, `web-server`, `kubelets`, `disable-discovery`.',
  ],
  ['undo', 'Which namespace? Write its full path, such as `/acme/aws-dev/k8s/hipster-shop`.'],
  ['cancel /acme/x --keep --take-back', 'Either `--keep` or `--take-back`, not both.'],
  ['cancel /acme/x --all', '`cancel` knows `--keep` and `--take-back`, not `--all`.'],
  ['selftest please', '`selftest` does not know what to do with `please`. `/lockdown help` lists what it takes.'],
  ['<!channel>', 'There is no command `channel`. Did you mean `cancel`? `/lockdown help` lists everything.'],
];

test.each(helped)('“%s” gets a sentence that helps', (typed, answer) => {
  expect(parseCommand(typed)).toEqual({ answer });
});

test('what was typed cannot break out of its back-ticks or hide in the answer', () => {
  const parsed = parseCommand('xx`*all*`\u202Eyy');
  expect(parsed).toMatchObject({ answer: expect.stringContaining('`xx*all*⟨U+202E⟩yy`') });
});
