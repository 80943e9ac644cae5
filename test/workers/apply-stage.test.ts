/** Applying what was approved: once, exactly that, and only while the approval still stands. */
import { describe, expect, test } from 'vitest';
import { people } from '#sandbox/slack/seed.ts';
import { aHouse, type House, SECURITY } from '#test/support/house.ts';
import { redisForTests } from '#test/support/redis.ts';

const redis = redisForTests(1);
const apply = (house: House, stage: 'dns' | 'metadata' | 'web-server' = 'dns') =>
  house.run('apply-stage', { lockdown: house.id, stage });

/** Approved, and nothing applied yet. */
async function approved(house: House): Promise<void> {
  await house.asking('dns');
  await house.approve('dns', 'apply-stage');
  expect((await house.stage('dns')).phase).toBe('applying');
}

const created = async (house: House) => (await house.objects()).map(({ name }) => name).sort();

describe('an approved stage', () => {
  test('is made so with the names of the approvers on every object', async () => {
    const house = await aHouse(redis);
    await approved(house);
    await house.settle();
    expect(await created(house)).toEqual(['DNS', 'allow-dns']);
    for (const { annotations } of await house.objects()) {
      expect(annotations['lockstep.lockdown']).toEqual([house.id]);
      expect(annotations['lockstep.stage']).toEqual(['dns']);
      expect(annotations['lockstep.approvedBy']).toEqual([people.boris, people.chitra]);
    }
    expect((await house.stage('dns')).phase).toBe('verifying');
  });

  test('that is applied twice at the same time, and once more later, has each object once', async () => {
    const house = await aHouse(redis);
    await approved(house);
    await Promise.all([apply(house), apply(house)]);
    await apply(house);
    await house.settle();
    expect(await created(house)).toEqual(['DNS', 'allow-dns']);
    expect((await house.history()).filter((type) => type === 'applied')).toHaveLength(1);
  });

  test('whose applying has left its phase is not applied by a late job', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await apply(house);
    expect(await house.writes()).toEqual([]);
  });

  test('waits while the lockdown is paused, and goes on when it is resumed', async () => {
    const house = await aHouse(redis);
    await approved(house);
    await house.wish('alice', { verb: 'pause' });
    await house.settle();
    expect(await house.writes()).toEqual([]);
    await house.wish('alice', { verb: 'resume' });
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('verifying');
  });
});

describe('what has changed between the approval and the applying', () => {
  test('a ruleset of somebody else that allows it all voids the votes; nothing is written, and the stage is skipped', async () => {
    const house = await aHouse(redis);
    await approved(house);
    await somebodysRuleset(house, 'ours-for-dns', '10.75.240.10/32');
    const before = (await house.writes()).length;
    await house.settle();
    const ours = (await house.writes()).slice(before).filter(({ object }) => object.annotations['lockstep.lockdown']);
    expect(ours).toEqual([]);
    expect(await house.history()).toContain('draft-outdated');
    expect((await house.seen()).join('\n')).toContain('The draft of *dns* is outdated, earlier votes are void');
    expect((await house.stage('dns')).phase).toBe('skipped');
  });

  test('an approver who left the group no longer counts', async () => {
    const house = await aHouse(redis);
    await approved(house);
    await house.around.setGroup(SECURITY, [people.boris, people.erin]);
    await house.settle();
    expect(await created(house)).toEqual([]);
    expect((await house.stage('dns')).phase).toBe('asking');
    expect((await house.seen()).join('\n')).toContain('somebody’s right to vote, has fallen away');
  });

  test('an approver whose account was deactivated no longer counts', async () => {
    const house = await aHouse(redis);
    await approved(house);
    await house.around.setPerson('chitra', { deleted: true });
    await house.settle();
    expect(await created(house)).toEqual([]);
    expect((await house.stage('dns')).phase).toBe('asking');
  });

  test('somebody who joined the group after the question was put adds nothing', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.around.setGroup(SECURITY, [people.boris, people.chitra, people.lena, people.gus]);
    expect(await house.vote('gus', 'dns')).toEqual(['Guests of this workspace decide nothing here.']);
    await house.vote('boris', 'dns');
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('asking');
  });

  test('a rule that was loosened in the configuration does not make too few votes enough', async () => {
    const house = await aHouse(redis, {
      between: (deps) => ({ ...deps, settings: loosened(deps.settings) }),
    });
    await house.asking('dns');
    const { ask } = await house.stage('dns');
    if (!ask) throw new Error('nobody is asked');
    expect(ask.rule.needed).toBe(1);
    // Asked while two were needed; the configuration says one by now.
    const stricter = { ...ask, rule: { ...ask.rule, needed: 2 } };
    await house.put({
      stages: { ...(await house.lockdown()).stages, dns: { ...(await house.stage('dns')), ask: stricter } },
    });
    await house.vote('boris', 'dns');
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('asking');
  });

  test('a rule that was tightened in the configuration asks for more votes', async () => {
    let needed = 2;
    const house = await aHouse(redis, {
      between: (deps) => ({
        ...deps,
        get settings() {
          const [only] = deps.settings.namespaces;
          if (!only) throw new Error('one namespace is configured');
          return { ...deps.settings, namespaces: [{ ...only, approval: { ...only.approval, needed } }] };
        },
      }),
    });
    await approved(house);
    needed = 3;
    await house.settle();
    expect(await created(house)).toEqual([]);
    expect((await house.stage('dns')).ask?.rule.needed).toBe(3);
  });
});

