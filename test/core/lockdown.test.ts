/** What can happen to a lockdown, told as it happens to people. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EVENT_TYPES, type Event, type EventType } from '#core/events.ts';
import { advance, dueSteps, LOCKDOWN_TABLE, STAGE_TABLE, STEPS, stepsTriedByThemselves } from '#core/lockdown.ts';
import { currentStage, LOCKDOWN_PHASES, type Lockdown, STAGE_PHASES } from '#core/lockdown-state.ts';
import { ALLOWING_STAGES, STAGES } from '#core/stage.ts';
import { afterwards, aLockdown, anAsk, approved, aVote, carried, NOW } from '#test/support/lockdowns.ts';

const early: Event = { type: 'started-early', by: 'U0ALICE001' };

describe('from discovery to locked', () => {
  test('discovery that ends opens the first stage in the same breath', () => {
    const next = advance(aLockdown(), { type: 'discovery-ended' }, NOW);
    expect(next?.transitions.map(({ event, to }) => `${event.type} → ${to}`)).toEqual([
      'discovery-ended → securing',
      'opened → drafting',
    ]);
    expect(next?.transitions.at(-1)?.steps).toEqual([{ step: 'draft-stage', stage: 'dns' }]);
  });

  test('two approvals apply a stage, and a third click after that changes nothing', () => {
    const applying = afterwards(aLockdown(), early, ...approved('dns'));
    expect(applying.stages.dns.phase).toBe('applying');
    expect(
      advance(applying, { type: 'vote-cast', stage: 'dns', vote: aVote('U0ERIN0001', 'dns') }, NOW),
    ).toBeUndefined();
  });

  test('one person who clicks twice is one approval', () => {
    const vote: Event = { type: 'vote-cast', stage: 'dns', vote: aVote('U0BORIS001', 'dns') };
    const asking = afterwards(aLockdown(), early, { type: 'draft-ready', stage: 'dns', ask: anAsk() }, vote, vote);
    expect(asking.stages.dns.phase).toBe('asking');
  });

  test('two Slack accounts of one person are one approval', () => {
    const asking = afterwards(
      aLockdown(),
      early,
      { type: 'draft-ready', stage: 'dns', ask: anAsk() },
      { type: 'vote-cast', stage: 'dns', vote: aVote('U0BORIS001', 'dns', { person: 'boris' }) },
      { type: 'vote-cast', stage: 'dns', vote: aVote('U0ERIN0001', 'dns', { person: 'boris' }) },
    );
    expect(asking.stages.dns.phase).toBe('asking');
  });

  test('a no holds the lockdown until somebody reopens the stage or leaves it out', () => {
    const no = aVote('U0BORIS001', 'dns', { decision: 'deny', reason: 'the resolver is wrong' });
    const denied = afterwards(
      aLockdown(),
      early,
      { type: 'draft-ready', stage: 'dns', ask: anAsk() },
      { type: 'vote-cast', stage: 'dns', vote: no },
    );
    expect(denied.stages.dns.phase).toBe('denied');
    expect(currentStage(denied)).toBe('dns');
    expect(afterwards(denied, { type: 'reopened', stage: 'dns', by: 'U0ALICE001' }).stages.dns.phase).toBe('drafting');
    const left = afterwards(denied, {
      type: 'left-out',
      stage: 'dns',
      by: 'U0BORIS001',
      because: 'the parent allows it',
    });
    expect(left.stages.pods.phase).toBe('drafting');
  });

  test('votes for a draft that is outdated never come back, even when a later draft is the same', () => {
    const voted = afterwards(
      aLockdown(),
      early,
      { type: 'draft-ready', stage: 'dns', ask: anAsk() },
      { type: 'vote-cast', stage: 'dns', vote: aVote('U0BORIS001', 'dns') },
    );
    const again = afterwards(
      voted,
      { type: 'draft-outdated', stage: 'dns', because: 'a new resolver was seen' },
      { type: 'draft-ready', stage: 'dns', ask: anAsk({ nonce: 'nonce-2' }) },
      { type: 'vote-cast', stage: 'dns', vote: aVote('U0CHITRA01', 'dns', { nonce: 'nonce-2' }) },
    );
    expect(again.stages.dns.phase).toBe('asking');
    expect(advance(again, { type: 'vote-cast', stage: 'dns', vote: aVote('U0BORIS001', 'dns') }, NOW)).toBeUndefined();
  });

  test('a reaction that is taken back does not count, also when its removal is heard of first; not after the decision', () => {
    const asking = afterwards(aLockdown(), early, { type: 'draft-ready', stage: 'dns', ask: anAsk() });
    const cast: Event = { type: 'vote-cast', stage: 'dns', vote: aVote('U0BORIS001', 'dns', { gesture: 'reaction' }) };
    const withdrawn: Event = {
      type: 'vote-withdrawn',
      stage: 'dns',
      person: 'U0BORIS001',
      nonce: 'nonce-1',
      at: NOW + 2000,
    };
    expect(afterwards(asking, cast, withdrawn).stages.dns.votes).toEqual([]);
    expect(afterwards(asking, withdrawn, cast).stages.dns.votes).toEqual([]);
    expect(advance(afterwards(aLockdown(), early, ...approved('dns')), withdrawn, NOW)).toBeUndefined();
  });

  test('a vote by button stays when the same person takes a reaction back', () => {
    const asking = afterwards(aLockdown(), early, { type: 'draft-ready', stage: 'dns', ask: anAsk() });
    const voted = afterwards(
      asking,
      { type: 'vote-cast', stage: 'dns', vote: aVote('U0BORIS001', 'dns') },
      { type: 'vote-cast', stage: 'dns', vote: aVote('U0BORIS001', 'dns', { gesture: 'reaction' }) },
      { type: 'vote-withdrawn', stage: 'dns', person: 'U0BORIS001', nonce: 'nonce-1', at: NOW + 2000 },
    );
    expect(voted.stages.dns.votes).toMatchObject([{ gesture: 'button' }]);
  });

  test('the whole way: seven stages, watching, confirmed, locked', () => {
    let lockdown = afterwards(aLockdown(), early);
    for (const stage of ALLOWING_STAGES) lockdown = afterwards(lockdown, ...approved(stage), ...carried(stage));
    lockdown = afterwards(lockdown, ...approved('disable-discovery', { cuts: true }), {
      type: 'applied',
      stage: 'disable-discovery',
      objects: [],
      at: NOW,
    });
    expect(lockdown.phase).toBe('watching');
    expect(dueSteps(lockdown)).toEqual([{ step: 'watch-lockdown' }]);
    expect(afterwards(lockdown, { type: 'confirmed', by: 'U0BORIS001' }).phase).toBe('locked');
    const released = afterwards(
      lockdown,
      { type: 'not-confirmed-in-time' },
      { type: 'released', incoming: 'Inherit', outgoing: 'Inherit' },
    );
    expect(released.phase).toBe('released');
  });

  test('a stage with nothing to allow is skipped and the next one opens', () => {
    const lockdown = afterwards(aLockdown(), early, {
      type: 'nothing-to-allow',
      stage: 'dns',
      because: 'the parent allows it',
    });
    expect(lockdown.stages.dns.phase).toBe('skipped');
    expect(lockdown.stages.pods.phase).toBe('drafting');
  });
});

describe('pausing and cancelling', () => {
  test('a paused lockdown has no step under way, and resuming knows which one to start', () => {
    const applying = afterwards(aLockdown(), early, ...approved('dns'));
    const paused = afterwards(applying, { type: 'paused', by: 'U0ALICE001' });
    expect(dueSteps(paused)).toEqual([]);
    expect(dueSteps(afterwards(paused, { type: 'resumed', by: 'U0ALICE001' }))).toEqual([
      { step: 'apply-stage', stage: 'dns' },
    ]);
  });

  test('a namespace that was cut is not left alone: watching and releasing can neither be paused nor cancelled', () => {
    for (const phase of ['watching', 'releasing'] as const) {
      const lockdown: Lockdown = { ...aLockdown(), phase };
      expect(advance(lockdown, { type: 'paused', by: 'U0ALICE001' }, NOW)).toBeUndefined();
      expect(advance(lockdown, { type: 'cancelled', by: 'U0ALICE001', written: 'keep' }, NOW)).toBeUndefined();
    }
  });

  test('once something was written, cancelling takes a word about what becomes of it', () => {
    const written = afterwards(aLockdown(), early, ...approved('dns'), ...carried('dns'));
    expect(advance(written, { type: 'cancelled', by: 'U0ALICE001', written: 'nothing' }, NOW)).toBeUndefined();
    expect(afterwards(written, { type: 'cancelled', by: 'U0ALICE001', written: 'keep' }).stages.dns.phase).toBe(
      'allowed',
    );
    const back = advance(written, { type: 'cancelled', by: 'U0ALICE001', written: 'take-back' }, NOW);
    expect(back?.lockdown.stages.dns.phase).toBe('undoing');
    expect(back?.transitions[0]?.steps).toContainEqual({ step: 'undo-stage', stage: 'dns' });
    expect(afterwards(back?.lockdown ?? written, { type: 'undone', stage: 'dns' }).stages.dns.phase).toBe('waiting');
  });
});

describe('a namespace that may be cut although nobody has said so yet', () => {
  const cutting = () => {
    let lockdown = afterwards(aLockdown(), early);
    for (const stage of ALLOWING_STAGES) lockdown = afterwards(lockdown, ...approved(stage), ...carried(stage));
    return afterwards(lockdown, ...approved('disable-discovery', { cuts: true }));
  };
  const failed: Event = { type: 'step-failed', stage: 'disable-discovery', step: 'apply-stage', because: 'No answer.' };

  test('cannot be paused, left out, or cancelled with everything kept', () => {
    for (const lockdown of [cutting(), afterwards(cutting(), failed)]) {
      expect(advance(lockdown, { type: 'paused', by: 'U0ALICE001' }, NOW)).toBeUndefined();
      expect(advance(lockdown, { type: 'cancelled', by: 'U0ALICE001', written: 'keep' }, NOW)).toBeUndefined();
      const leftOut: Event = { type: 'left-out', stage: 'disable-discovery', by: 'U0ALICE001', because: 'because' };
      expect(advance(lockdown, leftOut, NOW)).toBeUndefined();
    }
  });

  test('can be released by a word, and is given back when nobody confirms', () => {
    for (const event of [
      { type: 'release-requested', by: 'U0ALICE001', because: 'the shop is down' },
      { type: 'not-confirmed-in-time' },
    ] as Event[])
      expect(advance(afterwards(cutting(), failed), event, NOW)?.transitions[0]?.steps).toContainEqual({
        step: 'release-lockdown',
      });
  });

  test('before the last stage is approved there is nothing to release', () => {
    const lockdown = afterwards(aLockdown(), early, ...approved('dns'));
    expect(advance(lockdown, { type: 'not-confirmed-in-time' }, NOW)).toBeUndefined();
  });
});

describe('when a step fails', () => {
  test('a stage that may have written something is undone, not left out', () => {
    const applying = afterwards(aLockdown(), early, ...approved('dns'), {
      type: 'step-failed',
      stage: 'dns',
      step: 'apply-stage',
      because: 'The console refused the credential.',
    });
    const leftOut: Event = { type: 'left-out', stage: 'dns', by: 'U0BORIS001', because: 'because' };
    expect(advance(applying, leftOut, NOW)).toBeUndefined();
  });

  test('what a denied stage had written before is still taken back when the lockdown is cancelled', () => {
    const denied = afterwards(
      aLockdown(),
      early,
      ...approved('dns'),
      { type: 'draft-outdated', stage: 'dns', because: 'a new resolver' },
      { type: 'draft-ready', stage: 'dns', ask: anAsk({ nonce: 'nonce-2' }) },
      { type: 'vote-cast', stage: 'dns', vote: aVote('U0BORIS001', 'dns', { nonce: 'nonce-2', decision: 'deny' }) },
      { type: 'left-out', stage: 'dns', by: 'U0BORIS001', because: 'the parent allows it' },
    );
    const back = advance(denied, { type: 'cancelled', by: 'U0ALICE001', written: 'take-back' }, NOW);
    expect(back?.transitions[0]?.steps).toContainEqual({ step: 'undo-stage', stage: 'dns' });
  });

  test('the stage says why and goes on where it stopped when somebody tries again', () => {
    const failed = afterwards(aLockdown(), early, ...approved('dns'), {
      type: 'step-failed',
      stage: 'dns',
      step: 'apply-stage',
      because: 'The console refused the credential.',
    });
    expect(failed.stages.dns).toMatchObject({ phase: 'failed', because: 'The console refused the credential.' });
    const again = advance(failed, { type: 'tried-again', stage: 'dns', by: 'U0ALICE001' }, NOW);
    expect(again?.lockdown.stages.dns.phase).toBe('applying');
    expect(again?.transitions[0]?.steps).toContainEqual({ step: 'apply-stage', stage: 'dns' });
  });

  test('a release that fails is tried again by itself or on a word, and the same failure is told once', () => {
    const releasing: Lockdown = { ...aLockdown(), phase: 'releasing' };
    const failure = { type: 'step-failed', step: 'release-lockdown', because: 'The console is locked.' } as const;
    const failed = afterwards(releasing, failure);
    expect(advance(failed, failure, NOW)).toBeUndefined();
    expect(advance(failed, { ...failure, because: 'The credential has expired.' }, NOW)).toBeDefined();
    expect(stepsTriedByThemselves(failed)).toEqual([{ step: 'release-lockdown' }]);
    expect(stepsTriedByThemselves(releasing)).toEqual([]);
    expect(failed.failedStep).toContain('The console is locked.');
    expect(dueSteps(failed)).toEqual([]);
    expect(dueSteps(afterwards(failed, { type: 'tried-again', by: 'U0ALICE001' }))).toEqual([
      { step: 'release-lockdown' },
    ]);
  });
});

describe('a stage in shadow', () => {
  const inShadow = afterwards(aLockdown(), early, ...approved('dns', { shadowMinutes: 30 }), {
    type: 'applied',
    stage: 'dns',
    objects: ['o1'],
    at: NOW,
  });
  const asked = afterwards(
    inShadow,
    { type: 'shadow-ended', stage: 'dns', because: '3 of 3 came out as predicted.', disagreements: [] },
    { type: 'draft-ready', stage: 'dns', ask: anAsk({ nonce: 'nonce-2' }) },
  );
  const applied: Event = { type: 'applied', stage: 'dns', objects: ['o1'], at: NOW + 1 };

  test('is under way while it is only observed, and opens no other', () => {
    expect(inShadow.stages.dns).toMatchObject({ phase: 'shadowing', shadow: { since: NOW, minutes: 30, revision: 1 } });
    expect(currentStage(inShadow)).toBe('dns');
    expect(dueSteps(inShadow)).toEqual([{ step: 'shadow-stage', stage: 'dns' }]);
    expect(advance(inShadow, { type: 'reopened', stage: 'pods', by: 'U0ALICE001' }, NOW)).toBeUndefined();
  });

  test('is enforced only after another question has its own votes', () => {
    expect(asked.stages.dns).toMatchObject({ phase: 'asking', votes: [], frozen: true });
    const old = aVote('U0BORIS001', 'dns');
    expect(advance(asked, { type: 'vote-cast', stage: 'dns', vote: old }, NOW)).toBeUndefined();
    const votes = ['U0BORIS001', 'U0CHITRA01'].map(
      (user): Event => ({ type: 'vote-cast', stage: 'dns', vote: aVote(user, 'dns', { nonce: 'nonce-2' }) }),
    );
    const enforced = afterwards(asked, ...votes, applied);
    expect(enforced.stages.dns.phase).toBe('verifying');
    expect(enforced.stages.dns.shadow).toBeUndefined();
  });

  test('that is left out after all is taken back before the next one opens', () => {
    const no = aVote('U0BORIS001', 'dns', { nonce: 'nonce-2', decision: 'deny', reason: 'no' });
    const denied = afterwards(asked, { type: 'vote-cast', stage: 'dns', vote: no });
    const next = advance(denied, { type: 'left-out', stage: 'dns', by: 'U0BORIS001', because: 'the parent does' }, NOW);
    expect(next?.transitions.at(-1)?.steps).toContainEqual({ step: 'undo-stage', stage: 'dns' });
    const undone = afterwards(next?.lockdown ?? denied, { type: 'undone', stage: 'dns' });
    expect(undone.stages.dns).toMatchObject({ phase: 'skipped', because: 'the parent does' });
    expect(undone.stages.dns.shadow).toBeUndefined();
    expect(undone.stages.pods.phase).toBe('drafting');
  });

  test('cannot be left out without being taken back, also when its second draft failed', () => {
    const failed = afterwards(
      inShadow,
      { type: 'shadow-ended', stage: 'dns', because: 'over', disagreements: [] },
      { type: 'step-failed', stage: 'dns', step: 'draft-stage', because: 'the console is down' },
    );
    expect(failed.stages.dns.phase).toBe('failed');
    const left: Event = { type: 'left-out', stage: 'dns', by: 'U0BORIS001', because: 'enough' };
    expect(advance(failed, left, NOW)).toBeUndefined();
    expect(afterwards(failed, { type: 'undo-requested', stage: 'dns', by: 'U0BORIS001' }).stages.dns.phase).toBe(
      'undoing',
    );
  });

  test('goes on where it failed when somebody tries again', () => {
    const failed = afterwards(inShadow, {
      type: 'step-failed',
      stage: 'dns',
      step: 'shadow-stage',
      because: 'the console is down',
    });
    const again = afterwards(failed, { type: 'tried-again', stage: 'dns', by: 'U0ALICE001' });
    expect(again.stages.dns.phase).toBe('shadowing');
    expect(dueSteps(again)).toEqual([{ step: 'shadow-stage', stage: 'dns' }]);
  });
});

describe('the tables', () => {
  const rows = [...Object.entries(LOCKDOWN_TABLE), ...Object.entries(STAGE_TABLE)].flatMap(([from, on]) =>
    Object.entries(on).flatMap(([event, list]) =>
      list.map((row: { to: string; does: readonly string[] }) => ({ from, event: event as EventType, ...row })),
    ),
  );

  test('speak only of events and steps that exist', () => {
    for (const { event, does } of rows) {
      expect(EVENT_TYPES).toContain(event);
      for (const step of does) expect(STEPS).toContain(step);
    }
  });

  test('every phase can be reached', () => {
    const reached = new Set(rows.map(({ to }) => to));
    for (const phase of [...LOCKDOWN_PHASES, ...STAGE_PHASES]) {
      if (phase === 'discovering') continue;
      expect(reached, phase).toContain(phase);
    }
  });

  test('only released, cancelled and the closed phases of a stage may be final', () => {
    const left = new Set(rows.filter(({ from, to }) => from !== to).map(({ from }) => from));
    const final = [...LOCKDOWN_PHASES, ...STAGE_PHASES].filter((phase) => !left.has(phase));
    expect(final).toEqual(['released', 'cancelled']);
  });

  test('every event that somebody can report has a row', () => {
    const spoken = new Set(rows.map(({ event }) => event));
    expect(EVENT_TYPES.filter((type) => !spoken.has(type))).toEqual([]);
  });
});

test('whatever happens in whatever order, at most one stage is under way and nothing is applied without enough votes', () => {
  const stage = fc.constantFrom(...STAGES);
  const by = fc.constant('U0ALICE001');
  const because = fc.constant('because');
  const event = fc.oneof(
    fc.record({ type: fc.constant('started-early' as const), by }),
    fc.record({ type: fc.constantFrom('paused' as const, 'resumed' as const), by }),
    fc.record({
      type: fc.constantFrom('nothing-to-allow' as const, 'draft-outdated' as const, 'not-seen' as const),
      stage,
      because,
    }),
    fc.record({
      type: fc.constantFrom('reopened' as const, 'went-on-unproven' as const, 'undo-requested' as const),
      stage,
      by,
    }),
    fc.record({
      type: fc.constant('draft-ready' as const),
      stage,
      ask: fc
        .tuple(fc.constantFrom('n1', 'n2'), fc.boolean())
        .map(([nonce, shadow]) => anAsk({ nonce, ...(shadow ? { shadowMinutes: 30 } : {}) })),
    }),
    fc.record({
      type: fc.constant('vote-cast' as const),
      stage,
      vote: fc
        .tuple(
          fc.constantFrom('U0BORIS001', 'U0CHITRA01'),
          fc.constantFrom('n1', 'n2'),
          fc.constantFrom('approve' as const, 'deny' as const),
        )
        .map(([user, nonce, decision]) => aVote(user, 'dns', { nonce, decision })),
    }),
    fc.record({ type: fc.constant('applied' as const), stage, objects: fc.constant([]), at: fc.constant(NOW) }),
    fc.record({ type: fc.constant('seen-allowed' as const), stage, proof: because }),
    fc.record({ type: fc.constant('shadow-ended' as const), stage, because, disagreements: fc.constant([]) }),
    fc.record({ type: fc.constant('undone' as const), stage }),
    fc.record({ type: fc.constant('step-failed' as const), stage, step: fc.constant('apply-stage'), because }),
    fc.record({ type: fc.constant('tried-again' as const), stage, by }),
    fc.record({
      type: fc.constant('cancelled' as const),
      by,
      written: fc.constantFrom('keep' as const, 'take-back' as const),
    }),
    fc.record({ type: fc.constant('released' as const), incoming: because, outgoing: because }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80 }), (events) => {
      let lockdown = aLockdown();
      for (const each of events as Event[]) {
        const next = advance(lockdown, each, NOW);
        if (!next) continue;
        const movedToApplying = each.type === 'vote-cast' && next.lockdown.stages[each.stage].phase === 'applying';
        if (movedToApplying) {
          const standing = next.lockdown.stages[each.stage].votes.filter(
            ({ nonce }) => nonce === next.lockdown.stages[each.stage].ask?.nonce,
          );
          expect(
            new Set(standing.filter(({ decision }) => decision === 'approve').map(({ person }) => person)).size,
          ).toBe(2);
        }
        lockdown = next.lockdown;
        const busy = STAGES.filter((name) =>
          ['drafting', 'asking', 'applying', 'shadowing', 'verifying'].includes(lockdown.stages[name].phase),
        );
        if (lockdown.phase === 'securing') expect(busy.length).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 2000 },
  );
});
