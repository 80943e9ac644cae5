/** A stage that is taken back while the namespace is being cut: no namespace is left cut without the rules it was cut with. */
import { describe, expect, test } from 'vitest';
import type { Lockdown } from '#core/lockdown-state.ts';
import { key } from '#redis/keys.ts';
import { defaultActions, dnsThenCut, justBefore } from '#test/support/dns-then-cut.ts';
import type { House } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';

const redis = ownRedisForTests();
const CUT = 'disable-discovery' as const;
const RULES = ['DNS', 'allow-dns'];
const REJECT = ['Reject', 'Reject'];

const names = async (house: House) => (await house.objects()).map(({ name }) => name).sort();
const undo = (house: House) => house.run('undo-stage', { lockdown: house.id, stage: 'dns' });

/** Past the tables, the history and everybody. */
async function rewriteDns(house: House, change: Partial<Lockdown['stages']['dns']>): Promise<void> {
  const { stages, ...lockdown } = await house.lockdown();
  const written = { ...lockdown, stages: { ...stages, dns: { ...stages.dns, ...change } } };
  await redis().redis.set(key.lockdown(house.id), JSON.stringify(written));
}

test('an approver who undoes dns while the cut is being made is told why not, and no rule goes', async () => {
  let told: string[] = [];
  const house: House = await dnsThenCut(
    redis(),
    justBefore('setDefaultActions', async () => {
      told = await house.wish('chitra', { verb: 'undo', stage: 'dns' });
      await house.settle('apply-stage', 'watch-lockdown');
      return true;
    }),
  );
  await house.approve(CUT, 'watch-lockdown');
  expect(told).toEqual([expect.stringContaining('taking back dns would cut what it allows')]);
  expect(await house.lockdown()).toMatchObject({ phase: 'watching', stages: { dns: { phase: 'allowed' } } });
  expect(await defaultActions(house)).toEqual(REJECT);
  expect(await names(house)).toEqual(RULES);
});

test('votes that come while dns is being taken back cut nothing, and the approvers are asked anew without its rules', async () => {
  const house: House = await dnsThenCut(
    redis(),
    justBefore('deleteOurs', async () => {
      await house.approve(CUT, 'watch-lockdown', 'undo-stage');
      return true;
    }),
  );
  const { ask } = await house.stage(CUT);
  await house.wish('chitra', { verb: 'undo', stage: 'dns' });
  await house.settle('watch-lockdown');
  expect(await house.stage('dns')).toMatchObject({ phase: 'waiting' });
  const last = await house.stage(CUT);
  expect(last).toMatchObject({ phase: 'asking', votes: [] });
  expect(last.ask?.nonce).not.toBe(ask?.nonce);
  expect(last.ask?.undecided).toBeGreaterThan(0);
  expect(await defaultActions(house)).toEqual(['Inherit', 'Inherit']);
  const events = (await house.deps.lockdowns.history(house.id)).map(({ event }) => event);
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'draft-outdated', stage: CUT, because: expect.stringContaining('dns') }),
  );
});

describe('whoever writes to Redis that dns is to be taken back', () => {
  test('after the votes for the cut were counted, has its rules deleted, and the namespace is not cut', async () => {
    const house: House = await dnsThenCut(
      redis(),
      justBefore('setDefaultActions', async () => {
        const { phase } = await house.stage('dns');
        await rewriteDns(house, { phase: 'undoing' });
        await undo(house);
        await rewriteDns(house, { phase });
        return true;
      }),
    );
    await house.approve(CUT, 'watch-lockdown');
    expect(await names(house)).toEqual([]);
    expect(await defaultActions(house)).toEqual(['Inherit', 'Inherit']);
    expect((await house.stage(CUT)).phase).not.toBe('allowed');
  });

  test('in the moment in which it is cut, sees no rule deleted', async () => {
    let cutMeanwhile = false;
    const house: House = await dnsThenCut(
      redis(),
      justBefore('deleteOurs', async () => {
        const dns = await house.stage('dns');
        await rewriteDns(house, { phase: 'allowed' });
        await house.approve(CUT, 'watch-lockdown', 'undo-stage');
        cutMeanwhile = (await defaultActions(house)).includes('Reject');
        await rewriteDns(house, dns);
        return true;
      }),
    );
    await rewriteDns(house, { phase: 'undoing' });
    await undo(house);
    await house.settle('watch-lockdown', 'draft-stage');
    expect(cutMeanwhile).toBe(false);
    expect(await defaultActions(house)).toEqual(['Inherit', 'Inherit']);
  });

  test('while it is being cut, has the namespace given back', async () => {
    const house: House = await dnsThenCut(redis(), {
      between: (deps) => ({
        ...deps,
        consoleApi: {
          ...deps.consoleApi,
          async setDefaultActions(...given) {
            const done = await deps.consoleApi.setDefaultActions(...given);
            if (given[1].incoming === 'Reject') await rewriteDns(house, { phase: 'undoing' });
            return done;
          },
        },
      }),
    });
    await house.approve(CUT, 'watch-lockdown', 'draft-stage', 'undo-stage');
    expect(await defaultActions(house)).toEqual(['Inherit', 'Inherit']);
    expect((await house.history()).filter((type) => type === 'draft-outdated')).toHaveLength(1);
  });

  test('and of an object that is gone when the cut is made, has the namespace given back', async () => {
    const house: House = await dnsThenCut(
      redis(),
      justBefore('setDefaultActions', async () => {
        const rule = (await house.objects()).find(({ name }) => name === 'allow-dns');
        const path = `/networkrulesetpolicies/${rule?.ID}`;
        await house.byHand({ method: 'DELETE', namespace: house.namespace, path });
        return true;
      }),
    );
    await house.approve(CUT, 'watch-lockdown', 'draft-stage');
    expect(await defaultActions(house)).toEqual(['Inherit', 'Inherit']);
  });

  test('once half of what was cut is open again, sees no rule deleted', async () => {
    const house = await dnsThenCut(redis());
    await house.approve(CUT, 'watch-lockdown');
    await house.changeNamespace({ defaultPUIncomingTrafficAction: 'Allow' });
    await rewriteDns(house, { phase: 'undoing' });
    await expect(undo(house)).rejects.toThrow('would cut what they allow');
    expect(await names(house)).toEqual(RULES);
  });

  test('and has the namespace cut between the delete of one rule and of the next, keeps the next', async () => {
    const house: House = await dnsThenCut(
      redis(),
      justBefore('deleteOurs', async () => {
        const REJECTING = { defaultPUIncomingTrafficAction: 'Reject', defaultPUOutgoingTrafficAction: 'Reject' };
        await house.changeNamespace(REJECTING);
        return true;
      }),
    );
    await house.wish('chitra', { verb: 'undo', stage: 'dns' });
    await expect(undo(house)).rejects.toThrow('would cut what they allow');
    expect(await names(house)).toHaveLength(1);
  });
});