describe('whoever writes to Redis is not an approver', () => {
  test('a vote put there by hand, without a receipt, is not counted, and the operator hears of it', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    const boris = await house.signedVote('boris', 'dns');
    const forged = { ...boris, user: people.chitra, person: people.chitra };
    const { stages } = await house.lockdown();
    await house.put({ stages: { ...stages, dns: { ...stages.dns, phase: 'applying', votes: [boris, forged] } } });
    await apply(house);
    expect(await house.writes()).toEqual([]);
    expect(house.journalled.filter(({ line }) => line === 'forgedVote')).toEqual([
      { line: 'forgedVote', lockdown: house.id, stage: 'dns', user: people.chitra },
    ]);
  });

  test('a draft that was exchanged after the votes is not applied', async () => {
    const house = await aHouse(redis);
    await approved(house);
    const finding = await house.deps.evidence.draft(house.id, 'dns');
    if (!finding) throw new Error('a draft is kept');
    const changes = finding.draft.changes.map((change) =>
      change.kind === 'create-external-network'
        ? { ...change, network: { ...change.network, entries: ['0.0.0.0/0'] } }
        : change,
    );
    await house.deps.evidence.keepDraft(house.id, { ...finding, draft: { ...finding.draft, changes } });
    await apply(house);
    expect(await house.writes()).toEqual([]);
  });
});

describe('crashes and lost answers', () => {
  test('a crash between two objects leaves each of them exactly once after the retry', async () => {
    let crash = true;
    const house = await aHouse(redis, {
      between: (deps) => ({
        ...deps,
        consoleApi: {
          ...deps.consoleApi,
          async ensureRuleset(...given) {
            if (crash) throw new Error('the process died');
            return deps.consoleApi.ensureRuleset(...given);
          },
        },
      }),
    });
    await approved(house);
    await expect(apply(house)).rejects.toThrow('the process died');
    expect(await created(house)).toEqual(['DNS']);
    crash = false;
    await apply(house);
    await house.settle('apply-stage');
    expect(await created(house)).toEqual(['DNS', 'allow-dns']);
    expect((await house.stage('dns')).phase).toBe('verifying');
  });

  test('a crash between creating an object and journalling it leaves it exactly once, and undo finds it', async () => {
    let crash = true;
    const house = await aHouse(redis, {
      between: (deps) => ({
        ...deps,
        evidence: {
          ...deps.evidence,
          async keepWritten(...given) {
            if (crash) throw new Error('the process died');
            return deps.evidence.keepWritten(...given);
          },
        },
      }),
    });
    await approved(house);
    await expect(apply(house)).rejects.toThrow('the process died');
    crash = false;
    await apply(house);
    await house.settle('apply-stage');
    expect(await created(house)).toEqual(['DNS', 'allow-dns']);
    await house.wish('boris', { verb: 'undo', stage: 'dns' });
    await house.settle();
    expect(await created(house)).toEqual([]);
  });

  test('an answer that was cut off after the console had committed creates nothing twice', async () => {
    const house = await aHouse(redis);
    await approved(house);
    for (const path of ['/externalnetworks', '/networkrulesetpolicies'])
      await house.control('POST', '/faults', { method: 'POST', path, cutAfterCommit: true });
    await house.settle();
    expect(await created(house)).toEqual(['DNS', 'allow-dns']);
    expect(await house.control('GET', '/faults')).toEqual([]);
  });

  test('a foreign object of the same name stays untouched, and is not taken for ours', async () => {
    const house = await aHouse(redis);
    await house.asking('dns');
    await house.approve('dns', 'apply-stage');
    await somebodysNetwork(house, 'DNS', ['198.51.100.53/32']);
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('asking');
    expect((await house.stage('dns')).votes).toEqual([]);
    await house.approve('dns');
    const networks = (await house.objects()).filter((object) => 'entries' in object);
    const foreign = networks.find(({ annotations }) => !annotations['lockstep.lockdown']);
    expect(foreign?.entries).toEqual(['198.51.100.53/32']);
    expect(networks.filter(({ annotations }) => annotations['lockstep.lockdown']?.[0] === house.id)).toHaveLength(1);
    expect((await house.stage('dns')).phase).toBe('verifying');
  });

  test('tag prefixes that somebody else had added stay beside ours, and undo leaves them there', async () => {
    const house = await aHouse(redis);
    await house.changeNamespace({ tagPrefixes: ['team='] });
    await house.asking('web-server');
    const finding = await house.deps.evidence.draft(house.id, 'web-server');
    const wanted = finding?.draft.changes.flatMap((change) =>
      change.kind === 'add-tag-prefixes' ? change.prefixes : [],
    );
    expect(wanted?.length).toBeGreaterThan(0);
    await house.approve('web-server');
    expect((await house.namespaceObject()).tagPrefixes).toEqual(expect.arrayContaining(['team=', ...(wanted ?? [])]));
    await house.wish('boris', { verb: 'undo', stage: 'web-server' });
    await house.settle();
    expect((await house.namespaceObject()).tagPrefixes).toEqual(['team=']);
  });
});

