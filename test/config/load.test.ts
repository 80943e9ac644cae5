/** The configuration as a whole: everything wrong at once, each mistake where it was made. */
import { describe, expect, test } from 'vitest';
import { loadConfig, printMistakes } from '#config/load.ts';
import { briefly, configuration, load, mistakesIn, NAMESPACES, REST, started } from '#test/support/configuration.ts';

describe('a configuration that is right', () => {
  test('has the defaults of everything it leaves out', () => {
    const { config, warnings } = started(configuration());
    expect(warnings).toEqual([]);
    expect(config.settings.slack.mode).toBe('socket');
    expect(config.settings.namespaces[0]?.approval).toMatchObject({ needed: 2, requesterMayVote: false });
    expect(config.settings.watch.confirmMinutes).toBe(60);
  });

  test('has the same hash when it is written differently, and another when it means something else', () => {
    const hash = started(configuration()).config.hash;
    const differently = `# a comment\n${REST}${NAMESPACES}watch: { confirmMinutes: 60 }\n`;
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    // Each configuration made here has a key of its own.
    const first = configuration();
    const again = first.write('again.yaml', differently.replace(/publicKeys.*/, publicKeysOf(started(first))));
    expect(started({ ...first, file: again }).config.hash).toBe(started(first).config.hash);
    const other = first.write(
      'other.yaml',
      `${differently.replace(/publicKeys.*/, publicKeysOf(started(first)))}retentionDays: 0.5\n`,
    );
    expect(started({ ...first, file: other }).config.hash).not.toBe(started(first).config.hash);
  });

  test('finds files beside itself, wherever the process was started', () => {
    const written = configuration(`${NAMESPACES}${REST}kubernetes: { kubeconfig: kube.yaml }\n`);
    written.write('kube.yaml', KUBECONFIG);
    const { settings } = started(written).config;
    expect(settings.console.credentials.observe).toBe(`${written.folder}/observe.json`);
    expect(settings.kubernetes?.kubeconfig).toBe(`${written.folder}/kube.yaml`);
  });

  test('is found by LOCKSTEP_CONFIG', () => {
    const written = configuration();
    const answer = loadConfig({ env: { ...written.env, LOCKSTEP_CONFIG: written.file }, for: 'both' });
    expect('config' in answer).toBe(true);
    const nowhere = loadConfig({ env: { ...written.env, LOCKSTEP_CONFIG: '/nowhere.yaml' }, for: 'both' });
    expect('mistakes' in nowhere && briefly(nowhere.mistakes)[0]).toContain('/nowhere.yaml does not exist');
  });
});

/** As short as one can be: a context and nobody in particular. */
const KUBECONFIG = 'current-context: dev\ncontexts: [{ name: dev, context: { cluster: dev } }]\n';

