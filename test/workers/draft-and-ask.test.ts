/** Drafting a stage and asking about it: once, from the newest flows, and only somebody who can answer. */
import { describe, expect, test } from 'vitest';
import { people } from '#sandbox/slack/seed.ts';
import { aHouse, type House } from '#test/support/house.ts';
import { redisForTests } from '#test/support/redis.ts';

const HOUR = 3_600_000;
const redis = redisForTests(10);

const draft = (house: House) => house.run('draft-stage', { lockdown: house.id, stage: 'dns' });
const questions = async (house: House) => (await house.seen()).filter((drawn) => drawn.includes('# Approve dns for'));

async function drafting(house: House): Promise<void> {
  await house.start();
  await house.exercise();
  await house.wish('alice', { verb: 'next' });
}

describe('a stage', () => {
  test('that is drafted twice is asked about once, and the votes are for what the card shows', async () => {
    const house = await aHouse(redis);
    await drafting(house);
    await draft(house);
    await house.settle('draft-stage');
    await draft(house);
    await house.settle();
    expect(await questions(house)).toHaveLength(1);
    const { ask, revision } = await house.stage('dns');
    expect(revision).toBe(1);
    expect((await house.deps.evidence.draft(house.id, 'dns'))?.digest).toBe(ask?.digest);
  });

  test('whose asking runs twice has one card and one file of edges', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    const again = () => house.run('ask-approval', { lockdown: house.id, stage: 'dns' });
    await Promise.all([again(), again()]);
    expect(await questions(house)).toHaveLength(1);
    expect((await house.around.calls('files.completeUploadExternal')).length).toBe(1);
  });

  test('that has left its phase is neither drafted nor asked about by a late job', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.vote('boris', 'dns', { decision: 'deny', reason: 'no' });
    await house.settle();
    const before = [await house.lockdown(), await house.seen()];
    await draft(house);
    await house.run('ask-approval', { lockdown: house.id, stage: 'dns' });
    await house.settle();
    expect([await house.lockdown(), await house.seen()]).toEqual(before);
  });

  test('whose draft changed shows what changed, and the old card is no longer for voting', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.vote('boris', 'dns', { decision: 'deny', reason: 'there is a second resolver' });
    await house.changeNamespace({ tagPrefixes: ['team='] });
    const body = { name: 'DNS', entries: ['198.51.100.53/32'], associatedTags: ['externalnetwork:name=dns'] };
    await house.byHand({ method: 'POST', namespace: house.namespace, path: '/externalnetworks', body });
    await house.wish('alice', { verb: 'reopen', stage: 'dns' });
    await house.settle();
    const seen = await house.seen();
    expect(seen.filter((drawn) => drawn.includes('# Approve dns for'))).toEqual([expect.stringContaining('draft 2')]);
    expect(seen.filter((drawn) => drawn.includes('this draft is outdated'))).toHaveLength(1);
    expect((await house.deps.evidence.draft(house.id, 'dns'))?.differences).not.toEqual([]);
  });

  test('is not asked about when its approvers’ group is empty: people read who has to change what', async () => {
    const house = await aHouse(redis, { namespace: { approval: { groups: ['S0EMPTY0001'], needed: 2 } } });
    await drafting(house);
    await house.settle();
    expect(await house.stage('dns')).toMatchObject({ phase: 'failed', failedIn: 'drafting' });
    expect((await house.seen()).join('\n')).toContain('2 approvals are needed for dns, but only 0 people may give one');
    await house.around.setGroup('S0EMPTY0001', [people.boris, people.chitra]);
    await house.wish('alice', { verb: 'next' });
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('asking');
  });

  test('is not asked of somebody who was added to the approvers an hour ago, and is a day later', async () => {
    const house = await aHouse(redis, { namespace: { approval: { groups: ['S0SECURITY1'], needed: 2 }, stages: {} } });
    await house.asking('dns');
    await house.around.setGroup('S0SECURITY1', [people.boris, people.chitra, people.diego]);
    const asked = async () => {
      await house.wish('alice', { verb: 'reopen', stage: 'dns' });
      await house.settle();
      return (await house.stage('dns')).ask;
    };
    house.later(HOUR);
    const early = await asked();
    expect(early?.electorate.groups.S0SECURITY1).toEqual([people.boris, people.chitra]);
    expect(early?.tooNew).toEqual([people.diego]);
    expect((await house.seen()).join('\n')).toContain(`not yet, because added lately: @${people.diego}`);
    expect(await house.vote('diego', 'dns')).toEqual([expect.stringContaining('You were added to the approvers')]);
    // Leaving and coming back is being added anew.
    await house.around.setGroup('S0SECURITY1', [people.boris, people.chitra]);
    await asked();
    await house.around.setGroup('S0SECURITY1', [people.boris, people.chitra, people.diego]);
    house.later(23 * HOUR);
    expect((await asked())?.tooNew).toEqual([people.diego]);
    house.later(24 * HOUR);
    expect((await asked())?.electorate.groups.S0SECURITY1).toContain(people.diego);
    expect((await house.stage('dns')).ask?.tooNew).toBeUndefined();
  });

  test('for which nothing was seen is skipped with the reason, and the next one begins', async () => {
    const house = await aHouse(redis);
    await house.start();
    await house.wish('alice', { verb: 'next' });
    await house.settle();
    expect(await house.stage('dns')).toMatchObject({
      phase: 'skipped',
      because: expect.stringContaining('Nothing of this kind was seen'),
    });
    expect((await house.seen()).join('\n')).toContain('*dns* is skipped');
  });

  test('whose parent already allows DNS for everybody below needs no rule of its own', async () => {
    const house = await aHouse(redis, { console: { parentDnsRule: true } });
    await drafting(house);
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('skipped');
    expect(await house.objects()).toEqual([]);
  });

  test('is drafted without Kubernetes when that does not answer, and the card says so', async () => {
    const house = await aHouse(redis, {
      between: (deps) => ({
        ...deps,
        readKubernetes: async () => {
          throw Object.assign(new Error('the cluster refused the connection'), { passing: true });
        },
      }),
    });
    await drafting(house);
    await house.settle();
    expect((await questions(house))[0]).toContain('the cluster refused the connection');
  });
});

