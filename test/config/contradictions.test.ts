/** Settings that are each right and cannot stand together: found at the start, not in front of a waiting stage. */
import { describe, expect, test } from 'vitest';
import { ruleFor } from '#config/schema.ts';
import { configuration, load, mistakesIn, REST, started } from '#test/support/configuration.ts';

const A = 'U0000AAAA';
const B = 'U0000BBBB';
const C = 'U0000CCCC';
const GROUP = 'S0614TZR7';
const OTHER = 'S0614TZR8';

/** One namespace whose approval and the rest are given; approval begins in line 5, column 15. */
function namespace(approval: string, more = ''): string {
  return `namespaces:
  - match: /acme/k8s/shop
    channel: C024BE91L
    requesters: { users: [${C}] }
    approval: ${approval}
${more}${REST}`;
}

function told(yaml: string, env = {}): string[] {
  const written = configuration(yaml);
  const answer = load(written, { env });
  const all = 'mistakes' in answer ? answer.mistakes : answer.warnings;
  return all.map(({ weight, place, sentence }) => `${weight} ${place?.line}:${place?.column} ${sentence}`);
}

describe('a stage that nobody could approve', () => {
  test('has no approvers at all', () => {
    expect(told(namespace('{}'))).toEqual([
      'mistake 5:5 namespaces[0].approval.users: nobody can approve: list users or groups',
    ]);
  });

  test('needs more persons than are listed', () => {
    expect(told(namespace(`{ users: [${A}, ${B}], needed: 3 }`))).toEqual([
      'mistake 5:56 namespaces[0].approval.needed: 3 approvals can never be reached: only 2 persons are listed, and no group',
    ]);
  });

  test('counts two Slack ids of one person once', () => {
    expect(told(`${namespace(`{ users: [${A}, ${B}] }`)}people: { ada: [${A}, ${B}] }\n`)).toEqual([
      expect.stringContaining('2 approvals can never be reached: only one person is listed'),
    ]);
  });

  test('may have a group, whose size the file does not tell', () => {
    expect(told(namespace(`{ users: [${A}], groups: [${GROUP}], needed: 5 }`))).toEqual([]);
  });

  test('wants approvals from a group whose members may not vote', () => {
    expect(told(namespace(`{ groups: [${GROUP}], fromGroups: [{ group: ${OTHER}, needed: 1 }] }`))).toEqual([
      expect.stringContaining(`approvals are needed from ${OTHER}, which is not among groups`),
    ]);
  });

  test('wants more from its groups than it says it needs', () => {
    const from = `fromGroups: [{ group: ${GROUP}, needed: 2 }, { group: ${OTHER}, needed: 1 }]`;
    expect(told(namespace(`{ groups: [${GROUP}, ${OTHER}], ${from} }`))).toEqual([
      expect.stringContaining('fromGroups asks for 3 approvals in all, but needed says 2: set needed to 3 or more'),
    ]);
  });

  test('is told where the stage itself says it, and by its name', () => {
    const yaml = namespace(`{ users: [${A}, ${B}] }`, `    stages:\n      dns:\n        needed: 4\n`);
    expect(told(yaml).filter((sentence) => sentence.startsWith('mistake'))).toEqual([
      'mistake 8:17 namespaces[0].stages.dns.needed: 4 approvals of dns can never be reached: only 2 persons are listed, and no group',
    ]);
  });

  test('is told once where all stages share the mistake, one with hours of its own among them', () => {
    const yaml = namespace(`{ users: [${A}] }`, '    stages: { dns: { expiresHours: 1 } }\n');
    expect(told(yaml)).toHaveLength(1);
  });

  test('does not hide behind a mistake elsewhere', () => {
    const yaml = `${namespace(`{ users: [${A}] }`)}retentionDays: never\n`;
    expect(told(yaml)).toEqual([
      expect.stringContaining('retentionDays is "never"'),
      expect.stringContaining('2 approvals can never be reached'),
    ]);
  });
});