describe('somebody who corrects what was said needs no second round', () => {
  test('a wrong setting beside them hides neither missing credentials nor a missing token', () => {
    const written = configuration(
      `${NAMESPACES}${REST.replace('observe.json', 'nowhere.json').replace('} }', '}, timeoutSeconds: soon }')}slack: { port: many }\n`,
    );
    const told = briefly(mistakesIn(written, { env: { SLACK_APP_TOKEN: undefined } }));
    expect(told).toEqual([
      expect.stringContaining('slack.port is "many"'),
      expect.stringContaining('console.timeoutSeconds is "soon"'),
      expect.stringMatching(/nowhere.json does not exist$/),
      expect.stringContaining('SLACK_APP_TOKEN missing'),
    ]);
  });

  test.each([
    ['is not there', undefined, 'does not exist'],
    ['is no kubeconfig', 'hello', 'is not a kubeconfig'],
    ['is no YAML', '[', 'is not a kubeconfig'],
    ['has no context to use', KUBECONFIG.replace('current-context: dev', ''), 'says of no context'],
    [
      'would start a program',
      `${KUBECONFIG.replace('cluster: dev', 'cluster: dev, user: me')}users: [{ name: me, user: { exec: { command: aws } } }]`,
      'would start a program',
    ],
  ])('a kubeconfig that %s is told with the rest', (_, text, sentence) => {
    const written = configuration(`${NAMESPACES}${REST}kubernetes: { kubeconfig: kube.yaml }\n`);
    if (text) written.write('kube.yaml', text);
    const told = (who: 'worker' | 'slack') =>
      briefly(mistakesIn(written, { for: who, env: { REDIS_URL: '', LOCKSTEP_RECEIPT_KEY_FILE: '' } }));
    expect(told('worker')[0]).toContain(sentence);
    expect(told('worker')[1]).toContain('REDIS_URL missing');
    expect(told('slack').join()).not.toContain('kube');
  });

  test('a context that the kubeconfig does not have is told at the context', () => {
    const written = configuration(`${NAMESPACES}${REST}kubernetes: { kubeconfig: kube.yaml, context: prod }\n`);
    written.write('kube.yaml', KUBECONFIG);
    expect(briefly(mistakesIn(written))).toEqual([expect.stringMatching(/^8:47 .*kube.yaml has no such context$/)]);
  });
});