describe('a console that does not play along', () => {
  test('with an expired credential leaves the stage waiting for somebody, and trying again drafts it', async () => {
    const house = await aHouse(redis);
    await drafting(house);
    await house.control('POST', '/faults', { status: 401, count: 0 });
    await house.settle();
    expect(await house.stage('dns')).toMatchObject({ phase: 'failed', failedIn: 'drafting' });
    const card = (await house.seen()).find((drawn) => drawn.includes('# Lockdown of'));
    expect(card).toContain('The console refused the credential');
    await house.control('DELETE', '/faults');
    await house.wish('boris', { verb: 'try-again', stage: 'dns' });
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('asking');
  });
});

describe('words that are full of Slack’s own signs', () => {
  const HOSTILE = '<!channel> *free* `x` \u202Etxt <https://evil.example|the console>';

  test('mention nobody and link nowhere, in no message of the whole thread', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.vote('boris', 'dns', { decision: 'deny', reason: HOSTILE });
    await house.wish('boris', { verb: 'leave-out', stage: 'dns', because: HOSTILE });
    await house.settle();
    const messages = await house.around.messages('C0LOCKDOWN1');
    const texts = messages.flatMap((message) => marked(message));
    expect(JSON.stringify(messages).split('free').length - 1).toBeGreaterThanOrEqual(2);
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(text).not.toMatch(/<!|<https:\/\/evil|\u202e/);
    expect(JSON.stringify(messages)).not.toContain('"url":"https://evil');
  });

  /** Every text that Slack parses for mentions and styles. */
  function marked(value: unknown): string[] {
    if (Array.isArray(value)) return value.flatMap(marked);
    if (typeof value !== 'object' || value === null) return [];
    const own = 'type' in value && value.type === 'mrkdwn' && 'text' in value ? [String(value.text)] : [];
    const notification = 'ts' in value && 'text' in value ? [String(value.text)] : [];
    return [...own, ...notification, ...Object.values(value).flatMap(marked)];
  }
});

describe('ending discovery mode with less behind it than the floors ask for', () => {
  const CUT = 'disable-discovery';
  const FLOORS = { settings: { floors: { windowHours: 24, confirmMinutes: 30 } } };
  const BECAUSE = 'It was rehearsed on the twin of this namespace.';

  async function toVote(options: Parameters<typeof aHouse>[1] = {}): Promise<House> {
    const house = await aHouse(redis, { ...FLOORS, ...options });
    await house.asking(CUT);
    await house.answerAll('alice');
    return house;
  }

  test('says so on the card, and takes one more than usual and everybody’s reason', async () => {
    const house = await toVote({
      namespace: { stages: { [CUT]: { groups: ['S0PLATFORM1', 'S0SECURITY1'], needed: 2 } } },
    });
    const card = (await house.seen()).find((drawn) => drawn.includes(`# Approve ${CUT}`)) ?? '';
    expect(card).toContain('hours of flows were seen, where 24 hours are the least');
    expect(card).toContain('only 10 minutes to confirm afterwards, where 30 are the least');
    expect(await house.vote('boris', CUT)).toEqual([expect.stringContaining('a reason of at least 10 characters')]);
    for (const who of ['boris', 'chitra'] as const) await house.vote(who, CUT, { reason: BECAUSE });
    await house.settle('watch-lockdown');
    expect((await house.stage(CUT)).phase).toBe('asking');
    await house.vote('erin', CUT, { reason: BECAUSE });
    await house.settle('watch-lockdown');
    expect((await house.lockdown()).phase).toBe('watching');
  });

  test('is asked about again when the time to confirm is another one by the time of the writing', async () => {
    let confirmMinutes = 30;
    const house = await toVote({
      settings: {},
      between: (deps) => ({
        ...deps,
        get settings() {
          return { ...deps.settings, watch: { ...deps.settings.watch, confirmMinutes } };
        },
      }),
    });
    await house.approve(CUT, 'apply-stage');
    confirmMinutes = 0;
    await house.settle('draft-stage', 'watch-lockdown');
    expect((await house.stage(CUT)).because).toContain('The time to confirm afterwards is another one');
  });
});
