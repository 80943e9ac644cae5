/** Ledgers of lockdowns in which much goes wrong honestly, and of some that were driven past the doors. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Event } from '#core/events.ts';
import { advance } from '#core/lockdown.ts';
import { STAGES } from '#core/stage.ts';
import { examine } from '#src/ledger/examine.ts';
import { exitOf } from '#src/ledger/report.ts';
import { redisForTests } from '#test/support/redis.ts';
import { aDraft, aLockdownIn, NOON, publicKeys, rulesetNamed, withoutReceipt } from './whole-lockdown.ts';

const { redis } = redisForTests(13);
const [ALICE, BORIS, CHITRA, ERIN] = ['U0ALICE001', 'U0BORIS001', 'U0CHITRA01', 'U0ERIN0001'] as const;

function examined(text: string) {
  const report = examine(text, { receiptKeys: publicKeys });
  return { ...report, exit: exitOf(report), because: report.findings.map(({ because }) => because).join('\n') };
}

const dns = aDraft('dns', [rulesetNamed('allow-dns')]);

describe('an honest ledger is whole', () => {
  test('of a stage that failed while it was applied, was tried again, taken back, and asked about once more', async () => {
    const { happens, asks, votes, writes, evidence, text } = await aLockdownIn(redis);
    await happens({ type: 'started-early', by: ALICE });
    const first = await asks(dns);
    await votes('dns', BORIS, first);
    await votes('dns', CHITRA, first);
    await happens(
      { type: 'step-failed', stage: 'dns', step: 'apply-stage', because: 'The console does not answer.' },
      { type: 'tried-again', stage: 'dns', by: ALICE },
    );
    await writes('dns', 'allow-dns');
    await happens({ type: 'undo-requested', stage: 'dns', by: CHITRA });
    await evidence.forgetWritten('hipster-shop-1', 'dns');
    await happens({ type: 'undone', stage: 'dns' }, { type: 'reopened', stage: 'dns', by: ALICE });
    const second = await asks(dns);
    await votes('dns', ERIN, second);
    await happens({ type: 'paused', by: ALICE }, { type: 'resumed', by: BORIS });
    await votes('dns', CHITRA, second);
    await writes('dns', 'allow-dns-again');
    await happens({ type: 'seen-allowed', stage: 'dns', proof: 'Newer flows carry our ruleset.' });
    await happens({ type: 'cancelled', by: ALICE, written: 'take-back' }, { type: 'undone', stage: 'dns' });
    expect(examined(await text())).toMatchObject({ exit: 0, findings: [] });
  });

  test('of a lockdown that nobody has voted in yet, except that nothing ties it to its namespace', async () => {
    const { text } = await aLockdownIn(redis);
    expect(examined(await text())).toMatchObject({ exit: 3, because: expect.stringContaining('to the namespace') });
  });

  test('of a draft that was replaced after it was written, while it is kept; else what it did cannot be told', async () => {
    const { happens, asks, votes, writes, text } = await aLockdownIn(redis);
    await happens({ type: 'started-early', by: ALICE });
    const ask = await asks(dns);
    await votes('dns', BORIS, ask);
    await votes('dns', CHITRA, ask);
    await writes('dns', 'allow-dns');
    await happens(
      { type: 'undo-requested', stage: 'dns', by: CHITRA },
      { type: 'undone', stage: 'dns' },
      { type: 'reopened', stage: 'dns', by: ALICE },
    );
    await asks(aDraft('dns', [rulesetNamed('allow-dns-otherwise')]));
    expect(examined(await text())).toMatchObject({ exit: 0, findings: [] });
    await redis.hdel('{lockstep}:findings:hipster-shop-1', `draft:dns:${ask.digest}`);
    expect(examined(await text())).toMatchObject({
      exit: 3,
      findings: [{ verdict: 'unchecked', entry: 7 }],
      because: expect.stringContaining('is not kept any more'),
    });
  });

  test('wherever a lockdown wanders', async () => {
    const kinds = fc.array(fc.nat(29), { minLength: 20, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(kinds, async (picks) => {
        await redis.flushdb();
        const { happens, asks, votes, writes, lockdowns, evidence, text } = await aLockdownIn(redis);
        for (const pick of picks) {
          const lockdown = await lockdowns.read('hipster-shop-1');
          if (!lockdown) throw new Error('it is kept');
          const stage =
            STAGES.slice(0, 6).find((each) => !['allowed', 'skipped'].includes(lockdown.stages[each].phase)) ?? 'dns';
          const { phase, ask } = lockdown.stages[stage];
          const voter = [BORIS, CHITRA, ERIN][pick % 3] ?? BORIS;
          if (phase === 'drafting' && lockdown.phase === 'securing')
            await asks(aDraft(stage, [rulesetNamed(`allow-${stage}`)]));
          else if (phase === 'asking' && lockdown.phase === 'securing' && ask && pick < 20)
            await votes(stage, voter, ask, { decision: pick === 0 ? 'deny' : 'approve' });
          else {
            const event = WANDERING.map((make) => make(stage)).filter((each) => advance(lockdown, each, 0))[pick % 5];
            if (event?.type === 'applied') await writes(stage, `allow-${stage}`);
            else if (event) await happens(event);
            if (event?.type === 'undone') await evidence.forgetWritten('hipster-shop-1', stage);
          }
        }
        const { findings } = examined(await text());
        expect(findings.filter(({ verdict }) => verdict !== 'unchecked')).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

const WANDERING: readonly ((stage: (typeof STAGES)[number]) => Event)[] = [
  () => ({ type: 'started-early', by: ALICE }),
  (stage) => ({ type: 'applied', stage, objects: [], at: 1 }),
  (stage) => ({ type: 'seen-allowed', stage, proof: 'Seen.' }),
  (stage) => ({ type: 'tried-again', stage, by: ALICE }),
  (stage) => ({ type: 'reopened', stage, by: ALICE }),
  (stage) => ({ type: 'step-failed', stage, step: 'some-step', because: 'It failed.' }),
  (stage) => ({ type: 'undo-requested', stage, by: BORIS }),
  (stage) => ({ type: 'undone', stage }),
  (stage) => ({ type: 'left-out', stage, by: BORIS, because: 'Not needed.' }),
  (stage) => ({ type: 'draft-outdated', stage, because: 'Something new was seen.' }),
  () => ({ type: 'paused', by: ALICE }),
  () => ({ type: 'resumed', by: ALICE }),
];

describe('a ledger of what came past the doors is broken, with a chain that holds', () => {
  async function applied(change: (make: Awaited<ReturnType<typeof aLockdownIn>>) => Promise<void>) {
    const make = await aLockdownIn(redis);
    await make.happens({ type: 'started-early', by: ALICE });
    await change(make);
    await make.writes('dns', 'allow-dns');
    return examined(await make.text());
  }

  test('the one who asked for it voted', async () => {
    const { exit, because, findings } = await applied(async ({ asks, votes }) => {
      const ask = await asks(dns);
      await votes('dns', BORIS, ask);
      await votes('dns', ALICE, ask);
    });
    expect({ exit, because }).toMatchObject({
      exit: 1,
      because: expect.stringContaining('You asked for this lockdown'),
    });
    // The move to applying, and what was written because of it.
    expect(findings.map(({ entry }) => entry)).toEqual([6, 7]);
  });

  test('somebody who is no approver voted', async () => {
    const { exit, because } = await applied(async ({ asks, votes }) => {
      const ask = await asks(dns);
      await votes('dns', 'U0DIEGO001', ask);
      await votes('dns', CHITRA, ask);
    });
    expect({ exit, because }).toMatchObject({ exit: 1, because: expect.stringContaining('1 of 2 approvals count') });
  });

  test('somebody voted who may fill a group’s share, but whom the rule does not let approve', async () => {
    const { exit, findings } = await applied(async ({ asks, votes }) => {
      const share = { users: [BORIS], groups: [], needed: 2, fromGroups: [{ group: 'S0SECURITY1', needed: 1 }] };
      const ask = await asks(dns, { rule: { ...share, requesterMayVote: false, reactions: true, expiresHours: 72 } });
      await votes('dns', BORIS, ask);
      await votes('dns', CHITRA, ask);
    });
    expect(exit).toBe(1);
    expect(findings).toMatchObject([{ entry: 7, because: expect.stringContaining('whom the rule lets approve') }]);
  });

  test('one account voted as two persons', async () => {
    const { exit, because } = await applied(async ({ asks, votes }) => {
      const ask = await asks(dns);
      await votes('dns', CHITRA, ask, { person: 'chitra' });
      await votes('dns', CHITRA, ask, { person: 'chitra again' });
    });
    expect({ exit, because }).toMatchObject({ exit: 1, because: expect.stringContaining('counted as two persons') });
  });

  test('votes without a receipt were counted', async () => {
    const { exit, findings } = await applied(async ({ asks, happens }) => {
      const ask = await asks(dns);
      for (const user of [BORIS, CHITRA])
        await happens({ type: 'vote-cast', stage: 'dns', vote: withoutReceipt(user, ask) });
    });
    expect(exit).toBe(1);
    expect(findings.map(({ entry }) => entry)).toEqual([5, 6, 6, 7]);
  });

  test('a reaction was counted where traffic can be cut', async () => {
    const { exit, because } = await applied(async ({ asks, votes }) => {
      const ask = await asks(dns, { cuts: true });
      await votes('dns', BORIS, ask, { gesture: 'typed-name' });
      await votes('dns', CHITRA, ask, { gesture: 'reaction' });
    });
    expect({ exit, because }).toMatchObject({
      exit: 1,
      because: expect.stringContaining('A reaction does not count here'),
    });
  });

  test('a second question was put under the nonce of the first', async () => {
    const make = await aLockdownIn(redis);
    await make.happens({ type: 'started-early', by: ALICE });
    await make.asks(dns, { nonce: 'same' });
    await make.happens({ type: 'draft-outdated', stage: 'dns', because: 'Something new.' });
    await make.asks(dns, { nonce: 'same' });
    expect(examined(await make.text())).toMatchObject({
      exit: 1,
      because: expect.stringContaining('under the nonce of an earlier question'),
    });
  });
});

test('ten thousand entries, a third of them votes, are checked to the last', async () => {
  const { happens, asks, signed, saves, text } = await aLockdownIn(redis);
  await happens({ type: 'started-early', by: ALICE });
  const ask = await asks(dns);
  const vote: Event = { type: 'vote-cast', stage: 'dns', vote: signed('dns', BORIS, ask, { gesture: 'reaction' }) };
  const withdrawn: Event = { type: 'vote-withdrawn', stage: 'dns', person: BORIS, nonce: ask.nonce, at: NOON };
  for (let round = 0; round < 34; round += 1) {
    const paused: Event = { type: 'paused', by: ALICE };
    const resumed: Event = { type: 'resumed', by: ALICE };
    const once = [vote, withdrawn, paused, vote, withdrawn, resumed];
    await saves(Array.from({ length: 49 }, () => once).flat());
  }
  expect(examined(await text())).toMatchObject({ exit: 0, entries: 10_000, votes: 3332 });
}, 120_000);