describe('a configuration with mistakes', () => {
  const yaml = `slac: { mode: http }
slack: { mode: sockt }
console:
  credentials: { observe: observe.json }
  tokenMinuts: 5
namespaces:
  - match: shop
    chanel: C024BE91L
    approval:
      needed: 0
      users: [U1, U0000ASKS, U0000ASKS]
      requesterMayVote: no
    stages:
      dsn: { needed: 2 }
    drafts: { trustedResolvers: [resolver] }
  - match: /acme/k8s/shop
    channel: C024BE91L
    requesters: { users: [U0000ASKS] }
    approval: { users: [U0000VOTE], needed: "2" }
confirmMinutes: 30
reactions: { approve: [+1] }
reminders: { timeZone: Mars, pattern: 0 25 * * * }
receipts: { publicKeys: {} }
`;

  test('hears of all of them at once, with line and column', () => {
    const told = briefly(mistakesIn(configuration(yaml), { env: { SLACK_BOT_TOKEN: '', REDIS_URL: 'http://redis' } }));
    expect(told.toSorted(byLine)).toMatchInlineSnapshot(`
      [
        "1:1 "slac" is not a setting. Did you mean slack?",
        "2:16 slack.mode is "sockt", but must be one of socket, http. Did you mean socket?",
        "4:3 console.credentials.finalise is missing. It must be text",
        "5:3 "tokenMinuts" is not a setting of console. Did you mean tokenMinutes?",
        "7:12 namespaces[0].match is "shop", but must be a full path such as /acme/aws-dev/k8s/shop, or /acme/aws-dev/k8s/*",
        "7:5 namespaces[0].channel is missing. It must be text",
        "7:5 namespaces[0].requesters is missing. It must be a group of settings",
        "8:5 "chanel" is not a setting of namespaces[0]. Did you mean channel?",
        "10:15 namespaces[0].approval.needed is 0, but must be at least 1",
        "11:15 namespaces[0].approval.users[0] is "U1", but must be a Slack user id, which begins with U or W, such as U024BE7LH",
        "12:25 namespaces[0].approval.requesterMayVote is "no", but must be true or false. In YAML 1.2 that is a word: write false",
        "14:7 "dsn" is not a setting of namespaces[0].stages. Did you mean dns?",
        "15:34 namespaces[0].drafts.trustedResolvers[0] is "resolver", but must be an IPv4 address or an IPv6 address",
        "19:45 namespaces[1].approval.needed is "2", but must be a number. In quotes it is text: take the quotes away",
        "20:1 "confirmMinutes" is not a setting. It belongs elsewhere: watch.confirmMinutes or floors.confirmMinutes.",
        "21:24 reactions.approve[0] is 1, but must be text. Write it in quotes",
        "22:39 reminders.pattern is "0 25 * * *", but must be a cron pattern, whose hour is *, or 0-23, as a list, a range or with a step",
        "22:24 reminders.timeZone is "Mars", but must be an IANA time zone such as Europe/Berlin",
        "23:13 receipts.publicKeys is a group of settings, but must be at least one key, as npm run keys prints it",
        "SLACK_BOT_TOKEN missing: the bot’s token, xoxb-…. Set SLACK_BOT_TOKEN, or SLACK_BOT_TOKEN_FILE to the file that holds it",
        "REDIS_URL the address of Redis begins with redis:// or, with TLS, rediss://, and names a host; with sentinels it is redis+sentinel://user:password@one:26379,two:26379/name",
      ]
    `);
  });

  test('starts nothing, whichever process asks', () => {
    for (const who of ['slack', 'worker', 'both'] as const)
      expect('mistakes' in load(configuration(yaml), { for: who })).toBe(true);
  });

  test('sees them as compilers show them', () => {
    const written = configuration(yaml);
    const few = mistakesIn(written).filter(({ of }) => of === 'slack.mode' || of === 'namespaces[0].chanel');
    expect(printMistakes(few).replaceAll(written.folder, '')).toMatchInlineSnapshot(`
      "/lockstep.yaml:2:16: mistake: slack.mode is "sockt", but must be one of socket, http. Did you mean socket?
        2 | slack: { mode: sockt }
          |                ^^^^^

      /lockstep.yaml:8:5: mistake: "chanel" is not a setting of namespaces[0]. Did you mean channel?
        8 |     chanel: C024BE91L
          |     ^^^^^^

      2 mistakes in the configuration.
      "
    `);
  });

  test('is shown no token, no control character and no line longer than a screen', () => {
    const long = 'x'.repeat(1000);
    const written = configuration(
      `${NAMESPACES}${REST}slack: { botToken: xoxb-123-secret }\n"a\\u202Eb\\u001b[31m": 1\n${long}: 1\n`,
    );
    const text = printMistakes(mistakesIn(written));
    expect(text).toContain('Secrets do not belong in this file');
    expect(text).not.toContain('123-secret');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text).toContain('\\u202e');
    for (const line of text.split('\n')) expect(line.length).toBeLessThan(400);
  });

  test('is told about both the file that is missing and the secrets', () => {
    const answer = loadConfig({ file: '/nowhere/lockstep.yaml', env: {}, for: 'both' });
    expect('mistakes' in answer && briefly(answer.mistakes)).toEqual([
      expect.stringContaining('does not exist'),
      expect.stringContaining('SLACK_BOT_TOKEN missing'),
      expect.stringContaining('REDIS_URL missing'),
      expect.stringContaining('LOCKSTEP_RECEIPT_KEY missing'),
      expect.stringContaining('LOCKSTEP_IDEMPOTENCY_SECRET missing'),
    ]);
  });
});

function publicKeysOf({ config }: ReturnType<typeof started>): string {
  const [[id, key] = []] = Object.entries(config.settings.receipts.publicKeys);
  return `publicKeys: { "${id}": "${key}" } }`;
}

function byLine(a: string, b: string): number {
  const at = (text: string) => Number.parseInt(text, 10) || 1000;
  return at(a) - at(b);
}

test('two processes on one machine answer about their health on ports of their own', () => {
  const port = (text: string) => {
    const answer = load(configuration(), { env: { LOCKSTEP_HEALTH_PORT: text } });
    return 'config' in answer ? answer.config.healthPort : answer.mistakes.map(({ of }) => of);
  };
  expect([port(''), port('9464'), port('94640'), port('http')]).toEqual([
    undefined,
    9464,
    ['LOCKSTEP_HEALTH_PORT'],
    ['LOCKSTEP_HEALTH_PORT'],
  ]);
});
