/** Names on buttons, receipts, people, authority, escaping: the small parts everything else relies on. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { AUTHORITY_DEFAULT } from '#config/schema.ts';
import { rolesOf, whyMayNot } from '#core/authority.ts';
import { commitments } from '#core/commitment.ts';
import { GOVERNED } from '#core/request.ts';
import { STAGES } from '#core/stage.ts';
import { aroundSlack } from '#sandbox/slack/people.ts';
import { groups, people } from '#sandbox/slack/seed.ts';
import { type RunningSlack, startSlack } from '#sandbox/slack/start.ts';
import { BUTTONS, decodeButton, decodeModal, encodeButton, encodeModal, MODALS, modalId } from '#slack/action-ids.ts';
import { apiUrl, slackClient } from '#slack/client.ts';
import { directory } from '#slack/directory.ts';
import { literal, mrkdwn } from '#slack/escape.ts';
import { requestId } from '#slack/gesture.ts';
import { clip } from '#slack/limits.ts';
import { type PublicKeys, publicKeyText, receiptIsValid, seal, sealHolds, signVote } from '#slack/receipt.ts';
import { NEEDED_SCOPES, OPTIONAL_SCOPES } from '#slack/self-test.ts';
import { ALICE, aVote, BORIS, CHITRA, DIEGO, SECURITY } from '../support/slack-lockdowns.ts';
import { aReceiptKey, rememberedJournal } from '../support/slack-process.ts';

describe('what buttons and modals carry', () => {
  const target = fc.record(
    {
      lockdown: fc.string({ minLength: 1, maxLength: 60 }),
      stage: fc.constantFrom(...STAGES),
      nonce: fc.string({ maxLength: 60 }),
    },
    { requiredKeys: ['lockdown'] },
  );

  test('comes back as it was', () => {
    fc.assert(
      fc.property(fc.constantFrom(...BUTTONS), target, (name, about) => {
        const button = encodeButton(name, about);
        expect(decodeButton(button)).toEqual({ name, target: about });
        expect(button.value.length).toBeLessThan(2000);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...MODALS), target, (name, about) => {
        const state = { ...about, channel: 'C1', thread: '1.2' };
        expect(decodeModal(modalId(name), encodeModal(state))).toEqual({ name, state });
      }),
    );
  });

  test('is refused when somebody else made it up', () => {
    const { action_id, value } = encodeButton('approve', { lockdown: 'x' });
    expect(decodeButton({ action_id: 'other.approve', value })).toBeUndefined();
    expect(decodeButton({ action_id: 'lockstep.approve-all', value })).toBeUndefined();
    for (const wrong of [
      undefined,
      '',
      '{',
      '{}',
      '{"lockdown":""}',
      '{"lockdown":"x","stage":"all"}',
      '{"lockdown":"x","more":1}',
    ])
      expect(decodeButton({ action_id, value: wrong }), String(wrong)).toBeUndefined();
    expect(decodeModal(modalId('deny'), '{"lockdown":"x"}')).toBeUndefined();
    expect(decodeModal('lockstep.other', encodeModal({ lockdown: 'x', channel: 'C1', thread: '1' }))).toBeUndefined();
  });

  test('a request’s id has no colon, is never all digits, and is the same for the same gesture of the same person', () => {
    const id = requestId('vote', '123:456', { user: ALICE, gesture: '1732302000.123456' });
    expect(id).toMatch(/^vote-123-456-[0-9a-f]{16}$/);
    expect(requestId('vote', '123:456', { user: ALICE, gesture: '1732302000.123456' })).toBe(id);
    expect(requestId('vote', '123:456', { user: BORIS, gesture: '1732302000.123456' })).not.toBe(id);
  });
});

describe('a receipt', () => {
  const SALT = 'salt of hipster-shop';
  const key = aReceiptKey();
  const keys = { k1: publicKeyText(key) };
  const { receipt: _, ...unsigned } = aVote(BORIS, { reason: 'because' });
  const holds = (of: typeof vote, known: PublicKeys) => receiptIsValid(of, known, commitments(SALT));
  const vote = signVote(unsigned, key, SALT);

  test('holds for exactly the vote it was made for', () => {
    expect(holds(vote, keys)).toBe(true);
    for (const field of Object.keys(unsigned) as (keyof typeof unsigned)[]) {
      const value = vote[field];
      const changed = { ...vote, [field]: typeof value === 'number' ? value + 1 : `${value}x` };
      expect(holds(changed, keys), field).toBe(false);
    }
    const { reason: __, ...without } = vote;
    expect(holds(without, keys)).toBe(false);
  });

  test('of another key, of a key nobody knows, or of no signature at all does not hold', () => {
    expect(holds(signVote(unsigned, aReceiptKey(), SALT), keys)).toBe(false);
    expect(holds(vote, {})).toBe(false);
    expect(holds(vote, { k1: 'c2hvcnQ=' })).toBe(false);
    for (const name of ['__proto__', 'toString', 'k2'])
      expect(holds({ ...vote, receipt: { ...vote.receipt, key: name } }, keys)).toBe(false);
    for (const signature of ['', 'nonsense', Buffer.alloc(64).toString('base64')])
      expect(holds({ ...vote, receipt: { key: 'k1', signature } }, keys)).toBe(false);
  });

  test('is not to be had with a key of another kind', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => signVote(unsigned, { id: 'k1', pem }, SALT)).toThrow('not an Ed25519 key');
  });

  test('is no seal, and a seal is no receipt', () => {
    const values = ['V1', BORIS, 'l', 'n'];
    const text = seal(values, key);
    expect(sealHolds(values, text, key)).toBe(true);
    expect(sealHolds(['V2', BORIS, 'l', 'n'], text, key)).toBe(false);
    expect(sealHolds(values, '', key)).toBe(false);
    expect(sealHolds(values, vote.receipt.signature, key)).toBe(false);
    expect(holds({ ...vote, receipt: { key: 'k1', signature: text } }, keys)).toBe(false);
    expect(sign(null, Buffer.from('x'), key.pem).length).toBe(64);
  });
});

describe('authority', () => {
  const namespace = {
    requesters: { users: [ALICE], groups: [] },
    approval: { users: [DIEGO], groups: [] },
    stages: { dns: { groups: [SECURITY] } },
  };
  const membersOf = async (group: string) => (group === SECURITY ? [BORIS] : []);

  test('approvers of any stage are approvers, members of a group are meant by it', async () => {
    expect(await rolesOf(ALICE, namespace, membersOf)).toEqual(['requester']);
    expect(await rolesOf(DIEGO, namespace, membersOf)).toEqual(['approver']);
    expect(await rolesOf(BORIS, namespace, membersOf)).toEqual(['approver']);
    expect(await rolesOf(CHITRA, namespace, membersOf)).toEqual([]);
  });

  test('whoever has no role may use no verb, and reads why', () => {
    for (const verb of GOVERNED) expect(whyMayNot(verb, [], AUTHORITY_DEFAULT), verb).toContain('you are none of them');
  });

  test('a verb that the configuration gives to nobody is refused to everybody', () => {
    const nobody = { ...AUTHORITY_DEFAULT, undo: [] };
    expect(whyMayNot('undo', ['requester', 'approver'], nobody)).toContain('lets nobody do this');
    expect(whyMayNot('undo', ['approver'], AUTHORITY_DEFAULT)).toBeUndefined();
    expect(whyMayNot('undo', ['requester'], AUTHORITY_DEFAULT)).toContain('approvers');
  });
});

describe('the directory', () => {
  let slack: RunningSlack | undefined;
  afterEach(async () => {
    await slack?.stop();
    slack = undefined;
  });

  async function opened(options: Parameters<typeof startSlack>[0] = {}) {
    slack = await startSlack(options);
    const { journal, lines } = rememberedJournal();
    let at = 0;
    const client = slackClient(slack.botToken, { slackApiUrl: slack.apiUrl });
    const asked = directory({ client, journal, team: 'T0ACME0001', now: () => at });
    const wait = (ms: number) => {
      at += ms;
    };
    return { asked, lines, around: aroundSlack(slack.url), wait };
  }

  test('knows members from guests, leavers, strangers, bots and nobody', async () => {
    const { asked } = await opened();
    expect(await asked.person(people.alice)).toEqual({ ok: true });
    expect(await asked.person(people.gus)).toMatchObject({ refused: expect.stringContaining('Guests') });
    expect(await asked.person(people.lena)).toMatchObject({ refused: expect.stringContaining('deactivated') });
    expect(await asked.person(people.stranger)).toMatchObject({ refused: expect.stringContaining('another one') });
    expect(await asked.person('U0LOCKSTEP')).toMatchObject({ bot: true });
    expect(await asked.person('U0NOBODY01')).toMatchObject({ refused: expect.stringContaining('does not know you') });
  });

  test('refuses everybody while Slack does not say who they are, and asks again', async () => {
    const { asked, around, lines } = await opened();
    await around.fault({ method: 'users.info', error: 'internal_error', count: 9 });
    expect(await asked.person(people.alice)).toMatchObject({
      refused: expect.stringContaining('did not say who you are'),
    });
    await around.clearFaults();
    expect(await asked.person(people.alice)).toEqual({ ok: true });
    expect(lines).toHaveLength(1);
  });

  test('asks Slack every time when votes are counted, so that a leaver’s vote falls away at once', async () => {
    const { asked, around } = await opened();
    expect(await asked.members(groups.security)).toHaveLength(3);
    await around.setGroup(groups.security, [people.boris]);
    expect(await asked.membersNow(groups.security)).toEqual([people.boris]);
    expect(await asked.members(groups.security)).toEqual([people.boris]);
  });

  test('remembers a group for a minute, or until it is told that it changed', async () => {
    const { asked, around, wait } = await opened();
    expect(await asked.members(groups.security)).toEqual([people.boris, people.chitra, people.erin]);
    await around.setGroup(groups.security, [people.boris]);
    expect(await asked.members(groups.security)).toHaveLength(3);
    wait(60_001);
    expect(await asked.members(groups.security)).toEqual([people.boris]);
    await around.setGroup(groups.security, [people.chitra]);
    asked.forgetGroup(groups.security);
    expect(await asked.members(groups.security)).toEqual([people.chitra]);
  });

  test('takes a group for empty where this Slack has none, and says so in the log', async () => {
    const { asked, lines } = await opened({ unsupported: ['usergroups.users.list'] });
    expect(await asked.members(groups.security)).toEqual([]);
    expect(lines).toEqual([expect.stringContaining('counts as empty')]);
  });
});

describe('texts of others', () => {
  test('cannot mention, link, hide or turn', () => {
    expect(mrkdwn('<!channel> & <@U1>')).toBe('&lt;!channel&gt; &amp; &lt;@U1&gt;');
    expect(literal('a\u202Eb\nc\u200Bd')).toBe('a⟨U+202E⟩b⟨U+000A⟩c⟨U+200B⟩d');
    expect(literal('g\u043e\u043egle.com')).toContain('(mixed alphabets)');
    expect(literal('пример.рф')).toBe('пример.рф');
  });

  test('are cut between characters, and never within an escape', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 40 }), (text, max) => {
        const cut = clip(text, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        const escaped = mrkdwn(text, max);
        expect(escaped.length).toBeLessThanOrEqual(max);
        expect(escaped).not.toMatch(/&(?!amp;|lt;|gt;)/);
      }),
    );
  });
});

test('the token goes over plain HTTP to this machine only', () => {
  expect(apiUrl('http://127.0.0.1:1/api')).toBe('http://127.0.0.1:1/api/');
  expect(apiUrl('https://slack.com/api/')).toBe('https://slack.com/api/');
  for (const url of ['http://slack.example/api', 'http://127.0.0.1.example/api', 'ftp://127.0.0.1/'])
    expect(() => apiUrl(url), url).toThrow('must be https');
});

test('the manifest grants every scope that the self-test asks for, and subscribes to every event that is listened to', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const manifest = parse(read('../../config/slack-manifest.yaml'));
  expect(manifest.oauth_config.scopes.bot).toEqual(
    expect.arrayContaining([...NEEDED_SCOPES, ...Object.keys(OPTIONAL_SCOPES)]),
  );
  const listened = read('../../src/slack/listeners.ts').match(/(?:app\.event|listenTo)\('(\w+)'/g) ?? [];
  const events = listened.map((call) => call.replace(/.*'(\w+)'/, '$1'));
  expect(events.sort()).toEqual([...manifest.settings.event_subscriptions.bot_events].sort());
});