describe('a requester', () => {
  test('without whom too few approvers are left gets a warning, and the start goes on', () => {
    const yaml = namespace(`{ users: [${C}], needed: 1 }`);
    expect(told(yaml)).toEqual([
      `warning 5:5 namespaces[0].approval.requesterMayVote: what ${C} asks for can never be approved: without the requester 0 of 1 needed approvers are left`,
    ]);
    expect(started(configuration(yaml)).warnings).toHaveLength(1);
  });

  test('among enough others is no reason to warn', () => {
    expect(told(namespace(`{ users: [${A}, ${B}, ${C}] }`))).toEqual([]);
  });

  test('who can ask for and approve alone is a warning, and in production a mistake', () => {
    const yaml = namespace(`{ users: [${A}, ${C}], needed: 1, requesterMayVote: true }`);
    expect(told(yaml)).toEqual([expect.stringMatching(/^warning .*one person can ask for and approve a stage alone/)]);
    expect(told(yaml, { NODE_ENV: 'production' })).toEqual([expect.stringMatching(/^mistake .*approve a stage alone/)]);
  });
});

describe('the end, which cuts traffic', () => {
  test('should not be easier to approve than a stage that only allows', () => {
    const stages = '    stages: { disable-discovery: { needed: 1 } }\n';
    expect(told(namespace(`{ users: [${A}, ${B}] }`, stages))).toEqual([
      expect.stringContaining(
        'disable-discovery, which cuts traffic, is easier to approve than dns, pods, metadata, external-services, web-server, kubelets',
      ),
    ]);
  });

  test('should not do without a group that another stage asks', () => {
    const stages = `    stages: { dns: { fromGroups: [{ group: ${GROUP}, needed: 1 }] } }\n`;
    expect(told(namespace(`{ groups: [${GROUP}] }`, stages))).toEqual([
      expect.stringContaining('disable-discovery, which cuts traffic, is easier to approve than dns'),
    ]);
  });

  test('cannot be in shadow, because there is no rule to observe', () => {
    const stages = '    stages: { disable-discovery: { shadow: true }, dns: { shadow: true, shadowMinutes: 5 } }\n';
    expect(told(namespace(`{ groups: [${GROUP}] }`, stages))).toEqual([
      expect.stringMatching(/^mistake .*disable-discovery\.shadow: default actions cannot be observed only/),
    ]);
  });

  test('is not approved by the requester, even where the file says so', () => {
    const stages = '    stages: { disable-discovery: { requesterMayVote: true } }\n';
    const yaml = namespace(`{ users: [${A}, ${B}, ${C}] }`, stages);
    expect(told(yaml)).toEqual([
      expect.stringContaining('requesterMayVote: the requester never approves disable-discovery'),
    ]);
    const { namespaces } = started(configuration(yaml)).config.settings;
    const rules = namespaces.map((each) => [ruleFor(each, 'disable-discovery'), ruleFor(each, 'dns')]);
    expect(rules.flat().map(({ requesterMayVote }) => requesterMayVote)).toEqual([false, false]);
  });

  test('takes no reactions, even where the file says so', () => {
    expect(
      told(namespace(`{ groups: [${GROUP}] }`, '    stages: { disable-discovery: { reactions: true } }\n')),
    ).toEqual([expect.stringContaining('reactions never count for disable-discovery')]);
  });
});

describe('namespaces', () => {
  const entry = (match: string) =>
    `  - { match: ${match}, channel: C024BE91L, requesters: { users: [${C}] }, approval: { groups: [${GROUP}] } }\n`;
  const of = (...matches: string[]) => told(`namespaces:\n${matches.map(entry).join('')}${REST}`);

  test('are not listed twice', () => {
    expect(of('/acme/a', '/acme/a')).toEqual([
      'mistake 3:14 namespaces[1].match: /acme/a is there twice, and the first one counts',
    ]);
  });

  test('are not put behind a wider one that covers them', () => {
    expect(of('/acme/*', '/acme/a', '/acme/a/*')).toEqual([
      expect.stringContaining('never used: /acme/* above covers /acme/a, and the first match counts'),
      expect.stringContaining('never used: /acme/* above covers /acme/a/*'),
    ]);
  });

  test('may have names that begin alike, and a wider one after the narrower', () => {
    expect(of('/acme/a', '/acme/ab', '/acme/a/*', '/acme/*', '/acme')).toEqual([]);
  });
});

