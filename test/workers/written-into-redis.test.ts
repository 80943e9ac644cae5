/** Who has the workers' Redis password writes whatever is kept; what the console gets to hear is decided elsewhere. */
import { describe, expect, test } from 'vitest';
import { findingDigest } from '#core/digest.ts';
import type { Lockdown } from '#core/lockdown-state.ts';
import { key } from '#redis/keys.ts';
import { aHouse, type House } from '#test/support/house.ts';
import { ownRedisForTests } from '#test/support/redis.ts';

const redis = ownRedisForTests();
const CUT = 'disable-discovery' as const;
const REJECT = ['Reject', 'Reject'];
const ALLOW = { incoming: 'Allow', outgoing: 'Allow' } as const;

async function defaults(house: House): Promise<string[]> {
  const { defaultPUIncomingTrafficAction, defaultPUOutgoingTrafficAction } = await house.namespaceObject();
  return [String(defaultPUIncomingTrafficAction), String(defaultPUOutgoingTrafficAction)];
}

/** Past the tables, the history and everybody. */
async function rewrite(house: House, change: (lockdown: Lockdown) => Partial<Lockdown>): Promise<void> {
  const lockdown = await house.lockdown();
  await redis().redis.set(key.lockdown(house.id), JSON.stringify({ ...lockdown, ...change(lockdown) }));
}

async function cut(house: House): Promise<void> {
  await house.asking(CUT);
  await house.answerAll('erin');
  await house.approve(CUT, 'watch-lockdown');
  expect(await defaults(house)).toEqual(REJECT);
}

/** The draft of the last stage with other former actions, a digest that fits, and the lockdown written as being released. */
async function releasingTo(house: House, former: { incoming: 'Allow'; outgoing: 'Allow' }): Promise<void> {
  const { stages, salt } = await house.lockdown();
  const { ask } = stages[CUT];
  const finding = ask && (await house.deps.evidence.draft(house.id, CUT, ask.digest));
  if (!finding) throw new Error('nobody was asked');
  const changes = finding.draft.changes.map((change) =>
    change.kind === 'set-default-actions' ? { ...change, former } : change,
  );
  const forged = { ...finding, draft: { ...finding.draft, changes } };
  const digest = findingDigest(forged, ask.rule, salt);
  await house.deps.evidence.keepDraft(house.id, { ...forged, digest });
  await house.deps.evidence.keepFormer(house.id, { ...former, digest, at: 1 });
  await rewrite(house, () => ({
    phase: 'releasing',
    stages: { ...stages, [CUT]: { ...stages[CUT], ask: { ...ask, digest } } },
  }));
}

const release = (house: House) => house.run('release-lockdown', { lockdown: house.id });

describe('a namespace that rejects', () => {
  test('and was never cut by anybody here is not opened by a lockdown that says it was', async () => {
    const house = await aHouse(redis());
    await house.asking(CUT);
    await house.changeNamespace({ defaultPUIncomingTrafficAction: 'Reject', defaultPUOutgoingTrafficAction: 'Reject' });
    await releasingTo(house, ALLOW);
    await expect(release(house)).rejects.toThrow('not what was approved to be given back');
    expect(await defaults(house)).toEqual(REJECT);
  });

  test('and was cut by a lockdown is not given back other actions than that one had approved', async () => {
    const house = await aHouse(redis());
    await cut(house);
    await releasingTo(house, ALLOW);
    await expect(release(house)).rejects.toThrow('not what was approved to be given back');
    expect(await defaults(house)).toEqual(REJECT);
  });

  test('is not given back by what only says so on the console, without the receipts of those who approved', async () => {
    const house = await aHouse(redis());
    await cut(house);
    await rewrite(house, ({ stages }) => ({
      phase: 'releasing',
      stages: { ...stages, [CUT]: { ...stages[CUT], votes: [] } },
    }));
    await expect(release(house)).rejects.toThrow('not what was approved to be given back');
    expect(await defaults(house)).toEqual(REJECT);
  });

  test('and from which somebody took the mark of its cut is left to people, who hear why', async () => {
    const house = await aHouse(redis());
    await cut(house);
    await house.deps.consoleApi.markNamespace(house.namespace, () => ({ marks: { 'lockstep.former': [] } }), 'by-hand');
    await house.wish('alice', { verb: 'release', because: 'the shop is slow' });
    await house.settle();
    expect(await defaults(house)).toEqual(REJECT);
    expect((await house.lockdown()).failedStep).toContain('does not say on the console that it was cut');
    expect((await house.seen()).join('\n')).toContain('Somebody has to set its default actions there');
  });

  test('and whose mark says another lockdown, digest or former action is left alone', async () => {
    const house = await aHouse(redis());
    await cut(house);
    await rewrite(house, () => ({ phase: 'releasing' }));
    const annotations = (await house.deps.consoleApi.readNamespace(house.namespace))?.annotations ?? {};
    for (const mark of ['lockstep.lockdown', 'lockstep.digest', 'lockstep.former']) {
      const other = mark === 'lockstep.former' ? ['Allow', 'Inherit'] : ['another'];
      await house.deps.consoleApi.markNamespace(
        house.namespace,
        () => ({ marks: { [mark]: other } }),
        `by-hand-${mark}`,
      );
      await expect(release(house)).rejects.toThrow('is not what was approved to be given back');
      await house.deps.consoleApi.markNamespace(
        house.namespace,
        () => ({ marks: { [mark]: annotations[mark] ?? [] } }),
        `back-${mark}`,
      );
    }
    expect(await defaults(house)).toEqual(REJECT);
    await release(house);
    expect(await defaults(house)).toEqual(['Inherit', 'Inherit']);
  });

  test('and is in no configuration any more is not given back by a job', async () => {
    let gone = false;
    const house = await aHouse(redis(), {
      between: (deps) => ({
        ...deps,
        get settings() {
          return gone ? { ...deps.settings, namespaces: [] } : deps.settings;
        },
      }),
    });
    await cut(house);
    await rewrite(house, () => ({ phase: 'releasing' }));
    gone = true;
    await expect(release(house)).rejects.toThrow('no longer in the configuration');
    expect(await defaults(house)).toEqual(REJECT);
  });
});

test('prefixes that somebody else gave a namespace stay, although Redis says that a stage added them', async () => {
  const house = await aHouse(redis());
  await house.asking('dns');
  await house.changeNamespace({ tagPrefixes: ['team=', 'tier='] });
  await house.deps.evidence.keepWritten(house.id, 'dns', { kind: 'tag-prefixes', added: ['team=', 'tier='], at: 1 });
  await rewrite(house, ({ stages }) => ({
    stages: { ...stages, dns: { ...stages.dns, phase: 'undoing', wrote: true } },
  }));
  await house.run('undo-stage', { lockdown: house.id, stage: 'dns' });
  await house.settle();
  expect((await house.namespaceObject()).tagPrefixes).toEqual(['team=', 'tier=']);
  const events = (await house.deps.lockdowns.history(house.id)).map(({ event }) => event);
  expect(events.findLast(({ type }) => type === 'undone')).toMatchObject({ left: ['team=', 'tier='] });
});
