/** Lockdowns in the middle of something, by telling what happened to them. */
import type { Ask, Vote } from '#core/approval.ts';
import type { Basis } from '#core/digest.ts';
import type { Event } from '#core/events.ts';
import { advance } from '#core/lockdown.ts';
import { type Lockdown, newLockdown } from '#core/lockdown-state.ts';
import type { Stage } from '#core/stage.ts';

export const NOW = Date.UTC(2026, 10, 22, 12);
const HOUR = 3_600_000;
const DIGEST = 'd'.repeat(64);

export function aLockdown(): Lockdown {
  return newLockdown({
    id: 'hipster-shop-1',
    salt: 'salt of hipster-shop',
    namespace: '/acme/aws-dev/k8s/hipster-shop',
    team: 'T0ACME0001',
    channel: 'C0LOCKDOWN1',
    requestedBy: 'U0ALICE001',
    startedAt: NOW,
    days: 7,
  });
}

/** Two of three approvers, none of them the requester. */
export function anAsk(change: Partial<Ask> = {}): Ask {
  const users = ['U0BORIS001', 'U0CHITRA01', 'U0ERIN0001'];
  return {
    nonce: 'nonce-1',
    digest: DIGEST,
    rule: {
      users,
      groups: [],
      needed: 2,
      fromGroups: [],
      requesterMayVote: false,
      reactions: true,
      expiresHours: 72,
    },
    electorate: { users, groups: {} },
    askedAt: NOW,
    expiresAt: NOW + 72 * HOUR,
    undecided: 0,
    cuts: false,
    ...change,
  };
}

/** What a draft was drawn from, where a test is not about that. */
export const A_BASIS: Basis = {
  from: NOW - 8 * 24 * HOUR,
  to: NOW,
  edges: 'e'.repeat(64),
  lists: { date: '2026-11-22', suffixes: 'tldts 7', digest: 'a'.repeat(64) },
  reach: 'c'.repeat(64),
  file: 'f'.repeat(64),
  warnings: 'b'.repeat(64),
};

export function aVote(user: string, stage: Stage, change: Partial<Vote> = {}): Vote {
  return {
    team: 'T0ACME0001',
    user,
    person: user,
    decision: 'approve',
    gesture: 'button',
    lockdown: 'hipster-shop-1',
    stage,
    revision: 1,
    nonce: 'nonce-1',
    digest: DIGEST,
    at: NOW,
    receipt: { key: 'k1', signature: 'c2ln' },
    ...change,
  };
}

/** What the lockdown has become after all of these; each of them has to change something. */
export function afterwards(lockdown: Lockdown, ...events: readonly Event[]): Lockdown {
  return events.reduce((before, event) => {
    const next = advance(before, event, NOW);
    if (!next) throw new Error(`${event.type} changes nothing`);
    return next.lockdown;
  }, lockdown);
}

/** Drafted, asked and voted for by enough. */
export function approved(stage: Stage, ask: Partial<Ask> = {}): Event[] {
  const votes = ['U0BORIS001', 'U0CHITRA01'].map(
    (user): Event => ({ type: 'vote-cast', stage, vote: aVote(user, stage) }),
  );
  return [{ type: 'draft-ready', stage, ask: anAsk(ask) }, ...votes];
}

/** Written to the console, and newer flows carry it. */
export function carried(stage: Stage): Event[] {
  return [
    { type: 'applied', stage, objects: [`allow-${stage}`], at: NOW },
    { type: 'seen-allowed', stage, proof: 'Newer flows carry our ruleset.' },
  ];
}