describe('when the console does not play along', () => {
  test('an expired credential fails the stage with a sentence, and trying again goes on where it was', async () => {
    const house = await aHouse(redis);
    await approved(house);
    await house.control('POST', '/faults', { status: 401, count: 0 });
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('failed');
    expect(await house.seen()).toContainEqual(expect.stringContaining('The console refused the credential'));
    await house.control('DELETE', '/faults');
    await house.wish('alice', { verb: 'try-again', stage: 'dns' });
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('verifying');
    expect(await created(house)).toEqual(['DNS', 'allow-dns']);
  });

  test('a 500 of the console fails the stage with a sentence, and trying again goes on', async () => {
    const house = await aHouse(redis);
    await approved(house);
    await house.control('POST', '/faults', { status: 500, method: 'POST', path: '/networkrulesetpolicies' });
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('failed');
    expect(await house.seen()).toContainEqual(expect.stringContaining('The console answered with an error (500)'));
    await house.wish('alice', { verb: 'try-again', stage: 'dns' });
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('verifying');
    expect(await created(house)).toEqual(['DNS', 'allow-dns']);
  });

  test('an answer that does not parse fails the stage with a sentence, and nothing is written', async () => {
    const house = await aHouse(redis);
    await approved(house);
    await house.control('POST', '/faults', { method: 'GET', count: 0, status: 400, body: 'not json at all' });
    await house.settle();
    expect((await house.stage('dns')).phase).toBe('failed');
    expect(await created(house)).toEqual([]);
    expect((await house.seen()).join('\n')).toContain('Nothing goes on until somebody tries again');
  });

  test('a console that is down for a while is asked again later', async () => {
    const house = await aHouse(redis);
    await approved(house);
    await house.control('POST', '/faults', { status: 503, count: 0 });
    await expect(apply(house)).rejects.toThrow();
    expect((await house.stage('dns')).phase).toBe('applying');
    await house.control('DELETE', '/faults');
    await apply(house);
    await house.settle('apply-stage');
    expect((await house.stage('dns')).phase).toBe('verifying');
  });

  test('the last try of what might have passed with time is told to people', async () => {
    const house = await aHouse(redis);
    await approved(house);
    await house.control('POST', '/faults', { status: 503, count: 0 });
    await expect(
      house.run('apply-stage', { lockdown: house.id, stage: 'dns' }, { lastAttempt: true }),
    ).rejects.toThrow();
    await house.settle('apply-stage');
    expect((await house.stage('dns')).phase).toBe('failed');
  });
});

describe('a stage that is taken back while it is being applied', () => {
  test('leaves nothing on the console, however the two meet', async () => {
    const house: House = await aHouse(redis, {
      between: (deps) => ({
        ...deps,
        consoleApi: {
          ...deps.consoleApi,
          async ensureExternalNetwork(...given) {
            const made = await deps.consoleApi.ensureExternalNetwork(...given);
            await house.wish('boris', { verb: 'undo', stage: 'dns' });
            await house.settle('apply-stage');
            return made;
          },
        },
      }),
    });
    await approved(house);
    await apply(house);
    await house.settle('apply-stage');
    expect((await house.stage('dns')).phase).toBe('waiting');
    expect(await created(house)).toEqual([]);
  });
});

async function somebodysNetwork(house: House, name: string, entries: readonly string[]): Promise<void> {
  const body = { name, entries, associatedTags: [`externalnetwork:name=${name.toLowerCase()}-of-somebody`] };
  await house.byHand({ method: 'POST', namespace: house.namespace, path: '/externalnetworks', body });
}

/** Somebody else allows DNS meanwhile. */
async function somebodysRuleset(house: House, name: string, address: string): Promise<void> {
  await somebodysNetwork(house, name, [address]);
  const rule = { action: 'Allow', object: [[`externalnetwork:name=${name}-of-somebody`]], protocolPorts: ['udp/53'] };
  const subject = [['$identity=processingunit', `$namespace=${house.namespace}`]];
  const body = { name, subject, incomingRules: [], outgoingRules: [rule] };
  await house.byHand({ method: 'POST', namespace: house.namespace, path: '/networkrulesetpolicies', body });
}

function loosened(settings: House['settings']): House['settings'] {
  const [only] = settings.namespaces;
  if (!only) throw new Error('one namespace is configured');
  return { ...settings, namespaces: [{ ...only, approval: { ...only.approval, needed: 1 } }] };
}