describe('people and words', () => {
  const fine = namespace(`{ groups: [${GROUP}] }`);

  test('one Slack id is one person', () => {
    expect(told(`${fine}people: { ada: [${A}], bob: [${B}, ${A}], eve: [${C}, ${C}] }\n`)).toEqual([
      expect.stringContaining(`people.bob[1]: ${A} is already ada`),
      expect.stringContaining(`people.eve[1]: ${C} is listed twice`),
    ]);
  });

  test('a name full of invisible characters is shown with all of them', () => {
    expect(told(`${fine}people: { "a\\u202Eda": [${A}], bob: [${A}] }\n`)).toEqual([
      expect.stringContaining(`people.bob[0]: ${A} is already a\\u202eda`),
    ]);
  });

  test('a person’s name is not somebody’s Slack id', () => {
    expect(told(`${fine}people: { ${A}: [${B}] }\n`)).toEqual([expect.stringContaining('looks like a Slack id')]);
  });

  test('nobody is listed twice in one list', () => {
    const yaml = namespace(
      `{ users: [${A}, ${A}], groups: [${GROUP}, ${GROUP}], needed: 3, fromGroups: [{ group: ${GROUP}, needed: 1 }, { group: ${GROUP}, needed: 1 }] }`,
    );
    expect(told(yaml).map((sentence) => sentence.replace(/^\S+ \S+ /, ''))).toEqual([
      `namespaces[0].approval.users[1]: ${A} is listed twice`,
      `namespaces[0].approval.groups[1]: ${GROUP} is listed twice`,
      `namespaces[0].approval.fromGroups[1]: ${GROUP} is listed twice`,
    ]);
  });

  test('one reaction does not mean both yes and no', () => {
    expect(told(`${fine}reactions: { approve: [eyes], deny: [x, eyes, x] }\n`)).toEqual([
      expect.stringContaining('reactions.deny[1]: eyes means both yes and no'),
      expect.stringContaining('reactions.deny[2]: x is listed twice'),
    ]);
  });

  test('every verb can be used by somebody', () => {
    expect(told(`${fine}authority: { undo: [], next: [approver, approver] }\n`)).toEqual([
      expect.stringContaining('authority.undo: nobody may undo: name requester, approver or both'),
      expect.stringContaining('authority.next[1]: approver is listed twice'),
    ]);
    expect(told(fine.replace(`users: [${C}]`, ''))).toEqual([
      'mistake 4:5 namespaces[0].requesters: nobody may start here: only requesters may, and none is listed',
    ]);
    expect(told(`${fine.replace(`users: [${C}]`, '')}authority: { start: [approver] }\n`)).toEqual([]);
  });
});

describe('times and keys', () => {
  const fine = namespace(`{ groups: [${GROUP}] }`);

  test('a namespace that nobody has to confirm is a warning', () => {
    expect(told(`${fine}watch: { confirmMinutes: 0 }\n`)).toEqual([
      expect.stringMatching(/^warning .*nobody has to confirm/),
    ]);
  });

  test('somebody looks before the time to confirm is over', () => {
    expect(told(`${fine}watch: { confirmMinutes: 1, everySeconds: 90 }\n`)).toEqual([
      expect.stringContaining('the time to confirm (1 minutes) is over before anybody looks'),
    ]);
  });

  test.each(['0 9 * * *', '*/15 8-18 * * mon-fri', '0 0 9 1,15 jan *', '0 9 * * 7'])(
    '%s is a cron pattern',
    (pattern) => {
      expect(told(`${fine}reminders: { pattern: "${pattern}" }\n`)).toEqual([]);
    },
  );

  test.each(['9', '60 9 * * *', '0 9 * * 8', '0 9-8 * * *', '0 9 * * mon-', '*/0 9 * * *', '0 9 0 * *', '@daily'])(
    '%s is none',
    (pattern) => {
      expect(told(`${fine}reminders: { pattern: "${pattern}" }\n`)).toEqual([expect.stringContaining('cron pattern')]);
    },
  );

  test('a public key is one, and has the id that it has', () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    const wrong = fine.replace('$KEY', `$KEY, "00000000": "${key}", "f1111111": "no key"`);
    expect(told(wrong)).toEqual([
      expect.stringMatching(/the id of this key is "[0-9a-f]{8}", not "00000000"/),
      expect.stringContaining('receipts.publicKeys.f1111111: not a public key: base64 of 32 bytes'),
    ]);
  });

  test('one credential for both is a warning', () => {
    expect(told(fine.replace('finalise.json', 'observe.json'))).toEqual([
      expect.stringMatching(/^warning .*the same credential twice/),
    ]);
    expect(mistakesIn(configuration(fine.replace('finalise.json', 'observe.json')))).toEqual([]);
  });
});
