/** What a namespace says of approvals: which one wrote a stage, and which are used up. */
import { describe, expect, test } from 'vitest';
import { cutMark } from '#core/cut-mark.ts';
import { type Approval, approvalHash, inUse, notCutAnyMore, spent, whyOpened, whySpent } from '#core/spent.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 23);
const PLACE = { lockdown: 'shop-1', stage: 'dns' } as const;

function approval(nonce: string, change: Partial<Approval> = {}): Approval {
  return { ...PLACE, hash: approvalHash(PLACE, nonce), until: NOW + HOUR, ...change };
}

type Annotations = Readonly<Record<string, readonly string[]>>;
/** As the console keeps them: what is empty is taken off. */
function written(before: Annotations, marks: Annotations): Annotations {
  return Object.fromEntries(Object.entries({ ...before, ...marks }).filter(([, values]) => values.length > 0));
}

describe('an approval', () => {
  const used = written({}, inUse({}, approval('n1'), NOW));

  test('that is in use is not spent, and a further try writes nothing anew', () => {
    expect(whySpent(used, approval('n1'))).toBe(undefined);
    expect(inUse(used, approval('n1'), NOW)).toEqual({});
  });

  test('is spent once what it wrote is taken back, and another one of the same stage is not', () => {
    const back = written(used, spent(used, PLACE, NOW));
    expect(Object.keys(back)).toEqual(['lockstep.spent']);
    expect(whySpent(back, approval('n1'))).toContain('used up');
    expect(whySpent(back, approval('n2'))).toBe(undefined);
  });

  test('is spent when the same stage is written under another one', () => {
    const again = written(used, inUse(used, approval('n2'), NOW));
    expect(whySpent(again, approval('n1'))).toContain('used up');
    expect(whySpent(again, approval('n2'))).toBe(undefined);
  });

  test('is not spent by a lockdown that it is not of', () => {
    expect(spent(used, { ...PLACE, lockdown: 'shop-2' }, NOW)).toEqual({});
    expect(spent(used, { ...PLACE, stage: 'pods' }, NOW)).toEqual({});
  });

  test('that is taken back twice is remembered once', () => {
    const once = written(used, spent(used, PLACE, NOW));
    const twice = written(once, spent(written(once, inUse(once, approval('n1'), NOW)), PLACE, NOW));
    expect(twice['lockstep.spent']).toHaveLength(1);
  });

  test('is forgotten when none of its votes can count any more, and what somebody else wrote there is not', () => {
    const old = written(used, spent(used, PLACE, NOW));
    const scribbled = { 'lockstep.spent': [...(old['lockstep.spent'] ?? []), 'by hand'] };
    const later = written(scribbled, inUse(scribbled, approval('n2', { until: NOW + 9 * HOUR }), NOW));
    const kept = written(later, spent(later, PLACE, NOW + 2 * HOUR));
    expect(kept['lockstep.spent']).toEqual([
      'by hand',
      `${approvalHash(PLACE, 'n2')} ${new Date(NOW + 9 * HOUR).toISOString()}`,
    ]);
  });

  test('of the last stage is spent in the moment in which the namespace says no more that it is cut', () => {
    const last = { lockdown: 'shop-1', stage: 'disable-discovery' } as const;
    const cut = cutMark({ ...last, digest: 'd1', former: { incoming: 'Inherit', outgoing: 'Inherit' } });
    const own = { ...last, hash: approvalHash(last, 'n9'), until: NOW + HOUR };
    const marked = written({ owner: ['shop'], ...cut }, inUse({}, own, NOW));
    expect(whyOpened(marked, 'shop-1', 'd1')).toContain('somebody has opened it');
    const back = written(marked, notCutAnyMore(marked, 'shop-1', NOW));
    expect(Object.keys(back)).toEqual(['owner', 'lockstep.spent']);
    expect(whySpent(back, own)).toContain('used up');
    expect(whyOpened(back, 'shop-1', 'd1')).toBe(undefined);
  });
});
